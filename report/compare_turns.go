package report

import (
	"slices"
	"strings"

	"llmbench/query"
)

// noteTurns tells of sides that were not run in turn: all runs of one before the first of the other. Whatever changed with
// time, a machine that warmed up or a neighbour that came, then looks like a change of the side, and no test can tell.
func (c *comparer) noteTurns() {
	var apart []string
	for side := 1; side < len(c.sides); side++ {
		if slices.ContainsFunc(c.points, func(p *loadPoint) bool { return inBlocks(p.sides[0].Runs, p.sides[side].Runs) }) {
			apart = append(apart, c.out.Sides[side].Letter)
		}
	}
	if len(apart) > 0 {
		c.note("the runs of A and those of %s were not made in turn: what changed with time, as a machine does that warms up, looks like a change between them; run A B, B A, A B and so on",
			strings.Join(apart, ", "))
	}
}

// inBlocks reports whether all runs of one side began before the first of the other. Of single runs that says nothing.
func inBlocks(a, b []query.Measured) bool {
	if min(len(a), len(b)) < 2 {
		return false
	}
	began := func(x, y query.Measured) int { return x.Entry.Run.BeganAt.Compare(y.Entry.Run.BeganAt) }
	before := func(x, y []query.Measured) bool {
		return slices.MaxFunc(x, began).Entry.Run.BeganAt.Before(slices.MinFunc(y, began).Entry.Run.BeganAt)
	}
	return before(a, b) || before(b, a)
}
