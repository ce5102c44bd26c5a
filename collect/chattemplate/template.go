// Package chattemplate makes one text of a chat by the Jinja template that a model's folder carries, as transformers does on
// the client. It reads files it is given the place of, and knows nothing of datasets or servers.
package chattemplate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/ardanlabs/jinja"

	"llmbench/collect/dataset"
)

// Template is a chat template ready for use; it is safe for concurrent use.
type Template struct {
	compiled *jinja.Template
	values   map[string]jinja.Value
	hash     string
}

var _ dataset.Template = (*Template)(nil)

// New compiles a template. Variables are what it sees beside the messages: the special tokens, and what the user adds.
func New(source string, variables map[string]json.RawMessage) (*Template, error) {
	flat, err := flatten(source)
	if err != nil {
		return nil, err
	}
	compiled, err := compile(flat)
	if err != nil {
		return nil, err
	}
	t := &Template{compiled: compiled, values: map[string]jinja.Value{}}
	for name, raw := range variables {
		if t.values[name], err = valueOf(raw); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, absent := range []string{"tools", "documents"} {
		if _, given := t.values[absent]; !given {
			t.values[absent] = jinja.None()
		}
	}
	t.values["strftime_now"] = jinja.NewCallable("strftime_now", strftimeFixed)
	t.hash, err = hashOf(source, variables)
	return t, err
}

// hashOf is the identity of what a template makes of equal messages.
func hashOf(source string, variables map[string]json.RawMessage) (string, error) {
	data, err := json.Marshal(variables)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte(source+"\x00"), data...))
	return hex.EncodeToString(sum[:])[:16], nil
}

// compile turns the library's panics into errors: a template is a file like any other.
func compile(source string) (t *jinja.Template, err error) {
	defer recovered(&err)
	return jinja.Compile(source)
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the template engine gave up: %v", p)
	}
}

// Hash is for the identity of a workload.
func (t *Template) Hash() string { return t.hash }

// Render makes one text of the messages, up to where the model's answer begins.
func (t *Template) Render(messages []dataset.Message) (text string, err error) {
	defer recovered(&err)
	values := maps.Clone(t.values)
	list := make([]jinja.Value, 0, len(messages))
	for _, m := range messages {
		v, err := messageValue(m)
		if err != nil {
			return "", err
		}
		list = append(list, v)
	}
	values["messages"] = jinja.NewList(list)
	values["add_generation_prompt"] = jinja.NewBool(true)
	return t.compiled.RenderValues(values)
}

func messageValue(m dataset.Message) (jinja.Value, error) {
	if m.Parts != nil {
		return jinja.Undefined(), errors.New("a chat template makes text, and a message holds other media")
	}
	v := jinja.NewDict()
	v.AsDict().Set("role", jinja.NewString(m.Role))
	v.AsDict().Set("content", jinja.NewString(m.Content))
	return v, nil
}

// valueOf reads JSON with the order of its keys, which templates print.
func valueOf(raw json.RawMessage) (jinja.Value, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	return decode(d)
}

func decode(d *json.Decoder) (jinja.Value, error) {
	token, err := d.Token()
	if err != nil {
		return jinja.Undefined(), err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return decodeList(d)
		}
		return decodeObject(d)
	case json.Number:
		if n, err := t.Int64(); err == nil {
			return jinja.NewInt(n), nil
		}
		f, err := t.Float64()
		return jinja.NewFloat(f), err
	}
	return jinja.FromGoValue(token), nil // a string, a bool or null
}

func decodeList(d *json.Decoder) (jinja.Value, error) {
	var items []jinja.Value
	for d.More() {
		item, err := decode(d)
		if err != nil {
			return jinja.Undefined(), err
		}
		items = append(items, item)
	}
	_, err := d.Token()
	return jinja.NewList(items), err
}

func decodeObject(d *json.Decoder) (jinja.Value, error) {
	object := jinja.NewDict()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return jinja.Undefined(), err
		}
		item, err := decode(d)
		if err != nil {
			return jinja.Undefined(), err
		}
		object.AsDict().Set(key.(string), item)
	}
	_, err := d.Token()
	return object, err
}

// today is what templates that print the date are told, the day that Llama 3.2's own falls back to: with the real one
// prompts, and the workload's identity, would be others every day.
var today = time.Date(2024, time.July, 26, 0, 0, 0, 0, time.UTC)

// strftime knows the directives of Python's that templates use.
var strftime = func() *strings.Replacer {
	var pairs []string
	for directive, layout := range map[string]string{"%Y": "2006", "%y": "06", "%m": "01", "%-m": "1", "%d": "02", "%-d": "2", "%e": "_2",
		"%B": "January", "%b": "Jan", "%A": "Monday", "%a": "Mon", "%H": "15", "%I": "03", "%M": "04", "%S": "05", "%p": "PM", "%j": "002"} {
		pairs = append(pairs, directive, today.Format(layout))
	}
	return strings.NewReplacer(append(pairs, "%%", "%")...)
}()

func strftimeFixed(args []jinja.Value, _ map[string]jinja.Value) (jinja.Value, error) {
	if len(args) != 1 || !args[0].IsString() {
		return jinja.Undefined(), errors.New("strftime_now takes one format")
	}
	return jinja.NewString(strftime.Replace(args[0].AsString())), nil
}
