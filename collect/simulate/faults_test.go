package simulate

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// faultCases has every fault once at least: what a client on a connection that may be kept alive gets. until is how long
// the client waits for more; most streams are over by then.
var faultCases = []struct {
	fault string
	chat  bool
}{
	{fault: "status"}, {fault: "status=429"}, {fault: "html"}, {fault: "error-only"},
	{fault: "error=2"}, {fault: "error=2,no-done"}, {fault: "error=0", chat: true},
	{fault: "cut=2"}, {fault: "cut=0"}, {fault: "reset=2"}, {fault: "stall=2"}, {fault: "pause"},
	{fault: "no-done"}, {fault: "close"}, {fault: "early-header", chat: true},
	{fault: "batch=3"}, {fault: "batch=100"}, {fault: "split=40"},
	{fault: "crlf"}, {fault: "comments"}, {fault: "null"}, {fault: "zero-usage", chat: true}, {fault: "multiline", chat: true},
	{fault: "no-space"}, {fault: "names"}, {fault: "bom"}, {fault: "lone-finish", chat: true}, {fault: "finish-usage"},
	{fault: "crlf,comments,multiline,bom"},
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range faultCases {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := inBubble(t, exactConfig())
				got := b.listen(t, test.chat, `"max_tokens":5,`, "X-Simulate-Fault: "+test.fault)
				golden(t, "faults/"+test.fault+".http", got)
				b.stop(t)
				checkFaultTruth(t, test.fault, b.truth.Bytes(), got)
			})
		})
	}
}

// listen asks for a stream with its usage and reads what comes within ten seconds. The connection's end is marked; when
// it has not ended, the client leaves.
func (b *bubble) listen(t *testing.T, chat bool, more string, headers ...string) []byte {
	t.Helper()
	conn := b.pipes.dial()
	path := completions
	if chat {
		path = chats
	}
	body := `{"prompt":" the","messages":[{"role":"user","content":" the"}],` + more + `"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true}}`
	go io.WriteString(conn, rawRequest("POST", path, "1.1", body, append(headers, "X-Request-Id: f")...))
	var got bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(&got, conn)
		ended <- err
	}()
	select {
	case <-ended:
		got.WriteString("\n(connection closed)\n")
	case <-time.After(10 * time.Second):
		conn.Close()
		<-ended
	}
	return got.Bytes()
}

// checkFaultTruth: the log has exactly the events that came.
func checkFaultTruth(t *testing.T, fault string, log, answer []byte) {
	t.Helper()
	r := readTruth(t, log)
	if len(r) != 1 || r[0].Fault != fault {
		t.Fatalf("truth %+v", r)
	}
	events := bytes.Count(answer, []byte("data:"))
	if strings.Contains(fault, "multiline") {
		events -= bytes.Count(answer, []byte(`data: "object"`))
	}
	if len(r[0].SentNS) != events {
		t.Errorf("%d events in the log, %d came: %v", len(r[0].SentNS), events, r[0].Kinds)
	}
}

// Every fault of the table is tried somewhere.
func TestEveryFaultIsTested(t *testing.T) {
	t.Parallel()
	tried := "megabyte,endless"
	for _, test := range faultCases {
		tried += "," + test.fault
	}
	for _, f := range FaultNames() {
		if f.Help == "" {
			t.Errorf("fault %s is not explained", f.Name)
		}
		found := false
		for part := range strings.SplitSeq(tried, ",") {
			name, _, _ := strings.Cut(part, "=")
			found = found || name == f.Name
		}
		if !found {
			t.Errorf("fault %s has no test", f.Name)
		}
	}
}

// How the bytes come, where it matters: alone, together, in pieces, in time.
func TestFaultTiming(t *testing.T) {
	t.Parallel()
	check := func(fault string, look func(t *testing.T, reads []read)) {
		t.Helper()
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := inBubble(t, exactConfig())
				conn := b.pipes.dial()
				began := time.Now()
				go io.WriteString(conn, rawRequest("POST", completions, "1.1", `{"prompt":" the","max_tokens":5,"ignore_eos":true,"stream":true}`, "Connection: close", "X-Simulate-Fault: "+fault))
				look(t, readPieces(conn, began))
				b.stop(t)
			})
		})
	}
	// A prompt token and five output tokens: 11, 22, 33, 44, 55 ms.
	check("crlf", func(t *testing.T, reads []read) {
		if reads[0].after != 11*ms || !strings.Contains(reads[0].text, "HTTP/1.1 200") || !strings.Contains(reads[0].text, "data: {") {
			t.Errorf("the header does not come with the first token: %+v", reads[0])
		}
	})
	check("early-header", func(t *testing.T, reads []read) {
		if reads[0].after != 0 || strings.Contains(reads[0].text, "data:") || reads[1].after != 11*ms {
			t.Errorf("reads %+v", reads[:2])
		}
	})
	check("batch=3", func(t *testing.T, reads []read) {
		if reads[0].after != 33*ms || strings.Count(reads[0].text, "data:") != 3 || strings.Count(reads[1].text, "data:") != 3 {
			t.Errorf("reads %+v", reads[:2])
		}
	})
	check("split=9", func(t *testing.T, reads []read) {
		for i, r := range reads[:len(reads)-1] {
			if len(r.text) > 9 || i > 0 && r.after < reads[i-1].after {
				t.Errorf("read %d: %+v", i, r)
			}
		}
	})
	check("pause=500", func(t *testing.T, reads []read) {
		if reads[2].after != 33*ms || reads[3].after != 533*ms || reads[5].after != 533*ms {
			t.Errorf("reads %+v", reads)
		}
	})
}

type read struct {
	after time.Duration
	text  string
}

// readPieces notes each read of a connection until its end.
func readPieces(conn net.Conn, began time.Time) []read {
	var reads []read
	b := make([]byte, 64<<10)
	for {
		n, err := conn.Read(b)
		if n > 0 {
			reads = append(reads, read{time.Since(began), string(b[:n])})
		}
		if err != nil {
			return reads
		}
	}
}

// Pieces of a few bytes cut through runes.
func TestSplitCutsRunes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := exactConfig()
		c.Tokenizer = runeTokenizer{NewWordTokenizer()}
		b := inBubble(t, c)
		conn := b.pipes.dial()
		go io.WriteString(conn, rawRequest("POST", completions, "1.1", `{"prompt":" the","max_tokens":20,"ignore_eos":true,"stream":true}`, "Connection: close", "X-Simulate-Fault: split=1"))
		cut := 0
		for _, r := range readPieces(conn, time.Now()) {
			if len(r.text) == 1 && r.text[0] >= 0x80 {
				cut++
			}
		}
		if cut < 40 {
			t.Errorf("%d bytes of runes came by themselves", cut)
		}
		b.stop(t)
	})
}

// runeTokenizer has no words but those of other scripts.
type runeTokenizer struct{ *WordTokenizer }

func (r runeTokenizer) IsSpecial(id int) bool {
	return r.WordTokenizer.IsSpecial(id) || r.texts[id][1] < 0x80
}

func TestMegabyte(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		got := b.ask(t, "POST", completions, `{"prompt":" the","max_tokens":3,"ignore_eos":true,"stream":true}`, "X-Simulate-Fault: megabyte=1")
		_, event, _ := strings.Cut(got, "data:")
		_, event, _ = strings.Cut(event, "data:")
		event, _, _ = strings.Cut(event, "\n")
		if len(event) < 1<<20 || strings.Count(got, "data:") != 4 {
			t.Errorf("%d bytes in the second of %d events", len(event), strings.Count(got, "data:"))
		}
		b.stop(t)
	})
}

func TestEndless(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, exactConfig())
		if n := bytes.Count(b.listen(t, false, `"max_tokens":2,`, "X-Simulate-Fault: endless"), []byte("data:")); n < 900 {
			t.Errorf("%d events in ten seconds", n)
		}
		synctest.Wait()
		if l := b.scheduler.load(); l != (load{}) {
			t.Errorf("load %+v after the client has left", l)
		}
		b.stop(t)
	})
}

// What only a socket shows: a reset, and the end of a connection the header promised to keep.
func TestFaultsOverSockets(t *testing.T) {
	t.Parallel()
	c := fixedConfig(0, 0)
	s := start(t, c)
	try := func(fault string) (string, error) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, rawRequest("POST", completions, "1.1", `{"prompt":" the","max_tokens":50,"ignore_eos":true,"stream":true}`, "X-Simulate-Fault: "+fault)); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(conn)
		return string(got), err
	}
	if _, err := try("reset=5"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %v", err)
	}
	if got, err := try("cut=5"); err != nil || strings.Count(got, "data:") != 5 || strings.HasSuffix(got, "0\r\n\r\n") {
		t.Errorf("cut: %v, %q", err, got)
	}
	for _, fault := range []string{"close", "close,split=50", "close,batch=7"} {
		got, err := try(fault)
		if err != nil || strings.Count(got, "data:") != 51 || !strings.HasSuffix(got, "0\r\n\r\n") || strings.Contains(got, "Connection:") {
			t.Errorf("%s: %v, %q", fault, err, got)
		}
	}
	s.stop(t)
}

// The server's own fault spoils the given share of requests, the same ones with the same seed.
func TestFaultShare(t *testing.T) {
	t.Parallel()
	outcome := func(seed uint64) string {
		c := exactConfig()
		c.Seed, c.Fault, c.FaultShare = seed, "crlf", 0.25
		s, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		r := httptest.NewRequest("POST", completions, nil)
		for range 1000 {
			f, err := s.faultOf(r)
			if err != nil {
				t.Fatal(err)
			}
			if f != nil {
				got.WriteByte('1')
			} else {
				got.WriteByte('0')
			}
		}
		return got.String()
	}
	first := outcome(1)
	if spoiled := strings.Count(first, "1"); spoiled < 200 || spoiled > 300 {
		t.Errorf("%d of 1000 requests are spoiled, want about 250", spoiled)
	}
	if outcome(1) != first {
		t.Error("one seed, two outcomes")
	}
	if outcome(2) == first {
		t.Error("two seeds, one outcome")
	}
}

// A server with a fault of its own spoils every request, unless the request names another.
func TestServersOwnFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := exactConfig()
		c.Fault = "status=500"
		b := inBubble(t, c)
		for want, headers := range map[string][]string{"500": nil, "429": {"X-Simulate-Fault: status=429"}, "200": {"X-Simulate-Fault: crlf"}} {
			if got := b.ask(t, "POST", completions, `{"prompt":" the","max_tokens":1}`, headers...); !strings.HasPrefix(got, "HTTP/1.1 "+want) {
				t.Errorf("got %q, want %s", got, want)
			}
		}
		b.stop(t)
	})
}

func TestParseFaultErrors(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"nope":           `no fault is called "nope"; use one of batch, bom`,
		"crlf,":          `no fault is called ""`,
		"crlf=2":         "fault crlf takes no number",
		"cut=x":          `fault cut takes a number, not "x"`,
		"cut=-1":         "fault cut: must be at least 0, not -1",
		"split=0":        "fault split: must be at least 1, not 0",
		"status=200":     "fault status: 200 is no HTTP error",
		"cut=9999999999": `fault cut takes a number`,
	} {
		if _, err := ParseFault(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", spec, err, want)
		}
	}
	if f, err := ParseFault(""); f != nil || err != nil {
		t.Errorf("no fault: %v, %v", f, err)
	}
}

func FuzzParseFault(f *testing.F) {
	for _, test := range faultCases {
		f.Add(test.fault)
	}
	f.Add("crlf,,=")
	f.Fuzz(func(t *testing.T, spec string) {
		fault, err := ParseFault(spec)
		if err != nil || fault == nil {
			return
		}
		if fault.spec != spec {
			t.Errorf("%q became %q", spec, fault.spec)
		}
		// Whatever the dress, the event is still there and still ends.
		got := fault.dress([]byte("data: {\"id\":1,\"object\":2}\n\n"), true)
		if !bytes.Contains(got, []byte("\"object\":2}")) || !bytes.HasSuffix(bytes.ReplaceAll(got, []byte("\r"), nil), []byte("\n\n")) {
			t.Errorf("%q dresses as %q", spec, got)
		}
	})
}
