package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"llmbench/report/stats"
	"llmbench/store"
)

// CompareOptions choose what a comparison shows. The zero value is what `llmbench compare A B` does.
type CompareOptions struct {
	// AllowWorkload compares unlike workloads instead of refusing; the title then says so.
	AllowWorkload bool
	// Metrics are the names of the metrics to show, in this order. Defaults to those marked Compared.
	Metrics []string
}

// Validate reports every metric that does not exist.
func (o CompareOptions) Validate() error {
	var errs []error
	for _, name := range o.Metrics {
		if _, ok := MetricNamed(name); !ok {
			errs = append(errs, fmt.Errorf("--metrics: no metric %q; see the columns of run_summary", name))
		}
	}
	return errors.Join(errs...)
}

// Comparison is two sides held against each other. Its JSON is a stable document: fields are only ever added, and
// Schema rises if one changes its meaning. Side A is the baseline.
type Comparison struct {
	Schema int    `json:"schema"`
	Title  string `json:"title"`
	A      Side   `json:"a"`
	B      Side   `json:"b"`
	// UnlikeWorkload is true when a difference would have refused the comparison and was allowed.
	UnlikeWorkload bool         `json:"unlike_workload"`
	Differences    []Difference `json:"differences"`
	Rows           []Row        `json:"metrics"`
	// Notes hold for the whole table, Footnotes for the sides and rows that name them by number, from 1.
	Notes     []string `json:"notes"`
	Footnotes []string `json:"footnotes"`
}

// Side is what stands on one side of a comparison.
type Side struct {
	Label string    `json:"label"`
	Runs  []SideRun `json:"runs"`
	// Footnotes hold for all of the side's numbers.
	Footnotes []int `json:"footnotes"`
}

// SideRun names one run of a side.
type SideRun struct {
	RunID   string    `json:"run_id"`
	Name    *string   `json:"name"`
	BeganAt time.Time `json:"began_at"`
}

// Row is one metric on both sides. A and B are nil when NULL.
type Row struct {
	Metric string    `json:"metric"`
	Title  string    `json:"title"`
	Unit   string    `json:"unit"`
	Better Direction `json:"better"`

	A      *float64     `json:"a"`
	B      *float64     `json:"b"`
	Change stats.Change `json:"change"`
	// Percent is the change of B relative to A; null when A is 0 or a side is NULL.
	Percent *float64 `json:"change_percent"`
	// Verdict is better, worse, same, or "" when the metric is neutral or a side is NULL.
	Verdict   Verdict `json:"verdict"`
	Footnotes []int   `json:"footnotes"`
}

// Verdict says in one word how B stands to A by the metric's own direction.
type Verdict string

// Verdicts.
const (
	Better  Verdict = "better"
	Worse   Verdict = "worse"
	Same    Verdict = "same"
	NoWords Verdict = ""
)

const comparisonSchema = 1

// oneRunASide is always said: without repeats nothing tells a change from run-to-run noise.
const oneRunASide = "one run a side says nothing about run-to-run noise: better and worse only tell which way a number moved"

// UnlikeError refuses to compare two runs whose workloads are not alike.
type UnlikeError struct {
	A, B        string
	Differences []Difference
}

// Error names every refusing difference, and the way round.
func (e *UnlikeError) Error() string {
	parts := make([]string, len(e.Differences))
	for i, d := range e.Differences {
		parts[i] = fmt.Sprintf("%s (%s, %s)", d.Key, snip(d.A, 24), snip(d.B, 24))
	}
	return fmt.Sprintf("compare %s with %s: unlike workloads: %s; --allow workload compares them nevertheless",
		e.A, e.B, strings.Join(parts, ", "))
}

// Compare holds run b against the baseline a. Unlike workloads give an *UnlikeError; a run without a summary is an
// error too, for there is nothing to compare.
func Compare(a, b store.Entry, opts CompareOptions) (*Comparison, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	for _, e := range []store.Entry{a, b} {
		if e.Summary == nil {
			return nil, fmt.Errorf("compare run %q: it has no summary (status %s); see llmbench runs show %s",
				label(e.Run), e.Run.Status, e.Run.RunID)
		}
	}
	c := &Comparison{
		Schema: comparisonSchema, A: side(a), B: side(b),
		Differences: differences(a, b),
		Notes:       []string{oneRunASide},
		Footnotes:   []string{},
	}
	c.Title = fmt.Sprintf("Comparison of %s with %s", c.A.Label, c.B.Label)
	if refusing := refusals(c.Differences); len(refusing) > 0 {
		if !opts.AllowWorkload {
			return nil, &UnlikeError{A: c.A.Label, B: c.B.Label, Differences: refusing}
		}
		c.UnlikeWorkload = true
		c.Title += " (UNLIKE WORKLOADS, allowed)"
	}
	c.addRows(a, b, opts.Metrics)
	c.addNotes(a, b)
	return c, nil
}

func refusals(all []Difference) []Difference {
	var refusing []Difference
	for _, d := range all {
		if d.Refuses {
			refusing = append(refusing, d)
		}
	}
	return refusing
}

func side(e store.Entry) Side {
	return Side{Label: label(e.Run), Runs: []SideRun{{e.Run.RunID, e.Run.Name, e.Run.BeganAt}}, Footnotes: []int{}}
}

// label is how a run is called in text: its name, else its id.
func label(r store.Run) string {
	if r.Name != nil && oneLine(*r.Name) != "" {
		return oneLine(*r.Name)
	}
	return r.RunID
}

func (c *Comparison) addRows(a, b store.Entry, names []string) {
	c.Rows = []Row{}
	for _, m := range compared(names) {
		va, vb := m.Read(a.Summary), m.Read(b.Summary)
		if len(names) == 0 && idle(m, va, vb, a.Run, b.Run) {
			continue
		}
		row := Row{
			Metric: m.Name, Title: m.Title, Unit: m.Unit, Better: m.Better, A: va, B: vb,
			Change: stats.Between(va, vb), Footnotes: []int{},
		}
		row.Percent = row.Change.Percent()
		row.Verdict = m.verdict(va, vb, row.Change)
		c.Rows = append(c.Rows, row)
	}
}

func compared(names []string) []Metric {
	var metrics []Metric
	for _, name := range names {
		m, _ := MetricNamed(name)
		metrics = append(metrics, m)
	}
	if len(names) > 0 {
		return metrics
	}
	return slices.DeleteFunc(slices.Clone(Metrics()), func(m Metric) bool { return !m.Compared })
}

// idle tells rows nobody misses: goodput without an SLO, and the queue of a client that had no limit to queue for.
func idle(m Metric, valueA, valueB *float64, a, b store.Run) bool {
	switch {
	case m.Name == "request_goodput":
		return valueA == nil && valueB == nil
	case strings.HasSuffix(m.Name, "_queue_ms"):
		return a.MaxConcurrency == nil && b.MaxConcurrency == nil
	}
	return false
}

func (m Metric) verdict(a, b *float64, c stats.Change) Verdict {
	switch {
	case a == nil || b == nil:
		return NoWords
	case c.None():
		return Same
	case m.Better == Neutral:
		return NoWords
	case (*b > *a) == (m.Better == Higher):
		return Better
	}
	return Worse
}

// survivorsFrom is the share of failed requests from which latency is that of the survivors.
const survivorsFrom = 0.01

// addNotes says what a reader must know before believing a row.
func (c *Comparison) addNotes(a, b store.Entry) {
	c.noteRun("A", &c.A, a)
	c.noteRun("B", &c.B, b)
	var unchecked []string
	for _, d := range c.Differences {
		if d.unchecked {
			unchecked = append(unchecked, d.Key)
		}
	}
	if len(unchecked) > 0 {
		c.Notes = append(c.Notes, "an imported run does not tell "+strings.Join(unchecked, ", ")+
			": whether the runs are alike in that is not known")
	}
	if slices.ContainsFunc(c.Differences, func(d Difference) bool { return strings.HasPrefix(d.Key, "slo") }) {
		c.unlikeGoodputs()
	}
}

func (c *Comparison) noteRun(letter string, s *Side, e store.Entry) {
	if total := e.Summary.Completed + e.Summary.Failed; e.Summary.Completed == 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("no request of %s succeeded: it has no latencies", letter))
	} else if failed := float64(e.Summary.Failed) / float64(total); failed > survivorsFrom {
		s.Footnotes = append(s.Footnotes, c.footnote(fmt.Sprintf(
			"%.1f%% of the requests of %s failed: its latencies are those of the survivors", failed*100, letter)))
	}
	if v := e.Run.ClientVerdict; v != nil && (*v == "saturated" || *v == "suspect") {
		note := fmt.Sprintf("the client of %s was %s: its numbers may be the client's limits, not the server's", letter, *v)
		if reason := clientReason(e.Run); reason != "" {
			note += " (" + reason + ")"
		}
		s.Footnotes = append(s.Footnotes, c.footnote(note))
	}
	if e.Run.Status != store.RunComplete {
		c.Notes = append(c.Notes, fmt.Sprintf("run %s has the status %s: it may not cover its whole workload",
			letter, e.Run.Status))
	}
}

// unlikeGoodputs takes the change and the verdict from goodputs under different SLOs.
func (c *Comparison) unlikeGoodputs() {
	for i := range c.Rows {
		if r := &c.Rows[i]; r.Metric == "request_goodput" {
			r.Change.Ratio, r.Percent, r.Verdict = nil, nil, NoWords
			r.Footnotes = append(r.Footnotes,
				c.footnote("the runs were given different SLOs: their goodputs are not the same measure"))
		}
	}
}

// footnote adds a note and gives its number.
func (c *Comparison) footnote(note string) int {
	c.Footnotes = append(c.Footnotes, note)
	return len(c.Footnotes)
}
