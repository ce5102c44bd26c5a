package main

import (
	"fmt"
	"strings"

	"llmbench/query"
	"llmbench/report/format"
	views "llmbench/sql"
)

// promptCommand is a backslash command of a conversation: a line of the registry.
type promptCommand struct {
	name, args, help string
	run              func(t *conversation, arg string)
}

// promptCommands is the registry; \q and \? are the conversation's own.
var promptCommands = []promptCommand{
	{"\\d", "[NAME]", "list tables, views and macros, or the columns of one", (*conversation).describe},
	{"\\runs", "", "list the runs", (*conversation).listRuns},
	{"\\format", "[NAME]", "how to print: table, csv, json, jsonl, markdown", (*conversation).setFormat},
	{"\\timing", "[on|off]", "print how long a question took", func(t *conversation, arg string) { t.toggle("timing", &t.timing, arg) }},
	{"\\pager", "[on|off]", "show long answers in $PAGER (less)", func(t *conversation, arg string) { t.toggle("pager", &t.pager, arg) }},
}

// command runs a backslash command; false ends the conversation.
func (t *conversation) command(line string) bool {
	word, arg, _ := strings.Cut(strings.TrimRight(strings.TrimSpace(line), ";"), " ")
	switch word {
	case "\\q", "\\quit":
		return false
	case "\\?", "\\h", "\\help":
		t.help()
		return true
	}
	for _, c := range promptCommands {
		if c.name == word {
			c.run(t, strings.TrimSpace(arg))
			return true
		}
	}
	fmt.Fprintf(t.app.stderr, "no command %s; \\? lists them\n", word)
	return true
}

func (t *conversation) help() {
	for _, c := range promptCommands {
		fmt.Fprintf(t.app.stdout, "  %-20s %s\n", c.name+" "+c.args, c.help)
	}
	fmt.Fprint(t.app.stdout, `  \q                   leave; Ctrl-D too
  \?                   this help

A question ends with ; and may span lines. Ctrl-C gives up the one that is typed or runs. Tab completes
tables, columns, key words and runs (within quotes); Ctrl-R searches the history. To begin with:

  FROM run_summary;
  SELECT status, http_status, error, count(*) FROM requests GROUP BY ALL;
  FROM goodput(ttft_ms := 200, tpot_ms := 50);
`)
}

// describe lists the tables, or says what the columns of one are.
func (t *conversation) describe(name string) {
	if name == "" {
		for _, table := range query.Schema() {
			fmt.Fprintf(t.app.stdout, "%-24s %s\n", table.Name, table.Row)
		}
		return
	}
	table, ok := views.Find(strings.ToLower(name))
	if !ok {
		fmt.Fprintf(t.app.stderr, "no table %q; \\d lists them\n", name)
		return
	}
	// A terminal that went away ends the conversation at the next prompt.
	_ = writeSchema(t.app.stdout, []views.Table{table})
}

func (t *conversation) listRuns(string) {
	t.reply("SELECT run_id, name, status, model, dcu, tp, completed, failed FROM runs ORDER BY run_id;")
}

func (t *conversation) setFormat(name string) {
	if name == "" {
		fmt.Fprintf(t.app.stdout, "format is %s\n", t.format)
		return
	}
	for _, known := range format.Names() {
		if known == name && name != "arrow" {
			t.format = name
			return
		}
	}
	fmt.Fprintf(t.app.stderr, "no format %q here; use table, csv, json, jsonl or markdown\n", name)
}

// toggle sets a switch, or turns it over.
func (t *conversation) toggle(name string, value *bool, arg string) {
	switch arg {
	case "on", "off":
		*value = arg == "on"
	case "":
		*value = !*value
	default:
		fmt.Fprintf(t.app.stderr, "\\%s takes on or off\n", name)
		return
	}
	fmt.Fprintf(t.app.stdout, "%s is %s\n", name, map[bool]string{true: "on", false: "off"}[*value])
}
