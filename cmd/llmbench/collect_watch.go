package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"

	"llmbench/collect"
)

// interruptible turns signals into the two ways to end a load: the first stops sending, the second cuts what is in
// flight. A third is left to the system: the journal keeps what was recorded.
func interruptible(a *app, engine *collect.Engine) (context.Context, func()) {
	ctx, cut := context.WithCancel(a.ctx)
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for n := 1; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
			}
			if n == 1 {
				engine.Stop()
				fmt.Fprintln(a.stderr, "\nllmbench: stopped sending; waiting for the requests in flight (Ctrl-C again cuts them)")
				continue
			}
			cut()
			signal.Stop(signals)
			return
		}
	}()
	return ctx, func() { signal.Stop(signals); close(done); cut() }
}

// announce says what is about to run, in the words of vLLM's benchmark where it has them.
func (a *app) announce(p *collectPlan, runID, rate string) {
	limit := "none"
	if p.load.MaxConcurrency > 0 {
		limit = fmt.Sprint(p.load.MaxConcurrency)
	}
	load := fmt.Sprintf("%d requests", p.data.NumPrompts)
	if p.sessions > 0 {
		load += fmt.Sprintf(" in %d conversations", p.sessions)
	}
	a.note("run %s: %s to %s (%s, model %s)", runID, load, p.load.Target.URL(), p.load.Backend.Name, p.load.Protocol.Model)
	if !p.load.SelfTimed {
		rate += fmt.Sprintf(", burstiness factor: %s (%s)", p.load.Arrivals.Burstiness, process(p.load.Arrivals))
	}
	a.note("traffic request rate: %s, maximum request concurrency: %s", rate, limit)
	if p.seedDrawn {
		a.note("seed %d was drawn; --seed %d repeats this workload", p.data.Seed, p.data.Seed)
	}
}

func process(a collect.Arrivals) string {
	if a.Burstiness == 1 {
		return "Poisson process"
	}
	return "gamma distribution"
}

// Intervals of the progress: a line that is drawn over may be lively, lines in a log may not.
const (
	progressOnTerminal = 250 * time.Millisecond
	progressInLog      = 10 * time.Second
)

// showProgress tells how the load is going until the returned function is called.
func (a *app) showProgress(engine *collect.Engine) (stop func()) {
	columns, lively := terminal(a.stderr)
	done, ended := make(chan struct{}), make(chan struct{})
	show, finish := a.progressLines(engine)
	interval := progressInLog
	if lively {
		show, finish = a.progressBar(engine, columns)
		interval = progressOnTerminal
	}
	go func() {
		defer close(ended)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				show()
			case <-done:
				finish()
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (a *app) progressLines(engine *collect.Engine) (show, finish func()) {
	var last collect.Progress
	show = func() {
		p := engine.Progress()
		a.note("%s", progressText(p, last))
		last = p
	}
	return show, func() {}
}

func (a *app) progressBar(engine *collect.Engine, columns int) (show, finish func()) {
	total := engine.Progress().Total
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetWidth(max(8, min(30, columns-70))),
		progressbar.OptionUseANSICodes(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionSetTheme(progressbar.ThemeASCII))
	var last collect.Progress
	show = func() {
		p := engine.Progress()
		bar.Describe(progressText(p, last))
		// A terminal that went away must not end the run.
		_ = bar.Set(int(p.Done))
		last = p
	}
	return show, func() { _ = bar.Finish() }
}

// progressText is done of all, in flight, the rate of tokens since the last look, recent TTFT once there is one, and failures.
func progressText(p, last collect.Progress) string {
	var rate float64
	if span := p.Elapsed - last.Elapsed; span > 0 {
		rate = float64(p.Chunks-last.Chunks) / span.Seconds()
	}
	text := fmt.Sprintf("%d/%d done, %d in flight, %.0f tok/s", p.Done, p.Total, p.InFlight, rate)
	if p.TTFT > 0 {
		text += fmt.Sprintf(", TTFT %d ms", p.TTFT.Milliseconds())
	}
	if p.Failed > 0 {
		text += fmt.Sprintf(", %d failed", p.Failed)
	}
	return text
}
