package simulate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs.\ngot:\n%q\nwant:\n%q", path, got, want)
	}
}

// running is a server that serves.
type running struct {
	*Server
	cancel context.CancelFunc
	done   chan error
}

// start serves on loopback.
func start(t testing.TB, c Config) *running {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, c, ln)
}

func startOn(t testing.TB, c Config, ln net.Listener) *running {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{s, cancel, make(chan error, 1)}
	go func() { r.done <- s.Serve(ctx, ln) }()
	return r
}

// stop drains the server and waits for it; the truth log is complete then.
func (r *running) stop(t testing.TB) {
	t.Helper()
	r.cancel()
	if err := <-r.done; err != nil {
		t.Error(err)
	}
}

// pipes is a listener whose connections are in memory, for bubbles of virtual time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

func (p *pipes) dial() net.Conn {
	near, far := net.Pipe()
	p.conns <- far
	return near
}

// bubble is a server in virtual time with a client beside it.
type bubble struct {
	*running
	pipes *pipes
	truth bytes.Buffer
}

// exactConfig has no jitter and round times: TTFT 10 ms + 1 ms a prompt token, ITL 10 ms + 1 ms a running sequence.
func exactConfig() Config {
	c := Default()
	c.CoarseTimer = true
	c.Jitter = 0
	c.PrefillTime, c.PrefillTokenTime = 10*time.Millisecond, time.Millisecond
	c.StepTime, c.StepSequenceTime, c.StepContextTime = 10*time.Millisecond, time.Millisecond, 0
	c.MaxModelLen = 4096
	return c
}

// inBubble must be called within synctest.Test.
func inBubble(t *testing.T, c Config) *bubble {
	t.Helper()
	b := &bubble{pipes: newPipes()}
	c.Truth = &b.truth
	b.running = startOn(t, c, b.pipes)
	return b
}

// ask sends one request on a connection of its own and gives the raw answer, read to the end of the connection.
func (b *bubble) ask(t *testing.T, method, path, body string, headers ...string) string {
	t.Helper()
	conn := b.pipes.dial()
	defer conn.Close()
	go io.WriteString(conn, rawRequest(method, path, "1.1", body, append(headers, "Connection: close")...))
	answer, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	return string(answer)
}

func rawRequest(method, path, version, body string, headers ...string) string {
	head := fmt.Sprintf("%s %s HTTP/%s\r\nHost: simulated\r\nContent-Length: %d\r\n", method, path, version, len(body))
	for _, h := range headers {
		head += h + "\r\n"
	}
	return head + "\r\n" + body
}

// arrival is a data line and when it came.
type arrival struct {
	data string
	at   time.Time
}

// readEvents takes the data lines of a body as they come, until its end.
func readEvents(body io.Reader) ([]arrival, error) {
	var got []arrival
	r := bufio.NewReader(body)
	for {
		line, err := r.ReadString('\n')
		if data, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "data: "); ok {
			got = append(got, arrival{data, time.Now()})
		}
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
}

// readTruth decodes a truth log.
func readTruth(t testing.TB, log []byte) []TruthRecord {
	t.Helper()
	var records []TruthRecord
	for line := range bytes.Lines(log) {
		var r TruthRecord
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			t.Fatalf("truth log: %v in %q", err, line)
		}
		if len(r.SentNS) != len(r.Tokens) || len(r.SentNS) != len(r.Kinds) {
			t.Fatalf("truth log: lists of unequal length in %s", line)
		}
		records = append(records, r)
	}
	return records
}
