package report_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/format"
	"llmbench/store"
	"llmbench/store/interchange"
)

// A result file of another tool is imported, compared with itself and asked with SQL.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	warehouse, err := store.Open(ctx, dir, store.Options{Summarise: query.Summarise})
	if err != nil {
		log.Fatal(err)
	}
	defer warehouse.Close()
	for run, err := range interchange.Read(interchange.Source{Path: "../store/interchange/testdata/vllm-0.8.5.json"}, "vllm") {
		if err != nil {
			log.Fatal(err)
		}
		if _, _, err := run.Store(ctx, warehouse, interchange.Labels{Name: "sample"}); err != nil {
			log.Fatal(err)
		}
	}

	source, err := query.Selection(ctx, warehouse, "sample")
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
	sides := []report.CompareSide{{Reference: "sample", Runs: measured}, {Reference: "again", Runs: measured}}
	comparison, err := report.Compare(sides, options)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range comparison.Points[0].Rows {
		fmt.Printf("%s: %.2f against %.2f, ratio %.2f\n", row.Metric, *row.Cells[0].Value, *row.Cells[1].Value, *row.Changes[0].Ratio)
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
	// p99_ttft_ms: 241.13 against 241.13, ratio 1.00
	// failed: 2.00 against 2.00, ratio 1.00
	// name,completed,failed
	// sample,10,2
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
