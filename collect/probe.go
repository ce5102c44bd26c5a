package collect

import (
	"context"
	"sync"
	"time"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// probePrompt is as little work as a server can be given: what its latency grows by is the load's doing.
var probePrompt = dataset.Prompt{Text: "Hi", OutputTokens: 1}

// probe sends probes from the origin on until the returned function is called, which waits for those under way. They are
// rows of phase probe, numbered after the dataset.
func (e *Engine) probe(ctx context.Context) (end func()) {
	if e.config.ProbeRate == 0 {
		return func() {}
	}
	prompt := probePrompt
	body, err := e.config.Backend.Protocol.Body(&e.config.Protocol, &prompt)
	if err != nil { // the load's own prompts will tell
		return func() {}
	}
	probing, cancel := stoppable(ctx, e.stopping)
	var all sync.WaitGroup
	all.Go(func() {
		for k := 0; ; k++ {
			due := time.Duration(float64(k) / e.config.ProbeRate * float64(time.Second))
			e.pause(probing, due-time.Duration(e.nowNS()))
			if probing.Err() != nil {
				return
			}
			x := e.exchange(prepared{id: e.dataset.Len() + k, prompt: prompt}, store.PhaseProbe, int64(due), int64(due))
			all.Add(1)
			e.carrier.send(ctx, x, body, e.requestID(e.dataset.Len()+k), func() {
				e.recorder.put(x.finished(0))
				all.Done()
			})
		}
	})
	return func() {
		cancel()
		all.Wait()
	}
}
