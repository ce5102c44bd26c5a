package simulate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// TruthRecord is one line of the truth log: what one generation request got, and when. All times are Unix time in
// nanoseconds, counted by the monotonic clock from one reading of the wall clock at the server's start, so two of them
// may be subtracted and, on one host, compared with another process's.
type TruthRecord struct {
	// RequestID is the request's x-request-id header, else one made up here; the response's id holds it too.
	RequestID string `json:"request_id"`
	Path      string `json:"path"`
	// ReceivedNS is when the end of the request's header had come to the host, ReadNS when the engine had read it: the
	// difference is the host's business, and the engine's timing does not count it. Where the kernel does not tell they are
	// equal. StartedNS is when a slot was granted, 0 when none was.
	ReceivedNS int64 `json:"received_ns"`
	ReadNS     int64 `json:"read_ns"`
	StartedNS  int64 `json:"started_ns"`
	// HeaderNS is the time just before the write that carried the response's header, often the first event's; 0 when the
	// client had left before.
	HeaderNS int64 `json:"header_ns"`
	EndedNS  int64 `json:"ended_ns"`
	Status   int   `json:"status"`
	// Cancelled: the client left, or the server stopped, before the end.
	Cancelled    bool   `json:"cancelled"`
	Fault        string `json:"fault,omitempty"`
	PromptTokens int    `json:"prompt_tokens"`
	CachedTokens int    `json:"cached_tokens"`
	// OutputTokens is how many were sent.
	OutputTokens int    `json:"output_tokens"`
	FinishReason string `json:"finish_reason"`
	// SentNS has one element per event: the time just before the write that carried its first byte. In a response that
	// is not a stream it has one, of kind body, and for an error none.
	SentNS []int64 `json:"sent_ns"`
	// Tokens is how many tokens each event carried.
	Tokens []int `json:"tokens"`
	// Kinds is what each event was: role, text, empty (a token without text), finish (a finish reason without text),
	// usage, error, null, done or body.
	Kinds []string `json:"kinds"`
}

// kind is what an event was.
type kind uint8

const (
	kindText kind = iota
	kindEmpty
	kindRole
	kindFinish
	kindUsage
	kindError
	kindNull
	kindDone
	kindBody
)

var kindNames = [...]string{
	kindText: "text", kindEmpty: "empty", kindRole: "role", kindFinish: "finish", kindUsage: "usage",
	kindError: "error", kindNull: "null", kindDone: "done", kindBody: "body",
}

// sentEvent is an event as the hot path notes it, without pointers for the collector to follow.
type sentEvent struct {
	ns     int64
	tokens int32
	kind   kind
}

// truth is a record in the making.
type truth struct {
	TruthRecord
	events []sentEvent // those sent
}

// finished lays the events out as the record has them.
func (t *truth) finished() *TruthRecord {
	r := &t.TruthRecord
	n := len(t.events)
	r.SentNS, r.Tokens, r.Kinds = make([]int64, n), make([]int, n), make([]string, n)
	for i, e := range t.events {
		r.SentNS[i], r.Tokens[i], r.Kinds[i] = e.ns, int(e.tokens), kindNames[e.kind]
		r.OutputTokens += int(e.tokens)
	}
	return r
}

// clock reads Unix time off the monotonic clock.
type clock struct {
	began  time.Time
	unixNS int64
}

func newClock() clock {
	now := time.Now()
	return clock{now, now.UnixNano()}
}

func (c clock) now() int64 { return c.unixNS + int64(time.Since(c.began)) }

// at converts t, a reading of this process; the zero time gives 0.
func (c clock) at(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return c.unixNS + int64(t.Sub(c.began))
}

// truthLog writes records from a goroutine of its own.
type truthLog struct {
	records chan *truth
	done    chan struct{}
	once    sync.Once
	err     error
}

// newTruthLog writes to w until close; w == nil discards.
func newTruthLog(w io.Writer) *truthLog {
	l := &truthLog{records: make(chan *truth, 4096), done: make(chan struct{})}
	if w == nil {
		w = io.Discard
	}
	go l.write(w)
	return l
}

// log hands t over; it must not be touched afterwards.
func (l *truthLog) log(t *truth) { l.records <- t }

func (l *truthLog) write(w io.Writer) {
	defer close(l.done)
	b := bufio.NewWriterSize(w, 64<<10)
	e := json.NewEncoder(b)
	for t := range l.records {
		if l.err != nil || w == io.Discard {
			continue
		}
		l.err = e.Encode(t.finished())
		// Whoever reads the file along should not wait for the buffer to fill.
		if l.err == nil && len(l.records) == 0 {
			l.err = b.Flush()
		}
	}
}

// close waits until everything is written. No log may follow.
func (l *truthLog) close() error {
	l.once.Do(func() { close(l.records) })
	<-l.done
	if l.err != nil {
		return fmt.Errorf("write the truth log: %w", l.err)
	}
	return nil
}
