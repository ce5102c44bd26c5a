package collect

import (
	"testing"
	"testing/synctest"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
)

// slow is a dataset whose prompts take their time.
type slow struct{ each time.Duration }

func (slow) Len() int               { return 100 }
func (slow) Recipe() map[string]any { return nil }
func (s slow) Prompt(int) (dataset.Prompt, error) {
	time.Sleep(s.each)
	return dataset.Prompt{Text: "x", OutputTokens: 1}, nil
}

// The load waits for its preparation until all is done, for a second, or for the first prompt where that takes longer.
func TestPrimed(t *testing.T) {
	t.Parallel()
	backend, err := protocol.Lookup("openai")
	if err != nil {
		t.Fatal(err)
	}
	for each, want := range map[time.Duration]time.Duration{time.Millisecond: 100 * time.Millisecond, 100 * time.Millisecond: primeTime, 5 * time.Second: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			w := New(Config{Backend: backend}, slow{each}, nil).newPreparer(0, 100)
			began, ended := time.Now(), make(chan struct{})
			go func() { w.run(); close(ended) }()
			w.primed(t.Context())
			if took := time.Since(began); took != want {
				t.Errorf("%s a prompt: the load waits %s, want %s", each, took, want)
			}
			if _, ok := w.next(); !ok {
				t.Errorf("%s a prompt: no request is ready", each)
			}
			w.stop()
			<-ended
		})
	}
}
