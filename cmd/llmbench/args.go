package main

import (
	"regexp"
	"slices"
	"strings"
)

// listFlags take several values after one flag, as vLLM's benchmark has it: --goodput ttft:100 tpot:50.
var listFlags = []string{"goodput", "metadata", "header", "tag", "lora-modules"}

// listCommands have list flags. Where there are positional arguments too, only what cannot be one of them belongs to a list.
var listCommands = []string{"collect", "sweep", "inspect", "compare", "plot", "report"}

// limit is a value of --goodput, a mistyped one too; no run or set of runs is named so, but for tag:KEY and sweep:NAME.
var limit = regexp.MustCompile(`^[a-z0-9]{2,5}:[0-9.]+$`)

func isLimit(arg string) bool {
	return limit.MatchString(arg) && !strings.HasPrefix(arg, "tag:") && !strings.HasPrefix(arg, "sweep:")
}

// normalise makes kong's form out of vLLM's habits: _ for - in the names of flags, and several values after one flag.
// It ends at "--".
func normalise(args []string) []string {
	out := make([]string, 0, len(args))
	lists := len(args) > 0 && slices.ContainsFunc(listCommands, func(c string) bool { return slices.Contains(args, c) })
	mixed := lists && slices.Contains([]string{"compare", "plot", "report"}, args[0])
	list := ""
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		if list != "" && !strings.HasPrefix(arg, "-") && (!mixed || isLimit(arg)) {
			out = append(out, "--"+list+"="+arg)
			continue
		}
		list = ""
		if last := len(out) - 1; negative(arg) && last >= 0 && strings.HasPrefix(out[last], "--") && !strings.Contains(out[last], "=") {
			out[last] += "=" + arg
			continue
		}
		arg = dashes(arg)
		if name, isFlag := strings.CutPrefix(arg, "--"); isFlag && lists && slices.Contains(listFlags, name) {
			list = name
			if i+1 == len(args) || strings.HasPrefix(args[i+1], "-") {
				out = append(out, arg) // kong says that its value is missing
			}
			continue
		}
		out = append(out, arg)
	}
	return out
}

// negative reports whether an argument is a number below zero and not a flag: --frequency-penalty -0.5.
func negative(arg string) bool {
	return len(arg) > 1 && arg[0] == '-' && (arg[1] == '.' || '0' <= arg[1] && arg[1] <= '9')
}

// dashes replaces _ in a flag's name, never in its value.
func dashes(arg string) string {
	if !strings.HasPrefix(arg, "--") {
		return arg
	}
	name, value, given := strings.Cut(arg, "=")
	name = strings.ReplaceAll(name, "_", "-")
	if given {
		return name + "=" + value
	}
	return name
}
