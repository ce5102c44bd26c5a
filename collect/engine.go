// Package collect is the load engine: it sends requests when the schedule wants them sent, stamps what comes back when
// it comes, and hands every finished request with all its chunks to a Sink. It knows HTTP; it knows nothing of Parquet,
// DuckDB or tables, and it never averages anything but its own error.
package collect

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/store"
)

// Config is one load.
type Config struct {
	Target   Target
	Backend  protocol.Backend
	Protocol protocol.Config
	Arrivals Arrivals
	// MaxConcurrency limits the requests in flight; 0 means no limit. The wait for a slot is recorded.
	MaxConcurrency int
	Timeouts       Timeouts
	// RequestIDPrefix precedes the request's number in the header X-Request-Id.
	RequestIDPrefix string
	// KeepText keeps the output of every request.
	KeepText bool
	// CountTokens counts outputs whose length the server does not tell; nil counts them by chunks.
	CountTokens func(text string) (int, error)
}

// Validate reports every problem, in flag names.
func (c Config) Validate() error {
	errs := []error{c.Arrivals.Validate()}
	if c.MaxConcurrency < 0 {
		errs = append(errs, fmt.Errorf("--max-concurrency %d: must be above 0; leave it out for no limit", c.MaxConcurrency))
	}
	return errors.Join(errs...)
}

// Outcome is what a run came to, beside the records the sink has.
type Outcome struct {
	BeganAt           time.Time
	Duration          time.Duration // from the origin to the end of the last request
	Completed, Failed int64
	// Interrupted is true when the load was stopped before all requests were sent, or cut before all had ended.
	Interrupted bool
	// Stopped is true when Stop was called or ctx ended, even if everything had been sent by then.
	Stopped bool
	Client  Client
}

// Engine runs one load.
type Engine struct {
	config  Config
	dataset dataset.Dataset
	sink    Sink
	// transport, when set, and pause are a test's: a server and a clock of its own.
	transport http.RoundTripper
	pause     func(ctx context.Context, d time.Duration)

	live     liveCounters
	stopping chan struct{}
	stop     sync.Once

	base     time.Time
	originNS atomic.Int64 // since base
	carrier  carrier
	inFlight sync.WaitGroup
	slots    chan int64 // when each free slot was freed
	recorder *recorder
}

// New readies an engine; the dataset's length is the number of requests.
func New(config Config, ds dataset.Dataset, sink Sink) *Engine {
	return &Engine{config: config, dataset: ds, sink: sink, stopping: make(chan struct{}), pause: pausePrecisely, base: time.Now()}
}

// Stop ends the load in order: nothing more is sent, requests in flight are awaited. It may be called at any time, from
// any goroutine, more than once.
func (e *Engine) Stop() { e.stop.Do(func() { close(e.stopping) }) }

// Progress may be called at any time while Run is under way.
func (e *Engine) Progress() Progress {
	var elapsed time.Duration
	if sent := e.live.sent.Load(); sent > 0 {
		elapsed = time.Duration(e.nowNS())
	}
	return e.live.progress(e.dataset.Len(), elapsed)
}

// nowNS is the time since the origin; before the load begins, since New.
func (e *Engine) nowNS() int64 { return int64(time.Since(e.base)) - e.originNS.Load() }

// Run sends the load and returns when the last request has ended and everything is with the sink. When ctx ends,
// requests in flight are cut and recorded as cancelled. An error means that the run could not go on; what was recorded
// until then is with the sink, and Outcome is valid.
func (e *Engine) Run(ctx context.Context) (*Outcome, error) {
	offsets := e.config.Arrivals.Offsets(e.dataset.Len())
	e.fillSlots()
	preparer := newPreparer(e.dataset, e.config.Backend.Protocol, &e.config.Protocol)
	var prepared sync.WaitGroup
	prepared.Go(preparer.run)
	defer prepared.Wait()
	defer preparer.stop()
	stopping, cancel := stoppable(ctx, e.stopping)
	defer cancel()
	preparer.primed(stopping)
	var err error
	if e.carrier, err = e.newCarrier(ctx); err != nil {
		return &Outcome{BeganAt: time.Now(), Interrupted: true, Client: Client{SendRatio: 1}}, fmt.Errorf("open connections to %s: %w", e.config.Target.BaseURL, err)
	}
	e.carrier.warm(e.connections())

	// A collection in the first second would be seen as the server's; memory is cheaper than that.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	runtime.GC()
	e.recorder = newRecorder(e.sink, e.config.CountTokens, e.Stop)
	e.originNS.Store(e.nowNS())
	self := startSelfMeasure()
	sent, err := e.dispatch(ctx, stopping, preparer, offsets)
	recordErr := errors.Join(e.recorder.close(), e.carrier.close())

	r := e.recorder
	outcome := &Outcome{BeganAt: e.base.Add(time.Duration(e.originNS.Load())), Duration: time.Duration(r.tally.durationNS),
		Completed: r.tally.completed, Failed: r.tally.failed,
		Interrupted: sent < e.dataset.Len() || ctx.Err() != nil, Stopped: stopping.Err() != nil,
		Client: self.end(&r.tally, r.highWater, r.full, !math.IsInf(float64(e.config.Arrivals.Rate), 1))}
	return outcome, errors.Join(err, recordErr)
}

func (e *Engine) fillSlots() {
	if e.config.MaxConcurrency == 0 {
		return
	}
	slots := min(e.config.MaxConcurrency, e.dataset.Len())
	e.slots = make(chan int64, slots)
	for range slots {
		e.slots <- math.MinInt64
	}
}

// dispatch sends each request at its time, as soon as it has a slot, and waits for all of them. One goroutine hands out
// the slots in the order of the schedule: a queue without a lock, and first come is first served.
func (e *Engine) dispatch(ctx, stopping context.Context, prepare *preparer, offsets []time.Duration) (sent int, err error) {
	defer e.inFlight.Wait()
	for _, offset := range offsets {
		next, ok := prepare.next()
		if !ok {
			return sent, nil
		}
		if next.err != nil {
			return sent, next.err
		}
		e.pause(stopping, offset-time.Duration(e.nowNS()))
		slotNS, ok := e.slot(stopping, int64(offset))
		if !ok {
			return sent, nil
		}
		sent++
		e.live.sent.Add(1)
		e.inFlight.Add(1)
		e.one(ctx, next, int64(offset), slotNS)
	}
	return sent, nil
}

// stoppable derives a context that also ends when stop is closed.
func stoppable(ctx context.Context, stop <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// slot waits for a slot and says when it was granted: at the intended time if one was free, else when it became free.
// That moment is stamped by who freed it, so that this goroutine's own wake-up counts as the client's lag.
func (e *Engine) slot(ctx context.Context, intendedNS int64) (int64, bool) {
	if ctx.Err() != nil {
		return 0, false
	}
	if e.slots == nil {
		return intendedNS, true
	}
	select {
	case freedNS := <-e.slots:
		return max(freedNS, intendedNS), true
	case <-ctx.Done():
		return 0, false
	}
}

var recordPool = sync.Pool{New: func() any { return new(store.Record) }}

// one starts one request.
func (e *Engine) one(ctx context.Context, next prepared, intendedNS, slotNS int64) {
	rec := recordPool.Get().(*store.Record)
	resetRecord(rec, next.prompt.OutputTokens)
	rec.RequestID, rec.Phase = int64(next.id), store.PhaseMeasured
	rec.IntendedNS, rec.SlotNS = store.Int(intendedNS), store.Int(slotNS)
	rec.AskedTokens = store.Int(int64(next.prompt.OutputTokens))
	if next.prompt.SessionID != "" {
		rec.SessionID, rec.Turn = store.String(next.prompt.SessionID), store.Int(int64(next.prompt.Turn))
	}
	x := newExchange(rec, &e.config.Backend, e.config.Protocol.Stream, e.config.KeepText)
	x.live = e.live.counter()
	e.carrier.send(ctx, x, next.body, e.config.RequestIDPrefix+strconv.Itoa(next.id), func() {
		defer e.inFlight.Done()
		if e.slots != nil {
			e.slots <- rec.DoneNS.V
		}
		e.finish(x, next.prompt.InputTokens)
	})
}

func (e *Engine) finish(x *exchange, inputTokens int) {
	rec := x.rec
	ttftNS := int64(-1)
	if rec.FirstTokenNS.Valid {
		ttftNS = rec.FirstTokenNS.V - rec.SentNS.V
	}
	e.live.ended(rec.Status == store.StatusOK, ttftNS)
	f := finished{rec: rec, inputTokens: inputTokens}
	if !rec.OutputTokens.Valid {
		f.text = string(x.text)
	}
	e.recorder.put(f)
}

// resetRecord empties a used record, keeping its lists' memory, and makes room for the tokens asked for.
func resetRecord(rec *store.Record, tokens int) {
	const most = 4096
	tNS, odd, kinds := rec.TNS[:0], rec.OddChunk[:0], rec.OddKind[:0]
	if want := min(tokens+4, most); cap(tNS) < want {
		tNS = make([]int64, 0, want)
	}
	*rec = store.Record{Chunks: store.Chunks{TNS: tNS, OddChunk: odd, OddKind: kinds}}
}
