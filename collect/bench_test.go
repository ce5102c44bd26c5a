package collect

import (
	"bytes"
	"fmt"
	"math"
	"net"
	"runtime"
	"strings"
	"testing"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/store"
)

// streamChunks is how many chunks the streams of these measurements have.
const streamChunks = 128

// cannedStream is a whole stream of completions.
func cannedStream() string {
	var s strings.Builder
	for range streamChunks - 1 {
		s.WriteString(completion(" token", "null", ""))
	}
	s.WriteString(completion(" token", "length", `{"prompt_tokens":1,"completion_tokens":128}`) + doneEvent)
	return s.String()
}

// cannedServer answers every request with the same stream and allocates nothing while it does.
func cannedServer(tb testing.TB) string {
	tb.Helper()
	stream := cannedStream()
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n%s", len(stream), stream)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerAll(conn, answer)
		}
	}()
	return "http://" + listener.Addr().String()
}

func answerAll(conn net.Conn, answer []byte) {
	defer conn.Close()
	buffer, n := make([]byte, 64<<10), 0
	for {
		got, err := conn.Read(buffer[n:])
		if err != nil {
			return
		}
		// The body is one JSON object, so it ends the request.
		if n += got; !bytes.HasSuffix(buffer[:n], []byte("}")) {
			continue
		}
		n = 0
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// discard is a sink that keeps nothing.
type discard struct{}

func (discard) Append([]*store.Record) error { return nil }

// runCanned sends n requests and gives what one chunk cost in allocations and bytes, bodies and all.
func runCanned(tb testing.TB, url string, n int) (allocs, bytes float64) {
	tb.Helper()
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		tb.Fatal(err)
	}
	e := New(Config{Target: Target{BaseURL: url, Endpoint: backend.Endpoint}, Backend: backend, Protocol: protocol.Config{Stream: true},
		Arrivals: Arrivals{Rate: store.Rate(math.Inf(1)), Burstiness: 1}, MaxConcurrency: 16, RequestIDPrefix: "bench-"}, prompts(n), discard{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	outcome, err := e.Run(tb.Context())
	runtime.ReadMemStats(&after)
	if err != nil || outcome.Completed != int64(n) {
		tb.Fatalf("%+v, %v", outcome, err)
	}
	chunks := float64(n * streamChunks)
	return float64(after.Mallocs-before.Mallocs) / chunks, float64(after.TotalAlloc-before.TotalAlloc) / chunks
}

func BenchmarkLoad(b *testing.B) {
	url := cannedServer(b)
	var allocs, bytes float64
	for b.Loop() {
		allocs, bytes = runCanned(b, url, 20000)
	}
	b.ReportMetric(allocs, "allocs/chunk")
	b.ReportMetric(bytes, "B/chunk")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(20000*streamChunks), "ns/chunk")
}

func BenchmarkBody(b *testing.B) {
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		b.Fatal(err)
	}
	config, prompt := protocol.Config{Model: "m", Stream: true}, dataset.Prompt{Text: strings.Repeat("word ", 200), OutputTokens: streamChunks}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := backend.Protocol.Body(&config, &prompt); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExchange(b *testing.B) {
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		b.Fatal(err)
	}
	events := bytes.SplitAfter([]byte(cannedStream()), []byte("\n\n"))
	rec := new(store.Record)
	x := newExchange(rec, &backend, true, false)
	b.ReportAllocs()
	for b.Loop() {
		resetRecord(rec, streamChunks)
		x.begin(rec, 1)
		x.head(200, "text/event-stream", "")
		for i, event := range events {
			if err := x.body(event, int64(i)); err != nil {
				b.Fatal(err)
			}
		}
		x.end(nil, 1000)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/streamChunks, "ns/chunk")
}

func BenchmarkRecorder(b *testing.B) {
	r := newRecorder(discard{}, nil, func() {})
	b.ReportAllocs()
	for b.Loop() {
		rec := recordPool.Get().(*store.Record)
		resetRecord(rec, streamChunks)
		rec.TNS = rec.TNS[:streamChunks]
		rec.OutputTokens = store.Int(streamChunks)
		r.put(finished{rec: rec, inputTokens: 1})
	}
	if err := r.close(); err != nil {
		b.Fatal(err)
	}
}

// batches is a sink that notes how many chunks it was given at a time.
type batches struct{ chunks []int }

func (s *batches) Append(batch []*store.Record) error {
	n := 0
	for _, rec := range batch {
		n += len(rec.TNS)
	}
	s.chunks = append(s.chunks, n)
	return nil
}

// Long streams are handed over before many of them wait.
func TestRecorderBatchChunks(t *testing.T) {
	t.Parallel()
	sink := &batches{}
	r := newRecorder(sink, nil, func() {})
	const long = recorderChunks/2 + 1
	for range 5 {
		r.put(finished{rec: &store.Record{Chunks: store.Chunks{TNS: make([]int64, long)}}})
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	for i, n := range sink.chunks {
		if n > 2*long {
			t.Errorf("batch %d has %d chunks", i, n)
		}
	}
	if len(sink.chunks) < 3 {
		t.Errorf("%d batches", len(sink.chunks))
	}
}
