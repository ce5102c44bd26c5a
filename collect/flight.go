package collect

import "llmbench/collect/dataset"

// flight is what one request of the load needs while it is under way. It is used again: a request costs next to no
// memory.
type flight struct {
	engine      *Engine
	x           exchange
	id          []byte
	body        []byte // kept for a retry; nil when there is none
	inputTokens int
	// unit is the conversation whose turns f sends, one after another; talk is nil before its second turn.
	unit  int
	talk  *dataset.Talk
	ended func()
}

// resettable is a reader that can read another answer. Others keep what the answer said before.
type resettable interface{ Reset() }

// flight takes one that has landed, or a new one.
func (e *Engine) flight(unit int) *flight {
	f, ok := e.flights.Get().(*flight)
	if ok {
		if r, again := f.x.reader.(resettable); again {
			r.Reset()
		} else {
			f.x.reader = e.config.Backend.Protocol.Reader()
		}
	} else {
		f = &flight{engine: e, x: *newExchange(nil, &e.config.Backend, e.config.Protocol.Stream, e.config.KeepText)}
		f.ended = f.land
	}
	f.x.live, f.x.keepSaid = e.live.counter(), e.sessions != nil
	f.unit = unit
	return f
}

// land hands the record over and frees the slot, or sends the request once more, or the next turn of its conversation.
func (f *flight) land() {
	if f.retry() || f.goOn() {
		return
	}
	e := f.engine
	e.freeSlotLater(f.x.rec.DoneNS.V)
	e.finish(&f.x, f.inputTokens)
	f.release()
}

// release makes f another request's.
func (f *flight) release() {
	f.x.rec, f.body, f.talk = nil, nil, nil
	f.engine.flights.Put(f)
	f.engine.inFlight.Done()
}
