package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"llmbench/query"
	"llmbench/store"
)

// Comparison is two or more sides held against each other. Its JSON is a stable document: fields are only ever added,
// and Schema rises if one changes its meaning. The first side is the baseline.
type Comparison struct {
	Schema int    `json:"schema"`
	Title  string `json:"title"`
	Sides  []Side `json:"sides"`
	// Window and Definitions say how the runs were measured: all and llmbench unless asked otherwise.
	Window      string `json:"window"`
	Definitions string `json:"definitions"`
	// UnlikeWorkload is true when a difference would have refused the comparison and was allowed.
	UnlikeWorkload bool         `json:"unlike_workload"`
	Differences    []Difference `json:"differences"`
	// Points are the load points, one without a key when nothing was paired by.
	By     []string `json:"by"`
	Points []Point  `json:"points"`
	// Overall averages each change over the points; null with one point.
	Overall *Point `json:"overall"`
	// Gates are the thresholds of --fail-on and what came of them.
	Gates []GateResult `json:"gates"`
	// Notes hold for the whole document, Footnotes for what names them by number, from 1.
	Notes     []string `json:"notes"`
	Footnotes []string `json:"footnotes"`
}

// Side is what stands on one side of a comparison.
type Side struct {
	// Letter is A for the baseline, then B, C.
	Letter string `json:"letter"`
	Label  string `json:"label"`
	// Reference is what the user gave: a run, or a condition.
	Reference string    `json:"reference"`
	Runs      []SideRun `json:"runs"`
	// Completed and Failed count requests over all runs, in the window.
	Completed int64 `json:"completed"`
	Failed    int64 `json:"failed"`
	// Footnotes hold for all of the side's numbers.
	Footnotes []int `json:"footnotes"`

	saturated bool
}

// SideRun names one run of a side.
type SideRun struct {
	RunID   string    `json:"run_id"`
	Name    *string   `json:"name"`
	BeganAt time.Time `json:"began_at"`
}

// Point is a load point with its metrics.
type Point struct {
	// Key has a value for each column of By.
	Key []KeyValue `json:"key"`
	// Runs are the ids of each side's runs at this point, by the side's letter; null over all points.
	Runs map[string][]string `json:"runs"`
	// Pairing says how the repeats were analysed: by the side held against the baseline, "paired by workload and order" or
	// "unpaired"; absent for fewer than two runs a side.
	Pairing map[string]string `json:"pairing"`
	Rows    []Row             `json:"metrics"`
}

// KeyValue is a column and its value, as text.
type KeyValue struct {
	Column string `json:"column"`
	Value  string `json:"value"`
}

// Row is one metric on all sides.
type Row struct {
	Metric string    `json:"metric"`
	Title  string    `json:"title"`
	Unit   string    `json:"unit"`
	Better Direction `json:"better"`
	// Primary metrics come first and have the larger part of the risk of a false claim; the others share what is left.
	Primary bool `json:"primary"`
	// Cells has one for each side, in their order; Changes one for each but the baseline.
	Cells     []Cell   `json:"sides"`
	Changes   []Change `json:"changes"`
	Footnotes []int    `json:"footnotes"`
}

// Cell is a metric on one side.
type Cell struct {
	// Value is the geometric mean over the runs, the mean where a run has 0; null when unknown.
	Value *float64 `json:"value"`
	// HalfWidth is the larger distance to a bound of the value's 95 % interval, relative to it; null when it has none.
	HalfWidth *float64 `json:"half_width"`
	// N counts the runs that have the metric.
	N int `json:"n"`
}

const comparisonSchema = 3

// UnlikeError refuses to compare sides whose workloads are not alike.
type UnlikeError struct {
	Title       string
	Differences []Difference
}

// Error names every refusing difference, and the way round.
func (e *UnlikeError) Error() string {
	var parts []string
	for _, d := range e.Differences {
		values := make([]string, len(d.Values))
		for i, v := range d.Values {
			values[i] = snip(v, 24)
		}
		part := fmt.Sprintf("%s (%s)", d.Key, strings.Join(values, "; "))
		if d.Varies {
			part += ", which varies within a side: --by may pair its values"
		}
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return fmt.Sprintf("%s: unlike workloads: %s; --allow workload compares them nevertheless", lowerFirst(e.Title), strings.Join(parts, ", "))
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// CompareSide is a side with its runs measured, by the time they began.
type CompareSide struct {
	Reference string
	Runs      []query.Measured
}

// CheckSides refuses what cannot be compared, before anything is measured: unlike workloads give an *UnlikeError.
func CheckSides(sides []query.Side, o CompareOptions) error {
	if err := o.Validate(); err != nil {
		return err
	}
	unmeasured := make([]CompareSide, len(sides))
	for i, side := range sides {
		unmeasured[i].Reference = side.Reference
		for _, entry := range side.Entries {
			unmeasured[i].Runs = append(unmeasured[i].Runs, query.Measured{Entry: entry})
		}
	}
	c := newComparer(unmeasured, o)
	return c.check()
}

// Compare holds every further side against the first. Sides that CheckSides refuses give its error.
func Compare(sides []CompareSide, o CompareOptions) (*Comparison, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	c := newComparer(sides, o)
	if err := c.check(); err != nil {
		return nil, err
	}
	c.describeSides()
	c.out.Differences = append(c.out.Differences, measuredDifferences(sides)...)
	sortDifferences(c.out.Differences)
	c.describeDifferences()
	c.leaveOut()
	c.resample()
	for _, p := range c.points {
		c.out.Points = append(c.out.Points, c.point(p))
	}
	c.overall()
	c.gates()
	c.closingNotes()
	return c.out, nil
}

// comparer makes a comparison step by step.
type comparer struct {
	options  CompareOptions
	sides    []CompareSide
	measures []Measure
	points   []*loadPoint
	resamples
	out *Comparison
	// noises are the kinds of noise that the intervals shown are about.
	noises map[string]bool
}

func newComparer(sides []CompareSide, o CompareOptions) *comparer {
	c := &comparer{options: o, sides: sides, measures: o.measures(), noises: map[string]bool{}}
	c.out = &Comparison{
		Schema: comparisonSchema, Window: o.Lens.Window.String(), Definitions: o.Lens.Definitions, By: append([]string{}, o.By...),
		Differences: []Difference{}, Points: []Point{}, Gates: []GateResult{}, Notes: []string{}, Footnotes: []string{},
	}
	if c.out.Definitions == "" {
		c.out.Definitions = query.DefinitionsOwn
	}
	labels := make([]string, len(sides))
	for i, side := range sides {
		labels[i] = side.Label()
		c.out.Sides = append(c.out.Sides, Side{Letter: string(rune('A' + i)), Label: labels[i], Reference: side.Reference, Runs: []SideRun{}, Footnotes: []int{}})
	}
	c.out.Title = "Comparison of " + labels[0] + " with " + strings.Join(labels[1:], ", ")
	return c
}

// Label is how a side is called: a single run by its name, several by what they have in common, else by the reference.
func (s CompareSide) Label() string {
	names := map[string]bool{}
	for _, run := range s.Runs {
		names[label(run.Entry.Run)] = true
	}
	if len(names) == 1 {
		return label(s.Runs[0].Entry.Run)
	}
	return oneLine(s.Reference)
}

// label is how a run is called in text: its name, else its id.
func label(r store.Run) string {
	if r.Name != nil && oneLine(*r.Name) != "" {
		return oneLine(*r.Name)
	}
	return r.RunID
}

// check makes the load points and refuses unlike workloads at any of them.
func (c *comparer) check() error {
	if err := c.makePoints(); err != nil {
		return err
	}
	c.out.Differences = differences(runsOf(c.sides), c.options)
	var refusing []Difference
	for _, p := range c.points {
		for _, d := range differences(runsOf(p.sides), c.options) {
			if d.Refuses {
				refusing = append(refusing, d)
			}
		}
	}
	if len(refusing) == 0 {
		return nil
	}
	if !c.options.AllowWorkload {
		return &UnlikeError{Title: c.out.Title, Differences: refusing}
	}
	c.out.UnlikeWorkload = true
	c.out.Title += " (UNLIKE WORKLOADS, allowed)"
	return nil
}

// runsOf gives the catalogue entries of each side.
func runsOf(sides []CompareSide) [][]store.Entry {
	entries := make([][]store.Entry, len(sides))
	for i, side := range sides {
		for _, run := range side.Runs {
			entries[i] = append(entries[i], run.Entry)
		}
	}
	return entries
}

// footnote adds a note, once, and gives its number.
func (c *comparer) footnote(format string, args ...any) int {
	note := fmt.Sprintf(format, args...)
	if at := slices.Index(c.out.Footnotes, note); at >= 0 {
		return at + 1
	}
	c.out.Footnotes = append(c.out.Footnotes, note)
	return len(c.out.Footnotes)
}

func (c *comparer) note(format string, args ...any) {
	c.out.Notes = append(c.out.Notes, fmt.Sprintf(format, args...))
}
