package collect

import (
	"context"
	"fmt"
	"sync"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
)

// prepared is one request ready to be sent: everything that costs time is done before its time comes.
type prepared struct {
	id     int
	unit   int // the arrival: the request's number, or that of its conversation
	prompt dataset.Prompt
	body   []byte
	err    error
}

// aheadBytes bounds the bodies that wait to be sent, so that a million prompts start as soon as a few do.
const aheadBytes = 32 << 20

// preparer builds bodies in schedule order, as far ahead as aheadBytes allows.
type preparer struct {
	unit     func(i int) (id int, p dataset.Prompt, err error)
	protocol protocol.Protocol
	config   *protocol.Config
	from, to int
	prompt   dataset.Prompt // the one at work: a variable of its own would be an allocation each

	mu      sync.Mutex
	changed *sync.Cond
	queue   []prepared
	bytes   int
	ended   bool
	stopped bool
}

// newPreparer prepares the first prompts of the arrivals from <= i < to.
func (e *Engine) newPreparer(from, to int) *preparer {
	w := &preparer{unit: e.unit, protocol: e.config.Backend.Protocol, config: &e.config.Protocol, from: from, to: to}
	w.changed = sync.NewCond(&w.mu)
	return w
}

// run prepares its prompts. It ends after the last one, at the first error, or when stop was called.
func (w *preparer) run() {
	for i := w.from; i < w.to; i++ {
		next := w.prepare(i)
		if !w.put(next) || next.err != nil {
			break
		}
	}
	w.mu.Lock()
	w.ended = true
	w.changed.Broadcast()
	w.mu.Unlock()
}

func (w *preparer) prepare(i int) prepared {
	id, prompt, err := w.unit(i)
	if err != nil {
		return prepared{id: id, err: fmt.Errorf("make prompt %d: %w", id, err)}
	}
	w.prompt = prompt
	body, err := w.protocol.Body(w.config, &w.prompt)
	w.prompt = dataset.Prompt{}
	if err != nil {
		return prepared{id: id, err: fmt.Errorf("build request %d: %w", id, err)}
	}
	// What the prompt holds lives on in the body alone.
	prompt.Text, prompt.TokenIDs, prompt.Messages, prompt.Batch, prompt.Audio = "", nil, nil, nil, nil
	return prepared{id: id, unit: i, prompt: prompt, body: body}
}

func (w *preparer) put(next prepared) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.bytes >= aheadBytes && !w.stopped {
		w.changed.Wait()
	}
	w.queue = append(w.queue, next)
	w.bytes += len(next.body)
	w.changed.Broadcast()
	return !w.stopped
}

// primeTime is how long the load waits for its preparation to get ahead: prompts that must be counted as they are made would
// hold it up for as long as aheadBytes take.
const primeTime = time.Second

// primed waits until as much is prepared as may be, so that the start of the load is not slowed by its preparation, but no
// longer than primeTime, and until the first request is there.
func (w *preparer) primed(ctx context.Context) {
	defer context.AfterFunc(ctx, w.stop)()
	late := false
	timer := time.AfterFunc(primeTime, func() {
		w.mu.Lock()
		late = true
		w.changed.Broadcast()
		w.mu.Unlock()
	})
	defer timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.bytes < aheadBytes && !w.ended && !w.stopped && !(late && len(w.queue) > 0) {
		w.changed.Wait()
	}
}

// next hands out the requests in order; false after the last one and after stop.
func (w *preparer) next() (prepared, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) == 0 && !w.ended && !w.stopped {
		w.changed.Wait()
	}
	if len(w.queue) == 0 || w.stopped {
		return prepared{}, false
	}
	first := w.queue[0]
	w.queue[0] = prepared{}
	w.queue = w.queue[1:]
	w.bytes -= len(first.body)
	w.changed.Broadcast()
	return first, true
}

func (w *preparer) stop() {
	w.mu.Lock()
	w.stopped = true
	w.changed.Broadcast()
	w.mu.Unlock()
}
