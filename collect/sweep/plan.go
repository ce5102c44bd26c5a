// Package sweep expands a plan into points, puts their runs in order, says which are left, and searches for limits. All of it
// is pure: it knows no clock, no server and no file.
package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Setting is one flag of collect with its value, under the flag's name without dashes in front: max-concurrency. Two names
// stand for several flags: batch and lens (see Flags). Any other name is a variable of the commands that start servers.
type Setting struct {
	Key, Value string
	// Line is where the plan's file says it, 0 for the command line.
	Line int
}

// Axis is a setting that takes several values, one a point.
type Axis struct {
	Key    string
	Values []Setting
}

// Plan says which points to measure: the product of the axes, times each group of axes that advance together, then the
// explicit points, less what is excluded. Every point also has the fixed flags.
type Plan struct {
	Name    string
	Repeats int       // runs of each point
	Flags   []Setting // a key may stand several times: goodput
	Product []Axis
	Zip     [][]Axis
	Points  [][]Setting
	Exclude [][]Axis // a point is left out that has, for every key, one of its values
}

// Point is one combination of the settings that are swept.
type Point struct{ Settings []Setting }

// Value is that of one key, "" when the point does not have it.
func (p Point) Value(key string) string {
	for _, s := range p.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// With is the point with one setting more.
func (p Point) With(s Setting) Point {
	return Point{append(slices.Clone(p.Settings), s)}
}

// Label names the point among those of its plan: tp=4,batch=16. The order is the plan's.
func (p Point) Label() string {
	if len(p.Settings) == 0 {
		return "all"
	}
	return labelOf(p.Settings)
}

func labelOf(settings []Setting) string {
	pairs := make([]string, 0, len(settings))
	for _, s := range settings {
		pairs = append(pairs, s.Key+"="+s.Value)
	}
	return strings.Join(pairs, ",")
}

// Keys are the names of all that is swept, in the plan's order.
func (p Plan) Keys() []string {
	var keys []string
	add := func(key string) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, a := range slices.Concat(append([][]Axis{p.Product}, p.Zip...)...) {
		add(a.Key)
	}
	for _, point := range p.Points {
		for _, s := range point {
			add(s.Key)
		}
	}
	return keys
}

// Varies reports whether a key takes more than one value over the points.
func Varies(points []Point, key string) bool {
	for _, p := range points {
		if p.Value(key) != points[0].Value(key) {
			return true
		}
	}
	return false
}

// Expand gives the points in the plan's order, the last axis running fastest, each once. The error joins all that is wrong.
func (p Plan) Expand() ([]Point, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	points := []Point{{}}
	if len(p.Product)+len(p.Zip) == 0 && len(p.Points) > 0 {
		points = nil
	}
	for _, axis := range p.Product {
		points = cross(points, len(axis.Values), func(i int) []Setting { return axis.Values[i : i+1] })
	}
	for _, group := range p.Zip {
		points = cross(points, len(group[0].Values), func(i int) []Setting {
			var together []Setting
			for _, axis := range group {
				together = append(together, axis.Values[i])
			}
			return together
		})
	}
	for _, settings := range p.Points {
		points = append(points, Point{settings})
	}
	points, err := p.without(unique(points))
	if err == nil && len(points) == 0 {
		err = errors.New("exclude: no point is left")
	}
	return points, err
}

func cross(points []Point, n int, values func(i int) []Setting) []Point {
	var out []Point
	for _, p := range points {
		for i := range n {
			out = append(out, Point{slices.Concat(p.Settings, values(i))})
		}
	}
	return out
}

func unique(points []Point) []Point {
	seen := map[string]bool{}
	return slices.DeleteFunc(points, func(p Point) bool {
		label := p.Label()
		twice := seen[label]
		seen[label] = true
		return twice
	})
}

// without leaves the excluded points out. An exclusion that hits nothing is an error: it was meant for something.
func (p Plan) without(points []Point) ([]Point, error) {
	var errs []error
	for _, out := range p.Exclude {
		before := len(points)
		points = slices.DeleteFunc(points, func(p Point) bool { return matches(p, out) })
		if len(points) == before {
			errs = append(errs, at(out[0].Values[0], "exclude: no point has %s", axesText(out)))
		}
	}
	return points, errors.Join(errs...)
}

func matches(p Point, condition []Axis) bool {
	return !slices.ContainsFunc(condition, func(a Axis) bool {
		value := p.Value(a.Key)
		return !slices.ContainsFunc(a.Values, func(s Setting) bool { return s.Value == value })
	})
}

func axesText(axes []Axis) string {
	var pairs []string
	for _, a := range axes {
		var values []string
		for _, s := range a.Values {
			values = append(values, s.Value)
		}
		pairs = append(pairs, a.Key+"="+strings.Join(values, "|"))
	}
	return strings.Join(pairs, ",")
}

func (p Plan) validate() error {
	var errs []error
	if p.Repeats < 1 {
		errs = append(errs, fmt.Errorf("repeats %d: must be at least 1", p.Repeats))
	}
	seen := map[string]bool{}
	for _, a := range slices.Concat(append([][]Axis{p.Product}, p.Zip...)...) {
		switch {
		case len(a.Values) == 0:
			errs = append(errs, fmt.Errorf("%s: an empty list", a.Key))
		case seen[a.Key]:
			errs = append(errs, at(a.Values[0], "%s: is swept twice", a.Key))
		}
		seen[a.Key] = true
	}
	for _, s := range p.Flags {
		if seen[s.Key] {
			errs = append(errs, at(s, "%s: is swept and fixed at the same time", s.Key))
		}
	}
	for _, group := range p.Zip {
		for _, a := range group[1:] {
			if len(a.Values) != len(group[0].Values) {
				errs = append(errs, fmt.Errorf("zip: %s has %d values and %s has %d", group[0].Key, len(group[0].Values), a.Key, len(a.Values)))
			}
		}
	}
	for _, axis := range slices.Concat(p.Exclude...) {
		if !slices.Contains(p.Keys(), axis.Key) {
			errs = append(errs, at(axis.Values[0], "exclude: %s is not swept", axis.Key))
		}
	}
	return errors.Join(errs...)
}

// at says where the plan's file has what is wrong.
func at(s Setting, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if s.Line > 0 {
		text = fmt.Sprintf("line %d: %s", s.Line, text)
	}
	return errors.New(text)
}
