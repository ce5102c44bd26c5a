package format_test

import (
	"log"
	"os"

	"llmbench/report/format"
)

// answer is two rows at hand; those of a query are report.Rows.
type answer struct{ next int }

func (*answer) Columns() []format.Column {
	return []format.Column{{Name: "run", Type: "VARCHAR"}, {Name: "p99_ttft_ms", Type: "DOUBLE"}}
}

func (a *answer) Next() bool { a.next++; return a.next <= 2 }

func (a *answer) Values() []any {
	return [][]any{{"tp=4", 181.25}, {"tp=8", nil}}[a.next-1]
}

func (*answer) Err() error { return nil }

func ExampleWrite() {
	for _, name := range []string{"csv", "markdown"} {
		if err := format.Write(os.Stdout, name, &answer{}, format.Options{}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// run,p99_ttft_ms
	// tp=4,181.25
	// tp=8,
	// | run | p99\_ttft\_ms |
	// |---|---:|
	// | tp=4 | 181.25 |
	// | tp=8 |  |
}
