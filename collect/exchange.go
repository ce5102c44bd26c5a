package collect

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// exchange is one request under way: it takes the bytes of the answer with the time they came, reads events out of
// them and fills the record. It knows neither sockets nor clocks, so that every protocol and every way of sending is
// timed alike. An exchange is used again for other requests; its record is given away.
type exchange struct {
	rec    *store.Record
	reader protocol.Reader
	parser eventParser
	delta  protocol.Delta
	live   chunkCounter

	originNS int64 // sent: chunk times are relative to it
	usage    protocol.Usage
	text     []byte
	keepText bool
	// perChunk is true while every chunk so far came with a running token count.
	perChunk  bool
	done      bool // [DONE] came
	streamErr string
	events    int
}

// begin readies x for a request sent at sentNS.
func (x *exchange) begin(rec *store.Record, sentNS int64) {
	x.rec, x.originNS = rec, sentNS
	x.usage, x.text = protocol.Usage{}, x.text[:0]
	x.perChunk, x.done, x.streamErr, x.events = true, false, "", 0
	x.parser.handle = x.event
	x.parser.reset()
	rec.SentNS = store.Int(sentNS)
}

// feed takes the bytes of one read of an event stream.
func (x *exchange) feed(b []byte, atNS int64) error {
	x.rec.Bytes += int64(len(b))
	return x.parser.feed(b, atNS)
}

// event takes one event. An error ends the request: after an event that cannot be read nothing later can be trusted.
func (x *exchange) event(ev protocol.Event, atNS int64) error {
	x.events++
	d := &x.delta
	d.Reset()
	if err := x.reader.Event(ev, d); err != nil {
		return fmt.Errorf("event %d of the stream: %w: %s", x.events, err, excerpt(ev.Data))
	}
	if d.Err != "" && x.streamErr == "" {
		x.streamErr = d.Err
	}
	x.note(d)
	if d.Choice {
		x.chunk(d, atNS)
	}
	return nil
}

// note keeps what an event says about the whole request. The last count wins; zeros are filler.
func (x *exchange) note(d *protocol.Delta) {
	if d.Usage.Prompt > 0 {
		x.usage.Prompt = d.Usage.Prompt
		x.usage.Cached, x.usage.CachedKnown = d.Usage.Cached, d.Usage.CachedKnown
	}
	if !d.Choice && d.Usage.Output > 0 {
		x.usage.Output = d.Usage.Output
	}
	if d.Finish != "" {
		x.rec.FinishReason = store.String(d.Finish)
	}
	if d.ServerID != "" {
		x.rec.ServerRequestID = store.String(d.ServerID)
	}
	x.done = x.done || d.Done
}

// chunk records one arrival.
func (x *exchange) chunk(d *protocol.Delta, atNS int64) {
	rec := x.rec
	if d.Kind == store.KindRole && rec.FirstTokenNS.Valid {
		d.Kind = store.KindEmpty
	}
	if d.Kind != store.KindText {
		rec.OddChunk = append(rec.OddChunk, int32(len(rec.TNS)))
		rec.OddKind = append(rec.OddKind, d.Kind)
	}
	x.tokens(d)
	rec.TNS = append(rec.TNS, atNS-x.originNS)
	rec.LastTokenNS = store.Int(atNS)
	if d.Kind == store.KindRole || d.Kind == store.KindFinish {
		return
	}
	if !rec.FirstTokenNS.Valid {
		rec.FirstTokenNS = store.Int(atNS)
	}
	x.live.chunk()
	x.text = append(x.text, d.Text...)
}

// tokens keeps how many tokens a chunk has, where every chunk tells: by itself, or by a running count in its usage.
func (x *exchange) tokens(d *protocol.Delta) {
	n := d.Tokens
	if d.Usage.Output > 0 {
		n = int32(d.Usage.Output - x.usage.Output)
		x.usage.Output = d.Usage.Output
	}
	carriesToken := d.Kind != store.KindRole && d.Kind != store.KindFinish
	if carriesToken && n <= 0 {
		x.perChunk = false
	}
	if !x.perChunk {
		x.rec.NTokens = nil
		return
	}
	if x.rec.NTokens == nil {
		x.rec.NTokens = make([]int32, 0, cap(x.rec.TNS))
	}
	x.rec.NTokens = append(x.rec.NTokens, max(n, 0))
}

// whole takes a complete answer that was not streamed: it has an end, but no first token.
func (x *exchange) whole(body []byte, atNS int64) error {
	x.rec.Bytes += int64(len(body))
	d := &x.delta
	d.Reset()
	if err := x.reader.Whole(body, d); err != nil {
		return fmt.Errorf("answer: %w: %s", err, excerpt(body))
	}
	if d.Err != "" {
		x.streamErr = d.Err
	}
	x.usage.Output = d.Usage.Output
	x.note(d)
	if d.Choice {
		x.done = true
		x.rec.LastTokenNS = store.Int(atNS)
		x.text = append(x.text, d.Text...)
	}
	return nil
}

// end closes the request: what came is judged by what was missing. err is why reading stopped, nil at a regular end.
func (x *exchange) end(err error, atNS int64) {
	if err == nil {
		err = x.parser.end(atNS)
	}
	rec := x.rec
	rec.DoneNS = store.Int(atNS)
	if !x.perChunk {
		rec.NTokens = nil
	}
	rec.Request.Chunks = int64(len(rec.TNS))
	rec.Status, rec.Error = x.verdict(err)
	x.count()
	if x.keepText {
		rec.OutputText = store.String(string(x.text))
	}
}

// verdict is the status of an answer with status 200.
func (x *exchange) verdict(err error) (string, store.NullString) {
	finished := x.done || x.rec.FinishReason.Valid
	switch {
	case x.streamErr != "":
		return store.StatusStreamError, store.String(x.streamErr)
	case err != nil:
		return failure(err)
	case !finished && x.events == 0 && x.rec.Bytes == 0:
		return store.StatusTruncated, store.String("the answer was empty")
	case !finished:
		return store.StatusTruncated, store.String(fmt.Sprintf("the stream ended after %d events without a finish reason or [DONE]", x.events))
	case !x.rec.LastTokenNS.Valid:
		return store.StatusStreamError, store.String("the stream ended without a single choice")
	}
	return store.StatusOK, store.NullString{}
}

// count settles the token counts. Usage is the truth; where there is none the recorder counts the text.
func (x *exchange) count() {
	if x.usage.Prompt > 0 {
		x.rec.PromptTokens = store.Int(x.usage.Prompt)
		x.rec.PromptTokensSource = store.String(store.CountedByUsage)
		x.rec.CachedTokens = store.NullInt{V: x.usage.Cached, Valid: x.usage.CachedKnown}
	}
	if x.usage.Output > 0 {
		x.rec.OutputTokens = store.Int(x.usage.Output)
		x.rec.OutputTokensSource = store.String(store.CountedByUsage)
	}
}

// excerpt quotes the beginning of data that could not be read.
func excerpt(data []byte) string {
	const most = 120
	if len(data) > most {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(string(data[:most]), "?"))
	}
	return fmt.Sprintf("%q", data)
}

// statusError is why a request ended before its answer was complete, with the status it gets.
type statusError struct {
	status string
	text   string
}

func (e *statusError) Error() string { return e.text }

func timeoutError(status, what string, after time.Duration) error {
	return &statusError{status, fmt.Sprintf("%s for %s", what, after)}
}

// failure gives the status and text of an error met while sending or reading.
func failure(err error) (string, store.NullString) {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status, store.String(e.text)
	}
	return store.StatusStreamError, store.String(err.Error())
}
