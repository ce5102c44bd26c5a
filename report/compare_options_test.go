package report

import (
	"strings"
	"testing"
)

func TestCompareOptionsValidate(t *testing.T) {
	t.Parallel()
	o := DefaultCompare()
	o.Metrics, o.Primary, o.Percentiles, o.By = []string{"p42_ttft"}, []string{"nothing"}, []float64{101}, []string{"speed"}
	o.MinEffect, o.NoInterval, o.FailOn, o.Lens.Definitions = -1, true, []Gate{{}}, "mine"
	err := o.Validate()
	for _, want := range []string{"--metrics", "--primary", "--metric-percentiles", "--by", "--min-effect", "--fail-on", "--definitions"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in: %v", want, err)
		}
	}
	if err := DefaultCompare().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
	if _, err := Compare(nil, o); err == nil {
		t.Error("impossible options are taken")
	}
}
