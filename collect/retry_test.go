package collect

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/store"
)

// faulty answers each request as its turn says, in the order they come: a number is an HTTP status, 0 a refused connection,
// 200 an answer after 10 ms.
type faulty struct {
	scripted
	turns []int
	// retryAfter is sent with every refusal.
	retryAfter string

	mu  sync.Mutex
	ids []string
}

func (s *faulty) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	status := s.turns[len(s.ids)]
	s.ids = append(s.ids, req.Header.Get("X-Request-Id"))
	s.mu.Unlock()
	switch status {
	case 200:
		return s.scripted.RoundTrip(req)
	case 0:
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {s.retryAfter}}, Body: io.NopCloser(strings.NewReader("busy"))}, nil
}

// retried runs n requests against the server in virtual time, 2 retries each, and gives the rows in the order they came.
func retried(t *testing.T, server *faulty, n int, change func(*Config), meanwhile func(*Engine)) (rows []store.Request, o *Outcome) {
	t.Helper()
	server.ttft, server.tokens = 10*time.Millisecond, 1
	e, _ := newTestEngine(t, nil, n, func(c *Config) {
		c.Retries = Retries{Most: 2, On: retryOn(t, DefaultRetryOn)}
		if change != nil {
			change(c)
		}
	})
	e.transport = server
	e.sink = sinkFunc(func(batch []*store.Record) error {
		for _, rec := range batch {
			rows = append(rows, rec.Request)
		}
		return nil
	})
	if meanwhile != nil {
		go meanwhile(e)
	}
	o, err := e.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rows, o
}

type sinkFunc func([]*store.Record) error

func (f sinkFunc) Append(batch []*store.Record) error { return f(batch) }

func retryOn(t *testing.T, text string) (on RetryOn) {
	t.Helper()
	if err := on.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return on
}

// Every attempt is a row; the last one counts. The wait is what the server asked for, and is no lag of the client.
func TestRetriesAreRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &faulty{turns: []int{503, 429, 200}, retryAfter: "3"}
		rows, o := retried(t, server, 1, nil, nil)
		if o.Completed != 1 || o.Failed != 0 || o.Interrupted || o.Duration != 6010*time.Millisecond || o.Client.LagMax != 0 {
			t.Errorf("outcome %+v", o)
		}
		type row struct {
			attempt, intended, slot, sent int64
			status                        string
		}
		var got []row
		for _, r := range rows {
			got = append(got, row{r.Attempt, r.IntendedNS.V, r.SlotNS.V, r.SentNS.V, r.Status})
		}
		want := []row{{0, 0, 0, 0, store.StatusHTTPError}, {1, 0, 3e9, 3e9, store.StatusHTTPError}, {2, 0, 6e9, 6e9, store.StatusOK}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("rows %v, want %v", got, want)
		}
		if want := []string{"0", "0-1", "0-2"}; !slices.Equal(server.ids, want) {
			t.Errorf("request ids %q, want %q", server.ids, want)
		}
	})
}

// Without a word from the server the waits grow, at most by what a quarter is off.
func TestRetriesGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, o := retried(t, &faulty{turns: []int{0, 0, 0}}, 1, nil, nil)
		if o.Completed != 0 || o.Failed != 1 || len(rows) != 3 {
			t.Fatalf("outcome %+v, %d rows", o, len(rows))
		}
		for i, longest := range []time.Duration{firstWait, 2 * firstWait} {
			wait := time.Duration(rows[i+1].SentNS.V - rows[i].DoneNS.V)
			if wait > longest || wait < longest*3/4 {
				t.Errorf("wait %d is %s, want %s less a quarter at most", i, wait, longest)
			}
		}
	})
}

func TestNoRetry(t *testing.T) {
	for name, c := range map[string]struct {
		turns  []int
		change func(*Config)
	}{
		"not asked for":       {[]int{503}, func(c *Config) { c.Retries.Most = 0 }},
		"a bad request":       {[]int{400}, nil},
		"not of this kind":    {[]int{0}, func(c *Config) { c.Retries.On = RetryOn{codes: []codeRange{{429, 429}}} }},
		"no time for it":      {[]int{503}, func(c *Config) { c.Arrivals.Duration = 2 * time.Second }},
		"all was well":        {[]int{200}, nil},
		"of the answer's own": {[]int{200}, func(c *Config) { c.Timeouts.Total = time.Millisecond }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if rows, _ := retried(t, &faulty{turns: c.turns, retryAfter: "3"}, 1, c.change, nil); len(rows) != 1 {
					t.Errorf("%d rows, want 1", len(rows))
				}
			})
		})
	}
}

// A request that waits for its retry keeps its slot: the next one is not let in before it is through.
func TestRetryKeepsItsSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, _ := retried(t, &faulty{turns: []int{503, 200, 200}, retryAfter: "1"}, 2, func(c *Config) { c.MaxConcurrency = 1 }, nil)
		if last := rows[len(rows)-1]; len(rows) != 3 || last.RequestID != 1 || last.SlotNS.V != 1010e6 {
			t.Errorf("rows %+v", rows)
		}
	})
}

// A stop ends the wait: the failed attempt stays the last one, and the run is not whole.
func TestStopAbandonsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := func(e *Engine) {
			time.Sleep(time.Second)
			e.Stop()
		}
		rows, o := retried(t, &faulty{turns: []int{503, 200}, retryAfter: "30"}, 2, nil, stop)
		if len(rows) != 2 || o.Completed != 1 || o.Failed != 1 || !o.Interrupted || !o.Stopped {
			t.Errorf("%d rows, outcome %+v", len(rows), o)
		}
		if p := (time.Duration(rows[0].DoneNS.V)); p > time.Second {
			t.Errorf("ended after %s", p)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": 0, "0.25": 250 * time.Millisecond, "100000": longestAsked, "1e300": longestAsked,
		"Wed, 25 Nov 2026 12:00:20 GMT": 20 * time.Second, "Wed, 25 Nov 2026 11:00:00 GMT": 0, "Thu, 26 Nov 2026 12:00:00 GMT": longestAsked,
	} {
		if got := (Retries{}).wait(0, text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "soon", "-1", "NaN"} {
		if got := (Retries{}).wait(9, text, now); got > longestWait || got < longestWait*3/4 {
			t.Errorf("%q: %s, want about %s", text, got, longestWait)
		}
	}
}

func TestRetryOn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		DefaultRetryOn:            "connect_error connect_timeout 408 429 500 503",
		"429, 503":                "429 503",
		"http_error":              "400 408 429 500 503",
		"4xx,stream_error":        "stream_error 400 408 429",
		"truncated,total_timeout": "total_timeout truncated",
	} {
		on := retryOn(t, text)
		var got []string
		for _, status := range append(retriable, store.StatusCancelled, store.StatusOK) {
			if status != store.StatusHTTPError && on.match(&store.Record{Request: store.Request{Status: status, HTTPStatus: store.Int(200)}}) {
				got = append(got, status)
			}
		}
		for _, code := range []string{"400", "408", "429", "500", "503"} {
			codes, _ := parseCodes(code)
			if on.match(&store.Record{Request: store.Request{Status: store.StatusHTTPError, HTTPStatus: store.Int(codes.low)}}) {
				got = append(got, code)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s matches %q, want %q", text, got, want)
		}
	}
	for _, bad := range []string{"", "ok", "cancelled", "200", "600", "6xx", "42x", "429;503"} {
		if err := new(RetryOn).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"3", "0.5", "Wed, 25 Nov 2026 12:00:20 GMT", "-1", "1e999", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if wait := (Retries{}).wait(3, text, time.Unix(1.7e9, 0)); wait < 0 || wait > longestAsked {
			t.Errorf("%q: %s", text, wait)
		}
	})
}

func FuzzRetryOn(f *testing.F) {
	f.Add(DefaultRetryOn)
	f.Add("http_error,404")
	f.Fuzz(func(t *testing.T, text string) {
		var on RetryOn
		if on.UnmarshalText([]byte(text)) == nil && len(on.statuses)+len(on.codes) == 0 {
			t.Errorf("%q was taken and says nothing", text)
		}
	})
}
