package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"llmbench/collect/sweep"
	"llmbench/report"
	"llmbench/store"
	"llmbench/store/interchange"
)

// newLive makes the table of runs as they come.
func (s *sweepPlan) newLive(runs int) *report.SweepLive {
	var values [][]string
	for _, p := range s.points {
		if s.search != nil {
			p = s.stepAt(p, s.search.config.To, 1).Point
		}
		values = append(values, s.valuesOf(p))
	}
	repeats := s.plan.Repeats
	if s.search != nil {
		repeats = runs
	}
	columns, is := terminal(s.stdout)
	if !is {
		columns = 120
	}
	return report.NewSweepLive(s.keys(), values, repeats, runs, columns)
}

func (s *sweepPlan) valuesOf(p sweep.Point) []string {
	var values []string
	for _, key := range s.keys() {
		values = append(values, p.Value(key))
	}
	return values
}

func (s *sweeper) show(step sweep.Step, d stepDone) {
	fmt.Fprintln(s.stdout, s.live.Row(s.rowOf(step, d), s.colour(s.stdout)))
}

func (s *sweepPlan) rowOf(step sweep.Step, d stepDone) report.SweepRow {
	return report.SweepRow{Point: step.Point.Label(), Values: s.valuesOf(step.Point), Repeat: step.Repeat, Run: d.entry.Run, Summary: d.entry.Summary, Error: d.err}
}

// rows are all runs of the plan that were made, in its order.
func (s *sweepPlan) rows() []report.SweepRow {
	var rows []report.SweepRow
	for _, p := range s.points {
		for r := 1; r <= s.plan.Repeats; r++ {
			step := sweep.Step{Point: p, Repeat: r}
			if d, ok := s.done[keyOf(step)]; ok && (s.finished(step) || d.err != "") {
				rows = append(rows, s.rowOf(step, d))
			}
		}
	}
	return rows
}

// conclude prints a table for each group and the best points, and ends with 1 when points failed.
func (s *sweeper) conclude() error {
	if err := s.writeCSV(); err != nil {
		return err
	}
	if err := report.WriteSweep(s.stdout, report.Sweep{Name: s.plan.Name, Keys: s.plan.Keys(), Rows: s.rows()}, s.writeOptions()); err != nil {
		return err
	}
	s.note("runs are in %s: llmbench sql \"FROM runs WHERE tags['sweep'] = '%s'\"", s.warehouse.Dir(), s.plan.Name)
	if _, failed, _ := s.counts(); failed > 0 {
		return fmt.Errorf("%d runs failed; the same command tries them again", failed)
	}
	return nil
}

// writeCSV writes --csv anew from all finished points of the plan: a line each, of means over the repeats.
func (s *sweeper) writeCSV() error {
	if s.cmd.CSV == "" {
		return nil
	}
	writer, _ := interchange.FindWriter("seed-csv")
	return replaceFile(s.cmd.CSV, func(w io.Writer) error { return writer.Write(w, s.exported()) })
}

func (s *sweepPlan) exported() iter.Seq2[interchange.Exported, error] {
	return func(yield func(interchange.Exported, error) bool) {
		for _, p := range s.measured() {
			run, summary := s.mean(p)
			if summary == nil {
				continue
			}
			metrics := []interchange.Field{{Key: "mean_ttft_ms", Value: summary.MeanTTFT}, {Key: "mean_tpot_ms", Value: summary.MeanTPOT}, {Key: "mean_itl_ms", Value: summary.MeanITL}}
			if !yield(interchange.Exported{Run: run, Summary: summary, Metrics: metrics}, nil) {
				return
			}
		}
	}
}

// measured are the points of the plan; those of a search are the values that were tried, in their order.
func (s *sweepPlan) measured() []sweep.Point {
	if s.search == nil {
		return s.points
	}
	var points []sweep.Point
	for _, p := range s.points {
		prefix := strings.TrimSuffix(s.stepAt(p, 0, 1).Point.Label(), "0")
		var values []float64
		for key := range s.done {
			text, found := strings.CutPrefix(key.point, prefix)
			if v, err := strconv.ParseFloat(text, 64); found && err == nil && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		for _, v := range values {
			points = append(points, s.stepAt(p, v, 1).Point)
		}
	}
	return points
}

// mean is the mean of a point's finished repeats and the row of one of them; nil when none is finished.
func (s *sweepPlan) mean(p sweep.Point) (run store.Run, mean *store.Summary) {
	var all []store.Summary
	repeats := s.plan.Repeats
	if s.search != nil {
		repeats = s.search.config.MostRuns
	}
	for r := 1; r <= repeats; r++ {
		step := sweep.Step{Point: p, Repeat: r}
		if d := s.done[keyOf(step)]; s.finished(step) && d.entry.Summary != nil {
			run = d.entry.Run
			all = append(all, *d.entry.Summary)
		}
	}
	if len(all) == 0 {
		return run, nil
	}
	return run, new(store.MeanSummary(all))
}

// replaceFile writes a file beside its place and moves it there, so that a reader never sees half of it.
func replaceFile(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".llmbench-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = errors.Join(write(file), file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}
