package collect_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"net"
	"time"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/collect/simulate"
	"llmbench/collect/tokenizer"
	"llmbench/store"
)

// chunkCounter is a sink that keeps no more than it has to.
type chunkCounter struct{ ok, chunks int }

// Append must copy what it wants to keep: the records are the collector's again afterwards.
func (c *chunkCounter) Append(batch []*store.Record) error {
	for _, r := range batch {
		if r.Status == store.StatusOK {
			c.ok++
		}
		c.chunks += len(r.TNS)
	}
	return nil
}

// A load of eight requests, two at a time, on an engine in the same process.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	engine := simulate.Default()
	engine.Fixed = &simulate.FixedTiming{TTFT: 2 * time.Millisecond, ITL: 200 * time.Microsecond}
	server, err := simulate.New(engine)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go server.Serve(ctx, listener)

	prompts, err := dataset.New(dataset.Config{
		Name: "random", NumPrompts: 8, Seed: 1,
		Random: dataset.RandomConfig{InputLen: 32, OutputLen: 16},
	}, tokenizer.Approximate{})
	if err != nil {
		log.Fatal(err)
	}
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		log.Fatal(err)
	}
	config := collect.Config{
		Target:         collect.Target{BaseURL: server.URL(), Endpoint: backend.Endpoint},
		Backend:        backend,
		Protocol:       protocol.Config{Model: engine.Models[0], Stream: true, IgnoreEOS: true},
		Arrivals:       collect.Arrivals{Rate: store.Rate(math.Inf(1)), Burstiness: 1},
		MaxConcurrency: 2,
	}
	if err := config.Validate(); err != nil {
		log.Fatal(err)
	}
	var counter chunkCounter
	outcome, err := collect.New(config, prompts, &counter).Run(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("completed", outcome.Completed, "failed", outcome.Failed)
	fmt.Println("rows", counter.ok, "chunks", counter.chunks)
	// Output:
	// completed 8 failed 0
	// rows 8 chunks 128
}

// A schedule is known before the load: here four requests a second with constant gaps.
func ExampleArrivals_Offsets() {
	a := collect.Arrivals{Rate: 4, Burstiness: store.Rate(math.Inf(1))}
	fmt.Println(a.Offsets(4))
	// Output:
	// [250ms 500ms 750ms 1s]
}

func ExampleParseStages() {
	stages, err := collect.ParseStages("10:30s,20:30s")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range stages {
		fmt.Println(s.From, "req/s for", s.Length, "offers", s.Requests())
	}
	// Output:
	// 10 req/s for 30s offers 300
	// 20 req/s for 30s offers 600
}
