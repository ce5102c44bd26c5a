package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"llmbench/collect"
	"llmbench/collect/telemetry"
	"llmbench/store"
)

// control is what the server is told to do besides answering: empty its cache, profile the load.
type control struct {
	target     collect.Target
	client     *http.Client
	resetCache bool
	profile    bool
	profiling  bool
	// metrics is the server's page, began and ended how it stood around the load; nil where it has none.
	metrics      telemetry.Prometheus
	began, ended []telemetry.Sample
}

// metricsPatience bounds the reading of a page of metrics, which must not hold up a load.
const metricsPatience = 5 * time.Second

// controlPatience bounds one such command; writing a profile takes its time.
const controlPatience = 10 * time.Minute

func (c *collectCmd) control(p *collectPlan) *control {
	client := &http.Client{Transport: collect.NewTransport(p.load.Target, 1, p.load.Timeouts), Timeout: controlPatience}
	return &control{target: p.load.Target, resetCache: c.ResetCache, profile: c.Profile, client: client,
		metrics: telemetry.Prometheus{URL: p.load.Target.BaseURL + "/metrics", Header: p.load.Target.Header, Client: client}}
}

// before is done right before the origin. A refusal ends the run: it would measure something else than was asked for.
func (c *control) before(ctx context.Context) error {
	if c.resetCache {
		if err := collect.Command(ctx, c.client, c.target, "/reset_prefix_cache"); err != nil {
			return fmt.Errorf("--reset-prefix-cache: %w", err)
		}
	}
	if c.profile {
		if err := collect.Command(ctx, c.client, c.target, "/start_profile"); err != nil {
			return fmt.Errorf("--profile: %w", err)
		}
		c.profiling = true
	}
	c.began = c.readMetrics(ctx)
	return nil
}

// readMetrics gives nil for a server that has no such page: its metrics are then unknown.
func (c *control) readMetrics(ctx context.Context) []telemetry.Sample {
	ctx, cancel := context.WithTimeout(ctx, metricsPatience)
	defer cancel()
	samples, err := c.metrics.Read(ctx)
	if err != nil {
		return nil
	}
	return samples
}

// describe notes what the server's counters rose by over the load.
func (c *control) describe(row *store.Run) {
	if c.began == nil || c.ended == nil {
		return
	}
	if cache, ok := telemetry.PrefixCacheBetween(c.began, c.ended); ok {
		row.PrefixQueryTokens, row.PrefixHitTokens = &cache.QueriedTokens, &cache.HitTokens
	}
}

// after ends the profile, after Ctrl-C too: a server left profiling slows down every later run.
func (c *control) after() error {
	defer c.client.CloseIdleConnections()
	if c.began != nil {
		c.ended = c.readMetrics(context.Background())
	}
	if !c.profiling {
		return nil
	}
	return collect.Command(context.Background(), c.client, c.target, "/stop_profile")
}
