package store_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"llmbench/store"
)

// A run of one request is written, and read back. Until Finish its rows are in a journal that survives a crash.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	warehouse, err := store.Open(ctx, dir, store.Options{ToolVersion: "example"})
	if err != nil {
		log.Fatal(err)
	}
	defer warehouse.Close()

	run := store.Run{
		Name: new("first"), Source: "collect", TimeBase: "process", DCU: new("K100_AI"), TP: new(int64(8)),
		BeganAt: time.Now(),
	}
	writer, err := warehouse.Begin(ctx, run)
	if err != nil {
		log.Fatal(err)
	}
	request := &store.Record{
		Request: store.Request{
			Phase: store.PhaseMeasured, Status: store.StatusOK, Chunks: 3,
			SentNS: store.Int(0), FirstTokenNS: store.Int(50e6), LastTokenNS: store.Int(70e6), DoneNS: store.Int(71e6),
			OutputTokens: store.Int(3),
		},
		Chunks: store.Chunks{TNS: []int64{50e6, 60e6, 70e6}},
	}
	if err := writer.Append([]*store.Record{request}); err != nil {
		log.Fatal(err)
	}
	run.RunID, run.Status, run.DurationNS = writer.RunID(), store.RunComplete, new(int64(71e6))
	if _, err := writer.Finish(ctx, run); err != nil {
		log.Fatal(err)
	}

	entry, err := warehouse.Resolve(ctx, "first")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*entry.Run.Name, entry.Run.Status, *entry.Run.DCU)
	for record, err := range store.ReadRecords(entry.Files) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(record.Status, record.TNS)
	}
	// Output:
	// first complete K100_AI
	// ok [50000000 60000000 70000000]
}
