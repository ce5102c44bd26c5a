package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"llmbench/store"
)

// SweepLive is the table of runs as they come, line by line: widths are settled before the first.
type SweepLive struct {
	keys    []string
	widths  []int
	repeats int
	columns int
	total   int // runs to come
	shown   int
}

// sweepColumns are the numbers of a point, with the width that each has in a line of runs as they come; 0 for none there.
var sweepColumns = []struct {
	name  string
	live  int
	value func(store.Summary) *float64
}{
	{"tok/s", 8, func(s store.Summary) *float64 { return s.OutputThroughput }},
	{"req/s", 0, func(s store.Summary) *float64 { return s.RequestThroughput }},
	{"TTFT ms", 8, func(s store.Summary) *float64 { return s.MeanTTFT }},
	{"p99 TTFT", 8, func(s store.Summary) *float64 { return s.P99TTFT }},
	{"TPOT ms", 7, func(s store.Summary) *float64 { return s.MeanTPOT }},
}

// NewSweepLive settles the table for so many runs to come and a terminal of so many columns. Values are those of every point.
func NewSweepLive(keys []string, values [][]string, repeats, runs, columns int) *SweepLive {
	l := &SweepLive{keys: keys, repeats: repeats, total: runs, columns: columns}
	used := l.counter() + len("  failed")
	for _, c := range sweepColumns {
		if c.live > 0 {
			used += 2 + c.live
		}
	}
	if repeats > 1 {
		used += len("  rep")
	}
	var narrow []int
	for i, key := range keys {
		width := 1
		for _, v := range values {
			width = max(width, len(v[i]))
		}
		narrow = append(narrow, min(max(width, 5), 20))
		l.widths = append(l.widths, min(max(width, len(key)), 20))
		used += 2 + l.widths[i]
	}
	if used >= columns { // names are cut before numbers are
		l.widths = narrow
	}
	return l
}

// Header names the columns.
func (l *SweepLive) Header() string {
	cells := append([]string{fmt.Sprintf("%*s", l.counter(), "run")}, l.cells(l.keys)...)
	if l.repeats > 1 {
		cells = append(cells, "rep")
	}
	for _, c := range sweepColumns {
		if c.live > 0 {
			cells = append(cells, fmt.Sprintf("%*s", c.live, c.name))
		}
	}
	return l.line(append(cells, "failed"))
}

// counter is the width of 12/44.
func (l *SweepLive) counter() int { return 2*len(strconv.Itoa(l.total)) + 1 }

func (l *SweepLive) cells(values []string) []string {
	var cells []string
	for i, v := range values {
		cells = append(cells, fmt.Sprintf("%*s", l.widths[i], text.Trim(v, l.widths[i])))
	}
	return cells
}

func (l *SweepLive) line(cells []string) string {
	return strings.TrimRight(text.Trim(strings.Join(cells, "  "), l.columns-1), " ")
}

// Row is one run. A failed one says why in place of its numbers; a client that did not keep up is named at the end.
func (l *SweepLive) Row(r SweepRow, color bool) string {
	l.shown++
	cells := append([]string{fmt.Sprintf("%*s", l.counter(), fmt.Sprintf("%d/%d", l.shown, l.total))}, l.cells(r.Values)...)
	if l.repeats > 1 {
		cells = append(cells, fmt.Sprintf("%3d", r.Repeat))
	}
	if r.Error != "" || r.Summary == nil {
		line := l.line(append(cells, "FAILED: "+oneLine(r.Error)))
		if color {
			return text.FgRed.Sprint(line)
		}
		return line
	}
	for _, c := range sweepColumns {
		if c.live > 0 {
			cells = append(cells, fmt.Sprintf("%*s", c.live, fixed(c.value(*r.Summary))))
		}
	}
	cells = append(cells, fmt.Sprintf("%6d", r.Summary.Failed))
	if verdict := verdictOf(r.Run); verdict != "ok" && verdict != "" {
		cells = append(cells, verdict)
	}
	return l.line(cells)
}
