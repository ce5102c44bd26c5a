// Package collect is the load engine: it sends requests when the schedule wants them sent, stamps what comes back when
// it comes, and hands every finished request with all its chunks to a Sink. It knows HTTP; it knows nothing of Parquet,
// DuckDB or tables, and it never averages anything but its own error.
package collect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// Engine runs one load.
type Engine struct {
	config  Config
	dataset dataset.Dataset
	// sessions is the dataset where it has conversations; nil where each request is by itself.
	sessions       dataset.Sessions
	followsAnswers bool
	sink           Sink
	// transport, when set, and pause are a test's: a server and a clock of its own.
	transport http.RoundTripper
	pause     func(ctx context.Context, d time.Duration)

	live     liveCounters
	stopping chan struct{}
	stop     sync.Once

	base     time.Time
	originNS atomic.Int64 // since base
	carrier  carrier
	flights  sync.Pool // of *flight
	inFlight sync.WaitGroup
	// cut ends what is in flight, stopped what has not been sent. abandoned is true when a retry was due after that.
	cut, stopped context.Context
	abandoned    atomic.Bool
	broken       atomic.Pointer[error]
	precise      chan struct{} // holds one for each that pauses precisely
	slots        chan int64    // when each free slot was freed
	recorder     *recorder
}

// New readies an engine; the dataset's length is the number of requests, warm-ups included. A dataset.Sessions is held as
// conversations.
func New(config Config, ds dataset.Dataset, sink Sink) *Engine {
	e := &Engine{config: config, dataset: ds, sink: sink, stopping: make(chan struct{}), precise: make(chan struct{}, precisePauses), pause: pausePrecisely, base: time.Now()}
	if sessions, ok := dataset.AsSessions(ds); ok {
		e.sessions, e.followsAnswers = sessions, !sessions.Recorded()
	}
	return e
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
	return e.live.progress(e.measured(), elapsed)
}

// nowNS is the time since the origin; before the load begins, since New.
func (e *Engine) nowNS() int64 { return int64(time.Since(e.base)) - e.originNS.Load() }

func (e *Engine) origin() time.Time { return e.base.Add(time.Duration(e.originNS.Load())) }

// Run sends the load and returns when the last request has ended and everything is with the sink. When ctx ends,
// requests in flight are cut and recorded as cancelled. An error means that the run could not go on; what was recorded
// until then is with the sink, and Outcome is valid.
func (e *Engine) Run(ctx context.Context) (*Outcome, error) {
	n := e.Units()
	offsets, err := e.offsets(n)
	if err != nil {
		return neverBegan(), err
	}
	probe, err := e.config.probe()
	if err != nil {
		return neverBegan(), err
	}
	e.fillSlots()
	cores := runtime.GOMAXPROCS(0) // before a carrier takes one more
	preparer := e.newPreparer(0, n)
	var prepared sync.WaitGroup
	prepared.Go(preparer.run)
	defer prepared.Wait()
	defer preparer.stop()
	stopping, cancel := stoppable(ctx, e.stopping)
	defer cancel()
	e.cut, e.stopped = ctx, stopping
	preparer.primed(stopping)
	warmups, err := e.ready(ctx)
	if err != nil {
		return neverBegan(), err
	}
	defer easeCollector()()
	e.recorder = newRecorder(e.sink, e.config.CountTokens, e.Stop)
	e.originNS.Store(e.nowNS())
	if e.config.AtOrigin != nil {
		e.config.AtOrigin(e.origin())
	}
	e.recordWarmups(warmups)
	self := startSelfMeasure(cores)
	endProbes := e.probe(ctx, probe)
	complete, err := e.dispatch(ctx, stopping, preparer, offsets)
	endProbes()
	recordErr := errors.Join(e.recorder.close(), e.carrier.close())
	defer debug.FreeOSMemory() // the load's memory is not needed for what is done with its records

	r := e.recorder
	outcome := &Outcome{BeganAt: e.origin(), Duration: time.Duration(r.tally.durationNS),
		Completed: r.tally.completed, Failed: r.tally.failed,
		Interrupted: !complete || ctx.Err() != nil || e.abandoned.Load(), Stopped: stopping.Err() != nil,
		Client:  self.end(&r.tally, r.highWater, r.full, e.config.SelfTimed || !e.config.Arrivals.AllAtOnce()),
		Prompts: r.tally.prompts}
	return outcome, errors.Join(err, e.brokenBy(), recordErr)
}

// offsets are when the requests are due: by the schedule, or as the dataset recorded them.
func (e *Engine) offsets(n int) ([]time.Duration, error) {
	if !e.config.SelfTimed {
		return e.config.Arrivals.Offsets(n), nil
	}
	timed, ok := dataset.AsTimed(e.dataset)
	if !ok {
		return nil, errors.New("--self-timed: the dataset carries no arrival times; see --request-rate")
	}
	return dataset.Offsets(timed, n)
}

// ready does all that comes before the origin: connections, warm-ups, and what the caller wants done.
func (e *Engine) ready(ctx context.Context) (warmups []finished, err error) {
	if e.carrier, err = e.newCarrier(ctx); err != nil {
		return nil, fmt.Errorf("open connections to %s: %w", e.config.Target.BaseURL, err)
	}
	if !e.config.ColdConnections {
		e.carrier.warm(e.connections())
	}
	if warmups, err = e.warmUp(ctx); err == nil && e.config.BeforeOrigin != nil {
		err = e.config.BeforeOrigin(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, e.carrier.close())
	}
	return warmups, nil
}

// dispatch sends each request at its time, as soon as it has a slot, and waits for all of them. One goroutine hands out
// the slots in the order of the schedule: a queue without a lock, and first come is first served. It is complete when
// everything was sent, or nothing more may be because the duration is over.
func (e *Engine) dispatch(ctx, stopping context.Context, prepare *preparer, offsets []time.Duration) (complete bool, err error) {
	defer e.inFlight.Wait()
	for _, offset := range offsets {
		next, ok := prepare.next()
		if !ok {
			return false, nil
		}
		if next.err != nil {
			return false, next.err
		}
		if e.over(int64(offset)) {
			return true, nil
		}
		e.pause(stopping, offset-time.Duration(e.nowNS()))
		slotNS, ok := e.slot(stopping, int64(offset), e.config.Arrivals.Duration)
		if !ok || e.over(slotNS) {
			return ok, nil
		}
		e.live.sent.Add(1)
		e.inFlight.Add(1)
		e.one(ctx, next, int64(offset), slotNS)
	}
	return true, nil
}

// over reports whether a moment is after the time to send. A request counts by its slot, not by when it is really sent:
// the last one is due at the very end, and the client's lag must not lose it.
func (e *Engine) over(atNS int64) bool {
	d := e.config.Arrivals.Duration
	return d > 0 && atNS > int64(d)
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

var recordPool = sync.Pool{New: func() any { return new(store.Record) }}

// one starts one request of the load.
func (e *Engine) one(ctx context.Context, next prepared, intendedNS, slotNS int64) {
	e.flight(next.unit).send(ctx, next, intendedNS, slotNS)
}

// send sends a request as f, which is nobody else's.
func (f *flight) send(ctx context.Context, next prepared, intendedNS, slotNS int64) {
	e := f.engine
	f.x.rec, f.inputTokens = e.record(next, store.PhaseMeasured, intendedNS, slotNS), next.prompt.InputTokens
	if e.config.Retries.Most > 0 {
		f.body = next.body
	}
	f.id = strconv.AppendInt(append(f.id[:0], e.config.RequestIDPrefix...), int64(next.id), 10)
	e.carrier.send(ctx, &f.x, next.body, string(f.id), f.ended)
}

func (e *Engine) requestID(id int) string { return e.config.RequestIDPrefix + strconv.Itoa(id) }

// exchange readies a request beside the load, with an empty record.
func (e *Engine) exchange(next prepared, phase string, intendedNS, slotNS int64) *exchange {
	return newExchange(e.record(next, phase, intendedNS, slotNS), &e.config.Backend, e.config.Protocol.Stream, e.config.KeepText)
}

// record is an empty one with what is known before a request is sent.
func (e *Engine) record(next prepared, phase string, intendedNS, slotNS int64) *store.Record {
	rec := recordPool.Get().(*store.Record)
	resetRecord(rec, next.prompt.OutputTokens)
	rec.RequestID, rec.Phase = int64(next.id), phase
	rec.IntendedNS, rec.SlotNS = store.Int(intendedNS), store.Int(slotNS)
	rec.AskedTokens = store.Int(int64(next.prompt.OutputTokens))
	if next.prompt.SessionID != "" {
		rec.SessionID, rec.Turn = store.String(next.prompt.SessionID), store.Int(int64(next.prompt.Turn))
		rec.SessionTurns = store.Int(int64(next.prompt.Turns))
	}
	return rec
}

func (e *Engine) finish(x *exchange, inputTokens int) {
	rec := x.rec
	ttftNS := int64(-1)
	if rec.FirstTokenNS.Valid {
		ttftNS = rec.FirstTokenNS.V - rec.SentNS.V
	}
	e.live.ended(rec.Status == store.StatusOK, ttftNS)
	e.recorder.put(x.finished(inputTokens))
}

// finished is what the recorder needs of an ended exchange.
func (x *exchange) finished(inputTokens int) finished {
	f := finished{rec: x.rec, inputTokens: inputTokens}
	if !x.rec.OutputTokens.Valid {
		f.text = string(x.text)
	}
	return f
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
