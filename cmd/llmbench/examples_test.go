package main

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// A screen is what a terminal shows at once.
const screenLines, screenColumns = 50, 80

// TestHelpFitsAScreen holds every command's help, with its examples, to a screen.
func TestHelpFitsAScreen(t *testing.T) {
	t.Parallel()
	for _, path := range commandPaths(t) {
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(strings.Fields(path), "--help"), nil, &out, &errs); code != exitOK {
			t.Errorf("%s --help exits %d: %s", path, code, errs.String())
		}
		lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
		if len(lines) > screenLines {
			t.Errorf("the help of %q has %d lines", path, len(lines))
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > screenColumns {
				t.Errorf("the help of %q has a line of %d: %s", path, utf8.RuneCountInString(line), line)
			}
		}
		if !slices.Contains(lines, "Examples:") {
			t.Errorf("the help of %q shows no examples", path)
		}
	}
}

// TestExamples parses each example, and plans what it asks for: every command has two to four, and none is of a command
// that is no more.
func TestExamples(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "plan.yaml", "flags: {num-prompts: 5}\nproduct: {max-concurrency: [1, 2]}\n")
	paths := commandPaths(t)
	for _, path := range paths {
		if n := len(examples[path]); n < 2 || n > 4 {
			t.Errorf("%q has %d examples", path, n)
		}
	}
	for path, lines := range examples {
		if !slices.Contains(paths, path) {
			t.Errorf("examples of %q, which is no command", path)
		}
		for _, line := range lines {
			commands := commandsIn(line)
			if len(commands) == 0 {
				t.Errorf("no command of llmbench in %s", line)
			}
			for _, args := range commands {
				if err := planned(t, args); err != nil {
					t.Errorf("%s\n%v", line, err)
				}
			}
		}
	}
}

// commandPaths are the commands, "" the program itself.
func commandPaths(t *testing.T) []string {
	t.Helper()
	var g grammar
	parser, err := kong.New(&g, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(node *kong.Node) {
		paths[commandPath(node)] = true
		for _, child := range node.Children {
			if !child.Hidden {
				walk(child)
			}
		}
	}
	walk(parser.Model.Node)
	return slices.Sorted(maps.Keys(paths))
}

// planned parses a command line, and checks what can be checked without a warehouse or a server.
func planned(t *testing.T, args []string) error {
	t.Helper()
	var out bytes.Buffer
	a := newApp(t.Context(), nil, &out, &out)
	a.getenv = func(string) string { return "" }
	var g grammar
	parser, err := a.newParser(&g)
	if err != nil {
		t.Fatal(err)
	}
	settled, err := sweepSettings(normalise(args))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(settled)
	if err != nil {
		return err
	}
	switch command := parsed.Selected().Target.Addr().Interface().(type) {
	case *collectCmd:
		_, err = command.plan(a)
	case *datasetInspectCmd:
		_, err = command.plan(a)
	case *sweepRunCmd:
		_, err = a.newSweep(&command.sweepFlags)
	case *sweepStatusCmd:
		_, err = a.newSweep(&command.sweepFlags)
	case *compareCmd:
		_, err = command.options()
	case *plotCmd:
		_, _, _, err = command.options()
	case *reportCmd:
		_, err = command.asked()
	case *simulateCmd:
		config := command.config()
		err = config.Validate()
	case *calibrateCmd:
		err = command.validate()
	}
	return err
}

// commandsIn are the arguments of each llmbench in a line for the shell.
func commandsIn(line string) [][]string {
	var all [][]string
	for _, words := range simpleCommands(line) {
		if at := slices.Index(words, "llmbench"); at >= 0 {
			all = append(all, words[at+1:])
		}
	}
	return all
}

// simpleCommands splits a line at what ends a command for the shell, and each into words; what is redirected is left out.
func simpleCommands(line string) [][]string {
	var all [][]string
	var words []string
	var word strings.Builder
	begun, quote := false, rune(0)
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for _, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				word.WriteRune(r)
			}
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == '#' && !begun:
			return append(all, words)
		case strings.ContainsRune("|&()<>", r):
			end()
			all, words = append(all, words), nil
		case r == ' ':
			end()
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	end()
	return append(all, words)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
