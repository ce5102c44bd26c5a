package stats

import (
	"math"
	"testing"
)

func TestBetween(t *testing.T) {
	t.Parallel()
	f := func(v float64) *float64 { return &v }
	check := func(name string, a, b, percent *float64, none bool) {
		t.Helper()
		c := Between(a, b)
		got := c.Percent()
		switch {
		case (got == nil) != (percent == nil):
			t.Errorf("%s: percent = %v, want %v", name, got, percent)
		case got != nil && math.Abs(*got-*percent) > 1e-9:
			t.Errorf("%s: percent = %v, want %v", name, *got, *percent)
		}
		if c.None() != none {
			t.Errorf("%s: None = %v, want %v", name, c.None(), none)
		}
	}
	check("up", f(400), f(500), f(25), false)
	check("down", f(500), f(400), f(-20), false)
	check("equal", f(7), f(7), f(0), true)
	check("rounds away", f(10000), f(10004), f(0.04), true)
	check("just shown", f(10000), f(10006), f(0.06), false)
	check("both zero", f(0), f(0), f(0), true)
	check("from zero", f(0), f(3), nil, false)
	check("to zero", f(3), f(0), f(-100), false)
	check("A unknown", nil, f(1), nil, false)
	check("B unknown", f(1), nil, nil, false)
	check("NaN", f(math.NaN()), f(1), nil, false)
	check("infinite", f(1), f(math.Inf(1)), nil, false)
}

func TestBetweenCountsRuns(t *testing.T) {
	t.Parallel()
	v := 1.0
	if c := Between(&v, nil); c.N1 != 1 || c.N2 != 0 {
		t.Errorf("N1, N2 = %d, %d, want 1, 0", c.N1, c.N2)
	}
	if c := Between(&v, &v); c.N1 != 1 || c.N2 != 1 || c.Lo != nil || c.Hi != nil || c.P != nil {
		t.Errorf("one run a side gave %+v: no interval or p-value can be had from it", c)
	}
}
