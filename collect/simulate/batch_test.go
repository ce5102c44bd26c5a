package simulate

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

const ms = time.Millisecond

// play steps the batch from at until nothing is left and gives when each sequence got its tokens.
func play(b *batch, at time.Time) map[*sequence][]time.Time {
	got := map[*sequence][]time.Time{}
	for {
		step, ok := b.begin(at)
		if !ok {
			return got
		}
		at = at.Add(step)
		for _, e := range b.end() {
			for range e.tokens {
				got[e.to] = append(got[e.to], at)
			}
		}
	}
}

func offsets(began time.Time, times []time.Time) []time.Duration {
	var d []time.Duration
	for _, t := range times {
		d = append(d, t.Sub(began))
	}
	return d
}

func TestBatchAlone(t *testing.T) {
	t.Parallel()
	began := time.Unix(0, 0)
	check := func(name string, change func(*Config), s *sequence, want ...time.Duration) {
		t.Helper()
		c := exactConfig()
		change(&c)
		b := newBatch(&c)
		s.received = began
		if err := b.add(s); err != nil {
			t.Fatal(err)
		}
		if got := offsets(began, play(&b, began)[s]); !slices.Equal(got, want) {
			t.Errorf("%s: tokens at %v, want %v", name, got, want)
		}
	}
	plain := func(*Config) {}
	check("one token", plain, &sequence{prompt: 5, output: 1}, 15*ms)
	check("three tokens", plain, &sequence{prompt: 5, output: 3}, 15*ms, 26*ms, 37*ms)
	check("cached prompt", plain, &sequence{prompt: 5, cached: 4, output: 2}, 11*ms, 22*ms)
	check("context costs", func(c *Config) { c.StepContextTime = 1000 * ms }, &sequence{prompt: 5, output: 3},
		15*ms, 15*ms+17*ms, 15*ms+17*ms+18*ms)
	check("speculative", func(c *Config) { c.TokensPerChunk = 3 }, &sequence{prompt: 5, output: 6},
		15*ms, 26*ms, 26*ms, 26*ms, 37*ms, 37*ms)
	check("chunked prefill", func(c *Config) { c.BatchTokens, c.Slots = 4, 4 }, &sequence{prompt: 10, output: 2}, 20*ms, 31*ms)
	check("no budget", func(c *Config) { c.BatchTokens = 0 }, &sequence{prompt: 3000, output: 1}, 3010*ms)
}

// A step takes longer the more sequences share it: the ITL of n is StepTime + n*StepSequenceTime.
func TestBatchITLGrows(t *testing.T) {
	t.Parallel()
	began := time.Unix(0, 0)
	for _, n := range []int{1, 2, 16, 64} {
		c := exactConfig()
		b := newBatch(&c)
		for range n {
			b.add(&sequence{received: began, prompt: 4, output: 5})
		}
		want := 10*ms + time.Duration(n)*ms
		for s, times := range play(&b, began) {
			if first := times[0].Sub(began); first != time.Duration(n)*14*ms {
				t.Errorf("%d sequences: first token after %v", n, first)
			}
			for i := 1; i < len(times); i++ {
				if gap := times[i].Sub(times[i-1]); gap != want {
					t.Errorf("%d sequences: gap %d of %p is %v, want %v", n, i, s, gap, want)
				}
			}
		}
	}
}

// Two slots, four requests at once: the last two wait until the first two are done.
func TestBatchQueue(t *testing.T) {
	t.Parallel()
	began := time.Unix(0, 0)
	c := exactConfig()
	c.Slots = 2
	b := newBatch(&c)
	var all []*sequence
	for range 4 {
		s := &sequence{received: began, prompt: 5, output: 2}
		all = append(all, s)
		b.add(s)
	}
	got := play(&b, began)
	for i, want := range []time.Duration{30 * ms, 30 * ms, 72 * ms, 72 * ms} {
		if first := got[all[i]][0].Sub(began); first != want {
			t.Errorf("request %d: first token at %v, want %v", i, first, want)
		}
	}
	if all[2].started.Sub(began) != 42*ms {
		t.Errorf("request 2 got its slot at %v", all[2].started.Sub(began))
	}
}

// Prefill holds up those that decode, but no longer than the budget allows.
func TestBatchChunkedPrefillSharesSteps(t *testing.T) {
	t.Parallel()
	began := time.Unix(0, 0)
	c := exactConfig()
	c.Slots, c.BatchTokens = 4, 5
	b := newBatch(&c)
	first := &sequence{received: began, prompt: 1, output: 4}
	late := &sequence{received: began.Add(ms), prompt: 9, output: 1}
	b.add(first)
	b.add(late)
	got := play(&b, began)
	// 11: first's prompt. Then two steps of first's decoding (11) with the late prompt's start (10) and 4 tokens (4), then
	// with 4 more (4); the last token of it comes with first's last.
	if want := []time.Duration{11 * ms, 36 * ms, 51 * ms, 63 * ms}; !slices.Equal(offsets(began, got[first]), want) {
		t.Errorf("first: %v, want %v", offsets(began, got[first]), want)
	}
	if want := []time.Duration{63 * ms}; !slices.Equal(offsets(began, got[late]), want) {
		t.Errorf("late: %v, want %v", offsets(began, got[late]), want)
	}
}

func TestBatchQueueLimit(t *testing.T) {
	t.Parallel()
	began := time.Unix(0, 0)
	c := exactConfig()
	c.Slots, c.MaxQueue = 2, 1
	b := newBatch(&c)
	add := func() error { return b.add(&sequence{received: began, prompt: 1, output: 9}) }
	for i := range 3 {
		if err := add(); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := add(); !errors.Is(err, errQueueFull) {
		t.Fatalf("fourth request: %v", err)
	}
	b.begin(began)
	if l := b.load(); l.running != 2 || l.waiting != 1 {
		t.Fatalf("load %+v", l)
	}
	if err := add(); !errors.Is(err, errQueueFull) {
		t.Fatalf("request on a full queue: %v", err)
	}
	b.remove(b.running[0])
	if err := add(); err != nil {
		t.Fatalf("after a slot came free: %v", err)
	}
}

// Whatever comes and goes: nobody is overtaken, slots are never exceeded, each gets exactly its tokens, and the time is
// the sum of what the steps did.
func TestBatchInvariants(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 0))
		c := exactConfig()
		c.Slots = 1 + rng.IntN(6)
		c.TokensPerChunk = 1 + rng.IntN(3)
		if rng.IntN(2) == 0 {
			c.BatchTokens = c.Slots*c.TokensPerChunk + rng.IntN(30)
		}
		b := newBatch(&c)
		at := time.Unix(0, 0)
		var all []*sequence
		tokens, removed := map[*sequence]int{}, map[*sequence]bool{}
		for steps := 0; ; steps++ {
			for steps < 50 && rng.IntN(3) == 0 {
				s := &sequence{received: at.Add(-time.Duration(rng.IntN(5)) * ms), prompt: 1 + rng.IntN(60), output: 1 + rng.IntN(20)}
				s.cached = rng.IntN(s.prompt)
				all = append(all, s)
				b.add(s)
			}
			if len(all) > 0 && rng.IntN(10) == 0 {
				s := all[rng.IntN(len(all))]
				removed[s] = tokens[s] < s.output
				b.remove(s)
			}
			step, ok := b.begin(at)
			if !ok && steps >= 50 {
				break
			}
			if len(b.running) > c.Slots {
				t.Fatalf("seed %d: %d running in %d slots", seed, len(b.running), c.Slots)
			}
			at = at.Add(step)
			for _, e := range b.end() {
				tokens[e.to] += e.tokens
				if e.tokens > c.TokensPerChunk || e.last != (tokens[e.to] == e.to.output) || removed[e.to] {
					t.Fatalf("seed %d: emission %+v of %d", seed, e, tokens[e.to])
				}
			}
			if steps > 100000 {
				t.Fatalf("seed %d: no end", seed)
			}
		}
		var last time.Time
		for i, s := range all {
			if !removed[s] && tokens[s] != s.output {
				t.Errorf("seed %d: request %d got %d of %d tokens", seed, i, tokens[s], s.output)
			}
			if s.started.IsZero() {
				continue
			}
			if s.started.Before(last) {
				t.Errorf("seed %d: request %d overtook another", seed, i)
			}
			last = s.started
		}
	}
}

func TestJitterHasMeanOne(t *testing.T) {
	t.Parallel()
	const sigma, n = 0.3, 200000
	c := costs{prefill: time.Second, sigma: sigma, rng: rand.New(rand.NewPCG(1, 2))}
	var sum, squares float64
	for range n {
		d := c.of(work{prompts: 1}).Seconds()
		sum += d
		squares += d * d
	}
	mean := sum / n
	deviation := math.Sqrt(squares/n - mean*mean)
	if math.Abs(mean-1) > 0.005 {
		t.Errorf("mean %v", mean)
	}
	// The lognormal's own: sqrt(exp(sigma^2)-1).
	if want := math.Sqrt(math.Exp(sigma*sigma) - 1); math.Abs(deviation-want) > 0.01 {
		t.Errorf("standard deviation %v, want %v", deviation, want)
	}
}
