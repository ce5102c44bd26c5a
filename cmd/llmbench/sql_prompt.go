package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/peterh/liner"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/format"
)

// conversation asks for questions until the end of input. A question ends with a semicolon and may span lines.
type conversation struct {
	app     *app
	session *query.Session
	line    *liner.State
	names   completer
	// plain is the terminal as it was before, for programs that are run from here.
	plain liner.ModeApplier

	format string
	timing bool
	pager  bool
	// looking is how long the pager was open for the question.
	looking time.Duration
}

const greeting = `SQL over the warehouse; a question ends with ;   \? for help, \d lists tables, Tab completes, \q leaves`

// converse holds a conversation on a terminal.
func (c *sqlCmd) converse(a *app, session *query.Session, runs []string) error {
	plain, _ := liner.TerminalMode()
	line := liner.NewLiner()
	defer line.Close()
	t := &conversation{app: a, session: session, line: line, plain: plain, names: newCompleter(runs), format: c.Format, timing: true, pager: true}
	line.SetCtrlCAborts(true)
	line.SetMultiLineMode(true)
	line.SetTabCompletionStyle(liner.TabPrints)
	line.SetWordCompleter(t.names.complete)
	history := a.historyFile()
	loadHistory(line, history)
	defer a.saveHistory(line, history)
	fmt.Fprintln(a.stdout, greeting)
	return t.run()
}

func (t *conversation) run() error {
	text := ""
	for {
		line, err := t.line.Prompt(promptFor(text))
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			text = ""
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(t.app.stdout)
			return nil
		case err != nil:
			return fmt.Errorf("read a question: %w", err)
		}
		if text == "" {
			if leaves(line) {
				return nil
			}
			if strings.HasPrefix(strings.TrimSpace(line), "\\") {
				t.line.AppendHistory(line)
				if !t.command(line) {
					return nil
				}
				continue
			}
		}
		text += line + "\n"
		if _, rest := query.Split(text); rest != "" || strings.TrimSpace(text) == "" {
			continue
		}
		t.line.AppendHistory(oneLine(text))
		t.reply(text)
		text = ""
	}
}

// leaves reports the words by which people leave other prompts.
func leaves(line string) bool {
	switch strings.TrimRight(strings.TrimSpace(line), ";") {
	case "quit", "exit", ".quit", ".exit":
		return true
	}
	return false
}

func promptFor(text string) string {
	if text == "" {
		return "llmbench> "
	}
	return "     ...> "
}

// oneLine is a question as the history keeps it. A comment that ends with its line keeps the lines apart.
func oneLine(text string) string {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "--") {
		return strings.ReplaceAll(text, "\n", " \n")
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "\n", " ")), " ")
}

// reply answers one question of a conversation, which goes on after an error. Ctrl-C ends the question alone.
func (t *conversation) reply(text string) {
	began := time.Now()
	t.looking = 0
	err := t.app.interruptibly(func(a *app) error { return t.answer(a, text) })
	if err != nil {
		fmt.Fprintln(t.app.stderr, err)
	}
	if t.timing {
		fmt.Fprintf(t.app.stdout, "Time: %s\n", shortDuration(time.Since(began)-t.looking))
	}
}

func shortDuration(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// shownRows is how many rows a table in a conversation shows: more is for files.
const shownRows = 10_000

// answer prints the rows of a question, through the pager when they do not fit the screen.
func (t *conversation) answer(a *app, text string) error {
	if t.format != "table" {
		return answerWriter{format: t.format}.write(a, t.session, text)
	}
	rows, err := t.session.Stream(a.ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	width, height := a.screen()
	if len(rows.Columns) == 0 {
		if err := rows.Err(); err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, "done")
		return nil
	}
	program := t.pagerProgram()
	if program == nil {
		return format.Write(a.stdout, t.format, report.Rows{Rows: rows}, format.Options{Width: width, MaxRows: shownRows})
	}
	var page bytes.Buffer
	if err := format.Write(&page, t.format, report.Rows{Rows: rows}, format.Options{MaxRows: shownRows}); err != nil {
		return err
	}
	if fits(page.Bytes(), width, height) {
		_, err := a.stdout.Write(page.Bytes())
		return err
	}
	return t.page(program, &page)
}
