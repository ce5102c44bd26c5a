package calibrate

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"llmbench/collect/simulate"
)

// engineEnv makes the test binary a simulated engine instead, in a process of its own: the file of its truth log.
const engineEnv = "CALIBRATE_TEST_ENGINE"

func TestMain(m *testing.M) {
	if truth := os.Getenv(engineEnv); truth != "" {
		if err := serveEngine(truth); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var benchTiming = Timing{TTFT: 50 * time.Millisecond, ITL: 10 * time.Millisecond, Tokens: 128}

func serveEngine(truth string) error {
	file, err := os.Create(truth)
	if err != nil {
		return err
	}
	config := simulate.Default()
	config.Fixed, config.Truth = &simulate.FixedTiming{TTFT: benchTiming.TTFT, ITL: benchTiming.ITL}, file
	server, err := simulate.New(config)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	return file.Close()
}

// sample is one run of one client.
type sample struct {
	ttftNS, p99NS, readNS, gapNS, clientNS, engineNS float64
}

// sampleOf runs send against an engine of its own and measures it.
func sampleOf(tb testing.TB, send func(url string) ([]Request, error)) sample {
	tb.Helper()
	truth := filepath.Join(tb.TempDir(), "truth.jsonl")
	engine := exec.Command(os.Args[0])
	engine.Env = append(os.Environ(), engineEnv+"="+truth)
	engine.Stderr = os.Stderr
	out, err := engine.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := engine.Start(); err != nil {
		tb.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatalf("the engine said %q: %v", line, err)
	}
	before := processCPU(tb)
	requests, err := send(line[:len(line)-1])
	cpu := processCPU(tb) - before
	if err := engine.Process.Signal(syscall.SIGTERM); err != nil {
		tb.Fatal(err)
	}
	if waitErr := engine.Wait(); err != nil || waitErr != nil {
		tb.Fatal(err, waitErr)
	}
	errs, err := joinFile(requests, truth)
	if err != nil || errs.Unmatched > 0 || len(errs.TTFTNS) == 0 {
		tb.Fatalf("%d of %d unmatched: %v", errs.Unmatched, len(requests), err)
	}
	chunks := 0
	for _, r := range requests {
		chunks += len(r.ArrivalsNS)
	}
	ttft, gap := Spread(errs.TTFTNS), Spread(errs.GapNS)
	engineCPU := engine.ProcessState.UserTime() + engine.ProcessState.SystemTime()
	return sample{float64(ttft.P50NS), float64(ttft.P99NS), float64(Spread(errs.ReadNS).P50NS), float64(gap.P50NS), float64(cpu) / float64(chunks), float64(engineCPU) / float64(chunks)}
}

func processCPU(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAgainst holds our client against the plain one, in turns on the same host: five alternations, medians. All
// streams begin at once and each is followed by two more; both processes share the cores.
//
//	go test -run - -bench Against -benchtime 1x ./collect/calibrate
func BenchmarkAgainst(b *testing.B) {
	for _, streams := range []int{1, 16, 64, 128, 256, 500, 1000} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			load := Load{Streams: streams, Requests: max(3*streams, 4), Tokens: benchTiming.Tokens, Rate: math.Inf(1)}
			var ours, plain []sample
			for b.Loop() {
				for range 5 {
					ours = append(ours, sampleOf(b, func(url string) ([]Request, error) {
						run, err := Send(b.Context(), url, "simulated", "ours-", load)
						if err != nil {
							return nil, err
						}
						return run.Requests, nil
					}))
					plain = append(plain, sampleOf(b, func(url string) ([]Request, error) {
						return newPlainClient(url, streams).run("plain-", load)
					}))
				}
			}
			report(b, "ours", ours)
			report(b, "plain", plain)
			b.ReportMetric(0, "ns/op")
		})
	}
}

func report(b *testing.B, who string, samples []sample) {
	b.Helper()
	median := func(of func(sample) float64) float64 {
		values := make([]float64, 0, len(samples))
		for _, s := range samples {
			values = append(values, of(s))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	b.ReportMetric(median(func(s sample) float64 { return s.ttftNS })/1e6, who+"-ttft-p50-ms")
	b.ReportMetric(median(func(s sample) float64 { return s.p99NS })/1e6, who+"-ttft-p99-ms")
	b.ReportMetric(median(func(s sample) float64 { return s.readNS })/1e6, who+"-ttft-read-p50-ms")
	b.ReportMetric(median(func(s sample) float64 { return s.gapNS })/1e6, who+"-gap-p50-ms")
	b.ReportMetric(median(func(s sample) float64 { return s.clientNS })/1e3, who+"-us/chunk")
	b.ReportMetric(median(func(s sample) float64 { return s.engineNS })/1e3, who+"-engine-us/chunk")
}
