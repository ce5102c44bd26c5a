package simulate

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"
)

// sink gets what is generated for one request: tokens at a time, last with the final ones. The scheduler calls it from
// its own goroutine, so it must not block.
type sink interface {
	Emit(tokens int, last bool)
}

// sequence is one request inside the engine. Its first block is set by the server, the rest belongs to the scheduler.
type sequence struct {
	received time.Time
	prompt   int // tokens
	cached   int // of the prompt's tokens, at most prompt-1
	output   int // tokens to generate, at least 1
	out      sink

	started   time.Time // a slot was granted
	prefilled int       // prompt tokens computed, cached ones not counted
	chunk     int       // prompt tokens computed in the step under way
	sent      int       // output tokens generated

	// Fixed timing only.
	pacer *pacer
	gone  atomic.Bool
}

func (s *sequence) decoding() bool { return s.prefilled == s.prompt-s.cached }

// errQueueFull is what a bounded queue answers: HTTP 429.
var errQueueFull = errors.New("the waiting queue is full")

// costs is the engine's model of time. A step in which n sequences decode, c tokens of context among them, and in which s
// prompts are begun and p prompt tokens computed takes, times a lognormal factor of mean 1,
//
//	[n > 0] * (StepTime + n*StepSequenceTime + c/1000*StepContextTime) + s*PrefillTime + p*PrefillTokenTime
//
// so that without jitter the ITL of n running sequences of short context is StepTime + n*StepSequenceTime, the TTFT of an
// idle engine PrefillTime + p*PrefillTokenTime, and the capacity of a configuration can be written down.
type costs struct {
	prefill, prefillToken               time.Duration
	step, stepSequence, stepContext1000 time.Duration
	sigma                               float64
	rng                                 *rand.Rand
}

// work is what one step has to do.
type work struct {
	decoding, context int
	prompts, tokens   int
}

func (c *costs) of(w work) time.Duration {
	d := time.Duration(w.prompts)*c.prefill + time.Duration(w.tokens)*c.prefillToken
	if w.decoding > 0 {
		d += c.step + time.Duration(w.decoding)*c.stepSequence + time.Duration(w.context)*c.stepContext1000/1000
	}
	if c.sigma > 0 {
		d = time.Duration(float64(d) * math.Exp(c.sigma*c.rng.NormFloat64()-c.sigma*c.sigma/2))
	}
	return d
}

// batch is continuous batching without a clock: requests wait in order of arrival, run in slots, and share steps. The
// caller alternates begin and end and supplies the time; add and remove may come in between. Not safe for concurrent use.
type batch struct {
	costs          costs
	slots          int
	maxQueue       int // -1: any number
	budget         int // tokens a step; 0: no limit
	tokensPerChunk int

	waiting, running []*sequence
	due              []emission
}

// emission is what a step generated for one sequence.
type emission struct {
	to     *sequence
	tokens int
	last   bool
}

func newBatch(c *Config) batch {
	return batch{
		costs: costs{
			prefill: c.PrefillTime, prefillToken: c.PrefillTokenTime,
			step: c.StepTime, stepSequence: c.StepSequenceTime, stepContext1000: c.StepContextTime,
			sigma: c.Jitter, rng: rand.New(rand.NewPCG(c.Seed, streamJitter)),
		},
		slots: c.Slots, maxQueue: c.MaxQueue, budget: c.BatchTokens, tokensPerChunk: c.TokensPerChunk,
	}
}

// add queues s. Requests that will find a free slot at the next step do not count as waiting.
func (b *batch) add(s *sequence) error {
	if b.maxQueue >= 0 && len(b.waiting) >= b.maxQueue+b.slots-len(b.running) {
		return errQueueFull
	}
	b.waiting = append(b.waiting, s)
	return nil
}

// remove drops s, waiting or running; its slot is free at once. The step under way keeps its length.
func (b *batch) remove(s *sequence) {
	is := func(x *sequence) bool { return x == s }
	b.waiting = slices.DeleteFunc(b.waiting, is)
	b.running = slices.DeleteFunc(b.running, is)
}

// begin grants slots to those that had arrived by at, and says how long the step from then on takes. ok is false when
// there is nothing to do.
func (b *batch) begin(at time.Time) (step time.Duration, ok bool) {
	var w work
	left := math.MaxInt
	if b.budget > 0 {
		left = b.budget
	}
	for _, s := range b.running {
		if s.decoding() {
			w.decoding++
			w.context += s.prompt + s.sent
			left -= b.tokensPerChunk
		}
	}
	for _, s := range b.running {
		left -= s.compute(left, &w)
	}
	for left > 0 && len(b.running) < b.slots && len(b.waiting) > 0 && !b.waiting[0].received.After(at) {
		s := b.waiting[0]
		b.waiting = slices.Delete(b.waiting, 0, 1)
		b.running = append(b.running, s)
		s.started = at
		left -= s.compute(left, &w)
	}
	return b.costs.of(w), len(b.running) > 0
}

// compute plans at most limit prompt tokens of s for this step.
func (s *sequence) compute(limit int, w *work) int {
	s.chunk = max(0, min(limit, s.prompt-s.cached-s.prefilled))
	if s.chunk > 0 && s.prefilled == 0 {
		w.prompts++
	}
	w.tokens += s.chunk
	return s.chunk
}

// end finishes the step: a sequence whose prompt is now complete yields its first token, those that decoded yield
// theirs. The slice is valid until the next call.
func (b *batch) end() []emission {
	b.due = b.due[:0]
	for _, s := range b.running {
		tokens := 0
		switch {
		case s.chunk > 0:
			s.prefilled += s.chunk
			s.chunk = 0
			if s.decoding() {
				tokens = 1
			}
		case s.decoding():
			tokens = min(b.tokensPerChunk, s.output-s.sent)
		}
		if tokens > 0 {
			s.sent += tokens
			b.due = append(b.due, emission{s, tokens, s.sent == s.output})
		}
	}
	b.running = slices.DeleteFunc(b.running, func(s *sequence) bool { return s.sent == s.output })
	return b.due
}

// load is what the engine holds at a moment.
type load struct {
	running, waiting int
	context          int // tokens of the running sequences
}

func (b *batch) load() load {
	l := load{running: len(b.running), waiting: len(b.waiting)}
	for _, s := range b.running {
		l.context += s.prompt + s.sent
	}
	return l
}
