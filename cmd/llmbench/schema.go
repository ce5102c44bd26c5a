package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"llmbench/report"

	views "llmbench/sql"
)

// schemaWriters print what tables there are and what they hold, by --format; markdown is docs/schema.md.
var schemaWriters = map[string]func(io.Writer, []views.Table) error{
	"table": writeSchema, "markdown": writeSchemaMarkdown, "json": writeSchemaJSON,
}

// schemaFormat finds the writer of a format.
func schemaFormat(name string) (func(io.Writer, []views.Table) error, error) {
	write, ok := schemaWriters[name]
	if !ok {
		return nil, usageError(fmt.Errorf("--format %s: --schema has table, markdown and json", name))
	}
	return write, nil
}

// writeSchema prints tables with a sentence each and their columns with a sentence each.
func writeSchema(w io.Writer, tables []views.Table) error {
	out := bufio.NewWriter(w)
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s (%s): %s\n", t.Name, t.Kind, t.Row)
		for _, p := range t.Parameters {
			fmt.Fprintf(out, "  %-24s %-16s parameter: %s\n", p.Name, p.Type, p.Doc)
		}
		for _, c := range t.Columns {
			fmt.Fprintf(out, "  %-24s %-16s %s\n", c.Name, c.Type, c.Doc)
		}
	}
	return out.Flush()
}

// writeSchemaJSON prints a list with an object for each table.
func writeSchemaJSON(w io.Writer, tables []views.Table) error {
	return report.WriteJSON(w, tables)
}

// schemaKinds are the parts of the document.
var schemaKinds = []struct{ kind, title, intro string }{
	{views.KindTable, "Tables", "What is stored, as it is stored. [files.md](files.md) says which file holds which, and when a column is NULL."},
	{views.KindView, "Views", "Computed from the tables at each question."},
	{views.KindTableMacro, "Table macros", "Views with parameters: `FROM goodput(ttft_ms := 200)`. A parameter after `:=` may be left out."},
	{views.KindMacro, "Macros", "Expressions, for questions of one's own."},
}

// writeSchemaMarkdown prints a document of all tables, by kind and in alphabetical order.
func writeSchemaMarkdown(w io.Writer, tables []views.Table) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "# Tables, views and macros\n\n"+
		"Written by `llmbench sql --schema --format markdown` from the comments of the `.sql` files, which a test holds against what DuckDB\n"+
		"says of them. Units stand in brackets. Times in `*_ns` count from the run's origin unless it says otherwise; NULL is unknown, never 0.\n")
	for _, part := range schemaKinds {
		fmt.Fprintf(out, "\n## %s\n\n%s\n", part.title, part.intro)
		chosen := slices.Clone(tables)
		chosen = slices.DeleteFunc(chosen, func(t views.Table) bool { return t.Kind != part.kind })
		slices.SortFunc(chosen, func(a, b views.Table) int { return strings.Compare(a.Name, b.Name) })
		for _, t := range chosen {
			writeTableMarkdown(out, t)
		}
	}
	return out.Flush()
}

func writeTableMarkdown(out io.Writer, t views.Table) {
	fmt.Fprintf(out, "\n### %s\n\n%s.\n", t.Name, markdownRow(t.Row))
	if len(t.Parameters) > 0 {
		writeColumnsMarkdown(out, "parameter", t.Parameters)
	}
	if t.Kind == views.KindMacro {
		fmt.Fprintf(out, "\nGives %s: %s.\n", t.Columns[0].Type, cell(t.Columns[0].Doc))
		return
	}
	writeColumnsMarkdown(out, "column", t.Columns)
}

// markdownRow puts a macro's call in the type of code.
func markdownRow(row string) string {
	if call, what, ok := strings.Cut(row, "): "); ok {
		return "`" + call + ")`: " + cell(what)
	}
	return strings.ToUpper(row[:1]) + cell(row[1:])
}

func writeColumnsMarkdown(out io.Writer, head string, columns []views.Column) {
	fmt.Fprintf(out, "\n| %s | type | |\n| --- | --- | --- |\n", head)
	for _, c := range columns {
		fmt.Fprintf(out, "| `%s` | %s | %s |\n", c.Name, c.Type, cell(c.Doc))
	}
}

// cell is text that Markdown takes as it stands.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`).Replace(text)
}
