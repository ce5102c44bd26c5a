package collect

import (
	"errors"
	"fmt"
	"net/http"
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

	framing   protocol.Framing
	openEnded bool // no end mark is due
	stream    bool // events are expected, not a whole answer

	form answerForm
	kind string // media type of the answer
	// retryAfter is the header of that name.
	retryAfter string
	whole      []byte // an answer that is not a stream, as far as it has come
	originNS   int64  // sent: chunk times are relative to it
	usage      protocol.Usage
	text       []byte
	keepText   bool
	// said is the text without what is reasoning or a tool's; it is kept for the history of a conversation.
	said     []byte
	keepSaid bool
	// perChunk is true while every chunk so far told its tokens, by itself or by a running count. choices is that count of
	// each choice, counted the sum of what the chunks told.
	perChunk  bool
	choices   []int64
	counted   int64
	done      bool // [DONE] came
	streamErr string
	events    int
	// carried is what the carrier needs beside.
	carried carried
}

// newExchange readies the exchange of one request; a backend that never streams gets a whole answer whatever stream says.
func newExchange(rec *store.Record, b *protocol.Backend, stream, keepText bool) *exchange {
	return &exchange{rec: rec, reader: b.Protocol.Reader(), framing: b.Framing, openEnded: b.OpenEnded,
		stream: stream && b.Framing != protocol.FramingNone, keepText: keepText}
}

// answerForm is how an answer is read, decided by its head.
type answerForm uint8

const (
	formStream answerForm = iota // events, as they are framed
	formWhole                    // one JSON object
	formError                    // a status other than 200
)

// errorBodyBytes is how much of an error answer is kept: enough for its message.
const errorBodyBytes = 64 << 10

// begin readies x for a request sent at sentNS.
func (x *exchange) begin(rec *store.Record, sentNS int64) {
	x.rec, x.originNS = rec, sentNS
	x.usage, x.text, x.said = protocol.Usage{}, x.text[:0], x.said[:0]
	x.perChunk, x.choices, x.counted = true, x.choices[:0], 0
	x.done, x.streamErr, x.events = false, "", 0
	x.form, x.kind, x.retryAfter, x.whole = formStream, "", "", x.whole[:0]
	if x.parser.handle == nil { // a method's value is an allocation
		x.parser.handle = x.event
	}
	x.parser.lines = x.framing == protocol.FramingLines
	x.parser.reset()
	x.shrink()
	rec.SentNS = store.Int(sentNS)
}

// shrink lets go of what an unusual answer has swollen.
func (x *exchange) shrink() {
	const keep = 64 << 10
	if cap(x.whole) > keep {
		x.whole = nil
	}
	if cap(x.text) > keep {
		x.text = nil
	}
}

// head takes the answer's status and fields. Where a stream was asked for, JSON is an error object or the answer of a
// server that cannot stream: the protocol tells them apart.
func (x *exchange) head(status int, contentType, location string) {
	x.rec.HTTPStatus = store.Int(int64(status))
	x.kind, _, _ = strings.Cut(contentType, ";")
	switch {
	case status != http.StatusOK:
		x.form = formError
		if location != "" {
			x.streamErr = "redirected to " + location
		}
	case !x.stream, x.kind == "application/json" && x.framing == protocol.FramingSSE:
		x.form = formWhole
	}
}

// body takes the bytes of one read, stamped before anything was decoded. An error ends the request.
func (x *exchange) body(b []byte, atNS int64) error {
	x.rec.Bytes += int64(len(b))
	switch {
	case x.form == formStream:
		if x.events == 0 && len(x.whole) < excerptBytes {
			x.whole = append(x.whole, b[:min(len(b), excerptBytes)]...)
		}
		return x.parser.feed(b, atNS)
	case x.form == formError:
		b = b[:min(len(b), errorBodyBytes-len(x.whole))]
	case len(x.whole)+len(b) > maxEventBytes:
		return errEventTooLarge
	}
	x.whole = append(x.whole, b...)
	return nil
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
		if (d.Finish == "abort" || d.Finish == "error") && x.streamErr == "" {
			x.streamErr = fmt.Sprintf("the server gave the request up (finish reason %q)", d.Finish)
		}
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
	if x.keepSaid && d.Kind == store.KindText {
		x.said = append(x.said, d.Text...)
	}
}

// end closes the request: what came is judged by what was missing. err is why it ended, nil at a regular end.
func (x *exchange) end(err error, atNS int64) {
	switch {
	case x.form == formError:
		err = x.refusal(err)
	case err != nil:
	case x.form == formWhole:
		err = x.readWhole(atNS)
	default:
		if err = x.parser.end(atNS); err == nil {
			err = x.notAStream()
		}
	}
	x.close(err, atNS)
}

// refusal is the failure of an answer with another status than 200, in the server's own words where it has any.
func (x *exchange) refusal(err error) error {
	text := protocol.ErrorText(x.whole)
	if text == "" {
		text = http.StatusText(int(x.rec.HTTPStatus.V))
	}
	if x.streamErr != "" {
		text += " (" + x.streamErr + ")"
		x.streamErr = ""
	}
	if err != nil && len(x.whole) == 0 {
		text += ": " + err.Error()
	}
	return &statusError{store.StatusHTTPError, text}
}

// readWhole takes a complete answer that was not streamed: it has an end, but no first token.
func (x *exchange) readWhole(atNS int64) error {
	d := &x.delta
	d.Reset()
	if err := x.reader.Whole(x.whole, d); err != nil {
		return fmt.Errorf("answer: %w: %s", err, excerpt(x.whole))
	}
	x.streamErr = d.Err
	x.usage.Output = d.Usage.Output
	x.perChunk = false
	x.note(d)
	if d.Choice {
		x.done = true
		x.rec.LastTokenNS = store.Int(atNS)
		x.text = append(x.text, d.Text...)
		if x.keepSaid {
			x.said = append(x.said, d.Text...)
		}
	}
	if x.stream && d.Err == "" {
		return fmt.Errorf("asked for an event stream, got %s: %s", x.kind, excerpt(x.whole))
	}
	return nil
}

// notAStream says what came instead when a complete answer held no event at all.
func (x *exchange) notAStream() error {
	if x.events > 0 || x.rec.Bytes == 0 || x.kind == "text/event-stream" {
		return nil
	}
	return fmt.Errorf("the answer is not an event stream (Content-Type %q): %s", x.kind, excerpt(x.whole))
}

// close settles the record.
func (x *exchange) close(err error, atNS int64) {
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
	finished := x.done || x.rec.FinishReason.Valid || x.openEnded && x.rec.LastTokenNS.Valid
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

// excerptBytes is how much of an answer that cannot be read is quoted.
const excerptBytes = 120

// excerpt quotes the beginning of data that could not be read.
func excerpt(data []byte) string {
	if len(data) > excerptBytes {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(string(data[:excerptBytes]), "?"))
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
