package main

import (
	"slices"
	"testing"

	"llmbench/store"
)

// TestVisibleDevices: what the variables of a process leave it, and which of a tool's cards these are.
func TestVisibleDevices(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		environ []string
		numbers []int64 // of the tool
		want    []int64 // nil for all
	}{
		"none":              {[]string{"HOME=/root", "HIP_VISIBLE_DEVICES="}, []int64{0, 1}, nil},
		"some":              {[]string{"HIP_VISIBLE_DEVICES=3, 1"}, []int64{0, 1, 2, 3}, []int64{3, 1}},
		"numbered from 1":   {[]string{"HIP_VISIBLE_DEVICES=0,1"}, []int64{1, 2, 3}, []int64{1, 2}},
		"HIP over CUDA":     {[]string{"CUDA_VISIBLE_DEVICES=0", "HIP_VISIBLE_DEVICES=1"}, []int64{0, 1}, []int64{1}},
		"CUDA":              {[]string{"CUDA_VISIBLE_DEVICES=1"}, []int64{0, 1}, []int64{1}},
		"HIP within ROCR":   {[]string{"ROCR_VISIBLE_DEVICES=4,5,6", "HIP_VISIBLE_DEVICES=1,2"}, []int64{0, 1, 2, 3, 4, 5, 6, 7}, []int64{5, 6}},
		"ROCR alone":        {[]string{"ROCR_VISIBLE_DEVICES=1"}, []int64{0, 1}, []int64{1}},
		"up to a bad one":   {[]string{"HIP_VISIBLE_DEVICES=1,-1,0"}, []int64{0, 1}, []int64{1}},
		"by other names":    {[]string{"CUDA_VISIBLE_DEVICES=GPU-8932f937"}, []int64{0, 1}, nil},
		"cards not told of": {[]string{"HIP_VISIBLE_DEVICES=6,7"}, []int64{0, 1}, nil},
		"two hosts":         {[]string{"HIP_VISIBLE_DEVICES=1"}, []int64{0, 1, 0, 1}, []int64{1}},
	}
	for name, c := range cases {
		var rows []*store.DeviceSample
		for _, n := range c.numbers {
			rows = append(rows, &store.DeviceSample{Device: n})
		}
		if got := (deviceChoice{positions: visibleDevices(c.environ)}).of(rows); !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := (deviceChoice{numbers: []int64{7}}).of(nil); !slices.Equal(got, []int64{7}) {
		t.Errorf("asked for: %v", got)
	}
}

// TestSourceNames: what is kept of --telemetry holds no secret.
func TestSourceNames(t *testing.T) {
	t.Parallel()
	got := sourceNames([]string{"auto", "cmd=TOKEN=x hy-smi", "prometheus=u:p@dcu1:16080", "prometheus=https://u:p@dcu1/page"})
	if want := []string{"auto", "cmd", "prometheus=http://dcu1:16080/metrics", "prometheus=https://dcu1/page"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
