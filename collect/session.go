package collect

import (
	"fmt"
	"time"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// Units is the number of arrivals of the load: its requests or, where the dataset has conversations, those. A conversation
// takes one arrival and holds one slot from its first turn to its last, while the user thinks too.
func (e *Engine) Units() int {
	if e.sessions != nil {
		return e.sessions.Count() - e.config.Warmups
	}
	return e.dataset.Len() - e.config.Warmups
}

// measured is the number of requests of the load.
func (e *Engine) measured() int {
	if e.sessions != nil {
		return e.sessions.First(e.Units())
	}
	return e.Units()
}

// unit gives the prompt that arrival i sends first, and its number.
func (e *Engine) unit(i int) (id int, p dataset.Prompt, err error) {
	if e.sessions == nil {
		p, err = e.dataset.Prompt(i)
		return i, p, err
	}
	talk, err := e.sessions.Talk(i)
	if err == nil {
		p, _, err = talk.Next(dataset.Answer{})
	}
	return e.sessions.First(i), p, err
}

// goOn goes on with the conversation whose turn has just ended, if there is more of it. It reports whether f lands again. A
// turn that failed ends its conversation: what would follow was to hold its answer. Where answers are on record nothing is
// missing, and it goes on. A stop ends all conversations, which makes the run an interrupted one.
func (f *flight) goOn() bool {
	e, rec := f.engine, f.x.rec
	if rec.Turn.V+1 >= rec.SessionTurns.V || rec.Status != store.StatusOK && e.followsAnswers {
		return false
	}
	if e.stopped.Err() != nil {
		e.abandoned.Store(true)
		return false
	}
	answer, doneNS, id := f.x.answer(), rec.DoneNS.V, int(rec.RequestID)
	e.finish(&f.x, f.inputTokens)
	go f.nextTurn(id+1, answer, doneNS)
	return true
}

// answer is what goes into the history of the conversation: what was said, without what was thought on the way. Its length
// is known where the server counted it and counted nothing else.
func (x *exchange) answer() dataset.Answer {
	a := dataset.Answer{Text: string(x.said)}
	if x.rec.OutputTokens.Valid && len(x.said) == len(x.text) {
		a.Tokens = int(x.rec.OutputTokens.V)
	}
	return a
}

// nextTurn makes the prompt of the next turn and sends it once the user has thought. It is due the think time after the
// answer before it ended; whatever its making takes beyond that is the client's lag.
func (f *flight) nextTurn(id int, answer dataset.Answer, doneNS int64) {
	e := f.engine
	next, think, err := f.prepareTurn(id, answer)
	dueNS := doneNS + int64(think)
	switch {
	case err != nil: // the dataset cannot be read any more, or the template fails: no conversation can go on
		e.breakOff(err)
		f.leave(e.nowNS())
		return
	case e.over(dueNS): // the time to send is over; the conversation is cut short
		f.leave(doneNS)
		return
	}
	if !e.waitUntil(dueNS) {
		e.abandoned.Store(true)
		f.leave(e.nowNS())
		return
	}
	e.live.sent.Add(1)
	f.x.reader = e.config.Backend.Protocol.Reader()
	f.send(e.cut, next, dueNS, dueNS)
}

// prepareTurn gives the next turn, ready to be sent. The conversation is begun anew with its second turn, for the first one
// was prepared long before.
func (f *flight) prepareTurn(id int, answer dataset.Answer) (next prepared, think time.Duration, err error) {
	e := f.engine
	if f.talk == nil {
		if f.talk, err = e.sessions.Talk(f.unit); err == nil {
			err = f.talk.Resume(f.inputTokens)
		}
	}
	var prompt dataset.Prompt
	if err == nil {
		prompt, think, err = f.talk.Next(answer)
	}
	if err != nil {
		return next, 0, fmt.Errorf("make turn %d of conversation %d: %w", id-e.sessions.First(f.unit), f.unit, err)
	}
	body, err := e.config.Backend.Protocol.Body(&e.config.Protocol, &prompt)
	if err != nil {
		return next, 0, fmt.Errorf("build request %d: %w", id, err)
	}
	return prepared{id: id, unit: f.unit, prompt: prompt, body: body}, think, nil
}

// leave ends a conversation ahead of its last turn.
func (f *flight) leave(atNS int64) {
	f.engine.freeSlot(atNS)
	f.release()
}

// breakOff stops the load for good; the first reason counts.
func (e *Engine) breakOff(err error) {
	e.broken.CompareAndSwap(nil, &err)
	e.Stop()
}

// brokenBy is why the load was broken off, nil when it was not.
func (e *Engine) brokenBy() error {
	if err := e.broken.Load(); err != nil {
		return *err
	}
	return nil
}
