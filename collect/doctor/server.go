package doctor

import (
	"fmt"
	"strings"
	"time"
)

const topicServer = "server"

// Limits of what is judged fit.
const (
	farRoundTrip = 5 * time.Millisecond
	mostSkew     = 2 * time.Second // the header Date has whole seconds
)

func serverFindings(s *State) []Finding {
	v := s.Server
	if v == nil {
		return nil
	}
	var found []Finding
	add := func(level, what, why, do string) {
		found = append(found, Finding{Topic: topicServer, Level: level, What: what, Why: why, Do: do})
	}
	if v.Unreachable != "" {
		add(Bad, v.Unreachable, "there is nothing to measure", "start the server, or name it with --base-url")
		return found
	}
	add(OK, serverLine(v), "", "")
	if v.RoundTrip > farRoundTrip {
		add(Note, fmt.Sprintf("a request for nothing takes %s there and back", v.RoundTrip.Round(10*time.Microsecond)), "it is in every TTFT", "measure from a host nearby to leave it out")
	}
	if v.Skew != nil && v.Skew.Abs() > mostSkew {
		add(Note, fmt.Sprintf("its clock is %s off this host's", v.Skew.Round(time.Second)), "latencies are of one clock and do not care; logs and telemetry of both hosts do not match", "run NTP or chrony on both")
	}
	if v.Busy > 0 {
		add(Warn, fmt.Sprintf("it works on %.0f requests already", v.Busy), "another load shares its cards", "wait until it is idle")
	}
	if v.PrefixCache != nil && *v.PrefixCache {
		add(Note, "its prefix cache is on", "prompts it has seen before, such as those of a repeated seed, are answered faster", "--reset-prefix-cache, or another --seed for each run")
	}
	if !v.HasMetrics {
		add(Note, "it has no /metrics", "its queue, KV cache and hits of the prefix cache stay unknown", "")
	}
	return append(found, requestFindings(v)...)
}

func serverLine(v *Server) string {
	engine := strings.TrimSpace(v.Engine + " " + v.EngineVersion)
	if engine == "" {
		engine = "an unknown engine"
	}
	text := fmt.Sprintf("%s: %s serves %s", v.URL, engine, v.Model)
	if v.MaxModelLen > 0 {
		text += fmt.Sprintf(", at most %d tokens", v.MaxModelLen)
	}
	if len(v.Models) > 1 {
		text += fmt.Sprintf(" (%d models)", len(v.Models))
	}
	return text
}

// requestFindings judges what became of a small request.
func requestFindings(v *Server) []Finding {
	var found []Finding
	add := func(level, what, why, do string) {
		found = append(found, Finding{Topic: topicServer, Level: level, What: what, Why: why, Do: do})
	}
	if v.Failed != "" {
		add(Bad, "a small request failed: "+v.Failed, "so will all of a load", "see --backend, --endpoint, --model and --header")
		return found
	}
	if v.TTFT > 0 {
		add(OK, fmt.Sprintf("a small request was answered after %s, %d tokens in %d chunks", v.TTFT.Round(10*time.Microsecond), v.Tokens, v.Chunks), "", "")
	}
	if v.UsageMissing {
		add(Warn, "it does not tell usage", "output tokens are counted by tokenizer or chunks, which may be wrong by some", `--extra-body '{"stream_options": {"include_usage": true}}', or another --backend`)
	}
	switch {
	case v.Approximate:
		add(Warn, "no tokenizer was found: prompt lengths are an approximation", "asked lengths are not met", "--tokenizer with the model's folder or tokenizer.json")
	case v.Disagree != "":
		add(Warn, v.Disagree+", counted here by "+v.Tokenizer, "asked lengths are not met; a chat template counts too", "--tokenizer with the model's own, or --align")
	case v.Counted:
		add(OK, "tokenizer and server count alike: "+v.Tokenizer, "", "")
	}
	return found
}
