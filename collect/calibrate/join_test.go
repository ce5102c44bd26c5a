package calibrate

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"llmbench/collect/simulate"
	"llmbench/store"
)

// streamTruth is a stream of three tokens of which the second decodes to nothing, with the events that are no chunks.
func streamTruth(id string) *simulate.TruthRecord {
	return &simulate.TruthRecord{RequestID: id, ReceivedNS: 1_000, Kinds: []string{"null", "role", "text", "empty", "text", "finish", "usage", "done"},
		SentNS: []int64{1_500, 2_000, 3_000, 4_000, 5_000, 5_000, 5_000, 5_000}}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	late := Request{ID: "a", SentNS: 900, ArrivalsNS: []int64{2_010, 3_030, 4_010, 5_050, 5_050}}
	short := Request{ID: "b", SentNS: 900, ArrivalsNS: []int64{2_010, 3_030}}
	unknown := Request{ID: "c", SentNS: 900, ArrivalsNS: late.ArrivalsNS}
	got := Join([]Request{late, short, unknown}, map[string]*simulate.TruthRecord{"a": streamTruth("a"), "b": streamTruth("b")})
	for _, c := range []struct {
		name      string
		got, want []int64
	}{
		{"send", got.SendNS, []int64{100}},
		{"arrival", got.ArrivalNS, []int64{30}},
		{"TTFT", got.TTFTNS, []int64{130}}, // 3030-900 less 3000-1000
		{"gap", got.GapNS, []int64{20, 40, 0}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s errors %v, want %v", c.name, c.got, c.want)
		}
	}
	if got.Unmatched != 2 {
		t.Errorf("%d unmatched, want 2", got.Unmatched)
	}
}

func TestJoinWithoutToken(t *testing.T) {
	t.Parallel()
	truth := &simulate.TruthRecord{Kinds: []string{"role", "finish"}, SentNS: []int64{1, 2}}
	got := Join([]Request{{ID: "a", ArrivalsNS: []int64{1, 2}}}, map[string]*simulate.TruthRecord{"a": truth})
	if got.Unmatched != 1 || len(got.TTFTNS) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestReadTruth(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	for _, id := range []string{"a", "b"} {
		if err := json.NewEncoder(&log).Encode(streamTruth(id)); err != nil {
			t.Fatal(err)
		}
	}
	whole := log.String()
	got, err := ReadTruth(&log)
	if err != nil || len(got) != 2 || got["b"].ReceivedNS != 1_000 {
		t.Errorf("got %v, %v", got, err)
	}
	for name, text := range map[string]string{"cut": whole[:len(whole)-9], "twice": whole + whole} {
		if _, err := ReadTruth(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	hundred := make([]int64, 100)
	for i := range hundred {
		hundred[i] = int64(100 - i)
	}
	for _, c := range []struct {
		values []int64
		want   store.ErrorSpread
	}{
		{nil, store.ErrorSpread{}},
		{[]int64{7}, store.ErrorSpread{P50NS: 7, P99NS: 7}},
		{[]int64{3, 1, 2}, store.ErrorSpread{P50NS: 2, P99NS: 3}},
		{hundred, store.ErrorSpread{P50NS: 50, P99NS: 99}},
	} {
		if got := Spread(slices.Clone(c.values)); got != c.want {
			t.Errorf("%v gives %v, want %v", c.values, got, c.want)
		}
	}
}
