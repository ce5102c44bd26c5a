package simulate

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// call is one generation request under way: the sequence in the engine and what becomes of its tokens. stream and answer
// are the two ways to give them to the client.
type call struct {
	server *Server
	req    *request
	seq    *sequence
	gen    *generator
	truth  *truth
	blocks []uint64 // of the prompt, for the prefix cache

	done chan struct{} // closed when nothing more is to come
}

// account counts an emission.
func (c *call) account(tokens int, first bool) {
	m := &c.server.metrics
	m.generationTokens.Add(int64(tokens))
	if first {
		m.promptTokens.Add(int64(c.seq.prompt))
		if c.server.cache != nil {
			c.server.cache.store(c.blocks)
		}
	} else if c.server.config.TokensPerChunk > 1 {
		m.drafts.Add(1)
		m.accepted.Add(int64(tokens - 1))
	}
}

func (c *call) usage(outputTokens int) usage {
	u := usage{PromptTokens: c.seq.prompt, CompletionTokens: outputTokens, TotalTokens: c.seq.prompt + outputTokens}
	if c.server.caches() {
		u.PromptTokensDetails = &promptDetails{c.seq.cached}
	}
	return u
}

// words gives how many of the tokens have text: all but the end-of-sequence token.
func (c *call) words(tokens int, last bool) int {
	if last && c.req.reason == "stop" {
		return tokens - 1
	}
	return tokens
}

// answer gathers the text of a request that is no stream.
type answer struct {
	*call
	text strings.Builder
	sent int
}

var _ sink = (*answer)(nil)

// Emit only gathers: nothing of an answer is read before done.
func (a *answer) Emit(tokens int, last bool) {
	a.account(tokens, a.sent == 0)
	a.sent += tokens
	for range a.words(tokens, last) {
		a.text.WriteString(a.gen.word().text)
	}
	if last {
		close(a.done)
	}
}

func (a *answer) body() any {
	if a.req.numbers != nil {
		return a.req.numbers(a.usage(0))
	}
	return bodyOf(a.req.form, a.req.identity, a.text.String(), a.req.reason, a.usage(a.sent))
}

// stream writes a request's tokens as events. Emit runs on the scheduler's goroutine, the rest on the handler's; mu lies
// between, and is held while the handler starts the response, so that no token overtakes the header.
type stream struct {
	*call
	out    *outlet
	layout *layout
	fault  *Fault // nil: none

	mu     sync.Mutex
	over   bool // nothing more is written
	chunks int  // with tokens
	sent   int  // tokens
	event  []byte
}

var _ sink = (*stream)(nil)

func newStream(c *call, w *wire, chunked bool) *stream {
	s := &stream{call: c, layout: c.req.layout(), fault: c.req.fault}
	s.out = newOutlet(w, chunked, s.fault, min(c.seq.output, 4096)+4, c.server.clock)
	s.out.blocking = c.server.config.Flood
	return s
}

// start writes the header: with the first event, unless a fault wants it early.
func (s *stream) start(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	s.out.wire.holding = true
	w.WriteHeader(http.StatusOK)
	// Held, so it cannot fail; a wire that broke meanwhile shows at the first event.
	_ = http.NewResponseController(w).Flush()
	s.out.pending = append(s.out.pending, s.out.wire.release()...)
	if s.fault != nil && s.fault.earlyHeader {
		s.out.flush()
	}
}

// Emit writes the chunk of these tokens, and after the last what follows it.
func (s *stream) Emit(tokens int, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	first := s.sent == 0
	s.account(tokens, first)
	if first && !s.open() {
		return
	}
	s.sent += tokens
	s.token(tokens, last)
	s.chunks++
	if s.fault != nil && s.spoil() {
		return
	}
	switch {
	case last:
		s.finish()
	case s.out.broken():
		s.end()
	}
}

// open writes what comes before the first token. It reports whether tokens follow.
func (s *stream) open() bool {
	f := s.fault
	if f != nil && f.nulls {
		for range 2 {
			s.out.put([]byte("data: null\n\n"), kindNull, 0)
		}
	}
	if f != nil && f.noToken {
		s.fail()
		return false
	}
	if s.layout.role != nil {
		s.event = s.layout.appendRole(s.event[:0], s.running())
		s.out.put(s.event, kindRole, 0)
	}
	if f != nil && f.spoilsAt(0) {
		return !s.spoil()
	}
	return true
}

// token writes one chunk of text.
func (s *stream) token(tokens int, last bool) {
	what, reason := kindText, ""
	if last {
		reason = s.req.reason
	}
	b := s.layout.beginText(s.event[:0])
	words := s.words(tokens, last)
	for range words {
		b = append(b, s.gen.word().json...)
	}
	if s.fault != nil && s.fault.bigAfter == s.chunks {
		b = append(b, strings.Repeat(" big", 1<<18)...)
	}
	lone := last && s.fault != nil && s.fault.loneFinish
	if lone {
		reason = ""
	}
	if words == 0 {
		what = kindEmpty
		if reason != "" {
			what = kindFinish
		}
	}
	s.event = s.layout.endText(b, reason, s.running())
	s.out.put(s.event, what, tokens)
	if lone {
		s.loneFinish()
	}
}

// loneFinish writes the finish reason as llama.cpp does: after the last token, without text.
func (s *stream) loneFinish() {
	u := s.running()
	if s.fault.finishUsage {
		total := s.usage(s.sent)
		u = &total
	}
	s.event = s.layout.endText(s.layout.beginText(s.event[:0]), s.req.reason, u)
	s.out.put(s.event, kindFinish, 0)
}

// running is the usage that chunks carry, nil for none.
func (s *stream) running() *usage {
	switch {
	case s.fault != nil && s.fault.zeroUsage:
		return &usage{}
	case s.req.continuousUsage:
		u := s.usage(s.sent)
		u.PromptTokensDetails = nil
		return &u
	}
	return nil
}

// finish writes what follows the last token.
func (s *stream) finish() {
	if completed := s.layout.completed; completed != nil {
		u := s.usage(s.sent)
		s.event = completed(s.event[:0], s.req.reason, &u)
		s.out.put(s.event, kindFinish, 0)
		s.truth.FinishReason = s.req.reason
		s.end()
		return
	}
	if s.req.includeUsage && (s.fault == nil || !s.fault.finishUsage) {
		u := s.usage(s.sent)
		s.event = s.layout.appendUsage(s.event[:0], &u)
		s.out.put(s.event, kindUsage, 0)
	}
	if s.fault == nil || !s.fault.noDone {
		s.out.put(doneEvent, kindDone, 0)
	}
	s.truth.FinishReason = s.req.reason
	s.end()
}

// spoilsAt reports whether the stream is to be broken off after n chunks.
func (f *Fault) spoilsAt(n int) bool {
	return f.errorAfter == n || f.cutAfter == n || f.resetAfter == n || f.stallAfter == n
}

// spoil does what the fault wants after this many chunks, and reports whether the stream is over.
func (s *stream) spoil() bool {
	f := s.fault
	switch s.chunks {
	case f.errorAfter:
		s.fail()
	case f.cutAfter, f.resetAfter:
		s.end()
	case f.stallAfter:
		s.out.flush()
		if f.stall > 0 {
			s.out.pause(f.stall)
			return false
		}
		// The client waits: done stays open until it has had enough.
		s.over = true
	default:
		return false
	}
	return true
}

// fail ends the stream with an error event.
func (s *stream) fail() {
	body := append([]byte("data: "), errorJSON(http.StatusInternalServerError, "the simulated engine failed as it was told to")...)
	s.out.put(append(body, "\n\n"...), kindError, 0)
	if !s.fault.noDone {
		s.out.put(doneEvent, kindDone, 0)
	}
	s.end()
}

func (s *stream) end() {
	s.out.flush()
	s.over = true
	close(s.done)
}

// stop ends the stream from the handler's side and waits until all of it is written, or dropped because the client has
// left. Nothing is written afterwards, and the truth holds what was. It reports whether the stream got to its end.
func (s *stream) stop() (whole bool) {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.truth.HeaderNS, s.truth.events = s.out.drain()
	select {
	case <-s.done:
		return !s.out.broken()
	default:
		return false
	}
}

// breaksOff: the response must not be completed.
func (s *stream) breaksOff() bool {
	f := s.fault
	return f != nil && (f.cutAfter >= 0 && s.chunks == f.cutAfter || f.resetAfter >= 0 && s.chunks == f.resetAfter)
}

// splitPause is how long a split write waits for its next part, long enough to arrive by itself on loopback.
const splitPause = time.Millisecond
