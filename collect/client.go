package collect

import (
	"fmt"
	"math"
	"runtime/metrics"
	"slices"
	"syscall"
	"time"
)

// Verdicts on the client: can its numbers be trusted?
const (
	VerdictOK        = "ok"
	VerdictSuspect   = "suspect"
	VerdictSaturated = "saturated"
)

// Client is what the client measured of itself over a run.
type Client struct {
	LagP50, LagP99, LagMax time.Duration // sent - slot, of every request
	SchedP99               time.Duration // how long a goroutine that could run waited for a thread
	GCPauseMax             time.Duration
	Stall                  time.Duration // the longest time in which the process did not run at all
	CPU                    float64       // share of the cores the process may use, 0 to 1
	CPUTime                time.Duration
	QueueHighWater         int // most requests that waited for the writer
	QueueFull              bool
	MedianTTFT, MedianITL  time.Duration // what the error is judged against; 0 when there is none
	// SendRatio is the achieved rate over the offered one; 1 when there is no rate to keep.
	SendRatio float64
}

// Verdict judges the client: saturated when it cannot have kept up, suspect when its error may show in the numbers.
// The reason is "" for ok. A stall is told whatever the verdict goes by, for it explains the rest.
func (c Client) Verdict() (verdict, reason string) {
	verdict, reason = c.judge()
	if c.Stall < longStall {
		return verdict, reason
	}
	stalled := fmt.Sprintf("the client did not run for %s at a stretch: it or its host was stopped", short(c.Stall))
	if verdict == VerdictOK {
		return VerdictSuspect, stalled
	}
	return verdict, reason + "; " + stalled
}

// longStall is how long the client may not run and still be trusted. The kernel stamps what arrives meanwhile, but a stream
// longer than the socket's buffer is held up, and so is an engine on the same host.
const longStall = time.Second

func (c Client) judge() (verdict, reason string) {
	const most = 0.05 // share of a median latency that the client's own error may have
	ttftLimit := max(time.Millisecond, share(c.MedianTTFT, most))
	schedLimit := max(500*time.Microsecond, share(c.MedianITL, most))
	switch {
	case c.CPU > 0.85:
		return VerdictSaturated, fmt.Sprintf("the client used %.0f%% of its cores", 100*c.CPU)
	case c.MedianTTFT > 0 && c.LagP99 > share(c.MedianTTFT, 0.25):
		return VerdictSaturated, fmt.Sprintf("p99 lag %s is above a quarter of the median TTFT %s", short(c.LagP99), short(c.MedianTTFT))
	case c.QueueFull:
		return VerdictSaturated, "the writer's queue was full"
	case c.SendRatio < 0.98:
		return VerdictSaturated, fmt.Sprintf("only %.1f%% of the offered rate was sent", 100*c.SendRatio)
	case c.LagP99 > ttftLimit:
		return VerdictSuspect, fmt.Sprintf("p99 lag %s is above %s (5%% of the median TTFT, at least 1 ms)", short(c.LagP99), short(ttftLimit))
	case c.SchedP99 > schedLimit:
		return VerdictSuspect, fmt.Sprintf("p99 scheduling latency %s is above %s (5%% of the median ITL, at least 0.5 ms)", short(c.SchedP99), short(schedLimit))
	}
	return VerdictOK, ""
}

func share(d time.Duration, part float64) time.Duration { return time.Duration(part * float64(d)) }

// short leaves three digits or so.
func short(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second)
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}

// Names of runtime/metrics.
const (
	schedMetric = "/sched/latencies:seconds"
	pauseMetric = "/sched/pauses/total/gc:seconds"
)

// selfMeasure holds the runtime's counters at the origin of a run.
type selfMeasure struct {
	cores  int
	began  time.Time
	cpu    time.Duration
	sched  []uint64
	pauses []uint64
	stalls *stallWatch
}

func startSelfMeasure(cores int) selfMeasure {
	s := readHistograms()
	return selfMeasure{cores: cores, began: time.Now(), cpu: processCPU(), stalls: watchStalls(),
		sched: slices.Clone(s[0].Value.Float64Histogram().Counts), pauses: slices.Clone(s[1].Value.Float64Histogram().Counts)}
}

func readHistograms() []metrics.Sample {
	samples := []metrics.Sample{{Name: schedMetric}, {Name: pauseMetric}}
	metrics.Read(samples)
	return samples
}

// end gives the client's measure of the time since start.
func (s selfMeasure) end(t *tally, highWater int, full bool, finiteRate bool) Client {
	now := readHistograms()
	sched, pauses := now[0].Value.Float64Histogram(), now[1].Value.Float64Histogram()
	cpu := processCPU() - s.cpu
	c := Client{
		SchedP99:       histogramQuantile(sched, s.sched, 0.99),
		GCPauseMax:     histogramQuantile(pauses, s.pauses, 1),
		Stall:          s.stalls.end(),
		CPU:            float64(cpu) / float64(time.Since(s.began)) / float64(s.cores),
		CPUTime:        cpu,
		QueueHighWater: highWater, QueueFull: full,
		MedianTTFT: time.Duration(quantile(t.ttftNS, 0.5)), MedianITL: time.Duration(quantile(t.gapNS, 0.5)),
		SendRatio: 1,
	}
	c.LagP50, c.LagP99 = time.Duration(quantile(t.lagNS, 0.5)), time.Duration(quantile(t.lagNS, 0.99))
	c.LagMax = time.Duration(quantile(t.lagNS, 1))
	if finiteRate {
		c.SendRatio = sendRatio(t.slotNS, t.sentNS)
	}
	return c
}

// sendRatio compares how fast requests were let go with how fast they were sent: the span of the slots over the span of
// the sends. Below twenty requests the spans say nothing.
func sendRatio(slotNS, sentNS []int64) float64 {
	if len(sentNS) < 20 {
		return 1
	}
	asked := slices.Max(slotNS) - slices.Min(slotNS)
	took := slices.Max(sentNS) - slices.Min(sentNS)
	if took <= asked || took == 0 {
		return 1
	}
	return float64(asked) / float64(took)
}

// histogramQuantile is the p-quantile of what was counted since before, as the upper edge of its bucket; 0 for nothing.
func histogramQuantile(h *metrics.Float64Histogram, before []uint64, p float64) time.Duration {
	var total uint64
	for i, n := range h.Counts {
		total += n - before[i]
	}
	if total == 0 {
		return 0
	}
	rank, seen := uint64(math.Ceil(p*float64(total))), uint64(0)
	for i, n := range h.Counts {
		if seen += n - before[i]; seen >= rank {
			edge := h.Buckets[i+1]
			if math.IsInf(edge, 1) {
				edge = h.Buckets[i]
			}
			return time.Duration(edge * float64(time.Second))
		}
	}
	return 0
}

// processCPU is the time all threads of the process have run, user and system.
func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
