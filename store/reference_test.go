package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// namedRuns stores runs of these ids and names, a minute apart.
func namedRuns(t testing.TB, w *Warehouse, idsAndNames ...string) {
	t.Helper()
	for i := 0; i < len(idsAndNames); i += 2 {
		run := sampleRun(idsAndNames[i])
		run.BeganAt = began.Add(time.Duration(i) * time.Minute)
		if name := idsAndNames[i+1]; name != "" {
			run.Name = &name
		}
		storeRun(t, w, run, nil)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, t.TempDir(), Options{})
	w.given = "./warehouse"
	namedRuns(t, w,
		"20261101T000000Z-aaaa", "baseline",
		"20261101T000000Z-bbbb", "tuned",
		"20261102T000000Z-cccc", "twice",
		"20261103T000000Z-dddd", "twice",
		"short", "20261102",
		"short-too", "",
	)
	const see = " in ./warehouse; see llmbench runs"
	tests := []struct {
		ref, want string // an id, or an error
		is        error
	}{
		{"20261101T000000Z-bbbb", "20261101T000000Z-bbbb", nil},
		{"20261101T000000Z-b", "20261101T000000Z-bbbb", nil},
		{"20261103", "20261103T000000Z-dddd", nil},
		{"baseline", "20261101T000000Z-aaaa", nil},
		{"latest", "short-too", nil},
		{"latest~0", "short-too", nil},
		{"latest~1", "short", nil},
		{"latest~5", "20261101T000000Z-aaaa", nil},
		{"short", "short", nil},    // an id, and the beginning of another
		{"20261102", "short", nil}, // a name, and the beginning of an id
		{"short-", "short-too", nil},
		{"20261101", `open run "20261101": several runs answer to it in ./warehouse: 20261101T000000Z-aaaa, 20261101T000000Z-bbbb; give a full id`, ErrAmbiguous},
		{"twice", `open run "twice": several runs answer to it in ./warehouse: 20261102T000000Z-cccc, 20261103T000000Z-dddd; give a full id`, ErrAmbiguous},
		{"x", `open run "x": no such run` + see, ErrNotFound},
		{"", `open run "": no such run` + see, ErrNotFound},
		{"basline", `open run "basline": no such run in ./warehouse; did you mean baseline? See llmbench runs`, ErrNotFound},
		{"twcie", `open run "twcie": no such run in ./warehouse; did you mean twice? See llmbench runs`, ErrNotFound},
		{"20261101T000000Z-aaab", `open run "20261101T000000Z-aaab": no such run in ./warehouse; did you mean 20261101T000000Z-aaaa? See llmbench runs`, ErrNotFound},
		{"latest~6", `open run "latest~6": no such run in ./warehouse, which has 6; see llmbench runs`, ErrNotFound},
		{"latest~x", `open run "latest~x": no such run` + see, ErrNotFound},
		{"latest~-1", `open run "latest~-1": no such run` + see, ErrNotFound},
	}
	for _, test := range tests {
		entry, err := w.Resolve(t.Context(), test.ref)
		got := entry.Run.RunID
		if err != nil {
			got = err.Error()
		}
		if got != test.want || !errors.Is(err, test.is) {
			t.Errorf("%q\n got %s\nwant %s", test.ref, got, test.want)
		}
	}
}

func TestResolveInEmptyWarehouse(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, filepath.Join(t.TempDir(), "none"), Options{})
	for _, ref := range []string{"latest", "x"} {
		_, err := w.Resolve(t.Context(), ref)
		want := fmt.Sprintf("open run %q: no such run in %s, which has none yet; see llmbench collect", ref, w.given)
		if err == nil || err.Error() != want || !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestResolveAll(t *testing.T) {
	t.Parallel()
	root, stored := warehouseOf(t, 3)
	w, _ := openAt(t, root, Options{})
	got, err := w.ResolveAll(t.Context(), "latest", "run-0", "latest")
	if err != nil || len(got) != 3 || got[0].Files != stored[2].Files || got[1].Files != stored[0].Files || got[2].Files != stored[2].Files {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = w.ResolveAll(t.Context(), "run-0", "nope", "run-")
	if !errors.Is(err, ErrNotFound) || !errors.Is(err, ErrAmbiguous) || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v", err)
	}
	if none, err := w.ResolveAll(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("no references gave %+v, %v", none, err)
	}
}

// TestListed does not list hundreds of runs.
func TestListed(t *testing.T) {
	t.Parallel()
	if got := listed(slices.Repeat([]string{"a"}, 300)); got != "a, a, a, a, a, a, a, a and 292 more" {
		t.Errorf("got %s", got)
	}
}

// FuzzReference picks a run, or none, for anything a person may type.
func FuzzReference(f *testing.F) {
	var rows []*catalogueRow
	for i := range 20 {
		run := sampleRun(fmt.Sprintf("run-%d", i))
		if i%3 == 0 {
			run.Name = new(fmt.Sprintf("name %d", i%4))
		}
		rows = append(rows, &catalogueRow{Run: run})
	}
	w := &Warehouse{given: "w"}
	w.catalogue.rows = rows
	for _, seed := range []string{"", "latest", "latest~3", "latest~99999999999999999999", "run-1", "run-", "name 0", "nam 0", "\xff~"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		row, err := pick(rows, ref)
		if (row == nil) == (err == nil) {
			t.Fatalf("%q gave %v and %v", ref, row, err)
		}
		if err != nil && !strings.HasPrefix(w.openError(ref, err).Error(), "open run ") {
			t.Errorf("%q gave %v", ref, w.openError(ref, err))
		}
	})
}
