package sql_test

import (
	"fmt"

	"llmbench/sql"
)

// What a view is, its columns, and what it reads from.
func Example() {
	view, _ := sql.Find("cache_hits")
	fmt.Println(view.Kind, view.Name+":", view.Row)
	for _, c := range view.Columns {
		fmt.Println(" ", c.Name, c.Type+":", c.Doc)
	}
	for _, t := range sql.Needs(view.Name) {
		fmt.Println("needs", t.Kind, t.Name)
	}
	// Output:
	// view cache_hits: one row per run whose server tells how much of the prompts it found in its cache
	//   run_id VARCHAR: the run
	//   cached_ratio DOUBLE: share of the prompt tokens of measured requests that ended well, 0 to 1
	// needs table requests
	// needs view cache_hits
}
