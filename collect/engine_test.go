package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/store"
)

// scripted is a server in virtual time: each request is answered after ttft with n tokens itl apart.
type scripted struct {
	ttft, itl time.Duration
	tokens    int
	// fail answers request i with an error instead.
	fail func(i int) error
	// chat answers in the form of a chat.
	chat bool

	mu       sync.Mutex
	requests int
	inFlight int
	most     int
}

func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	i := s.requests
	s.requests++
	s.inFlight++
	s.most = max(s.most, s.inFlight)
	s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(i); err != nil {
			s.end()
			return nil, err
		}
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}},
		Body: &scriptedBody{server: s, ctx: req.Context()}}, nil
}

func (s *scripted) end() {
	s.mu.Lock()
	s.inFlight--
	s.mu.Unlock()
}

type scriptedBody struct {
	server *scripted
	ctx    context.Context
	sent   int
	ended  bool
}

func (b *scriptedBody) Read(p []byte) (int, error) {
	s := b.server
	wait := s.itl
	switch {
	case b.sent == s.tokens:
		b.finish()
		return 0, io.EOF
	case b.sent == 0:
		wait = s.ttft
	}
	select {
	case <-time.After(wait):
	case <-b.ctx.Done():
		b.finish()
		return 0, b.ctx.Err()
	}
	b.sent++
	finish := "null"
	if b.sent == s.tokens {
		finish = "length"
	}
	event := completion("x", finish, "")
	if s.chat {
		event = strings.Replace(event, `"text":"x"`, `"delta":{"content":"x"}`, 1)
	}
	return copy(p, event), nil
}

func (b *scriptedBody) finish() {
	if !b.ended {
		b.ended = true
		b.server.end()
	}
}

func (b *scriptedBody) Close() error { b.finish(); return nil }

// prompts is a dataset of n equal prompts.
type prompts int

func (p prompts) Len() int { return int(p) }
func (p prompts) Prompt(int) (dataset.Prompt, error) {
	return dataset.Prompt{Text: "hi", InputTokens: 1, OutputTokens: 8}, nil
}
func (p prompts) Recipe() map[string]any { return nil }

// kept is a sink that copies what it is given.
type kept struct {
	mu      sync.Mutex
	records map[int64]store.Record
	err     error
}

func (k *kept) Append(batch []*store.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.records == nil {
		k.records = map[int64]store.Record{}
	}
	for _, rec := range batch {
		r := *rec
		r.TNS = slices.Clone(rec.TNS)
		k.records[r.RequestID] = r
	}
	return k.err
}

func sleepPause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// newTestEngine builds an engine on virtual time.
func newTestEngine(t *testing.T, server *scripted, n int, change func(*Config)) (*Engine, *kept) {
	t.Helper()
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Target: Target{BaseURL: "http://test"}, Backend: backend, Protocol: protocol.Config{Model: "m", Stream: true},
		Arrivals: Arrivals{Rate: store.Rate(math.Inf(1)), Burstiness: 1}}
	if change != nil {
		change(&config)
	}
	sink := &kept{}
	e := New(config, prompts(n), sink)
	e.transport, e.pause = server, sleepPause
	return e, sink
}

func TestEngineTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{ttft: 50 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 5}
		e, sink := newTestEngine(t, server, 20, func(c *Config) { c.Arrivals.Rate, c.Arrivals.Burstiness = 10, store.Rate(math.Inf(1)) })
		o, err := e.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if o.Completed != 20 || o.Failed != 0 || o.Interrupted || o.Duration != 2*time.Second+90*time.Millisecond {
			t.Errorf("outcome %+v", o)
		}
		for i := range int64(20) {
			rec := sink.records[i]
			intended := (i + 1) * 1e8
			if rec.IntendedNS != store.Int(intended) || rec.SlotNS != store.Int(intended) || rec.SentNS != store.Int(intended) {
				t.Fatalf("request %d: intended %v, slot %v, sent %v; want all at %d", i, rec.IntendedNS, rec.SlotNS, rec.SentNS, intended)
			}
			if want := []int64{5e7, 6e7, 7e7, 8e7, 9e7}; !slices.Equal(rec.TNS, want) {
				t.Errorf("request %d: chunks at %v, want %v", i, rec.TNS, want)
			}
		}
	})
}

// Four requests at once with two slots: the second pair waits, and the wait is recorded instead of being hidden.
func TestEngineConcurrencyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{ttft: 100 * time.Millisecond, itl: 0, tokens: 1}
		e, sink := newTestEngine(t, server, 4, func(c *Config) { c.MaxConcurrency = 2 })
		if _, err := e.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if server.most != 2 {
			t.Errorf("%d requests were in flight at once, want 2", server.most)
		}
		for id, slot := range map[int64]int64{0: 0, 1: 0, 2: 1e8, 3: 1e8} {
			rec := sink.records[id]
			if rec.IntendedNS != store.Int(0) || rec.SlotNS != store.Int(slot) || rec.SentNS != store.Int(slot) {
				t.Errorf("request %d: intended %v, slot %v, sent %v; want slot %d", id, rec.IntendedNS, rec.SlotNS, rec.SentNS, slot)
			}
		}
	})
}

// Stop sends nothing more and waits for what is in flight.
func TestEngineStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{ttft: 50 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 10}
		e, sink := newTestEngine(t, server, 100, func(c *Config) { c.Arrivals.Rate, c.Arrivals.Burstiness = 100, store.Rate(math.Inf(1)) })
		time.AfterFunc(105*time.Millisecond, e.Stop)
		o, err := e.Run(t.Context())
		if err != nil || !o.Interrupted || o.Completed != 10 || o.Failed != 0 || len(sink.records) != 10 {
			t.Errorf("outcome %+v, error %v, %d records; want 10 complete", o, err, len(sink.records))
		}
	})
}

// A cut keeps every request with the chunks that had come.
func TestEngineCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{ttft: 50 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 1000}
		e, sink := newTestEngine(t, server, 3, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 75*time.Millisecond)
		defer cancel()
		o, err := e.Run(ctx)
		if err != nil || !o.Interrupted || o.Failed != 3 {
			t.Fatalf("outcome %+v, error %v", o, err)
		}
		for id, rec := range sink.records {
			if rec.Status != store.StatusCancelled || len(rec.TNS) != 3 {
				t.Errorf("request %d: %s with %d chunks, want cancelled with 3", id, rec.Status, len(rec.TNS))
			}
		}
	})
}

func TestEngineTimeouts(t *testing.T) {
	for _, c := range []struct {
		timeouts Timeouts
		server   *scripted
		status   string
		chunks   int
	}{
		{Timeouts{Total: 75 * time.Millisecond}, &scripted{ttft: 50 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 9}, store.StatusTotalTimeout, 3},
		{Timeouts{Idle: 20 * time.Millisecond}, &scripted{ttft: 5 * time.Millisecond, itl: time.Second, tokens: 9}, store.StatusIdleTimeout, 1},
		{Timeouts{Idle: 20 * time.Millisecond, FirstByte: time.Hour}, &scripted{ttft: 15 * time.Millisecond, itl: 15 * time.Millisecond, tokens: 9}, store.StatusOK, 9},
	} {
		synctest.Test(t, func(t *testing.T) {
			e, sink := newTestEngine(t, c.server, 1, func(config *Config) { config.Timeouts = c.timeouts })
			if _, err := e.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if rec := sink.records[0]; rec.Status != c.status || len(rec.TNS) != c.chunks {
				t.Errorf("%+v: %s (%s) with %d chunks, want %s with %d", c.timeouts, rec.Status, rec.Error.V, len(rec.TNS), c.status, c.chunks)
			}
		})
	}
}

// A failed request is a row, and the load goes on.
func TestEngineFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{ttft: time.Millisecond, itl: time.Millisecond, tokens: 2,
			fail: func(i int) error {
				if i%2 == 0 {
					return errors.New("refused")
				}
				return nil
			}}
		e, sink := newTestEngine(t, server, 10, func(c *Config) { c.MaxConcurrency = 1 })
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 5 || o.Failed != 5 {
			t.Fatalf("outcome %+v, error %v", o, err)
		}
		if rec := sink.records[0]; rec.Status != store.StatusConnectError || rec.Error.V != "refused" || !rec.DoneNS.Valid {
			t.Errorf("request 0: %+v", rec.Request)
		}
	})
}

// Outputs the server does not count are counted by the tokenizer, or by their chunks when there is none.
func TestEngineCountsOutputs(t *testing.T) {
	for source, count := range map[string]func(string) (int, error){
		store.CountedByTokenizer: func(text string) (int, error) { return 2 * len(text), nil },
		store.CountedByChunks:    nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			e, sink := newTestEngine(t, &scripted{ttft: 1, itl: 1, tokens: 3}, 1, func(c *Config) { c.CountTokens = count })
			if _, err := e.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantTokens := map[string]int64{store.CountedByTokenizer: 6, store.CountedByChunks: 3}[source]
			rec := sink.records[0]
			if rec.OutputTokens != store.Int(wantTokens) || rec.OutputTokensSource != store.String(source) {
				t.Errorf("%v tokens by %v, want %d by %s", rec.OutputTokens, rec.OutputTokensSource, wantTokens, source)
			}
			if rec.PromptTokens != store.Int(1) || rec.PromptTokensSource != store.String(store.CountedByTokenizer) {
				t.Errorf("prompt: %v tokens by %v", rec.PromptTokens, rec.PromptTokensSource)
			}
		})
	}
}

// When nothing can be written any more the load stops instead of losing rows in silence.
func TestEngineStopsWhenTheSinkFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, sink := newTestEngine(t, &scripted{ttft: 1, itl: 1, tokens: 1}, 100, func(c *Config) { c.Arrivals.Rate = 1 })
		sink.err = errors.New("disk full")
		o, err := e.Run(t.Context())
		if err == nil || !o.Interrupted || o.Completed > 20 {
			t.Errorf("outcome %+v, error %v", o, err)
		}
		if len(sink.records) != int(o.Completed) {
			t.Errorf("the sink was given %d of %d requests: those after its failure may still find room", len(sink.records), o.Completed)
		}
	})
}

// A prompt that cannot be made ends the run after those before it.
type brokenPrompts struct{ prompts }

func (b brokenPrompts) Prompt(i int) (dataset.Prompt, error) {
	if i == 3 {
		return dataset.Prompt{}, errors.New("bad row")
	}
	return b.prompts.Prompt(i)
}

func TestEngineStopsAtABrokenPrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, sink := newTestEngine(t, &scripted{ttft: 1, itl: 1, tokens: 1}, 10, nil)
		e.dataset = brokenPrompts{10}
		_, err := e.Run(t.Context())
		if err == nil || fmt.Sprint(err) != "make prompt 3: bad row" || len(sink.records) != 3 {
			t.Errorf("error %v, %d records", err, len(sink.records))
		}
	})
}

func TestVerdict(t *testing.T) {
	good := Client{LagP99: 500 * time.Microsecond, SchedP99: 100 * time.Microsecond, CPU: 0.3, SendRatio: 1,
		MedianTTFT: 100 * time.Millisecond, MedianITL: 10 * time.Millisecond}
	for _, c := range []struct {
		name   string
		change func(*Client)
		want   string
	}{
		{"good", func(*Client) {}, VerdictOK},
		{"lag within 5% of TTFT", func(c *Client) { c.LagP99 = 5 * time.Millisecond }, VerdictOK},
		{"lag above 5% of TTFT", func(c *Client) { c.LagP99 = 6 * time.Millisecond }, VerdictSuspect},
		{"lag within 1 ms of a fast server", func(c *Client) { c.MedianTTFT, c.LagP99 = 5*time.Millisecond, time.Millisecond }, VerdictOK},
		{"lag above a quarter of TTFT", func(c *Client) { c.LagP99 = 26 * time.Millisecond }, VerdictSaturated},
		{"scheduling", func(c *Client) { c.SchedP99 = 600 * time.Microsecond }, VerdictSuspect},
		{"scheduling within 5% of ITL", func(c *Client) { c.SchedP99, c.MedianITL = time.Millisecond, 20*time.Millisecond }, VerdictOK},
		{"CPU", func(c *Client) { c.CPU = 0.9 }, VerdictSaturated},
		{"queue", func(c *Client) { c.QueueFull = true }, VerdictSaturated},
		{"rate", func(c *Client) { c.SendRatio = 0.97 }, VerdictSaturated},
		{"a stall below a second", func(c *Client) { c.Stall = 900 * time.Millisecond }, VerdictOK},
		{"a stall while nothing was due", func(c *Client) { c.Stall = 3 * time.Second }, VerdictSuspect},
		{"a stall that made requests late", func(c *Client) { c.Stall, c.LagP99 = 3*time.Second, 2*time.Second }, VerdictSaturated},
		{"all failed", func(c *Client) { c.MedianTTFT, c.MedianITL, c.LagP99 = 0, 0, 2*time.Millisecond }, VerdictSuspect},
	} {
		client := good
		c.change(&client)
		got, reason := client.Verdict()
		if got != c.want || (reason == "") != (got == VerdictOK) {
			t.Errorf("%s: %s (%s), want %s", c.name, got, reason, c.want)
		}
	}
}
