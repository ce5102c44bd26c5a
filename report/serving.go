package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"llmbench/store"
)

// Serving is what the report at the end of a run shows.
type Serving struct {
	Run     store.Run
	Summary store.Summary
	// Window and Definitions say how the run was looked at, where that is not the usual way: "steady", "vllm".
	Window, Definitions string
	// Latencies become one section each, in this order.
	Latencies []Latency
	// Failures are the failed requests by reason; empty when none failed.
	Failures []Failure
	// Probes are the requests beside the load; nil when none were sent.
	Probes *Probes
	// Conversations are those of the load; nil when its requests were single.
	Conversations *Conversations
	// OutputCounts says where the output token counts of the completed requests come from; empty when unknown.
	OutputCounts []TokenCount
	// Accelerators and Engine are what was sampled beside the load; nil when nothing was.
	Accelerators *Accelerators
	Engine       *Engine
}

// Probes are what the requests of phase probe came to; the latencies, of E2EL, are nil when none ended well.
type Probes struct {
	Completed, Failed      int64
	MedianMS, P99MS, MaxMS *float64
}

// Latency is one section: a metric (a key of latencySections) and its statistics in milliseconds, nil when
// there is no value.
type Latency struct {
	Metric      string
	MeanMS      *float64
	MedianMS    *float64
	StdMS       *float64
	Percentiles []Percentile
}

// Percentile is one percentile P, 0 to 100, in milliseconds.
type Percentile struct {
	P  float64
	MS *float64
}

// Failure is a number of requests that failed for one reason.
type Failure struct {
	Status     string
	HTTPStatus *int64
	Error      string
	Count      int64 // requests that failed so in the end
	Retried    int64 // attempts that failed so and were followed by another
}

// TokenCount is a number of requests whose output tokens were counted in one way: usage, tokenizer or chunks.
type TokenCount struct {
	Source   string
	Requests int64
}

// The layout is that of vLLM's benchmark: 50 columns, labels in 40, values in 10.
const (
	servingWidth = 50
	labelWidth   = 40
	maxReasons   = 10
)

var latencySections = map[string]struct{ heading, label string }{
	"ttft":  {"Time to First Token", "TTFT"},
	"tpot":  {"Time per Output Token (excl. 1st token)", "TPOT"},
	"itl":   {"Inter-token Latency", "ITL"},
	"e2el":  {"End-to-end Latency", "E2EL"},
	"queue": {"Client-side Queueing", "Client Queue Time"},

	"ttft_from_intended": {"Queue-inclusive Time to First Token", "TTFT incl. Client Queue"},
	"e2el_from_intended": {"Queue-inclusive End-to-end Latency", "E2EL incl. Client Queue"},
}

// WriteServing prints the report in the layout and with the labels of vLLM 0.8.5, so that scripts which look for
// them go on working. Lines 0.8.5 does not have (failures, load, client) carry later vLLM's labels where it has
// them. A number that cannot be had prints as n/a.
func WriteServing(w io.Writer, s Serving) error {
	var p servingPage
	p.heading(" Serving Benchmark Result ", '=')
	p.outcome(s)
	p.throughput(s)
	p.probes(s.Probes)
	for _, l := range s.Latencies {
		p.latency(l)
	}
	p.conversations(s.Conversations)
	p.accelerators(s.Accelerators)
	p.engine(s.Engine)
	p.client(s)
	p.heading("", '=')
	_, err := w.Write(p.Bytes())
	return err
}

type servingPage struct{ bytes.Buffer }

// heading centres text as Python's format does: an odd fill leaves the longer half on the right.
func (p *servingPage) heading(title string, fill rune) {
	pad := max(0, servingWidth-len(title))
	p.WriteString(strings.Repeat(string(fill), pad/2) + title + strings.Repeat(string(fill), pad-pad/2) + "\n")
}

func (p *servingPage) line(label, value string) {
	fmt.Fprintf(p, "%s %-10s\n", text.Pad(label, labelWidth, ' '), value)
}

func (p *servingPage) outcome(s Serving) {
	p.lens(s)
	p.line("Successful requests:", strconv.FormatInt(s.Summary.Completed, 10))
	if s.Summary.Failed > 0 {
		p.line("Failed requests:", strconv.FormatInt(s.Summary.Failed, 10))
		p.reasons(s.Failures, func(f Failure) int64 { return f.Count })
	}
	if again := s.Summary.Retried; again != nil && *again > 0 {
		p.line("Retried attempts:", strconv.FormatInt(*again, 10))
		p.reasons(s.Failures, func(f Failure) int64 { return f.Retried })
	}
	if s.Run.MaxConcurrency != nil {
		p.line("Maximum request concurrency:", integer(s.Run.MaxConcurrency))
	}
	if rate := s.Run.RequestRate; rate != nil && !math.IsInf(float64(*rate), 0) {
		label := "Request rate configured (RPS):"
		if s.Conversations != nil {
			label = "Conversations configured (per s):"
		}
		p.line(label, fixed(new(float64(*rate))))
	}
}

// lens says which part of the run is counted, and as who does.
func (p *servingPage) lens(s Serving) {
	if s.Window != "" && s.Window != "all" {
		p.line("Window:", s.Window)
		if s.Summary.Duration == nil {
			p.WriteString("The run has no such window: " + noWindow(s.Run, s.Window == "steady") + "\n")
		}
	}
	if s.Definitions != "" && s.Definitions != "llmbench" {
		p.line("Counted as by:", s.Definitions)
	}
}

// reasons lists the reasons that count gives a number above 0, the most frequent first.
func (p *servingPage) reasons(failures []Failure, count func(Failure) int64) {
	failures = slices.DeleteFunc(slices.Clone(failures), func(f Failure) bool { return count(f) == 0 })
	slices.SortStableFunc(failures, func(a, b Failure) int { return cmp.Compare(count(b), count(a)) })
	shown := failures[:min(len(failures), maxReasons)]
	for _, f := range shown {
		p.line("  "+snip(f.reason(), labelWidth-2), strconv.FormatInt(count(f), 10))
	}
	var rest int64
	for _, f := range failures[len(shown):] {
		rest += count(f)
	}
	if rest > 0 {
		p.line(fmt.Sprintf("  %d other reasons", len(failures)-len(shown)), strconv.FormatInt(rest, 10))
	}
}

// reason says why in few words: the HTTP status where that is the cause, else our own word, then the error.
func (f Failure) reason() string {
	reason := f.Status
	if f.HTTPStatus != nil && f.Status == store.StatusHTTPError {
		reason = fmt.Sprintf("HTTP %d", *f.HTTPStatus)
	}
	if e := oneLine(f.Error); e != "" {
		reason += ": " + e
	}
	return reason
}

func (p *servingPage) throughput(s Serving) {
	m := s.Summary
	p.line("Benchmark duration (s):", fixed(m.Duration))
	p.line("Total input tokens:", integer(m.TotalInputTokens))
	p.line("Total generated tokens:", integer(m.TotalOutputTokens))
	p.line("Request throughput (req/s):", fixed(m.RequestThroughput))
	if s.Run.SLO != nil || m.RequestGoodput != nil {
		p.line("Request goodput (req/s):", fixed(m.RequestGoodput))
	}
	p.line("Output token throughput (tok/s):", fixed(m.OutputThroughput))
	p.line("Total Token throughput (tok/s):", fixed(m.TotalTokenThroughput))
	if hits := m.PrefixCacheHitRate; hits != nil {
		p.line("Prefix cache hit rate (%):", fixed(new(100**hits)))
	}
}

func (p *servingPage) probes(probes *Probes) {
	if probes == nil {
		return
	}
	p.heading("Probe Requests", '-')
	p.line("Probe requests completed:", strconv.FormatInt(probes.Completed, 10))
	p.line("Probe requests failed:", strconv.FormatInt(probes.Failed, 10))
	p.line("Median probe E2EL (ms):", fixed(probes.MedianMS))
	p.line("P99 probe E2EL (ms):", fixed(probes.P99MS))
	p.line("Max probe E2EL (ms):", fixed(probes.MaxMS))
}

func (p *servingPage) latency(l Latency) {
	section, ok := latencySections[l.Metric]
	if !ok {
		section.heading, section.label = l.Metric, strings.ToUpper(l.Metric)
	}
	p.heading(section.heading, '-')
	p.line("Mean "+section.label+" (ms):", fixed(l.MeanMS))
	p.line("Median "+section.label+" (ms):", fixed(l.MedianMS))
	for _, q := range l.Percentiles {
		p.line("P"+strconv.FormatFloat(q.P, 'f', -1, 64)+" "+section.label+" (ms):", fixed(q.MS))
	}
}

// thinPercentiles says which of the percentiles asked of requests have less than one request above them: they are the
// slowest one, or a point between the two slowest.
func (p *servingPage) thinPercentiles(s Serving) {
	var thin []string
	for _, l := range s.Latencies {
		for _, q := range l.Percentiles {
			name := "P" + strconv.FormatFloat(q.P, 'f', -1, 64)
			if l.Metric != "itl" && q.P < 100 && float64(s.Summary.Completed)*(1-q.P/100) < 1 && !slices.Contains(thin, name) {
				thin = append(thin, name)
			}
		}
	}
	if n := s.Summary.Completed; n > 0 && len(thin) > 0 {
		fmt.Fprintf(p, "Too few requests (%d) for %s: the slowest alone decides it\n", n, strings.Join(thin, ", "))
	}
}

// client states the client's own error, and where token counts are not what a reader would take them for.
func (p *servingPage) client(s Serving) {
	p.heading("Client", '-')
	r := s.Run
	fmt.Fprintf(p, "verdict %s, lag p50 %s, p99 %s, CPU %s\n",
		word(r.ClientVerdict), lag(r.LagP50NS), lag(r.LagP99NS), share(r.ClientCPU))
	if r.SchedP99NS != nil || r.GCPauseMaxNS != nil || r.QueueHighWater != nil {
		fmt.Fprintf(p, "scheduling p99 %s, GC pause at most %s, writer's queue at most %s\n",
			lag(r.SchedP99NS), lag(r.GCPauseMaxNS), integer(r.QueueHighWater))
	}
	if reason := clientReason(r); reason != "" {
		p.WriteString(reason + "\n")
	}
	if wrong := hostFindings(r); wrong != "" {
		fmt.Fprintf(p, "Host: %s; see llmbench doctor\n", wrong)
	}
	if warm := warmCache(r); warm != "" {
		p.WriteString(warm + "\n")
	}
	p.thinPercentiles(s)
	if wait := s.Summary.MeanQueue; openLoop(r) && wait != nil && s.Summary.MeanE2EL != nil && *wait > queueTold**s.Summary.MeanE2EL {
		fmt.Fprintf(p, "Requests waited %s ms %s on average: see e2el_including_client_queue\n", fixed(wait), waitedFor(r))
	}
	if r.Tokenizer != nil && approximateTokenizer(*r.Tokenizer) {
		fmt.Fprintf(p, "Prompt lengths are approximate: %s\n", oneLine(*r.Tokenizer))
	}
	if finding := promptTokens(r); finding != "" {
		fmt.Fprintf(p, "Token counts disagree: %s\n", finding)
	}
	var byChunks, all int64
	for _, c := range s.OutputCounts {
		all += c.Requests
		if c.Source == store.CountedByChunks {
			byChunks += c.Requests
		}
	}
	if byChunks > 0 {
		fmt.Fprintf(p, "Output tokens counted by chunks: %d of %d requests\n", byChunks, all)
	}
}

// approximateTokenizer reports whether the name in runs.tokenizer is that of an approximation, not a tokenizer.
func approximateTokenizer(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "approx")
}

// waitedFor says what kept requests that were due.
func waitedFor(r store.Run) string {
	if r.MaxConcurrency == nil {
		return "in the client, which sent them late,"
	}
	return "for the client's own limit"
}

// queueTold is the share of E2EL that the wait in the client must have to be told of.
const queueTold = 0.05

// openLoop reports whether requests were due at times of their own, so that a wait in the client hides latency.
func openLoop(r store.Run) bool {
	return r.RequestRate == nil || !math.IsInf(float64(*r.RequestRate), 0)
}

// snip shortens s to width columns of a terminal.
func snip(s string, width int) string { return text.Snip(s, width, "...") }
