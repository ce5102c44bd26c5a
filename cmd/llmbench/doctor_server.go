package main

import (
	"context"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/collect/doctor"
	"llmbench/collect/telemetry"
	"llmbench/collect/tokenizer"
	"llmbench/store"
)

// lookAtServer asks the server what it is, and sends it two small requests by the way that a load would take.
func (c *collectCmd) lookAtServer(a *app, p *collectPlan) *doctor.Server {
	v := &doctor.Server{URL: p.load.Target.BaseURL}
	client := &http.Client{Transport: collect.NewTransport(p.load.Target, 2, p.load.Timeouts), Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	server, err := collect.AskServer(a.ctx, client, p.load.Target)
	for _, m := range server.Models {
		v.Models = append(v.Models, m.ID)
	}
	v.Engine, v.EngineVersion = server.Engine, server.EngineVersion
	if err != nil && c.Model == "" && c.ServedModelName == "" {
		v.Unreachable = err.Error()
		return v
	}
	var row store.Run
	root, err := c.chooseModel(a, client, p, &row)
	if err != nil {
		v.Unreachable = err.Error()
		return v
	}
	v.Model = p.load.Protocol.Model
	for _, m := range server.Models {
		if m.ID == v.Model {
			v.MaxModelLen = m.MaxModelLen
		}
	}
	v.RoundTrip, v.Skew = clockOf(a.ctx, client, p.load.Target)
	readServerMetrics(a.ctx, v, telemetry.Prometheus{URL: p.load.Target.BaseURL + "/metrics", Header: p.load.Target.Header, Client: client})
	tok, err := c.findTokenizer(a, client, p, root)
	if err != nil {
		v.Failed = err.Error()
		return v
	}
	v.Tokenizer, v.Approximate = tok.Name(), tok.Source == tokenizer.FromRule
	trySmall(a.ctx, p.load, v, tok)
	return v
}

// clockOf is the shortest of some round trips, and how far the server's clock is from ours; the header has whole seconds,
// so that half of one is taken off.
func clockOf(ctx context.Context, client *http.Client, t collect.Target) (shortest time.Duration, skew *time.Duration) {
	for range 5 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.BaseURL+"/v1/models", nil)
		if err != nil {
			return 0, nil
		}
		request.Header = t.Header.Clone()
		begin := time.Now()
		response, err := client.Do(request)
		if err != nil {
			return 0, nil
		}
		took := time.Since(begin)
		response.Body.Close()
		if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
			skew = new(date.Add(time.Second / 2).Sub(begin.Add(took / 2)))
		}
		if shortest == 0 || took < shortest {
			shortest = took
		}
	}
	return shortest, skew
}

// readServerMetrics reads what the page tells of the server's state.
func readServerMetrics(ctx context.Context, v *doctor.Server, page telemetry.Prometheus) {
	samples, err := page.Read(ctx)
	v.HasMetrics = err == nil && len(samples) > 0
	for _, s := range samples {
		if on, told := s.Labels["enable_prefix_caching"]; told { // vllm:cache_config_info
			v.PrefixCache = new(strings.EqualFold(on, "true"))
		}
	}
	for _, name := range []string{"vllm:num_requests_running", "vllm:num_requests_waiting", "sglang:num_running_reqs", "sglang:num_queue_reqs",
		"llamacpp:requests_processing", "llamacpp:requests_deferred", "tgi_batch_current_size", "tgi_queue_size"} {
		if n, told := telemetry.Sum(samples, name); told {
			v.Busy += n
		}
	}
}

// smallRequests is a dataset of two small prompts, equal so that the second may find the first in a cache.
type smallRequests struct{ tokens int }

const smallPrompt = "Describe in a few sentences what a lighthouse keeper sees at night, from the first lamp to the last ship."

func (s smallRequests) Len() int { return 2 }

func (s smallRequests) Prompt(int) (dataset.Prompt, error) {
	return dataset.Prompt{Text: smallPrompt, InputTokens: s.tokens, OutputTokens: 8}, nil
}

func (s smallRequests) Recipe() map[string]any { return nil }

// keeper is a sink that keeps copies.
type keeper struct {
	mu   sync.Mutex
	rows []store.Request
}

func (k *keeper) Append(batch []*store.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range batch {
		k.rows = append(k.rows, r.Request)
	}
	return nil
}

// smallPatience is for both small requests; a server may compile something for its first.
const smallPatience = 2 * time.Minute

// trySmall sends the small requests, one after the other.
func trySmall(ctx context.Context, load collect.Config, v *doctor.Server, tok tokenizer.Found) {
	var small smallRequests
	if n, err := tok.Count(smallPrompt); err == nil && !v.Approximate {
		small.tokens = n
	}
	load.Protocol.Stream, load.MaxConcurrency = true, 1
	load.Arrivals = collect.Arrivals{Rate: store.Rate(math.Inf(1)), Burstiness: 1}
	ctx, cancel := context.WithTimeout(ctx, smallPatience)
	defer cancel()
	var rows keeper
	outcome, err := collect.New(load, small, &rows).Run(ctx)
	if err != nil {
		v.Failed = err.Error()
		return
	}
	for _, r := range rows.rows {
		if r.Status != store.StatusOK {
			v.Failed = strings.Join(strings.Fields(r.Status+" "+r.Error.V), " ")
			return
		}
		v.UsageMissing = r.OutputTokensSource.V != store.CountedByUsage
		v.TTFT, v.Chunks, v.Tokens = time.Duration(r.FirstTokenNS.V-r.SentNS.V), r.Chunks, r.OutputTokens.V
		if r.CachedTokens.Valid && r.CachedTokens.V > 0 {
			v.PrefixCache = new(true)
		}
	}
	v.Counted = outcome.Prompts.Requests > 0
	v.Disagree = outcome.Prompts.Finding(tok.NumSpecialToAdd())
}
