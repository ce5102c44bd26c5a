package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// countDials is a transport that counts its connections.
func countDials(n *int) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		*n++
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}}
}

func post(t testing.TB, client *http.Client, url, body string, headers ...string) *http.Response {
	t.Helper()
	q, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		q.Header.Set(name, value)
	}
	r, err := client.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// In virtual time nothing lies between a write and its arrival: the log's times are the client's own.
func TestTruthIsWhatAClientSees(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return b.pipes.dial(), nil }}}
		var all sync.WaitGroup
		seen := make([][]arrival, 20)
		sent := make([]time.Time, len(seen))
		for i := range seen {
			path := []string{completions, chats}[i%2]
			body := fmt.Sprintf(`{"prompt":" the of","messages":[{"role":"user","content":" the"}],"max_tokens":%d,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true}}`, 1+i)
			sent[i] = time.Now()
			all.Go(func() {
				r := post(t, client, "http://pipe"+path, body, fmt.Sprintf("X-Request-Id: %d", i))
				defer r.Body.Close()
				var err error
				if seen[i], err = readEvents(r.Body); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(7 * time.Millisecond)
		}
		all.Wait()
		client.CloseIdleConnections()
		b.stop(t)
		records := readTruth(t, b.truth.Bytes())
		if len(records) != len(seen) {
			t.Fatalf("%d records of %d requests", len(records), len(seen))
		}
		for _, r := range records {
			var i int
			fmt.Sscan(r.RequestID, &i)
			compare(t, &r, seen[i], func(event int, at time.Time) bool { return at.UnixNano() == r.SentNS[event] })
			if r.ReceivedNS != sent[i].UnixNano() || r.HeaderNS != r.SentNS[0] || r.EndedNS != r.SentNS[len(r.SentNS)-1] {
				t.Errorf("request %d: received %d, header %d, ended %d", i, r.ReceivedNS, r.HeaderNS, r.EndedNS)
			}
			if r.OutputTokens != 1+i || r.Status != 200 || r.Cancelled || r.FinishReason != "length" || r.StartedNS < r.ReceivedNS {
				t.Errorf("request %d: %+v", i, r)
			}
		}
	})
}

// compare holds a record against the events a client read.
func compare(t *testing.T, r *TruthRecord, seen []arrival, timely func(event int, at time.Time) bool) {
	t.Helper()
	if len(seen) != len(r.SentNS) {
		t.Errorf("request %s: %d events read, %d in the log", r.RequestID, len(seen), len(r.SentNS))
		return
	}
	for i, e := range seen {
		if kind := kindOf(e.data); kind != r.Kinds[i] {
			t.Errorf("request %s: event %d is a %s in the log: %s", r.RequestID, i, r.Kinds[i], e.data)
		}
		if !timely(i, e.at) {
			t.Errorf("request %s: event %d was read at %d and written at %d", r.RequestID, i, e.at.UnixNano(), r.SentNS[i])
		}
	}
}

func kindOf(data string) string {
	switch {
	case data == "[DONE]":
		return "done"
	case strings.Contains(data, `"role":`):
		return "role"
	case strings.Contains(data, `"choices":[]`):
		return "usage"
	case strings.Contains(data, `"text":""`), strings.Contains(data, `"content":""`):
		return "finish"
	}
	return "text"
}

// Over real sockets every event is there, in order and no earlier than it was written.
func TestTruthOverSockets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{"fixed": fixedConfig(0, 0), "flood": flooding(), "fixed-precise": precise(), "batched-precise": quick()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var truth strings.Builder
			c.Truth = &truth
			s := start(t, c)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}}
			seen := make([][]arrival, 50)
			var all sync.WaitGroup
			for i := range seen {
				all.Go(func() {
					for range 2 {
						r := post(t, client, s.URL()+chats, `{"messages":[{"role":"user","content":" the"}],"max_tokens":200,"ignore_eos":true,"stream":true}`, fmt.Sprintf("X-Request-Id: %d", i))
						events, err := readEvents(r.Body)
						if err != nil {
							t.Error(err)
						}
						r.Body.Close()
						seen[i] = events
					}
				})
			}
			all.Wait()
			client.CloseIdleConnections()
			s.stop(t)
			records := readTruth(t, []byte(truth.String()))
			if len(records) != 2*len(seen) {
				t.Fatalf("%d records of %d requests", len(records), 2*len(seen))
			}
			// The second request of each connection is the one kept; it ended last.
			last := map[string]*TruthRecord{}
			for i := range records {
				last[records[i].RequestID] = &records[i]
			}
			for id, r := range last {
				var i int
				fmt.Sscan(id, &i)
				compare(t, r, seen[i], func(event int, at time.Time) bool {
					return !at.Before(time.Unix(0, r.SentNS[event]).Add(-time.Millisecond))
				})
				if !slices.IsSorted(r.SentNS) {
					t.Errorf("request %s: times %v", id, r.SentNS)
				}
			}
		})
	}
}

func flooding() Config {
	c := exactConfig()
	c.Flood = true
	return c
}

// quick makes steps of 50 us.
func quick() Config {
	c := exactConfig()
	c.CoarseTimer = false
	c.PrefillTime, c.PrefillTokenTime, c.StepTime, c.StepSequenceTime = 0, 0, 50*time.Microsecond, 0
	return c
}

func precise() Config {
	c := fixedConfig(0, 0)
	c.CoarseTimer = false
	return c
}

// smallBuffers listens on loopback; its connections hold little that is not read.
func smallBuffers(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return bufferedListener{ln}
}

type bufferedListener struct{ net.Listener }

func (l bufferedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return c, c.(*net.TCPConn).SetWriteBuffer(16 << 10)
}

// A client that does not read holds up nobody, and still gets everything when it does read.
func TestStalledClient(t *testing.T) {
	t.Parallel()
	c := fixedConfig(0, 0)
	c.MaxModelLen = 1 << 20
	var truth strings.Builder
	c.Truth = &truth
	s := startOn(t, c, smallBuffers(t))
	stalled, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer stalled.Close()
	// Ten times what the sockets' buffers hold.
	const tokens = 10000
	if _, err := io.WriteString(stalled, rawRequest("POST", completions, "1.1", fmt.Sprintf(`{"prompt":" the","max_tokens":%d,"ignore_eos":true,"stream":true}`, tokens), "Connection: close", "X-Request-Id: stalled")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stalled, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	r := post(t, http.DefaultClient, s.URL()+completions, `{"prompt":" the","max_tokens":100,"ignore_eos":true,"stream":true}`)
	if events, err := readEvents(r.Body); err != nil || len(events) != 101 {
		t.Fatalf("beside a stalled client: %d events, %v", len(events), err)
	}
	r.Body.Close()
	rest, err := io.ReadAll(stalled)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(rest), "data: [DONE]\n\n\r\n0\r\n\r\n") {
		t.Errorf("the stalled stream ended in %q", rest[len(rest)-50:])
	}
	http.DefaultClient.CloseIdleConnections()
	s.stop(t)
	for _, record := range readTruth(t, []byte(truth.String())) {
		if record.RequestID == "stalled" && (record.Cancelled || record.OutputTokens != tokens) {
			t.Errorf("cancelled %v, %d tokens", record.Cancelled, record.OutputTokens)
		}
	}
}

// A stalled client that leaves is let go, whatever is still to write.
func TestStalledClientLeaves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{"fixed": fixedConfig(0, 0), "flood": flooding()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.MaxModelLen = 1 << 20
			c.DrainLimit = time.Hour
			var truth strings.Builder
			c.Truth = &truth
			s := startOn(t, c, smallBuffers(t))
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, rawRequest("POST", completions, "1.1", `{"prompt":" the","max_tokens":10000,"ignore_eos":true,"stream":true}`, "Connection: close")); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			if name == "fixed" {
				for s.scheduler.load().running > 0 { // All is generated, and waits.
					runtime.Gosched()
				}
			}
			// Only its sending half: the reading half stays, and full.
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			s.stop(t)
			conn.Close()
			if r := readTruth(t, []byte(truth.String())); len(r) != 1 || !r[0].Cancelled {
				t.Errorf("truth of %d records: %+v", len(r), r[0].Cancelled)
			}
		})
	}
}

func TestTruthLogReportsAFailedWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := exactConfig()
		b := &bubble{pipes: newPipes()}
		c.Truth = failingWriter{}
		b.running = startOn(t, c, b.pipes)
		for range 3 {
			b.ask(t, "POST", completions, `{"prompt":" the","max_tokens":1}`)
		}
		b.cancel()
		if err := <-b.done; !errors.Is(err, errDiskFull) || !strings.HasPrefix(err.Error(), "write the truth log: ") {
			t.Errorf("got %v", err)
		}
	})
}

var errDiskFull = errors.New("no space left on device")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errDiskFull }

// Refused requests are in the log too.
func TestTruthOfErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		b.ask(t, "POST", completions, `{"prompt":`)
		b.ask(t, "POST", completions, `{"prompt":" the","model":"nope"}`)
		b.ask(t, "POST", completions, `{"prompt":" the of","max_tokens":2,"ignore_eos":true}`)
		b.stop(t)
		r := readTruth(t, b.truth.Bytes())
		if len(r) != 3 || r[0].Status != 400 || r[1].Status != 404 || len(r[0].SentNS) != 0 {
			t.Fatalf("truth %+v", r)
		}
		if r[2].Status != 200 || !slices.Equal(r[2].Kinds, []string{"body"}) || r[2].OutputTokens != 2 || r[2].PromptTokens != 2 ||
			time.Duration(r[2].SentNS[0]-r[2].ReceivedNS) != 23*ms {
			t.Errorf("truth of an answer %+v", r[2])
		}
	})
}
