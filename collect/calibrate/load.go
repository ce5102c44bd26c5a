package calibrate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/store"
)

// Timing of the engine, the same for every stream whatever the load.
type Timing struct {
	TTFT, ITL time.Duration
	// Tokens of each stream.
	Tokens int
}

// Stream is how long one stream lasts.
func (t Timing) Stream() time.Duration { return t.TTFT + time.Duration(t.Tokens-1)*t.ITL }

// Load is what one step sends.
type Load struct {
	Streams  int // in flight at once
	Requests int
	Tokens   int // of each stream
	// Rate is requests per second; infinite sends as many as Streams at once, then one for each that ends.
	Rate float64
}

// Run is a load that was sent.
type Run struct {
	Requests []Request // those that were complete
	Outcome  *collect.Outcome
}

// Chunks counts the chunks that came.
func (r *Run) Chunks() int64 {
	var n int64
	for _, request := range r.Requests {
		n += int64(len(request.ArrivalsNS))
	}
	return n
}

// Send puts the load on the server at baseURL with the engine every other run uses. Request ids begin with prefix.
func Send(ctx context.Context, baseURL, model, prefix string, load Load) (*Run, error) {
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		return nil, err
	}
	sink := &keeper{prefix: prefix}
	engine := collect.New(collect.Config{
		Target:          collect.Target{BaseURL: baseURL, Endpoint: backend.Endpoint},
		Backend:         backend,
		Protocol:        protocol.Config{Model: model, Stream: true, IgnoreEOS: true},
		Arrivals:        collect.Arrivals{Rate: store.Rate(load.Rate), Burstiness: store.Rate(math.Inf(1))},
		MaxConcurrency:  load.limit(),
		Timeouts:        collect.Timeouts{Connect: 30 * time.Second, Total: 10 * time.Minute},
		RequestIDPrefix: prefix,
	}, shortPrompts{load.Requests, load.Tokens}, sink)
	outcome, err := engine.Run(ctx)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("put %d streams on %s: %w", load.Streams, baseURL, err)
	}
	return &Run{sink.requests(outcome.BeganAt.UnixNano()), outcome}, nil
}

// limit is the concurrency limit: none where the rate sets the pace.
func (l Load) limit() int {
	if math.IsInf(l.Rate, 1) {
		return l.Streams
	}
	return 0
}

// keeper is a sink that keeps what the join needs, times since the run's origin.
type keeper struct {
	prefix string
	kept   []Request
}

var _ collect.Sink = (*keeper)(nil)

// Append copies: the records are the collector's again afterwards.
func (k *keeper) Append(batch []*store.Record) error {
	for _, rec := range batch {
		if rec.Status == store.StatusOK {
			k.kept = append(k.kept, Request{k.prefix + strconv.FormatInt(rec.RequestID, 10), rec.SentNS.V, slices.Clone(rec.TNS)})
		}
	}
	return nil
}

// requests gives what was kept in Unix time.
func (k *keeper) requests(originNS int64) []Request {
	for i := range k.kept {
		r := &k.kept[i]
		r.SentNS += originNS
		for j := range r.ArrivalsNS {
			r.ArrivalsNS[j] += r.SentNS
		}
	}
	return k.kept
}

// shortPrompts is a dataset of equal prompts: the engine's timing does not depend on them.
type shortPrompts struct{ n, tokens int }

var _ dataset.Dataset = shortPrompts{}

func (p shortPrompts) Len() int { return p.n }

func (p shortPrompts) Prompt(int) (dataset.Prompt, error) {
	return dataset.Prompt{Text: "calibrate", OutputTokens: p.tokens}, nil
}

func (p shortPrompts) Recipe() map[string]any { return map[string]any{"output_len": p.tokens} }
