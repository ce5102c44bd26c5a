package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/peterh/liner"

	"llmbench/query"
	views "llmbench/sql"
)

// converse asks for questions until the end of input. A question ends with a semicolon and may span lines.
func (c *sqlCmd) converse(a *app, session *query.Session) error {
	prompt := liner.NewLiner()
	defer prompt.Close()
	prompt.SetCtrlCAborts(true)
	prompt.SetMultiLineMode(true)
	prompt.SetCompleter(completeName)
	history := a.historyFile()
	loadHistory(prompt, history)
	defer a.saveHistory(prompt, history)
	fmt.Fprintln(a.stdout, "SQL over the warehouse; a question ends with ;   \\d lists tables, \\d NAME its columns, \\q leaves")
	text := ""
	for {
		line, err := prompt.Prompt(promptFor(text))
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			text = ""
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(a.stdout)
			return nil
		case err != nil:
			return fmt.Errorf("read a question: %w", err)
		}
		if text == "" && (line == "quit" || line == "exit") {
			return nil
		}
		if strings.HasPrefix(line, "\\") {
			if !c.command(a, line) {
				return nil
			}
			continue
		}
		text += line + "\n"
		if _, rest := query.Split(text); rest != "" || strings.TrimSpace(text) == "" {
			continue
		}
		prompt.AppendHistory(strings.TrimSpace(text))
		c.reply(a, session, text)
		text = ""
	}
}

func promptFor(text string) string {
	if text == "" {
		return "llmbench> "
	}
	return "     ...> "
}

// reply answers one question of a conversation, which goes on after an error.
func (c *sqlCmd) reply(a *app, session *query.Session, text string) {
	if err := c.interruptibly(a, session, text); err != nil {
		fmt.Fprintln(a.stderr, err)
	}
}

// command runs a backslash command; false ends the conversation.
func (c *sqlCmd) command(a *app, line string) bool {
	word, name, _ := strings.Cut(strings.TrimSpace(line), " ")
	tables := query.Schema()
	if name != "" {
		tables = nil
		if t, ok := views.Find(strings.TrimSpace(name)); ok {
			tables = []views.Table{t}
		}
	}
	switch {
	case word == "\\q":
		return false
	case word == "\\d" && name == "":
		for _, t := range tables {
			fmt.Fprintf(a.stdout, "%-24s %s\n", t.Name, t.Row)
		}
	case word == "\\d" && tables != nil:
		// A terminal that went away ends the conversation at the next prompt.
		_ = writeSchema(a.stdout, tables)
	case word == "\\d":
		fmt.Fprintf(a.stderr, "no table %q; \\d lists them\n", name)
	default:
		fmt.Fprintln(a.stderr, "\\d lists tables, \\d NAME its columns, \\q leaves")
	}
	return true
}

// completeName completes the last word with the name of a table, view or macro.
func completeName(line string) (completions []string) {
	start := strings.LastIndexAny(line, " \t(,") + 1
	for _, t := range query.Schema() {
		if word := line[start:]; word != "" && strings.HasPrefix(t.Name, strings.ToLower(word)) {
			completions = append(completions, line[:start]+t.Name)
		}
	}
	return completions
}

// historyFile is where questions are kept: $XDG_STATE_HOME/llmbench/sql_history; "" when there is no home.
func (a *app) historyFile() string {
	state := a.getenv("XDG_STATE_HOME")
	if state == "" {
		home := a.getenv("HOME")
		if home == "" {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "llmbench", "sql_history")
}

// loadHistory and saveHistory do what they can: a lost history is no reason to stop a conversation.
func loadHistory(prompt *liner.State, path string) {
	if file, err := os.Open(path); err == nil {
		defer file.Close()
		_, _ = prompt.ReadHistory(file)
	}
}

func (a *app) saveHistory(prompt *liner.State, path string) {
	if path == "" {
		return
	}
	err := writeFile(path, func(f *os.File) error { _, err := prompt.WriteHistory(f); return err })
	if err != nil {
		a.note("the history of questions could not be kept: %v", err)
	}
}
