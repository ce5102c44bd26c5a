package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"llmbench/collect"
	"llmbench/collect/sweep"
	"llmbench/store"
)

// host is where the runs of a visit are made: a server started for them, one that --before starts elsewhere, or the one that
// is there anyway.
type host struct {
	*sweeper
	first  sweep.Step
	server *servedEngine // nil when nothing was started here
	began  bool          // --before has run
	port   int
	down   error // why there is no server; it is not tried again for every step
}

// ready makes sure that a server is there. One that ended by itself is started again.
func (h *host) ready() error {
	switch {
	case h.down != nil:
		return h.down
	case h.server != nil && h.server.Err() != nil:
		h.note("starting the server again")
		if err := h.server.end(h.app); err != nil {
			return err
		}
		h.server = nil
	case h.server != nil || h.began:
		return nil
	}
	if !h.startsServers() {
		h.began = true
		return nil
	}
	h.down = h.start()
	return h.down
}

func (h *host) start() error {
	run, err := h.resolve(h.first, 0)
	if err != nil {
		return err
	}
	if err := run.cmd.placeServer(run.kong); err != nil {
		return err
	}
	h.port = run.cmd.Port
	if run, err = h.resolve(h.first, h.port); err != nil {
		return err
	}
	if h.flags.Before != "" && !h.began {
		if err := h.shellCommand(h.starts, "--before", h.flags.Before, run.values); err != nil {
			return err
		}
	}
	h.began = true
	if h.flags.ServeCmd == "" {
		client := &http.Client{Timeout: 10 * time.Second}
		return collect.WaitReady(h.starts, client, run.plan.load.Target, h.flags.ServeReady)
	}
	label := strings.Trim(h.plan.Name+"-"+h.serverLabel(), "-")
	log, err := h.serverLog(h.flags.Warehouse, label)
	if err != nil {
		return err
	}
	h.server, err = h.with(h.starts).serve(serverStart{flags: h.flags.launchFlags, values: run.values, target: run.plan.load.Target, log: log})
	if err != nil {
		return err
	}
	return h.warmUp()
}

func (h *host) serverLabel() string {
	var pairs []string
	for _, set := range h.first.Point.Settings {
		if h.decides(set.Key) {
			pairs = append(pairs, set.Key+"="+set.Value)
		}
	}
	return strings.Join(pairs, ",")
}

// discard keeps nothing.
type discard struct{}

func (discard) Append([]*store.Record) error { return nil }

// warmUp sends a few requests of the first point, of prompts that no run has, and keeps nothing of them: the first requests
// of a server compile kernels and fill pools.
func (h *host) warmUp() error {
	if h.flags.Warmups == 0 {
		return nil
	}
	run, err := h.resolve(h.first, h.port, fmt.Sprintf("--num-prompts=%d", h.flags.Warmups), "--request-rate=inf", "--max-concurrency=0", "--num-warmups=0", "--seed=77777777")
	if err != nil {
		return nil // a load with stages or a duration has no short form; its own --num-warmups may warm the server up
	}
	quiet := *h.app
	quiet.notes = &strings.Builder{}
	setup, err := run.cmd.prepare(&quiet, run.plan)
	if err != nil {
		return err
	}
	outcome, err := collect.New(run.plan.load, setup.dataset, discard{}).Run(h.starts)
	if err != nil {
		return fmt.Errorf("warm the server up: %w", err)
	}
	if outcome.Completed == 0 && h.server.Err() == nil {
		h.note("all %d requests of the warm-up failed", h.flags.Warmups)
	}
	return nil
}

// end stops the server and runs --after.
func (h *host) end() error {
	err := h.server.end(h.app)
	h.server = nil
	if h.flags.After == "" || !h.began {
		return err
	}
	run, resolveErr := h.resolve(h.first, h.port)
	if resolveErr != nil {
		return errors.Join(err, resolveErr)
	}
	// After Ctrl-C too: what --before started is to be ended.
	if afterErr := h.shellCommand(h.ctx, "--after", h.flags.After, run.values); afterErr != nil {
		h.note("%v", afterErr)
	}
	return err
}

// resetCaches empties the server's prefix cache between runs. A server that cannot is told of once: prompts of different runs
// differ in any case, unless the plan gives a seed.
func (s *sweeper) resetCaches(h *host) {
	if s.noCache {
		return
	}
	run, err := s.resolve(h.first, h.port)
	if err != nil {
		return
	}
	client := &http.Client{Timeout: time.Minute}
	if err := collect.Command(s.ctx, client, run.plan.load.Target, "/reset_prefix_cache"); err != nil {
		s.noCache = true
		s.note("the server's prefix cache is not emptied between runs (%s); no two runs on one server share prompts, unless --seed is given", firstLine(err.Error()))
	}
}
