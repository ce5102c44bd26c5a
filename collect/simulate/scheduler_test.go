package simulate

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// listener is a sink that notes when its tokens came.
type listener struct {
	mu     sync.Mutex
	times  []time.Time
	tokens []int
	last   bool
}

func (l *listener) Emit(tokens int, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.times = append(l.times, time.Now())
	l.tokens = append(l.tokens, tokens)
	l.last = last
}

func (l *listener) got() (tokens []int, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.tokens), l.last
}

// chunks fails the test unless l got n of them and they ended as told.
func (l *listener) chunks(t *testing.T, n int, last bool) {
	t.Helper()
	if tokens, ended := l.got(); len(tokens) != n || ended != last {
		t.Errorf("%d chunks, ended: %v, want %d, %v", len(tokens), ended, n, last)
	}
}

func (l *listener) since(began time.Time) []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return offsets(began, l.times)
}

// withScheduler runs f in virtual time beside the scheduler of c.
func withScheduler(t *testing.T, c Config, f func(s scheduler)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newScheduler(&c)
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { s.run(ctx) })
		synctest.Wait()
		f(s)
		cancel()
		done.Wait()
	})
}

func submit(t *testing.T, s scheduler, prompt, output int) (*sequence, *listener) {
	t.Helper()
	l := &listener{}
	q := &sequence{received: time.Now(), prompt: prompt, output: output, out: l}
	if err := s.submit(q); err != nil {
		t.Fatal(err)
	}
	return q, l
}

// The engine's clock adds nothing to the batch's arithmetic.
func TestBatcherKeepsTime(t *testing.T) {
	t.Parallel()
	withScheduler(t, exactConfig(), func(s scheduler) {
		time.Sleep(123 * ms) // An idle engine starts when the request comes.
		began := time.Now()
		_, a := submit(t, s, 5, 3)
		time.Sleep(20 * ms) // In a's second step: b starts with the next, at 26.
		_, b := submit(t, s, 3, 2)
		time.Sleep(time.Second)
		// The step from 26 on decodes a (11) and computes b's prompt (13).
		if got, want := a.since(began), []time.Duration{15 * ms, 26 * ms, 50 * ms}; !slices.Equal(got, want) {
			t.Errorf("a: %v, want %v", got, want)
		}
		if got, want := b.since(began), []time.Duration{50 * ms, 61 * ms}; !slices.Equal(got, want) {
			t.Errorf("b: %v, want %v", got, want)
		}
		a.chunks(t, 3, true)
		b.chunks(t, 2, true)
		if l := s.load(); l != (load{}) {
			t.Errorf("load %+v when all is done", l)
		}
	})
}

// With more clients than slots throughput stays and the queue grows; with fewer the ITL grows with concurrency.
func TestBatcherUnderConcurrency(t *testing.T) {
	t.Parallel()
	const output = 50
	var itl, ttft []time.Duration
	for _, clients := range []int{1, 4, 16, 32} {
		c := exactConfig()
		c.Slots = 16
		c.PrefillTime, c.PrefillTokenTime = 0, time.Microsecond
		withScheduler(t, c, func(s scheduler) {
			began := time.Now()
			var all []*listener
			for range clients {
				_, l := submit(t, s, 1, output)
				all = append(all, l)
			}
			time.Sleep(5 * time.Second)
			last := all[clients-1].since(began)
			ttft = append(ttft, last[0])
			itl = append(itl, last[2]-last[1])
		})
	}
	if want := []time.Duration{11 * ms, 14 * ms, 26 * ms, 26 * ms}; !slices.Equal(itl, want) {
		t.Errorf("ITL at 1, 4, 16, 32 clients: %v, want %v", itl, want)
	}
	// The 32nd client waits for the first 16 to generate 50 tokens: 49 steps of 26 ms.
	if !slices.IsSorted(ttft) || ttft[3] < 49*26*ms {
		t.Errorf("TTFT at 1, 4, 16, 32 clients: %v", ttft)
	}
}

func TestBatcherCancelFreesTheSlotAtOnce(t *testing.T) {
	t.Parallel()
	c := exactConfig()
	c.Slots = 1
	withScheduler(t, c, func(s scheduler) {
		began := time.Now()
		first, _ := submit(t, s, 5, 1000)
		second, waiting := submit(t, s, 5, 1)
		third, never := submit(t, s, 5, 1)
		time.Sleep(20 * ms)
		if l := s.load(); l.running != 1 || l.waiting != 2 || l.context != 6 {
			t.Errorf("load %+v", l)
		}
		s.cancel(third)
		s.cancel(first)
		if l := s.load(); l.running != 0 || l.waiting != 1 {
			t.Errorf("load %+v after cancelling", l)
		}
		time.Sleep(time.Second)
		// The step under way ends at 26; then 15 for the prompt.
		if got := waiting.since(began); !slices.Equal(got, []time.Duration{41 * ms}) {
			t.Errorf("second: %v", got)
		}
		never.chunks(t, 0, false)
		s.cancel(second) // After its end: no matter.
	})
}

func fixedConfig(ttft, itl time.Duration) Config {
	c := exactConfig()
	c.Fixed = &FixedTiming{ttft, itl}
	return c
}

func TestFixedIsExact(t *testing.T) {
	t.Parallel()
	c := fixedConfig(50*ms, 10*ms)
	c.TokensPerChunk = 4
	withScheduler(t, c, func(s scheduler) {
		time.Sleep(1234567)
		began := time.Now()
		_, l := submit(t, s, 100000, 10)
		time.Sleep(time.Second)
		if got, want := l.since(began), []time.Duration{50 * ms, 60 * ms, 70 * ms, 80 * ms}; !slices.Equal(got, want) {
			t.Errorf("chunks at %v, want %v", got, want)
		}
		if tokens, _ := l.got(); !slices.Equal(tokens, []int{1, 4, 4, 1}) {
			t.Errorf("tokens %v", tokens)
		}
	})
}

// Hundreds of streams are no slower than one: no chunk comes early, or later than the pacer's grain, and nothing drifts.
func TestFixedIsIndependentOfLoad(t *testing.T) {
	t.Parallel()
	const streams, output = 300, 40
	withScheduler(t, fixedConfig(50*ms, 10*ms), func(s scheduler) {
		var all []*listener
		var received []time.Time
		for range streams {
			received = append(received, time.Now())
			_, l := submit(t, s, 10, output)
			all = append(all, l)
			time.Sleep(137 * time.Microsecond)
		}
		if l := s.load(); l.running != streams || l.waiting != 0 || l.context != 10*streams {
			t.Errorf("load %+v", l)
		}
		time.Sleep(2 * time.Second)
		for i, l := range all {
			l.chunks(t, output, true)
			for k, at := range l.since(received[i]) {
				if late := at - 50*ms - time.Duration(k)*10*ms; late < 0 || late >= grain {
					t.Fatalf("stream %d: chunk %d is %v late", i, k, late)
				}
			}
		}
		if l := s.load(); l != (load{}) {
			t.Errorf("load %+v when all is done", l)
		}
	})
}

func TestFixedCancel(t *testing.T) {
	t.Parallel()
	withScheduler(t, fixedConfig(50*ms, 10*ms), func(s scheduler) {
		q, l := submit(t, s, 10, 100)
		_, other := submit(t, s, 10, 3)
		time.Sleep(65 * ms)
		s.cancel(q)
		if load := s.load(); load.running != 1 {
			t.Errorf("load %+v", load)
		}
		time.Sleep(time.Second)
		l.chunks(t, 2, false)
		other.chunks(t, 3, true)
	})
}

func TestFloodTakesNoTime(t *testing.T) {
	t.Parallel()
	c := exactConfig()
	c.Flood = true
	withScheduler(t, c, func(s scheduler) {
		began := time.Now()
		_, l := submit(t, s, 10, 1000)
		synctest.Wait()
		l.chunks(t, 1000, true)
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v", took)
		}
	})
}

func TestDeadlinesComeInOrder(t *testing.T) {
	t.Parallel()
	var h deadlines
	want := []time.Duration{5, 3, 9, 1, 7, 3, 8, 2}
	for _, d := range want {
		h.push(deadline{due: d})
	}
	slices.Sort(want)
	var got []time.Duration
	for len(h) > 0 {
		got = append(got, h[0].due)
		h.pop()
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The precise waiter sleeps in the kernel, out of reach of virtual time: one millisecond of the real.
func TestPreciseWaiter(t *testing.T) {
	t.Parallel()
	w := newWaiter(false)
	passed := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		w.begin()
		defer w.end()
		deadline := time.Now().Add(time.Millisecond)
		for time.Now().Before(deadline) {
			w.until(deadline)
		}
		w.until(deadline) // Past: no wait.
		close(passed)
		w.until(time.Time{}) // Until the wake, come before or after.
	})
	<-passed
	w.wake()
	done.Wait()
	w.wake() // After the end: no matter.
}
