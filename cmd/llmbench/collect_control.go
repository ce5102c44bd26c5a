package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"llmbench/collect"
)

// control is what the server is told to do besides answering: empty its cache, profile the load.
type control struct {
	target     collect.Target
	client     *http.Client
	resetCache bool
	profile    bool
	profiling  bool
}

// controlPatience bounds one such command; writing a profile takes its time.
const controlPatience = 10 * time.Minute

func (c *collectCmd) control(p *collectPlan) *control {
	return &control{target: p.load.Target, resetCache: c.ResetCache, profile: c.Profile,
		client: &http.Client{Transport: collect.NewTransport(p.load.Target, 1, p.load.Timeouts), Timeout: controlPatience}}
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
	return nil
}

// after ends the profile, after Ctrl-C too: a server left profiling slows down every later run.
func (c *control) after() error {
	defer c.client.CloseIdleConnections()
	if !c.profiling {
		return nil
	}
	return collect.Command(context.Background(), c.client, c.target, "/stop_profile")
}
