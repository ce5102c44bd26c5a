package collect

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/store"
)

// Probes keep their own times beside a full load, and count for nothing in it.
func TestProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, sink := newTestEngine(t, &scripted{ttft: 90 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 2}, 5, func(c *Config) {
			c.MaxConcurrency, c.ProbeRate = 1, 20
		})
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 5 || o.Interrupted || o.Duration != 500*time.Millisecond || e.Progress().Done != 5 {
			t.Fatalf("outcome %+v, error %v; want 5 in 500ms", o, err)
		}
		probes := int64(0)
		for id, rec := range sink.records {
			if rec.Phase != store.PhaseProbe {
				continue
			}
			probes++
			due := store.Int((id - 5) * 5e7)
			if rec.IntendedNS != due || rec.SentNS != due || rec.AskedTokens != store.Int(1) || rec.Status != store.StatusOK {
				t.Errorf("probe %d: %+v, want it sent at %d", id, rec.Request, due.V)
			}
		}
		if probes < 10 || probes > 11 { // the one due at 500ms may or may not be sent
			t.Errorf("%d probes, want one every 50ms of 500", probes)
		}
	})
}

// Every backend can be probed; one that cannot is refused before anything is sent.
func TestEveryBackendHasAProbe(t *testing.T) {
	t.Parallel()
	for _, name := range protocol.Names() {
		backend, err := protocol.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		c := Config{Backend: backend, Protocol: protocol.Config{Model: "m", Stream: true}, ProbeRate: 1}
		if probe, err := c.probe(); err != nil || len(probe.body) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(probe.body), err)
		}
	}
	picky := Config{Backend: protocol.Backend{Name: "picky", Protocol: picky{}}, ProbeRate: 1}
	if err := picky.Validate(); err == nil || !strings.Contains(err.Error(), "--probe-request-rate: backend picky") {
		t.Errorf("a backend that takes no probe gives %v", err)
	}
}

type picky struct{ protocol.Protocol }

func (picky) Body(*protocol.Config, *dataset.Prompt) ([]byte, error) { return nil, errors.New("no") }

// A user sends the next request a think time after the last answer, and the wait is not the client's lag.
func TestThinkTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, sink := newTestEngine(t, &scripted{ttft: 90 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 2}, 6, func(c *Config) {
			c.MaxConcurrency, c.ThinkTime = 2, 300*time.Millisecond
		})
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 6 || o.Duration != 900*time.Millisecond || o.Client.LagMax != 0 {
			t.Fatalf("outcome %+v, error %v; want 6 in 900ms", o, err)
		}
		for id, rec := range sink.records {
			if want := store.Int(id / 2 * 4e8); rec.SlotNS != want || rec.SentNS != want {
				t.Errorf("request %d: slot %v, sent %v, want %d", id, rec.SlotNS, rec.SentNS, want.V)
			}
		}
	})
}
