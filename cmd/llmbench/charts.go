package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llmbench/query"
	"llmbench/report/chart"
	"llmbench/store"
)

// chartMetrics are the latencies that get a percentile chart.
var chartMetrics = []string{"ttft", "itl"}

// drawCharts draws the runs' percentiles and their course over time into dir.
func (a *app) drawCharts(entries []store.Entry, dir, format string) error {
	session, err := query.Open(a.ctx, query.Source{Entries: entries}, query.Options{Warn: a.warn})
	if err != nil {
		return err
	}
	defer session.Close()
	options := chart.Options{Format: format}
	draw := func(name string, write func(*os.File) error) error {
		path := filepath.Join(dir, name+"."+format)
		if err := writeFile(path, write); err != nil {
			return err
		}
		a.note("chart %s", path)
		return nil
	}
	for _, metric := range chartMetrics {
		percentiles, err := a.percentileChart(session, entries, metric)
		if err != nil {
			return err
		}
		if err := draw(metric+"-percentiles", func(f *os.File) error { return percentiles.Write(f, options) }); err != nil {
			return err
		}
	}
	timeline, err := a.timelineChart(session, entries)
	if err != nil {
		return err
	}
	return draw("timeline", func(f *os.File) error { return timeline.Write(f, options) })
}

func (a *app) percentileChart(session *query.Session, entries []store.Entry, metric string) (*chart.Percentiles, error) {
	curve, err := session.PercentileCurve(a.ctx, metric)
	if err != nil {
		return nil, err
	}
	stats, err := session.Latency(a.ctx, []string{metric}, nil)
	if err != nil {
		return nil, err
	}
	name := strings.ToUpper(metric)
	p := &chart.Percentiles{Title: name + " by percentile", Metric: name}
	for _, entry := range entries {
		s := chart.PercentileSeries{Name: runLabel(entry.Run), Facts: facts(entry)}
		for _, stat := range stats {
			if stat.RunID == entry.Run.RunID {
				s.N = stat.Samples
			}
		}
		for _, point := range curve {
			if point.RunID == entry.Run.RunID {
				s.Points = append(s.Points, chart.PercentilePoint{Percentile: point.Percentile, MS: point.MS})
			}
		}
		p.Series = append(p.Series, s)
	}
	return p, nil
}

func (a *app) timelineChart(session *query.Session, entries []store.Entry) (*chart.Timeline, error) {
	points, err := session.Throughput(a.ctx)
	if err != nil {
		return nil, err
	}
	t := &chart.Timeline{Title: "Throughput over time"}
	tokens := chart.TimelinePanel{Title: "output tokens", Unit: "tok/s"}
	requests := chart.TimelinePanel{Title: "requests completed", Unit: "req/s"}
	for _, entry := range entries {
		t.Runs = append(t.Runs, chart.TimelineRun{Name: runLabel(entry.Run), Facts: facts(entry)})
		var tokenLine, requestLine chart.TimelineLine
		for _, p := range points {
			if p.RunID != entry.Run.RunID {
				continue
			}
			if p.OutputTokens != nil {
				tokenLine.Points = append(tokenLine.Points, chart.TimelinePoint{T: float64(p.Second), Value: *p.OutputTokens})
			}
			requestLine.Points = append(requestLine.Points, chart.TimelinePoint{T: float64(p.Second), Value: float64(p.Completed)})
		}
		tokens.Lines, requests.Lines = append(tokens.Lines, tokenLine), append(requests.Lines, requestLine)
	}
	t.Panels = []chart.TimelinePanel{tokens, requests}
	return t, nil
}

// runLabel is a run's name, or its id when it has none.
func runLabel(r store.Run) string {
	if r.Name != nil {
		return *r.Name
	}
	return r.RunID
}

// facts are what a reader must know of a run to believe its line.
func facts(e store.Entry) chart.Facts {
	r := e.Run
	f := chart.Facts{Load: load(r)}
	if r.Completed != nil && r.Failed != nil {
		f.Completed, f.Failed = *r.Completed, *r.Failed
	}
	if r.DurationNS != nil {
		f.Duration = time.Duration(*r.DurationNS)
	}
	if r.ClientVerdict != nil {
		f.Client = *r.ClientVerdict
	}
	return f
}

func load(r store.Run) string {
	var parts []string
	if r.RequestRate != nil {
		parts = append(parts, r.RequestRate.String()+" req/s")
	}
	if r.MaxConcurrency != nil {
		parts = append(parts, fmt.Sprintf("at most %d at once", *r.MaxConcurrency))
	}
	return strings.Join(parts, ", ")
}
