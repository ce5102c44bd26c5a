package report

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"llmbench/query"
	"llmbench/report/stats"
	"llmbench/store"
)

// loadPoint is what the sides have at one value of the columns that were paired by.
type loadPoint struct {
	key   []KeyValue
	sides []CompareSide
	// runs are the places of each side's runs among all runs of that side.
	runs [][]int
	// ratios has for each metric and each candidate the change between runs; nil where there is none.
	ratios map[string][]stats.Ratio
}

// ErrNoPoint: the sides have no load point in common.
var ErrNoPoint = errors.New("no load point in common")

// makePoints sorts the runs by the columns to pair by. Points that a side lacks are left out with a note.
func (c *comparer) makePoints() error {
	c.points = nil
	var lone []string
	for side := range c.sides {
		for place, run := range c.sides[side].Runs {
			p := c.pointOf(run.Entry.Run)
			p.sides[side].Runs = append(p.sides[side].Runs, run)
			p.runs[side] = append(p.runs[side], place)
		}
	}
	c.points = slices.DeleteFunc(c.points, func(p *loadPoint) bool {
		missing := slices.ContainsFunc(p.sides, func(s CompareSide) bool { return len(s.Runs) == 0 })
		if missing {
			lone = append(lone, KeyText(p.key))
		}
		return missing
	})
	if len(c.points) == 0 {
		return fmt.Errorf("%s: %w by %s", lowerFirst(c.out.Title), ErrNoPoint, strings.Join(c.options.By, ", "))
	}
	if len(lone) > 0 {
		c.note("not on every side, so left out: %s", strings.Join(lone, "; "))
	}
	slices.SortStableFunc(c.points, func(a, b *loadPoint) int { return compareKeys(a.key, b.key) })
	return nil
}

// pointOf finds the point of a run, or makes it.
func (c *comparer) pointOf(run store.Run) *loadPoint {
	key := []KeyValue{}
	for _, column := range c.options.By {
		read, _ := pointColumn(column)
		key = append(key, KeyValue{column, read(run)})
	}
	for _, p := range c.points {
		if slices.Equal(p.key, key) {
			return p
		}
	}
	p := &loadPoint{key: key, sides: make([]CompareSide, len(c.sides)), runs: make([][]int, len(c.sides)), ratios: map[string][]stats.Ratio{}}
	c.points = append(c.points, p)
	return p
}

// compareKeys sorts numbers as numbers.
func compareKeys(a, b []KeyValue) int {
	for i := range a {
		x, errX := strconv.ParseFloat(a[i].Value, 64)
		y, errY := strconv.ParseFloat(b[i].Value, 64)
		order := strings.Compare(a[i].Value, b[i].Value)
		if errX == nil && errY == nil {
			order = cmp.Compare(x, y)
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

// KeyText writes the key of a load point.
func KeyText(key []KeyValue) string {
	parts := make([]string, len(key))
	for i, k := range key {
		parts[i] = k.Column + "=" + k.Value
	}
	return strings.Join(parts, ", ")
}

// pointColumn gives the reader of a column of runs, or of tags.KEY.
func pointColumn(column string) (func(store.Run) string, bool) {
	if tag, ok := strings.CutPrefix(column, "tags."); ok && tag != "" {
		return func(r store.Run) string {
			if value, ok := r.Tags[tag]; ok {
				return oneLine(value)
			}
			return unknown
		}, true
	}
	place, ok := columnPlaces[column]
	return func(r store.Run) string { return columnText(reflect.ValueOf(r).Field(place)) }, ok
}

// columnPlaces maps the columns of runs that hold one value to the fields of store.Run.
var columnPlaces = func() map[string]int {
	columns := map[string]int{}
	run := reflect.TypeFor[store.Run]()
	for i := range run.NumField() {
		name, _, _ := strings.Cut(run.Field(i).Tag.Get("json"), ",")
		if run.Field(i).Type.Kind() != reflect.Map {
			columns[name] = i
		}
	}
	return columns
}()

func columnText(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return unknown
		}
		v = v.Elem()
	}
	return oneLine(fmt.Sprint(v.Interface()))
}

// point compares the sides at one load point.
func (c *comparer) point(p *loadPoint) Point {
	out := Point{Key: p.key, Runs: map[string][]string{}, Pairing: map[string]string{}, Rows: []Row{}}
	for i, side := range p.sides {
		ids := []string{}
		for _, run := range side.Runs {
			ids = append(ids, run.Entry.Run.RunID)
		}
		out.Runs[c.out.Sides[i].Letter] = ids
	}
	pairs := make([][]int, len(p.sides))
	for i := 1; i < len(p.sides); i++ {
		pairs[i] = pairRuns(p.sides[0].Runs, p.sides[i].Runs)
		if min(len(p.sides[0].Runs), len(p.sides[i].Runs)) >= 2 {
			out.Pairing[c.out.Sides[i].Letter] = pairingText(pairs[i])
		}
	}
	for _, m := range c.measures {
		if row, ok := c.row(p, m, pairs); ok {
			out.Rows = append(out.Rows, row)
		}
	}
	c.adjust(p, out.Rows)
	c.judge(p, out.Rows)
	c.sortRows(out.Rows)
	return out
}

// sortRows puts the primary metrics first, in their own order.
func (c *comparer) sortRows(rows []Row) {
	primary := measuresNamed(c.options.Primary)
	place := func(r Row) int {
		at := slices.IndexFunc(primary, func(m Measure) bool { return m.Name == r.Metric })
		if at < 0 {
			return len(primary)
		}
		return at
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return place(a) - place(b) })
}

func pairingText(pairs []int) string {
	if pairs == nil {
		return "unpaired"
	}
	return "paired by workload and order"
}

// pairRuns pairs the repeats of two sides: the k-th run of a workload on one with its k-th on the other, by the time they
// began. It gives for each run of a the place of its partner; nil unless every run has one. Repeats of one and the same
// workload are no pairs: what they send is alike in all runs, so pairing would take nothing away but half of the degrees
// of freedom.
func pairRuns(a, b []query.Measured) []int {
	if len(a) != len(b) || len(a) < 2 {
		return nil
	}
	waiting := map[string][]int{}
	for i, run := range b {
		if id := run.Entry.Run.WorkloadID; id != nil {
			waiting[*id] = append(waiting[*id], i)
		}
	}
	if len(waiting) < 2 {
		return nil
	}
	pairs := make([]int, len(a))
	for i, run := range a {
		id := run.Entry.Run.WorkloadID
		if id == nil || len(waiting[*id]) == 0 {
			return nil
		}
		pairs[i], waiting[*id] = waiting[*id][0], waiting[*id][1:]
	}
	return pairs
}
