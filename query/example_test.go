package query_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"llmbench/query"
	"llmbench/store"
	"llmbench/store/interchange"
)

// imported is a new warehouse with one run in it, named sample.
func imported(ctx context.Context, dir string) (*store.Warehouse, error) {
	warehouse, err := store.Open(ctx, dir, store.Options{Summarise: query.Summarise})
	if err != nil {
		return nil, err
	}
	for run, err := range interchange.Read(interchange.Source{Path: "../store/interchange/testdata/vllm-0.8.5.json"}, "vllm") {
		if err != nil {
			return nil, err
		}
		if _, _, err := run.Store(ctx, warehouse, interchange.Labels{Name: "sample"}); err != nil {
			return nil, err
		}
	}
	return warehouse, nil
}

// Any SQL over the runs of a selection, and typed answers to the questions that reports have.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	warehouse, err := imported(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	defer warehouse.Close()
	source, err := query.Selection(ctx, warehouse, "sample")
	if err != nil {
		log.Fatal(err)
	}
	session, err := query.Open(ctx, source, query.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	rows, err := session.Query(ctx, "SELECT status, count(*), round(quantile_cont(ttft_ms, 0.9), 2) FROM request_latency GROUP BY status ORDER BY status")
	if err != nil {
		log.Fatal(err)
	}
	for rows.Next() {
		fmt.Println(rows.Values()...)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		log.Fatal(err)
	}

	latencies, err := session.Latency(ctx, []string{"ttft", "itl"}, []float64{50, 90, 99})
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range latencies {
		fmt.Printf("%s: %d samples, p90 %.2f ms\n", l.Metric, l.Samples, l.ValuesMS[1])
	}
	// Output:
	// http_error 2 <nil>
	// ok 10 128.96
	// ttft: 10 samples, p90 128.96 ms
	// itl: 110 samples, p90 6.11 ms
}

// A condition stands for all runs for which it holds.
func ExampleSides() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	warehouse, err := imported(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	defer warehouse.Close()
	sides, err := query.Sides(ctx, warehouse, []string{"latest", "completed > 5"}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, side := range sides {
		fmt.Println(side.Reference, "is", len(side.Entries), "run")
	}
	// Output:
	// latest is 1 run
	// completed > 5 is 1 run
}
