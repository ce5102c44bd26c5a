package llmbench_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"os"
	"time"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/collect/simulate"
	"llmbench/query"
	"llmbench/report"
	"llmbench/report/chart"
	"llmbench/report/gallery"
	"llmbench/store"
)

// questions is a dataset of one's own.
type questions []string

func (q questions) Len() int { return len(q) }

func (q questions) Prompt(i int) (dataset.Prompt, error) {
	return dataset.Prompt{Text: q[i], OutputTokens: 16}, nil
}

func (q questions) Recipe() map[string]any { return map[string]any{"questions": []string(q)} }

// serve starts an engine with known timing in this process.
func serve(ctx context.Context) (*simulate.Server, error) {
	config := simulate.Default()
	config.Fixed = &simulate.FixedTiming{TTFT: 4 * time.Millisecond, ITL: time.Millisecond / 2}
	server, err := simulate.New(config)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go server.Serve(ctx, listener)
	return server, nil
}

// measure puts a load on a server and keeps it in a warehouse: the writer of a run is the collector's sink.
func measure(ctx context.Context, warehouse *store.Warehouse, baseURL string) (store.Entry, error) {
	run := store.Run{Name: new("mine"), Source: "example", TimeBase: "process"}
	writer, err := warehouse.Begin(ctx, run)
	if err != nil {
		return store.Entry{}, err
	}
	backend, err := protocol.Lookup("openai")
	if err != nil {
		return store.Entry{}, errors.Join(err, writer.Abort())
	}
	load := collect.Config{
		Target:         collect.Target{BaseURL: baseURL, Endpoint: backend.Endpoint},
		Backend:        backend,
		Protocol:       protocol.Config{Stream: true, IgnoreEOS: true},
		Arrivals:       collect.Arrivals{Rate: store.Rate(math.Inf(1)), Burstiness: 1},
		MaxConcurrency: 2,
	}
	outcome, err := collect.New(load, questions{"What is it?", "Why?", "And then?", "Is that all?"}, writer).Run(ctx)
	if err != nil {
		return store.Entry{}, errors.Join(err, writer.Abort())
	}
	run.RunID = writer.RunID()
	outcome.Describe(&run)
	return writer.Finish(ctx, run)
}

// show asks for the report of a run and draws a chart of it.
func show(ctx context.Context, entry store.Entry, text, picture io.Writer) error {
	session, err := query.Open(ctx, query.Source{Entries: []store.Entry{entry}}, query.Options{})
	if err != nil {
		return err
	}
	defer session.Close()
	serving, err := report.AskServing(ctx, session, entry, []string{"ttft", "itl"}, []float64{50, 99})
	if err != nil {
		return err
	}
	if err := report.WriteServing(text, *serving); err != nil {
		return err
	}
	kind, _ := gallery.Find("percentiles")
	ask := gallery.Ask{Runs: []gallery.Run{{ID: entry.Run.RunID, Label: "mine"}}, Lang: chart.English}
	answer, err := session.Table(ctx, kind.SQL(ask))
	if err != nil {
		return err
	}
	return kind.Draw(ask, answer).Write(picture, chart.Options{Format: "svg"})
}

// The whole way: a server, a load on it, a warehouse, a report and a chart.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	dir, err := os.MkdirTemp("", "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	server, err := serve(ctx)
	if err != nil {
		log.Fatal(err)
	}
	warehouse, err := store.Open(ctx, dir, store.Options{Summarise: query.Summarise, ToolVersion: "example"})
	if err != nil {
		log.Fatal(err)
	}
	defer warehouse.Close()
	entry, err := measure(ctx, warehouse, server.URL())
	if err != nil {
		log.Fatal(err)
	}
	if err := show(ctx, entry, io.Discard, io.Discard); err != nil {
		log.Fatal(err)
	}
	fmt.Println(entry.Run.Status, entry.Summary.Completed, "requests,", *entry.Summary.TotalOutputTokens, "tokens")
	// Output:
	// complete 4 requests, 64 tokens
}
