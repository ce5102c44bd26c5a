package collect

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/near"
	"llmbench/store"
)

// Retries says which failed requests of the load are sent again. Every attempt is a row of its own, and a request keeps
// its slot and its intended time while it waits, so that what the retries cost stays in the numbers. Warm-ups and probes
// are never sent again.
type Retries struct {
	// Most is how often a request is sent again at most; 0 never.
	Most int
	On   RetryOn
}

func (r Retries) validate() error {
	if r.Most < 0 {
		return fmt.Errorf("--retries %d: must not be below 0", r.Most)
	}
	return nil
}

// RetryOn is the set of failures after which a request is sent again: statuses of store.Request, and HTTP status codes.
type RetryOn struct {
	statuses []string
	codes    []codeRange
}

type codeRange struct{ low, high int64 }

// DefaultRetryOn are the failures that the official clients of OpenAI's API send a request again after, but 409, which no
// inference server means that way. A request whose answer had begun is not among them: its tokens were made.
const DefaultRetryOn = "connect_error,connect_timeout,408,429,5xx"

// retriable are the statuses that UnmarshalText takes: all failures but the user's own Ctrl-C.
var retriable = []string{
	store.StatusConnectError, store.StatusConnectTimeout, store.StatusFirstByteTimeout, store.StatusIdleTimeout,
	store.StatusTotalTimeout, store.StatusHTTPError, store.StatusStreamError, store.StatusTruncated,
}

// UnmarshalText reads a list such as connect_error,429,5xx.
func (o *RetryOn) UnmarshalText(text []byte) error {
	*o = RetryOn{}
	var errs []error
	for item := range strings.SplitSeq(string(text), ",") {
		item = strings.TrimSpace(item)
		codes, isCode := parseCodes(item)
		switch {
		case isCode:
			o.codes = append(o.codes, codes)
		case slices.Contains(retriable, item):
			o.statuses = append(o.statuses, item)
		default:
			errs = append(errs, fmt.Errorf("%q is not known; %s, or give an HTTP status such as 429 or 5xx", item, near.OneOf(item, retriable)))
		}
	}
	return errors.Join(errs...)
}

// parseCodes reads 429 or 5xx.
func parseCodes(text string) (codeRange, bool) {
	if class, ok := strings.CutSuffix(text, "xx"); ok && len(class) == 1 && '3' <= class[0] && class[0] <= '5' {
		low := int64(class[0]-'0') * 100
		return codeRange{low, low + 99}, true
	}
	code, err := strconv.ParseInt(text, 10, 64)
	return codeRange{code, code}, err == nil && 300 <= code && code <= 599
}

// match reports whether a request that ended so is sent again.
func (o RetryOn) match(rec *store.Record) bool {
	if slices.Contains(o.statuses, rec.Status) {
		return true
	}
	return rec.Status == store.StatusHTTPError &&
		slices.ContainsFunc(o.codes, func(r codeRange) bool { return r.low <= rec.HTTPStatus.V && rec.HTTPStatus.V <= r.high })
}

// Waits before a retry, those of the official OpenAI clients: twice as long each time, a random quarter of it less, so that
// requests refused together do not come again together. What the server asks for in Retry-After goes before, up to a bound.
const (
	firstWait    = 500 * time.Millisecond
	longestWait  = 8 * time.Second
	longestAsked = time.Minute
)

// wait is how long after the attempt-th attempt, from 0, the next one is due.
func (r Retries) wait(attempt int64, retryAfter string, now time.Time) time.Duration {
	if asked, ok := parseRetryAfter(retryAfter, now); ok {
		return min(asked, longestAsked)
	}
	wait := min(firstWait<<min(attempt, 16), longestWait)
	return wait - time.Duration(rand.Float64()*float64(wait)/4)
}

// parseRetryAfter reads the header Retry-After (RFC 9110 §10.2.3): seconds, or a date.
func parseRetryAfter(text string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, longestAsked.Seconds()) * float64(time.Second)), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

// retry sends a request that has just failed once more, when that is wanted and there is time. It reports whether it does;
// f then lands again later.
func (f *flight) retry() bool {
	e, rec := f.engine, f.x.rec
	if rec.Status == store.StatusOK || rec.Attempt >= int64(e.config.Retries.Most) || !e.config.Retries.On.match(rec) {
		return false
	}
	dueNS := rec.DoneNS.V + int64(e.config.Retries.wait(rec.Attempt, f.x.retryAfter, time.Now()))
	if e.over(dueNS) || e.stopped.Err() != nil {
		return false
	}
	again := e.nextAttempt(rec, dueNS)
	e.recorder.put(f.x.finished(f.inputTokens))
	f.x.rec, f.x.reader = again, e.config.Backend.Protocol.Reader()
	go f.sendAgain(dueNS)
	return true
}

// nextAttempt is the record of another attempt: due at dueNS, and still wanted when the first one was.
func (e *Engine) nextAttempt(before *store.Record, dueNS int64) *store.Record {
	rec := recordPool.Get().(*store.Record)
	resetRecord(rec, int(before.AskedTokens.V))
	rec.RequestID, rec.Phase, rec.Attempt = before.RequestID, before.Phase, before.Attempt+1
	rec.SessionID, rec.Turn, rec.SessionTurns = before.SessionID, before.Turn, before.SessionTurns
	rec.IntendedNS, rec.SlotNS, rec.AskedTokens = before.IntendedNS, store.Int(dueNS), before.AskedTokens
	return rec
}

// sendAgain waits until the attempt is due. When the load is stopped before that the attempt is never made, and the one
// before it stays the request's last.
func (f *flight) sendAgain(dueNS int64) {
	e := f.engine
	if !e.waitUntil(dueNS) {
		e.abandoned.Store(true)
		recordPool.Put(f.x.rec)
		e.live.ended(false, -1)
		f.leave(e.nowNS())
		return
	}
	f.id = fmt.Appendf(f.id[:0], "%s%d-%d", e.config.RequestIDPrefix, f.x.rec.RequestID, f.x.rec.Attempt)
	e.carrier.send(e.cut, &f.x, f.body, string(f.id), f.ended)
}
