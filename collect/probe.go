package collect

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// probePrompts are as little work as a server can be given: what its latency grows by is the load's doing. The first one
// that the backend can send is taken: text, a query with one document for rerankers, half a second of silence.
var probePrompts = []dataset.Prompt{
	{Text: "Hi", OutputTokens: 1},
	{Batch: []string{"Hi", "Hi"}, OutputTokens: 1},
	{Audio: silence(time.Second / 2), AudioName: "silence.wav", OutputTokens: 1},
}

// silence is a WAV file: one channel of 16 bits, 16,000 times a second, the form that speech models take.
func silence(length time.Duration) []byte {
	const rate, width, headBytes = 16000, 2, 44
	data := uint32(length.Seconds()*rate) * width
	le := binary.LittleEndian
	wav := le.AppendUint32([]byte("RIFF"), headBytes-8+data)
	wav = le.AppendUint32(append(wav, "WAVEfmt "...), 16)
	wav = le.AppendUint16(le.AppendUint16(wav, 1), 1) // uncompressed, one channel
	wav = le.AppendUint32(le.AppendUint32(wav, rate), rate*width)
	wav = le.AppendUint16(le.AppendUint16(wav, width), 8*width)
	wav = le.AppendUint32(append(wav, "data"...), data)
	return append(wav, make([]byte, data)...)
}

// probeRequest is what every probe sends.
type probeRequest struct {
	prompt dataset.Prompt
	body   []byte
}

// probe builds the probes' request where there are to be probes.
func (c *Config) probe() (probeRequest, error) {
	if !(c.ProbeRate > 0) || c.Backend.Protocol == nil {
		return probeRequest{}, nil
	}
	var first error
	for _, prompt := range probePrompts {
		body, err := c.Backend.Protocol.Body(&c.Protocol, &prompt)
		if err == nil {
			return probeRequest{prompt, body}, nil
		}
		first = cmp.Or(first, err)
	}
	return probeRequest{}, fmt.Errorf("--probe-request-rate: backend %s has no request as small as a probe: %w", c.Backend.Name, first)
}

// probe sends probes from the origin on until the returned function is called, which waits for those under way. They are
// rows of phase probe, numbered after the dataset.
func (e *Engine) probe(ctx context.Context, request probeRequest) (end func()) {
	if e.config.ProbeRate == 0 {
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
			x := e.exchange(prepared{id: e.dataset.Len() + k, prompt: request.prompt}, store.PhaseProbe, int64(due), int64(due))
			all.Add(1)
			e.carrier.send(ctx, x, request.body, e.requestID(e.dataset.Len()+k), func() {
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
