package collect

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// recorded is a dataset of requests that arrived at these times.
type recorded []time.Duration

func (r recorded) Len() int                           { return len(r) }
func (r recorded) Prompt(int) (dataset.Prompt, error) { return prompts(1).Prompt(0) }
func (r recorded) Recipe() map[string]any             { return nil }
func (r recorded) Offset(i int) time.Duration         { return r[i] }

func TestReplay(t *testing.T) {
	for _, c := range []struct {
		name string
		data dataset.Dataset
		says string
	}{
		{"as recorded", recorded{0, 10, 10, 3e9, 7e9}, ""},
		{"through adapters", dataset.WithModels(recorded{0, 5e8}, []string{"a"}, true, 1), ""},
		{"out of order", recorded{0, 3e9, 1e9}, "request 2"},
		{"without times", prompts(3), "--self-timed"},
	} {
		synctest.Test(t, func(t *testing.T) {
			e, sink := newTestEngine(t, &scripted{ttft: 1, itl: 1, tokens: 2}, 1, func(config *Config) { config.SelfTimed = true })
			e.dataset = c.data
			o, err := e.Run(t.Context())
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) || !o.Interrupted {
					t.Errorf("%s: %+v, %v; want %q", c.name, o, err, c.says)
				}
				return
			}
			timed, _ := dataset.AsTimed(c.data)
			if err != nil || o.Completed != int64(c.data.Len()) {
				t.Fatalf("%s: %+v, %v", c.name, o, err)
			}
			for id, rec := range sink.records {
				if want := store.Int(int64(timed.Offset(int(id)))); rec.IntendedNS != want || rec.SentNS != want {
					t.Errorf("%s: request %d intended %v, sent %v, want %d", c.name, id, rec.IntendedNS, rec.SentNS, want.V)
				}
			}
		})
	}
}
