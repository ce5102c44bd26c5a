package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// mainFlags are what --help shows of commands with more flags than a screen has lines; --help-all shows all.
var mainFlags = map[string][]string{
	"collect": {"base-url", "backend", "model", "dataset-name", "dataset-path", "num-prompts", "sessions", "random-input-len", "random-output-len", "seed",
		"request-rate", "max-concurrency", "duration", "num-warmups", "ignore-eos", "goodput", "save-result", "name", "tag", "dcu", "tp", "warehouse"},
	"dataset inspect": {"dataset-name", "dataset-path", "num-prompts", "random-input-len", "random-output-len", "seed", "tokenizer", "samples", "chart", "format"},
	"sweep":           {"base-url", "backend", "model", "num-prompts", "request-rate", "max-concurrency", "tp", "repeats", "dry-run", "serve-cmd", "find-max", "slo", "csv", "name", "warehouse"},
	"doctor":          {"base-url", "backend", "model", "tokenizer", "telemetry", "no-server", "json"},
	"compare":         {"by", "primary", "min-effect", "goodput", "window", "definitions", "fail-on", "allow", "noise", "plan", "plot", "format", "warehouse"},
	"simulate":        {"host", "port", "model", "ttft", "itl", "slots", "max-model-len", "prefix-cache-tokens", "tokenizer", "seed", "truth", "fault"},
}

// screenFlags is how many flags a command may have for its help to be whole.
const screenFlags = 18

// helpAllFlag prints the whole help.
type helpAllFlag bool

// BeforeReset prints before anything is checked, as --help does.
func (helpAllFlag) BeforeReset(k *kong.Context) error {
	if err := kong.DefaultHelpPrinter(helpOptions, k); err != nil {
		return err
	}
	k.Exit(0)
	return nil
}

var helpOptions = kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100,
	ValueFormatter: kong.DefaultHelpValueFormatter}

// printHelp prints a command's help; of one with many flags the main ones, and how to see the others.
func printHelp(options kong.HelpOptions, k *kong.Context) error {
	node := k.Selected()
	if node == nil {
		return kong.DefaultHelpPrinter(options, k)
	}
	main := mainFlags[commandPath(node)]
	if main == nil || len(node.Flags) <= screenFlags {
		return kong.DefaultHelpPrinter(options, k)
	}
	hidden := 0
	for _, flag := range flagsOf(node) {
		if !flag.Hidden && !slices.Contains(main, flag.Name) {
			flag.Hidden = true
			hidden++
		}
		flag.Group, flag.Help = nil, firstClause(flag.Help)
	}
	if err := kong.DefaultHelpPrinter(options, k); err != nil {
		return err
	}
	fmt.Fprintf(k.Stdout, "\n%d more flags, and what these take: llmbench %s --help-all\n", hidden, commandPath(node))
	return nil
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
