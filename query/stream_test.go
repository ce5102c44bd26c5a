package query

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

func TestStreamIsNotKept(t *testing.T) {
	s := openEmpty(t)
	rows, err := s.Stream(context.Background(), "SELECT 1 AS one; SELECT range AS n, range * 2 AS twice FROM range(5_000_000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	mustStream(t, rows)
	before := resident(t)
	n := int64(0)
	for rows.Next() {
		if v := rows.Values(); v[0] != n || v[1] != 2*n {
			t.Fatalf("row %d is %v", n, v)
		}
		n++
	}
	if err := rows.Err(); err != nil || n != 5_000_000 {
		t.Fatalf("%d rows: %v", n, err)
	}
	// Kept, the answer is 80 MB and more.
	if grown := resident(t) - before; grown > 40<<20 {
		t.Errorf("the process grew by %d MB while rows were read", grown>>20)
	}
}

// resident is the process's resident memory in bytes.
func resident(t *testing.T) int64 {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// TestStreamIsStreamed: the answer is made as it is read. One that is kept would not be ready before the end of time.
func TestStreamIsStreamed(t *testing.T) {
	s := openEmpty(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := s.Stream(ctx, "SELECT range FROM range(100_000_000_000_000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	mustStream(t, rows)
	for n := 0; rows.Next(); n++ {
		if n == 10_000 {
			cancel()
		}
	}
	if !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("the rows ended with %v", rows.Err())
	}
}

// TestStreamTellsItsError: an error in the middle of an answer is one, however many rows came before it and whichever
// thread met it.
func TestStreamTellsItsError(t *testing.T) {
	for _, threads := range []int{1, 4} {
		s := openWith(t, Options{Threads: threads})
		n := 0
		rows, err := s.Stream(context.Background(), fails)
		if err == nil {
			mustStream(t, rows)
			for rows.Next() {
				n++
			}
			err = errors.Join(rows.Err(), rows.Close())
		}
		if err == nil || !strings.Contains(err.Error(), "Could not convert") || n == 0 {
			t.Errorf("%d threads: after %d rows the error is %v", threads, n, err)
		}
		after, err := s.Query(context.Background(), "SELECT 1")
		if err != nil {
			t.Fatal(err)
		}
		after.Close()
	}
}

// fails is a question that fails after many rows.
const fails = "SELECT\nCASE WHEN range = 9_000_000 THEN 'x' ELSE '1' END::INTEGER AS n FROM range(10_000_000) -- at the end"

// TestStreamFindsTheCause: a thread that fails stops its siblings with the flag that an interrupt sets, and the one that
// hands rows over may see no more than that. Here the flag is set for it.
func TestStreamFindsTheCause(t *testing.T) {
	for _, readOnly := range []bool{false, true} {
		var warned []string
		s := openWith(t, Options{ReadOnly: readOnly, Warn: func(text string) { warned = append(warned, text) }})
		stopped := func(question string, want ...string) {
			t.Helper()
			rows, err := s.Stream(context.Background(), question)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			mustStream(t, rows)
			for n := 0; rows.Next(); n++ {
				if n == 10 {
					mapping.Interrupt(s.wire.conn)
				}
			}
			for _, text := range want {
				if err := rows.Err(); err == nil || !strings.Contains(err.Error(), text) {
					t.Errorf("%q ended with %v, want %q", question, err, text)
				}
			}
		}
		stopped(fails, "Could not convert string 'x'", "LINE 2: CASE WHEN")
		stopped("SELECT range FROM range(1_000_000)", "ask again with --threads 1")
		if len(warned) != 2 {
			t.Errorf("warned %q", warned)
		}
	}
}

// TestStreamIsInterrupted: the making of the next row is given up with the context.
func TestStreamIsInterrupted(t *testing.T) {
	s := openEmpty(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := s.Stream(ctx, "SELECT range FROM range(1_000_000_000_000) WHERE range < 2_000_000 OR range = 999_999_999_999")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	mustStream(t, rows)
	for n := 0; rows.Next(); n++ {
		if n == 100 {
			go cancel()
		}
	}
	if !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("the rows ended with %v", rows.Err())
	}
}

func TestStreamBesideQuery(t *testing.T) {
	s := openEmpty(t)
	count := func(r *Rows, want int) {
		t.Helper()
		n := 0
		for r.Next() {
			n++
		}
		if err := errors.Join(r.Err(), r.Close()); err != nil || n != want {
			t.Errorf("%d rows, want %d: %v", n, want, err)
		}
	}
	kept, err := s.Query(context.Background(), "SELECT range FROM range(10)")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Stream(context.Background(), "SELECT range FROM range(3)")
	if err != nil {
		t.Fatal(err)
	}
	count(kept, 10)
	count(rows, 3)
}

func openEmpty(t *testing.T) *Session { return openWith(t, Options{}) }

func openWith(t *testing.T, options Options) *Session {
	t.Helper()
	s, err := Open(context.Background(), Source{}, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// mustStream ends the test of an answer that is kept, before it takes all memory: the driver is to be listened to in some
// other way then.
func mustStream(t *testing.T, rows *Rows) {
	t.Helper()
	if rows.stream == nil || !bindings.ResultIsStreaming(rows.stream.result) {
		t.Fatal("the answer is kept in memory")
	}
}
