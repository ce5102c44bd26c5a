package collect

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/store"
)

// Warm-ups come before the origin, keep to the concurrency limit, and count for nothing.
func TestWarmups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{ttft: 50 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 6}
		e, sink := newTestEngine(t, server, 5, func(c *Config) { c.Warmups, c.MaxConcurrency = 3, 2 })
		began := time.Now()
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 2 || o.Failed != 0 || o.Interrupted || o.Duration != 100*time.Millisecond {
			t.Fatalf("outcome %+v, error %v; want 2 requests in 100ms", o, err)
		}
		if server.most != 2 || o.BeganAt.Sub(began) != 200*time.Millisecond || e.Progress().Done != 2 {
			t.Errorf("%d at once, origin after %v, %d done; want 2, 200ms, 2", server.most, o.BeganAt.Sub(began), e.Progress().Done)
		}
		for id, sentNS := range map[int64]int64{2: -2e8, 3: -2e8, 4: -1e8} {
			rec := sink.records[id]
			if rec.Phase != store.PhaseWarmup || rec.SentNS != store.Int(sentNS) || rec.DoneNS != store.Int(sentNS+1e8) || rec.TNS[0] != 5e7 {
				t.Errorf("warm-up %d: %+v, want it sent at %d", id, rec.Request, sentNS)
			}
		}
		if rec := sink.records[0]; rec.Phase != store.PhaseMeasured || rec.SlotNS != store.Int(0) || rec.SentNS != store.Int(0) {
			t.Errorf("request 0: %+v", rec.Request)
		}
	})
}

// What is to be done before the origin is done once, after the warm-ups; its failure ends the run before the load.
func TestBeforeOrigin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{ttft: 1, itl: 1, tokens: 1}
		e, sink := newTestEngine(t, server, 5, func(c *Config) {
			c.Warmups = 2
			c.BeforeOrigin = func(context.Context) error {
				if server.requests != 2 {
					t.Errorf("called after %d requests, want 2", server.requests)
				}
				return errors.New("refused")
			}
		})
		o, err := e.Run(t.Context())
		if err == nil || !o.Interrupted || len(sink.records) != 0 || server.requests != 2 {
			t.Errorf("outcome %+v, error %v, %d records, %d requests", o, err, len(sink.records), server.requests)
		}
	})
}

// The duration of the load is not that of its warm-ups.
func TestWarmupsOutlastTheDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, sink := newTestEngine(t, &scripted{ttft: 90 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 2}, 10, func(c *Config) {
			c.Warmups, c.MaxConcurrency, c.Arrivals.Duration = 4, 1, 150*time.Millisecond
		})
		o, err := e.Run(t.Context())
		if err != nil || o.Interrupted || o.Completed != 2 || len(sink.records) != 6 {
			t.Fatalf("outcome %+v, error %v, %d records; want 2 and 4", o, err, len(sink.records))
		}
		if rec := sink.records[9]; rec.SlotNS != store.Int(-1e8) || rec.SentNS != store.Int(-1e8) {
			t.Errorf("the last warm-up: %+v, want it sent at -100ms", rec.Request)
		}
	})
}
