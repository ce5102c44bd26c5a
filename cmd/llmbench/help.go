package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/jedib0t/go-pretty/v6/text"
)

// mainFlags are what --help shows of commands with more flags than a screen has lines; --help-all shows all.
var mainFlags = map[string][]string{
	"collect": {"base-url", "backend", "model", "dataset-name", "dataset-path", "num-prompts", "sessions", "random-input-len", "random-output-len", "seed",
		"request-rate", "max-concurrency", "duration", "num-warmups", "ignore-eos", "goodput", "save-result", "name", "tag", "dcu", "tp", "warehouse"},
	"dataset inspect": {"dataset-name", "dataset-path", "num-prompts", "random-input-len", "random-output-len", "seed", "tokenizer", "samples", "chart", "format"},
	"sweep run":       {"base-url", "backend", "model", "num-prompts", "request-rate", "max-concurrency", "tp", "repeats", "dry-run", "serve-cmd", "find-max", "slo", "csv", "name", "warehouse"},
	"sweep status":    {"name", "set", "zip", "exclude", "repeats", "serve-cmd", "find-max", "find-knee", "slo", "warehouse"},
	"plot":            {"out", "size", "title", "percentiles", "x", "y", "measure", "sql", "goodput", "lang", "warehouse"},
	"import":          {"name", "model", "dcu", "tp", "began-at", "tag", "timezone", "warehouse"},
	"doctor":          {"base-url", "backend", "model", "tokenizer", "telemetry", "no-server", "json"},
	"compare":         {"by", "metrics", "primary", "min-effect", "goodput", "window", "definitions", "fail-on", "allow", "noise", "plan", "plot", "format", "warehouse"},
	"simulate":        {"host", "port", "model", "ttft", "itl", "slots", "max-model-len", "prefix-cache-tokens", "tokenizer", "seed", "truth", "fault"},
}

// fuller is a command whose whole help says more than fits a screen.
type fuller interface{ FullHelp() string }

// helpAllFlag prints the whole help.
type helpAllFlag bool

// BeforeReset prints before anything is checked, as --help does.
func (helpAllFlag) BeforeReset(k *kong.Context) error {
	if node := k.Selected(); node != nil {
		if full, ok := node.Target.Interface().(fuller); ok {
			node.Detail = full.FullHelp()
		}
	}
	if err := printWhole(helpOptions, k); err != nil {
		return err
	}
	k.Exit(0)
	return nil
}

var helpOptions = kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100,
	ValueFormatter: kong.DefaultHelpValueFormatter}

// printHelp prints a command's help for one screen: of one with many flags the main ones, and how to see the others.
func printHelp(options kong.HelpOptions, k *kong.Context) error {
	node := k.Selected()
	if node == nil {
		return printWhole(options, k)
	}
	for _, flag := range k.Model.Flags { // those of every command stand in llmbench --help
		flag.Hidden = true
	}
	hidden := 0
	if main := mainFlags[commandPath(node)]; main != nil {
		for _, flag := range node.Flags {
			if !flag.Hidden && !slices.Contains(main, flag.Name) {
				flag.Hidden = true
				hidden++
			}
			flag.Group, flag.Help = nil, firstClause(flag.Help)
		}
	}
	if err := printWhole(options, k); err != nil {
		return err
	}
	if hidden > 0 {
		fmt.Fprintf(k.Stdout, "\n%d more flags, and what these take: llmbench %s --help-all\n", hidden, commandPath(node))
	}
	return nil
}

// printWhole prints what is not hidden, with the examples behind it.
func printWhole(options kong.HelpOptions, k *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, k); err != nil {
		return err
	}
	node := k.Selected()
	if node == nil {
		node = k.Model.Node
	}
	return writeExamples(k.Stdout, node)
}

// writeTerm writes a line of a list, name and explanation, that goes on below itself where 80 columns are not enough.
func writeTerm(b *strings.Builder, name, about string) {
	const names, width = 14, 58
	for line := range strings.SplitSeq(text.WrapSoft(about, width), "\n") {
		fmt.Fprintf(b, "  %-*s %s\n", names, name, strings.TrimSpace(line))
		name = ""
	}
}

// firstClause is a help text up to where it goes into detail.
func firstClause(help string) string {
	for _, mark := range []string{": ", "; ", ". "} {
		before, _, ok := strings.Cut(help, mark)
		if named := strings.ToLower(before) == before; ok && !(mark == ": " && named) { // "random: ..." names a dataset
			help = strings.TrimSuffix(before, ".") + "."
		}
	}
	return help
}

// commandPath is what is typed for a command.
func commandPath(node *kong.Node) string {
	var names []string
	for n := node; n != nil && n.Type == kong.CommandNode; n = n.Parent {
		names = append([]string{n.Name}, names...)
	}
	return strings.Join(names, " ")
}
