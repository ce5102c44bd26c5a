package main

import (
	"bufio"
	"fmt"
	"io"

	views "llmbench/sql"
)

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
