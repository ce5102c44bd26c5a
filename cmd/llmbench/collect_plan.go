package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/near"
	"llmbench/store"
)

// collectPlan is everything the flags of collect say, checked before anything is sent.
type collectPlan struct {
	load collect.Config
	data dataset.Config
	// sessions is the number of conversations; 0 where each request is by itself.
	sessions    int
	seedDrawn   bool
	metrics     []string
	percentiles []float64
	slo         map[string]float64
	tags        map[string]string
	metadata    []keyValue
	maxFailed   failLimit
}

// keyValue keeps the order in which pairs were given.
type keyValue struct{ key, value string }

// plan checks all flags and reports every problem together, before any load.
func (c *collectCmd) plan(a *app) (*collectPlan, error) {
	p := &collectPlan{tags: map[string]string{}}
	c.DatasetName = dataset.Canonical(c.DatasetName)
	var errs []error
	add := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	add(c.planTarget(a, p))
	add(c.planConnection(a, p))
	add(c.planBody(p))
	add(c.planLoad(p))
	add(c.planData(p))
	add(c.planResult(p))
	add(c.telemetryFlags.check())
	add(c.launchFlags.validate())
	return p, errors.Join(errs...)
}

func (c *collectCmd) planBody(p *collectPlan) error {
	p.load.Protocol = protocol.Config{Stream: true, IgnoreEOS: c.ignoresEOS(), Logprobs: c.Logprobs, Sampling: c.sampling()}
	if err := checkSampling(p.load.Protocol.Sampling); err != nil {
		return err
	}
	if c.ExtraBody != "" {
		if err := json.Unmarshal([]byte(c.ExtraBody), &p.load.Protocol.ExtraBody); err != nil {
			if _, other := errors.AsType[*json.UnmarshalTypeError](err); other {
				err = errors.New("give one such as {\"top_k\": 20}")
			}
			return fmt.Errorf("--extra-body: not a JSON object: %w", err)
		}
	}
	c.keepCache(p)
	if stream, given := p.load.Protocol.ExtraBody["stream"]; given {
		p.load.Protocol.Stream = string(stream) != "false"
	}
	return nil
}

// keepCache leaves llama.cpp's prompt cache on, which its backends turn off for prompts that are to have nothing in common,
// where prompts share their beginnings on purpose. A value of the user's own stays.
func (c *collectCmd) keepCache(p *collectPlan) {
	const flag = "cache_prompt"
	if _, given := p.load.Protocol.ExtraBody[flag]; given || !strings.HasPrefix(c.Backend, "llama.cpp") || !c.held(c.DatasetName) && !dataset.Shares(c.DatasetName) {
		return
	}
	if p.load.Protocol.ExtraBody == nil {
		p.load.Protocol.ExtraBody = map[string]json.RawMessage{}
	}
	p.load.Protocol.ExtraBody[flag] = json.RawMessage("true")
}

// checkSampling refuses numbers that JSON has no form for.
func checkSampling(sampling map[string]any) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(sampling)) {
		if v, ok := sampling[name].(float64); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
			errs = append(errs, fmt.Errorf("--%s %v: must be a finite number", strings.ReplaceAll(name, "_", "-"), v))
		}
	}
	return errors.Join(errs...)
}

// ignoresEOS: datasets that want whole answers ask vLLM for them by themselves, as its benchmark does.
func (c *collectCmd) ignoresEOS() bool {
	return c.IgnoreEOS || dataset.Whole(c.DatasetName) && strings.HasPrefix(c.Backend, "vllm")
}

// sampling are the parameters given, in the wire's names.
func (c *collectCmd) sampling() map[string]any {
	sampling := map[string]any{}
	for name, v := range map[string]*float64{"temperature": c.Temperature, "top_p": c.TopP, "min_p": c.MinP,
		"frequency_penalty": c.FrequencyPenalty, "presence_penalty": c.PresencePenalty, "repetition_penalty": c.RepetitionPenalty} {
		if v != nil {
			sampling[name] = *v
		}
	}
	if c.TopK != nil {
		sampling["top_k"] = *c.TopK
	}
	return sampling
}

func (c *collectCmd) planLoad(p *collectPlan) error {
	seed := rand.Int64N(1 << 31)
	p.seedDrawn = c.Seed == nil
	if c.Seed != nil {
		seed = *c.Seed
	}
	p.data.Seed = seed
	arrivalsErr := c.planArrivals(p)
	p.load.MaxConcurrency = c.MaxConcurrency
	p.load.RequestIDPrefix = fmt.Sprintf("llmbench-%08x-", rand.Uint32())
	if c.RequestIDPrefix != "" {
		p.load.RequestIDPrefix = c.RequestIDPrefix
	}
	p.load.KeepText = c.SaveDetailed
	p.load.Warmups, p.load.ThinkTime, p.load.ProbeRate = c.NumWarmups, c.ThinkTime, c.ProbeRequestRate
	p.load.Retries = collect.Retries{Most: c.Retries, On: c.RetryOn}
	if c.ReadyCheck < 0 {
		return errors.Join(arrivalsErr, p.load.Validate(), fmt.Errorf("--ready-check-timeout-sec %d: must not be below 0", c.ReadyCheck))
	}
	var err error
	p.maxFailed, err = parseFailLimit(c.MaxFailed)
	errs := []error{arrivalsErr, p.load.Validate(), err}
	if p.data.NumPrompts != dataset.AllPrompts {
		errs = append(errs, c.checkLength(p.data.NumPrompts, c.RequestRate))
	}
	return errors.Join(errs...)
}

// checkLength refuses a load that would take more than a year.
func (c *collectCmd) checkLength(prompts int, rate store.Rate) error {
	const year = 365 * 24 * time.Hour
	flag := "--num-prompts"
	if c.Sessions != nil {
		flag = "--sessions"
	}
	if seconds := float64(prompts) / float64(rate); seconds > year.Seconds() && !math.IsInf(seconds, 1) {
		return fmt.Errorf("%s %d at --request-rate %s would take %.0f days", flag, prompts, rate, seconds/86400)
	}
	return nil
}

func (c *collectCmd) planData(p *collectPlan) error {
	p.data.Name, p.data.Path = c.DatasetName, c.DatasetPath
	p.data.OutputLen = c.SharegptOutputLen
	p.data.SelfTimed = c.SelfTimed != nil && *c.SelfTimed
	c.traceFlags.into(&p.data)
	c.prefixFlags.into(&p.data, c.OutputLen)
	errs := []error{c.randomFlags.into(&p.data, c.InputLen, c.OutputLen), c.mediaFlags.into(&p.data), c.planFiles(p), c.sessionFlags.into(&p.data, c.InputLen, c.OutputLen)}
	if p.data.Sessions.Hold {
		errs = append(errs, c.checkTalks(p))
	}
	if c.OutputLen != nil {
		p.data.OutputLen = *c.OutputLen
		if *c.OutputLen < 1 {
			errs = append(errs, fmt.Errorf("--output-len %d: must be at least 1", *c.OutputLen))
		}
	}
	return errors.Join(append(errs, p.data.Validate())...)
}

// reportMetrics are what --percentile-metrics may name, and the metric that is. vLLM names the client's queue otherwise:
// client_queue_time, and e2el_including_client_queue, the latency from the intended time.
var reportMetrics = map[string]string{
	"ttft": "ttft", "tpot": "tpot", "itl": "itl", "e2el": "e2el",
	"queue": "queue", "client_queue_time": "queue",
	"ttft_from_intended": "ttft_from_intended", "ttft_including_client_queue": "ttft_from_intended",
	"e2el_from_intended": "e2el_from_intended", "e2el_including_client_queue": "e2el_from_intended",
}

// parseReport reads --percentile-metrics and --metric-percentiles.
func parseReport(names, numbers string) (metrics []string, percentiles []float64, err error) {
	var errs []error
	for name := range strings.SplitSeq(names, ",") {
		metric, known := reportMetrics[strings.TrimSpace(name)]
		if !known {
			errs = append(errs, fmt.Errorf("--percentile-metrics %q is not known; %s", name, near.OneOf(name, slices.Sorted(maps.Keys(reportMetrics)))))
		}
		metrics = append(metrics, metric)
	}
	for text := range strings.SplitSeq(numbers, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !(v >= 0 && v <= 100) {
			errs = append(errs, fmt.Errorf("--metric-percentiles %q: must be numbers between 0 and 100", text))
			continue
		}
		percentiles = append(percentiles, v)
	}
	return metrics, percentiles, errors.Join(errs...)
}

// defaultMetrics are vLLM's: an answer of numbers has no tokens to time.
func defaultMetrics(b protocol.Backend) string {
	if b.Framing == protocol.FramingNone {
		return "e2el"
	}
	return "ttft,tpot,itl"
}

func (c *collectCmd) planResult(p *collectPlan) error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	var err error
	p.metrics, p.percentiles, err = parseReport(cmp.Or(c.PercentileMetrics, defaultMetrics(p.load.Backend)), c.MetricPercentiles)
	errs = append(errs, err, c.checkResultDir())
	p.slo, err = parseSLO(c.Goodput)
	errs = append(errs, err)
	p.metadata, err = keyValues("--metadata", c.Metadata)
	errs = append(errs, err)
	errs = append(errs, checkName(c.Name))
	tags, err := keyValues("--tag", c.Tag)
	errs = append(errs, err)
	for _, t := range append(slices.Clone(p.metadata), tags...) {
		p.tags[t.key] = t.value
	}
	for name, v := range map[string]int64{"--dcu-count": c.DCUCount, "--tp": c.TP, "--pp": c.PP, "--dp": c.DP} {
		if v < 0 {
			add("%s %d: must be at least 1", name, v)
		}
	}
	return errors.Join(errs...)
}

// checkName refuses a name of a run that could never be used.
func checkName(name string) error {
	if first, _, _ := strings.Cut(name, "~"); first == "latest" {
		return fmt.Errorf("--name %q: latest names the newest run; choose another", name)
	}
	return nil
}

// keyValues splits KEY=VALUE at the first "=".
func keyValues(flag string, pairs []string) ([]keyValue, error) {
	var errs []error
	out := make([]keyValue, 0, len(pairs))
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			errs = append(errs, fmt.Errorf("%s %q: must be KEY=VALUE", flag, pair))
			continue
		}
		out = append(out, keyValue{key, value})
	}
	return out, errors.Join(errs...)
}

// goodputMetrics are those that an SLO may limit.
var goodputMetrics = []string{"ttft", "tpot", "e2el"}

// parseSLO reads ttft:100 tpot:50 e2el:1000, milliseconds.
func parseSLO(given []string) (map[string]float64, error) {
	var errs []error
	slo := map[string]float64{}
	for _, text := range given {
		name, limit, ok := strings.Cut(text, ":")
		v, err := strconv.ParseFloat(limit, 64)
		switch {
		case !ok || err != nil || math.IsNaN(v) || math.IsInf(v, 0):
			errs = append(errs, fmt.Errorf("--goodput %q: must be METRIC:MILLISECONDS, such as ttft:100", text))
		case !slices.Contains(goodputMetrics, name):
			errs = append(errs, fmt.Errorf("--goodput %q: the metric is not known; %s", text, near.OneOf(name, goodputMetrics)))
		case v < 0:
			errs = append(errs, fmt.Errorf("--goodput %q: the limit must not be below 0", text))
		default:
			slo[name] = v
		}
	}
	return slo, errors.Join(errs...)
}

// failLimit is --max-failed: a count or a share of the requests.
type failLimit struct {
	given bool
	share bool
	limit float64
}

func parseFailLimit(text string) (failLimit, error) {
	if text == "" {
		return failLimit{}, nil
	}
	number, share := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v >= 0) || (share && v > 100) {
		return failLimit{}, fmt.Errorf("--max-failed %q: must be a number of requests or a share such as 1%%", text)
	}
	return failLimit{given: true, share: share, limit: v}, nil
}

// exceeded reports whether more failed than may.
func (f failLimit) exceeded(failed, total int64) bool {
	if !f.given {
		return false
	}
	if f.share {
		return float64(failed) > f.limit/100*float64(total)
	}
	return float64(failed) > f.limit
}

// runRow is the run's row as far as it is known before the load.
func (c *collectCmd) runRow(p *collectPlan) store.Run {
	return store.Run{
		Source: "collect", Status: store.RunRunning, TimeBase: "process", ToolVersion: version,
		Name: optional(c.Name), DCU: optional(c.DCU), DCUCount: optional(c.DCUCount), TP: optional(c.TP), PP: optional(c.PP), DP: optional(c.DP),
		DType: optional(c.DType), Backend: new(p.load.Backend.Name), BaseURL: new(withoutPassword(p.load.Target.BaseURL)),
		Dataset: new(p.data.Name), DatasetPath: optional(p.data.Path), NumPrompts: new(int64(p.data.NumPrompts)),
		RequestRate: p.rate(), Burstiness: new(c.Burstiness), MaxConcurrency: optional(int64(c.MaxConcurrency)),
		Seed: new(p.data.Seed), IgnoreEOS: new(p.load.Protocol.IgnoreEOS), Sampling: jsonText(samplingSent(p.load.Protocol)),
		SLO: jsonText(p.slo), Tags: p.tags,
	}
}

// withoutPassword keeps what a URL says of the server and drops what it says of the user.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User = nil
	return u.String()
}

// samplingSent is what decides the sampling: the flags, overridden by --extra-body.
func samplingSent(c protocol.Config) map[string]any {
	sent := maps.Clone(c.Sampling)
	for key, value := range c.ExtraBody {
		sent[key] = value
	}
	if c.Logprobs != nil {
		sent["logprobs"] = *c.Logprobs
	}
	return sent
}

// optional makes NULL of a zero value: the flag was not given.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// jsonText encodes a map for a JSON column; NULL when there is nothing in it.
func jsonText[V any](m map[string]V) *string {
	if len(m) == 0 {
		return nil
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	return new(string(data))
}
