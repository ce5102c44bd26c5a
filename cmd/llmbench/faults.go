package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"llmbench/near"
)

// parseFault says what of a command line was not understood, what may have been meant, and where to read on.
func parseFault(err error, root *kong.Node, blame func(string) string) error {
	node := root
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil && parse.Context.Selected() != nil {
		node = parse.Context.Selected()
	}
	path := commandPath(node)
	lines := strings.Split(strings.TrimPrefix(err.Error(), path+": "), "\n")
	for i, line := range lines {
		lines[i] = blame(reworded(line, node))
	}
	last := len(lines) - 1
	join := "; see "
	if strings.HasSuffix(lines[last], "?") {
		join = " See "
	}
	lines[last] += join + strings.TrimSpace("llmbench "+path) + " --help"
	return errors.New(strings.Join(lines, "\n"))
}

// wordings are what the parser says, which tells it by text alone, and how we say it.
var wordings = []struct {
	said *regexp.Regexp
	say  func(m []string, node *kong.Node) string
}{
	{regexp.MustCompile(`^unknown flag (--?[^\s,=]+)`), func(m []string, node *kong.Node) string {
		if answer := vllmAnswer(m[1], node); answer != "" {
			return "there is no flag " + m[1] + ": " + answer
		}
		return hinted("there is no flag "+m[1], near.Question(m[1], allFlagNames(node)))
	}},
	{regexp.MustCompile(`^unexpected argument ([^,]+?)(?:, did you mean .*)?$`), unexpected},
	{regexp.MustCompile(`^(\S+) must be one of (.*) but got "(.*)"$`), func(m []string, _ *kong.Node) string {
		names := slices.DeleteFunc(strings.Split(strings.ReplaceAll(m[2], `"`, ""), ","), func(name string) bool { return name == "" })
		return fmt.Sprintf("%s %q is not known; %s", m[1], m[3], near.OneOf(m[3], names))
	}},
	{regexp.MustCompile(`^missing flags?: (.*)$`), func(m []string, _ *kong.Node) string { return "give " + m[1] }},
	{regexp.MustCompile(`^expected one of (".*)$`), func(m []string, node *kong.Node) string {
		return "give a command: " + strings.Join(commandsBeside(node), ", ")
	}},
	{regexp.MustCompile(`^expected "(.*)"$`), func(m []string, _ *kong.Node) string { return "give " + m[1] }},
	{regexp.MustCompile(`^(--\S+): expected .* but got "EOL"`), lacksValue},
	{regexp.MustCompile(`^(--\S+): missing value, expecting`), lacksValue},
	{regexp.MustCompile(`^(--\S+|<\S+>): expected a valid \d+ bit u?int but got ("[^"]*")`), func(m []string, _ *kong.Node) string {
		return m[1] + " " + m[2] + ": must be a whole number"
	}},
	{regexp.MustCompile(`^(--\S+|<\S+>): expected an? (?:int|float) but got ("[^"]*")`), func(m []string, _ *kong.Node) string {
		return m[1] + " " + m[2] + ": must be a number"
	}},
	{regexp.MustCompile(`^(--\S+): expected duration but got ("[^"]*")`), func(m []string, _ *kong.Node) string {
		return m[1] + " " + m[2] + ": must be a length of time such as 500ms, 30s or 5m"
	}},
	{regexp.MustCompile(`^(--\S+): bool value must be .* but got ("[^"]*")`), func(m []string, _ *kong.Node) string {
		return m[1] + " " + m[2] + ": must be true or false"
	}},
}

func reworded(line string, node *kong.Node) string {
	for _, w := range wordings {
		if m := w.said.FindStringSubmatch(line); m != nil {
			return w.say(m, node)
		}
	}
	return line
}

func lacksValue(m []string, _ *kong.Node) string { return m[1] + ": its value is missing" }

func hinted(text, question string) string {
	if question == "" {
		return text
	}
	return text + "; " + question
}

// unexpected tells of a word in a place where a command is awaited, or nothing.
func unexpected(m []string, node *kong.Node) string {
	word, path := m[1], commandPath(node)
	question := near.Question(word, commandsBeside(node))
	switch {
	case len(node.Children) > 0:
		return hinted(fmt.Sprintf("there is no command %q", strings.TrimSpace(path+" "+word)), question)
	case path == "runs list" && question == "":
		return fmt.Sprintf("runs lists all runs and takes no argument %q; of one run tells llmbench runs show %s", word, word)
	case path == "sql":
		return fmt.Sprintf("sql takes one question, and %q stands behind it: put the whole question into quotes", word)
	}
	return hinted(fmt.Sprintf("%s takes no argument %q", path, word), question)
}

// allFlagNames are the flags that a command understands: those of sweep are collect's too.
func allFlagNames(node *kong.Node) []string {
	names := flagNames(node)
	if strings.HasPrefix(commandPath(node), "sweep") {
		root := node
		for root.Parent != nil {
			root = root.Parent
		}
		names = append(append(names, "--batch", "--lens"), flagNames(childNamed(root, "collect"))...)
	}
	return names
}

// commandsBeside are the commands that may stand where a word was not known: below a command, or beside one that is taken
// where none is named.
func commandsBeside(node *kong.Node) []string {
	if len(node.Children) == 0 && node.Parent != nil && node.Parent.DefaultCmd == node {
		node = node.Parent
	}
	var names []string
	for _, child := range node.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	return names
}
