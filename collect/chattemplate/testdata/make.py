"""Writes golden.jsonl: what jinja2, set up as transformers sets it up, makes of the templates beside this file.

Needs jinja2 3.1. A line is {"template", "messages", "variables", "text"} or, where the template refuses, {"error"}.
"""
import datetime
import glob
import json
import os

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

here = os.path.dirname(os.path.abspath(__file__))


def raise_exception(text):
    raise jinja2.exceptions.TemplateError(text)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception
env.globals["strftime_now"] = lambda format: datetime.datetime(2024, 7, 26).strftime(format)


def user(text):
    return {"role": "user", "content": text}


def model(text):
    return {"role": "assistant", "content": text}


chats = [
    [user("Hello, <b>world</b> & \"all\" of 中文\n")],
    [{"role": "system", "content": "Be brief."}, user("  Why? ")],
    [user("one"), model("two"), user("three")],
    [{"role": "system", "content": "s"}, user("a\n\n"), model(" b "), user("{{ c }} {% d %} \\ \\n"), model("e"), user("f")],
    [model("first"), user("second")],
]
variables = [{}, {"bos_token": "<s>", "eos_token": "</s>"}, {"bos_token": "<s>", "eos_token": "</s>", "thinking": False, "level": {"b": [1, 2.5, None], "a": "x"}}]

with open(os.path.join(here, "golden.jsonl"), "w") as out:
    for path in sorted(glob.glob(os.path.join(here, "*.jinja"))):
        template = env.from_string(open(path, newline="").read())
        for messages in chats:
            for seen in variables:
                line = {"template": os.path.basename(path), "messages": messages, "variables": seen}
                try:
                    line["text"] = template.render(messages=messages, tools=None, documents=None, add_generation_prompt=True, **seen)
                except jinja2.exceptions.TemplateError as e:
                    line["error"] = str(e)
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
