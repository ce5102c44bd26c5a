package document_test

import (
	"log"
	"os"
	"strconv"

	"llmbench/report/document"
)

func ExampleDocument_WriteMarkdown() {
	throughput := 1843.2
	one := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	report := document.Document{
		Title: "Two settings",
		Lead:  []string{"100 requests each."},
		Sections: []document.Section{{
			Name: "summary", Title: "Summary", About: "One row a run.", SQL: "FROM run_summary",
			Table: &document.Table{
				Header: []string{"run", "tok/s"},
				Rows:   [][]document.Cell{{document.Text("tp=8"), document.Number(&throughput, one)}, {document.Text("tp=4"), document.Number(nil, one)}},
			},
		}},
		Command: "llmbench sql --runs latest",
	}
	if err := report.WriteMarkdown(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// # Two settings
	//
	// 100 requests each.
	//
	// ## Summary
	//
	// One row a run.
	//
	// | run | tok/s |
	// |---|---:|
	// | tp=8 | 1843.2 |
	// | tp=4 | n/a |
	//
	// ```sql
	// FROM run_summary
	// ```
}
