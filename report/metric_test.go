package report

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"llmbench/store"
)

func TestMetricsCoverSummary(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range Metrics() {
		if seen[m.Name] {
			t.Errorf("%s is registered twice", m.Name)
		}
		seen[m.Name] = true
		if m.Title == "" {
			t.Errorf("%s has no title", m.Name)
		}
		if _, ok := summaryFields()[m.Name]; !ok {
			t.Errorf("%s is no field of a summary", m.Name)
		}
	}
	for name := range summaryFields() {
		if !seen[name] {
			t.Errorf("summary field %s has no metric", name)
		}
	}
}

// Each metric must read its own field: a summary whose fields hold their own index tells.
func TestMetricsReadTheirField(t *testing.T) {
	t.Parallel()
	var s store.Summary
	v := reflect.ValueOf(&s).Elem()
	want := map[string]float64{}
	for i := range v.NumField() {
		n := float64(i + 1)
		switch f := v.Field(i); f.Interface().(type) {
		case int64:
			f.SetInt(int64(n))
		case *int64:
			f.Set(reflect.ValueOf(new(int64(n))))
		case *float64:
			f.Set(reflect.ValueOf(&n))
		default:
			t.Fatalf("summary field %s has a type no metric can read", v.Type().Field(i).Name)
		}
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		want[name] = n
	}
	for _, m := range Metrics() {
		if got := m.Read(&s); got == nil || *got != want[m.Name] {
			t.Errorf("%s reads %v, want %v", m.Name, got, want[m.Name])
		}
	}
}

func TestMetricReadNulls(t *testing.T) {
	t.Parallel()
	m, ok := MetricNamed("p99_ttft_ms")
	if !ok {
		t.Fatal("no p99_ttft_ms")
	}
	for name, s := range map[string]*store.Summary{
		"no summary": nil, "NULL": {}, "NaN": {P99TTFT: ms(math.NaN())}, "inf": {P99TTFT: ms(math.Inf(1))},
	} {
		if got := m.Read(s); got != nil {
			t.Errorf("%s: read %v, want nil", name, *got)
		}
	}
}

func TestCommonScale(t *testing.T) {
	t.Parallel()
	check := func(unit string, a, b *float64, wantA, wantB string) {
		t.Helper()
		s := commonScale(unit, a, b)
		if gotA, gotB := s.format(a), s.format(b); gotA != wantA || gotB != wantB {
			t.Errorf("%s: %q, %q, want %q, %q", unit, gotA, gotB, wantA, wantB)
		}
	}
	check("ms", ms(65.4786), ms(48.2), "65.48 ms", "48.20 ms")
	check("ms", ms(8.5744), ms(26.8576), "8.574 ms", "26.858 ms")
	check("ms", ms(800), ms(1500), "800.0 ms", "1500.0 ms")
	check("ms", ms(103900), ms(1229), "103.900 s", "1.229 s")
	check("ms", ms(0), ms(0), "0 ms", "0 ms")
	check("ms", nil, ms(12), "n/a", "12.00 ms")
	check("ms", nil, nil, "n/a", "n/a")
	check("tok/s", ms(12345.6), ms(430.6), "12345.6 tok/s", "430.6 tok/s")
	check("tok/s", ms(123456.7), ms(0.0004), "123456.7 tok/s", "0.0004 tok/s")
	check("", ms(1000), ms(3), "1000", "3")
}

func TestRating(t *testing.T) {
	t.Parallel()
	s := DefaultRatingScale()
	check := func(ttft, tpot *float64, want string) {
		t.Helper()
		if got := s.Line(ttft, tpot); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	check(ms(65.48), ms(8.574), "Rating: TTFT excellent (mean 65.48 ms), TPOT excellent (mean 8.574 ms)")
	check(ms(100), ms(99.9), "Rating: TTFT good (mean 100.0 ms), TPOT good (mean 99.90 ms)")
	check(ms(500), ms(200), "Rating: TTFT fair (mean 500.0 ms), TPOT fair (mean 200.0 ms)")
	check(ms(103900), ms(399.7), "Rating: TTFT needs work (mean 103.9 s), TPOT needs work (mean 399.7 ms)")
	check(nil, ms(math.NaN()), "Rating: TTFT n/a (mean n/a), TPOT n/a (mean n/a)")
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	s.TTFT.GoodMS, s.TPOT = 50, Thresholds{}
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "TTFT") || !strings.Contains(err.Error(), "TPOT") {
		t.Errorf("err = %v, want both scales named", err)
	}
}
