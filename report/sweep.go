package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"llmbench/store"
)

// SweepRow is one run of a sweep.
type SweepRow struct {
	Point   string   // its label
	Values  []string // of the keys that are swept
	Repeat  int
	Run     store.Run
	Summary *store.Summary
	Error   string // why the run does not count
}

// verdictOf is what the client says of itself, "" when it is not known.
func verdictOf(r store.Run) string {
	if r.ClientVerdict == nil {
		return ""
	}
	return *r.ClientVerdict
}

// saturated reports whether the run's numbers may be the client's limits.
func (r SweepRow) saturated() bool { return verdictOf(r.Run) == "saturated" }

// Sweep is a whole sweep.
type Sweep struct {
	Name string
	Keys []string
	Rows []SweepRow
}

// loadKeys are what is raised to load a server; the last of them that is swept runs down a table.
var loadKeys = []string{"batch", "num-prompts", "max-concurrency", "request-rate"}

// WriteSweep prints a table for each group of points that differ in their load alone, means over the repeats, and the best.
func WriteSweep(w io.Writer, s Sweep, opts WriteOptions) error {
	var out bytes.Buffer
	points := s.points()
	load := slices.IndexFunc(s.Keys, func(k string) bool { return slices.Contains(loadKeys, k) })
	for _, g := range grouped(points, load) {
		out.WriteString("\n" + paragraph(s.groupTitle(g[0], load), "", opts.width()) + "\n")
		out.WriteString(s.table(g, load) + "\n")
	}
	out.WriteString("\n")
	for _, line := range best(points) {
		out.WriteString(paragraph(line, "   ", opts.width()))
	}
	_, err := w.Write(out.Bytes())
	return err
}

// sweepPoint is a point with all its repeats.
type sweepPoint struct {
	row    SweepRow // of the first
	mean   *store.Summary
	runs   int
	failed int // runs that do not count
	spread *float64
	unsure bool // a client was saturated
}

func (s Sweep) points() []sweepPoint {
	var points []sweepPoint
	all := map[string][]store.Summary{}
	for _, r := range s.Rows {
		i := slices.IndexFunc(points, func(p sweepPoint) bool { return p.row.Point == r.Point })
		if i < 0 {
			i = len(points)
			points = append(points, sweepPoint{row: r})
		}
		p := &points[i]
		if r.Error != "" || r.Summary == nil {
			p.failed++
			continue
		}
		p.runs++
		p.unsure = p.unsure || r.saturated()
		all[r.Point] = append(all[r.Point], *r.Summary)
	}
	for i := range points {
		if runs := all[points[i].row.Point]; len(runs) > 0 {
			points[i].mean = new(store.MeanSummary(runs))
			points[i].spread = outputSpread(runs)
		}
	}
	return points
}

// outputSpread is how far apart the repeats' throughputs are, largest less smallest, of their mean; nil for fewer than two.
func outputSpread(runs []store.Summary) *float64 {
	var low, high, sum float64
	for i, r := range runs {
		if r.OutputThroughput == nil {
			return nil
		}
		v := *r.OutputThroughput
		if i == 0 || v < low {
			low = v
		}
		high, sum = max(high, v), sum+v
	}
	if len(runs) < 2 || sum == 0 {
		return nil
	}
	return new((high - low) / (sum / float64(len(runs))))
}

func grouped(points []sweepPoint, load int) [][]sweepPoint {
	var groups [][]sweepPoint
	for _, p := range points {
		i := slices.IndexFunc(groups, func(g []sweepPoint) bool { return sameGroup(g[0].row.Values, p.row.Values, load) })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], p)
	}
	return groups
}

func sameGroup(a, b []string, load int) bool {
	for i := range a {
		if i != load && a[i] != b[i] {
			return false
		}
	}
	return true
}

func (s Sweep) groupTitle(p sweepPoint, load int) string {
	var pairs []string
	for i, key := range s.Keys {
		if i != load {
			pairs = append(pairs, key+"="+p.row.Values[i])
		}
	}
	if len(pairs) == 0 {
		return s.Name
	}
	return s.Name + ": " + strings.Join(pairs, ", ")
}

func (s Sweep) table(points []sweepPoint, load int) string {
	name := "point"
	if load >= 0 {
		name = s.Keys[load]
	}
	header := []any{name, "runs"}
	for _, c := range sweepColumns {
		header = append(header, c.name)
		if c.name == "tok/s" {
			header = append(header, "spread")
		}
	}
	t := newTable(append(header, "failed")...)
	t.SetColumnConfigs(right(1, 2, 3, 4, 5, 6, 7, 8, 9))
	var remarks strings.Builder
	for _, p := range points {
		label := p.row.Point
		if load >= 0 {
			label = p.row.Values[load]
		}
		row := []any{label, p.runs}
		for _, c := range sweepColumns {
			row = append(row, p.number(c.value))
			if c.name == "tok/s" {
				row = append(row, share(p.spread))
			}
		}
		t.AppendRow(append(row, p.failures()))
		if remark := p.remark(); remark != "" {
			remarks.WriteString("\n" + label + ": " + remark)
		}
	}
	return t.Render() + remarks.String()
}

func (p sweepPoint) number(value func(store.Summary) *float64) string {
	if p.mean == nil {
		return unknown
	}
	return fixed(value(*p.mean))
}

func (p sweepPoint) failures() string {
	if p.mean == nil {
		return unknown
	}
	return strconv.FormatInt(p.mean.Failed, 10)
}

func (p sweepPoint) remark() string {
	var words []string
	if p.failed > 0 {
		words = append(words, strconv.Itoa(p.failed)+" of its runs failed")
	}
	if p.unsure {
		words = append(words, "the client was saturated, the numbers may be its own limits")
	}
	return strings.Join(words, ", ")
}

// best names the best points of those whose client kept up.
func best(points []sweepPoint) []string {
	kinds := []struct {
		title, unit string
		value       func(store.Summary) *float64
		least       bool
	}{
		{"Most output", "tok/s", func(s store.Summary) *float64 { return s.OutputThroughput }, false},
		{"Most requests within the SLO", "req/s", func(s store.Summary) *float64 { return s.RequestGoodput }, false},
		{"Shortest mean TTFT", "ms", func(s store.Summary) *float64 { return s.MeanTTFT }, true},
		{"Shortest mean TPOT", "ms", func(s store.Summary) *float64 { return s.MeanTPOT }, true},
	}
	var lines []string
	for _, k := range kinds {
		var found *sweepPoint
		for i := range points {
			p := &points[i]
			if p.mean == nil || p.unsure || k.value(*p.mean) == nil {
				continue
			}
			if found == nil || (*k.value(*p.mean) > *k.value(*found.mean)) != k.least && *k.value(*p.mean) != *k.value(*found.mean) {
				found = p
			}
		}
		if found != nil {
			lines = append(lines, fmt.Sprintf("%s: %s %s at %s", k.title, fixed(k.value(*found.mean)), k.unit, found.row.Point))
		}
	}
	return lines
}
