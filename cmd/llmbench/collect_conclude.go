package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"llmbench/query"
	"llmbench/report"
	"llmbench/store"
	"llmbench/store/interchange"
)

// conclude prints the report, writes the result file and gives the exit code.
func (c *collectCmd) conclude(a *app, p *collectPlan, w *store.Warehouse, m *measured) error {
	serving, err := a.serving(m.entry, p.metrics, p.percentiles)
	if err != nil {
		return fmt.Errorf("%w; run %s is kept", err, m.entry.Run.RunID)
	}
	if err := report.WriteServing(a.stdout, *serving); err != nil {
		return fmt.Errorf("print the report of run %s: %w", m.entry.Run.RunID, err)
	}
	a.noteFailures(serving.Failures)
	a.note("run %s is in %s", m.entry.Run.RunID, cmp.Or(m.refuge, w.Dir()))
	if m.refuge != "" {
		a.note("once there is room: llmbench runs copy %s --warehouse %s --to %s", m.entry.Run.RunID, m.refuge, w.Dir())
	}
	if err := c.saveResult(a, p, m.entry, serving); err != nil {
		return fmt.Errorf("%w; run %s is kept", err, m.entry.Run.RunID)
	}
	return c.exit(a, p, m)
}

// noteFailures gives the most frequent failures in full: the report has room for their beginnings.
func (a *app) noteFailures(failures []report.Failure) {
	const most = 3
	failures = slices.DeleteFunc(slices.Clone(failures), func(f report.Failure) bool { return f.Count == 0 })
	for _, f := range failures[:min(most, len(failures))] {
		why := f.Status
		if f.HTTPStatus != nil && f.Status == store.StatusHTTPError {
			why = fmt.Sprintf("HTTP %d", *f.HTTPStatus)
		}
		if text := strings.Join(strings.Fields(f.Error), " "); text != "" {
			why += ": " + text
		}
		if do := remedy(f); do != "" {
			why += "; " + do
		}
		a.note("%d failed: %s", f.Count, why)
	}
	if len(failures) > most {
		a.note("%d more reasons: llmbench sql \"FROM failures\"", len(failures)-most)
	}
}

// exit turns the outcome into the exit code: 130 after Ctrl-C, 1 when no request succeeded, 2 when too many failed.
func (c *collectCmd) exit(a *app, p *collectPlan, m *measured) error {
	o := m.outcome
	switch {
	case m.broken: // told by the error beside the run
		return nil
	case m.shortDisk:
		return fmt.Errorf("the load was stopped after %d requests, because the disk of the warehouse ran short", o.Completed+o.Failed)
	case o.Interrupted || o.Stopped:
		return &exitError{exitInterrupted, errSilent}
	case o.Completed == 0:
		return fmt.Errorf("all %d requests failed; see above why; all reasons: llmbench sql \"FROM failures\" --runs %s", o.Failed, m.entry.Run.RunID)
	case p.maxFailed.exceeded(o.Failed, o.Completed+o.Failed):
		return &exitError{exitThreshold, fmt.Errorf("%d of %d requests failed, more than --max-failed %s", o.Failed, o.Completed+o.Failed, c.MaxFailed)}
	}
	return nil
}

// serving asks the warehouse for everything the report of a run shows.
func (a *app) serving(entry store.Entry, metrics []string, percentiles []float64) (s *report.Serving, err error) {
	session, err := query.Open(a.ctx, query.Source{Entries: []store.Entry{entry}}, query.Options{Warn: a.warn})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	return report.AskServing(a.ctx, session, entry, metrics, percentiles)
}

// saveResult writes the file of --save-result and --save-detailed. Its place was checked before the load.
func (c *collectCmd) saveResult(a *app, p *collectPlan, entry store.Entry, s *report.Serving) error {
	if !c.savesResult() {
		return nil
	}
	path := c.resultPath(interchange.VLLMFilename(entry.Run, &s.Summary, c.Label))
	result := interchange.VLLM{Run: entry.Run, Label: optional(c.Label), Summary: s.Summary, Metrics: slices.Concat(resultMetrics(s.Latencies), probeMetrics(s.Probes))}
	for _, m := range p.metadata {
		result.Metadata = append(result.Metadata, interchange.Field{Key: m.key, Value: m.value})
	}
	if c.SaveDetailed {
		result.Records = store.ReadRecords(entry.Files)
	}
	mode := os.O_TRUNC
	if c.AppendResult {
		mode = os.O_APPEND
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|mode, 0o666)
	if err != nil {
		return fmt.Errorf("write the result file: %w", err)
	}
	if err := errors.Join(result.Write(file), file.Close()); err != nil {
		return fmt.Errorf("write the result file %s: %w", path, err)
	}
	a.note("result file %s", path)
	return nil
}

func (c *collectCmd) savesResult() bool { return c.SaveResult || c.SaveDetailed || c.AppendResult }

// resultPath joins --result-dir and the file's name, --result-filename where given.
func (c *collectCmd) resultPath(name string) string {
	if c.ResultFilename != "" {
		name = c.ResultFilename
	}
	return filepath.Join(c.ResultDir, name)
}

// checkResultDir makes sure that the result file can be written, before the load.
func (c *collectCmd) checkResultDir() error {
	if !c.savesResult() {
		return nil
	}
	dir := filepath.Dir(c.resultPath("x"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--result-dir: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".llmbench-*")
	if err != nil {
		return fmt.Errorf("--result-dir: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// probeMetrics are the keys of vLLM's result files for the probes.
func probeMetrics(p *report.Probes) []interchange.Field {
	if p == nil {
		return nil
	}
	return []interchange.Field{
		{Key: "probe_completed", Value: p.Completed}, {Key: "probe_failed", Value: p.Failed},
		{Key: "probe_median_e2el_ms", Value: p.MedianMS}, {Key: "probe_p99_e2el_ms", Value: p.P99MS}, {Key: "probe_max_e2el_ms", Value: p.MaxMS},
	}
}

// vllmNames are metrics that vLLM names otherwise.
var vllmNames = map[string]string{
	"queue":              "client_queue_time",
	"ttft_from_intended": "ttft_including_client_queue",
	"e2el_from_intended": "e2el_including_client_queue",
}

// resultMetrics are the keys of vLLM's result files: mean_ttft_ms, median_, std_, p99_, p99.9_.
func resultMetrics(latencies []report.Latency) []interchange.Field {
	var fields []interchange.Field
	for _, l := range latencies {
		name := cmp.Or(vllmNames[l.Metric], l.Metric)
		fields = append(fields, interchange.Field{Key: "mean_" + name + "_ms", Value: l.MeanMS},
			interchange.Field{Key: "median_" + name + "_ms", Value: l.MedianMS}, interchange.Field{Key: "std_" + name + "_ms", Value: l.StdMS})
		for _, p := range l.Percentiles {
			fields = append(fields, interchange.Field{Key: fmt.Sprintf("p%v_%s_ms", p.P, name), Value: p.MS})
		}
	}
	return fields
}
