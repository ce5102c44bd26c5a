package report_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/format"
	"llmbench/store"
	"llmbench/store/interchange"
)

// sample opens a new warehouse in dir with one run in it, imported from a result file of another tool.
func sample(ctx context.Context, dir string) (query.Source, error) {
	warehouse, err := store.Open(ctx, dir, store.Options{Summarise: query.Summarise})
	if err != nil {
		return query.Source{}, err
	}
	for run, err := range interchange.Read(interchange.Source{Path: "../store/interchange/testdata/vllm-0.8.5.json"}, "vllm") {
		if err != nil {
			return query.Source{}, err
		}
		if _, _, err := run.Store(ctx, warehouse, interchange.Labels{Name: "sample"}); err != nil {
			return query.Source{}, err
		}
	}
	return query.Selection(ctx, warehouse, "sample")
}

// The report at the end of a run, and any other question with the answer as CSV.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	source, err := sample(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	session, err := query.Open(ctx, source, query.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	serving, err := report.AskServing(ctx, session, source.Entries[0], []string{"ttft"}, []float64{50, 99})
	if err != nil {
		log.Fatal(err)
	}
	var text strings.Builder
	if err := report.WriteServing(&text, *serving); err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if strings.Contains(line, "TTFT") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	rows, err := session.Query(ctx, "SELECT name, completed, failed FROM run_summary")
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	if err := format.Write(os.Stdout, "csv", report.Rows{Rows: rows}, format.Options{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Mean TTFT (ms):                          71.81
	// Median TTFT (ms):                        54.31
	// P50 TTFT (ms):                           54.31
	// P99 TTFT (ms):                           241.13
	// name,completed,failed
	// sample,10,2
}

// A run compared with itself: nothing changed.
func ExampleCompare() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	source, err := sample(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	session, measured, err := query.OpenMeasured(ctx, source, query.Options{}, query.Asked{Percentiles: []float64{50, 99}})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	options := report.DefaultCompare()
	options.Metrics = []string{"failed", "p99_ttft_ms"}
	comparison, err := report.Compare([]report.CompareSide{{Reference: "sample", Runs: measured}, {Reference: "again", Runs: measured}}, options)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range comparison.Points[0].Rows {
		fmt.Printf("%s: %.2f against %.2f, ratio %.2f\n", row.Metric, *row.Cells[0].Value, *row.Cells[1].Value, *row.Changes[0].Ratio)
	}
	// Output:
	// p99_ttft_ms: 241.13 against 241.13, ratio 1.00
	// failed: 2.00 against 2.00, ratio 1.00
}

// A threshold as a CI has it.
func ExampleParseGate() {
	gate, err := report.ParseGate("p99_ttft_ms > +5%")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(gate.Metric, gate.Above, gate.Percent)
	// Output:
	// p99_ttft_ms true 5
}
