package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// readerEnv makes the test binary a client instead: URL, streams, tokens each.
const readerEnv = "SIMULATE_TEST_READER"

func TestMain(m *testing.M) {
	if job := os.Getenv(readerEnv); job != "" {
		if err := readStreams(strings.Fields(job)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// readStreams opens the streams together and reads them to their ends.
func readStreams(job []string) error {
	streams, err := strconv.Atoi(job[1])
	if err != nil {
		return err
	}
	body := fmt.Sprintf(`{"prompt":" the of and","max_tokens":%s,"ignore_eos":true,"stream":true}`, job[2])
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: streams, DisableCompression: true}}
	errs := make([]error, streams)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			r, err := client.Post(job[0]+"/v1/completions", "application/json", strings.NewReader(body))
			if err != nil {
				errs[i] = err
				return
			}
			defer r.Body.Close()
			_, errs[i] = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, make([]byte, 32<<10))
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func processCPU(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// measure serves streams to a client in another process and reports the server's own CPU per chunk.
func measure(b *testing.B, c Config, streams, tokens int) {
	var truth bytes.Buffer
	c.Truth = &truth
	for b.Loop() {
		truth.Reset()
		s := start(b, c)
		before, began := processCPU(b), time.Now()
		client := exec.Command(os.Args[0])
		client.Env = append(os.Environ(), readerEnv+"="+fmt.Sprintf("%s %d %d", s.URL(), streams, tokens))
		client.Stderr = os.Stderr
		if err := client.Run(); err != nil {
			b.Fatal(err)
		}
		cpu, elapsed := processCPU(b)-before, time.Since(began)
		s.stop(b)
		chunks := float64(streams * tokens)
		b.ReportMetric(float64(cpu.Nanoseconds())/chunks/1e3, "cpu-us/chunk")
		b.ReportMetric(chunks/elapsed.Seconds(), "chunks/s")
		if c.Fixed != nil {
			late := lateness(b, truth.Bytes(), *c.Fixed)
			b.ReportMetric(late[len(late)/2].Seconds()*1e6, "late-p50-us")
			b.ReportMetric(late[len(late)*99/100].Seconds()*1e6, "late-p99-us")
		}
	}
	b.ReportMetric(0, "ns/op")
}

// lateness is how long after its deadline each chunk was written, sorted.
func lateness(b *testing.B, truth []byte, t FixedTiming) []time.Duration {
	b.Helper()
	var late []time.Duration
	for line := range bytes.Lines(truth) {
		var r TruthRecord
		if err := json.Unmarshal(line, &r); err != nil {
			b.Fatal(err)
		}
		for i, sent := range r.SentNS {
			if r.Tokens[i] > 0 {
				late = append(late, time.Duration(sent-r.ReceivedNS)-t.TTFT-time.Duration(i)*t.ITL)
			}
		}
	}
	slices.Sort(late)
	return late
}

// Streams of 50 ms / 10 ms: the server's CPU per chunk and how late it writes.
func BenchmarkFixed(b *testing.B) {
	for _, streams := range []int{1, 64, 256, 500, 1000} {
		b.Run(strconv.Itoa(streams), func(b *testing.B) {
			c := Default()
			c.Fixed = &FixedTiming{TTFT: 50 * time.Millisecond, ITL: 10 * time.Millisecond}
			measure(b, c, streams, 300)
		})
	}
}

// The batching engine: 256 streams in steps of 10 ms.
func BenchmarkBatched(b *testing.B) {
	c := Default()
	c.Slots, c.StepTime, c.StepSequenceTime, c.StepContextTime = 256, 10*time.Millisecond, 0, 0
	measure(b, c, 256, 300)
}

// A flood, with one processor for the server.
func BenchmarkFlood(b *testing.B) {
	for _, streams := range []int{1, 64} {
		b.Run(strconv.Itoa(streams), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			c := Default()
			c.Flood = true
			measure(b, c, streams, 30000)
		})
	}
}
