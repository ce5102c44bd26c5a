package collect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"llmbench/collect/protocol"
)

// parseInPieces feeds s in pieces of n bytes and gives each event as "name|data".
func parseInPieces(t *testing.T, s string, n int, lines bool) []string {
	t.Helper()
	var got []string
	p := eventParser{lines: lines, handle: func(ev protocol.Event, _ int64) error {
		got = append(got, ev.Name+"|"+string(ev.Data))
		return nil
	}}
	for i := 0; i < len(s); i += n {
		if err := p.feed([]byte(s[i:min(i+n, len(s))]), int64(i)); err != nil {
			t.Fatalf("feed: %v", err)
		}
	}
	if err := p.end(int64(len(s))); err != nil {
		t.Fatalf("end: %v", err)
	}
	return got
}

var eventCases = []struct {
	name, stream string
	want         []string
}{
	{"one", "data: a\n\n", []string{"|a"}},
	{"no blank after colon", "data:a\n\n", []string{"|a"}},
	{"only one blank is dropped", "data:  a\n\n", []string{"| a"}},
	{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"|a", "|b"}},
	{"CR alone", "data: a\r\rdata: b\r\r", []string{"|a", "|b"}},
	{"mixed line ends", "data: a\r\n\ndata: b\n\r\n", []string{"|a", "|b"}},
	{"comment", ": ping\n\ndata: a\n\n:\n\n", []string{"|a"}},
	{"multi-line data", "data: a\ndata: b\n\n", []string{"|a\nb"}},
	{"empty data lines", "data\ndata:\n\n", []string{"|\n"}},
	{"named", "event: delta\ndata: a\n\ndata: b\n\n", []string{"delta|a", "|b"}},
	{"name after data", "data: a\nevent: late\n\n", []string{"late|a"}},
	{"other fields", "id: 7\nretry: 10\ndata: a\nunknown: x\n\n", []string{"|a"}},
	{"BOM", "\xef\xbb\xbfdata: a\n\n", []string{"|a"}},
	{"no last blank line", "data: a\n\ndata: b\n", []string{"|a", "|b"}},
	{"no last line end", "data: a\n\ndata: b", []string{"|a", "|b"}},
	{"several in one read", "data: a\n\ndata: b\n\ndata: [DONE]\n\n", []string{"|a", "|b", "|[DONE]"}},
	{"inside a rune", "data: h\u00e9\u4e16\U0001f600\n\n", []string{"|h\u00e9\u4e16\U0001f600"}},
	{"nothing", "", nil},
	{"blank lines only", "\n\n\n", nil},
	{"a name without data", "event: x\n\ndata: a\n\n", []string{"|a"}},
	{"names that change and return", "event: x\ndata: a\n\nevent: y\ndata: b\n\nevent: x\ndata: c\n\n", []string{"x|a", "y|b", "x|c"}},
	{"JSON without framing", "data: a\n\n{\"error\":\"b\"}", []string{"|a", "|{\"error\":\"b\"}"}},
	{"JSON without framing after an event that was not ended", "data: a\n{\"error\":\"b\"}\n", []string{"|a", "|{\"error\":\"b\"}"}},
}

var lineCases = []struct {
	name, stream string
	want         []string
}{
	{"one", "{}\n", []string{"|{}"}},
	{"several", "{\"a\":1}\n{\"b\":2}\n", []string{"|{\"a\":1}", "|{\"b\":2}"}},
	{"CRLF and blank lines", "a\r\n\r\n\nb\r\n", []string{"|a", "|b"}},
	{"no last line end", "a\nb", []string{"|a", "|b"}},
	{"no fields, no comments", "data: a\n: b\n", []string{"|data: a", "|: b"}},
	{"inside a rune", "世\n", []string{"|世"}},
	{"nothing", "", nil},
}

func TestEventParser(t *testing.T) {
	for _, c := range eventCases {
		t.Run(c.name, func(t *testing.T) {
			for n := 1; n <= len(c.stream)+1; n++ {
				if got := parseInPieces(t, c.stream, n, false); !slices.Equal(got, c.want) {
					t.Errorf("in pieces of %d: got %q, want %q", n, got, c.want)
				}
			}
		})
	}
}

func TestEventParserOfLines(t *testing.T) {
	for _, c := range lineCases {
		for n := 1; n <= len(c.stream)+1; n++ {
			if got := parseInPieces(t, c.stream, n, true); !slices.Equal(got, c.want) {
				t.Errorf("%s in pieces of %d: got %q, want %q", c.name, n, got, c.want)
			}
		}
	}
}

// The time of an event is that of the read that ended its data, not of the blank line.
func TestEventTime(t *testing.T) {
	var at []int64
	p := eventParser{handle: func(_ protocol.Event, atNS int64) error { at = append(at, atNS); return nil }}
	for i, piece := range []string{"data: a\n", "\n", "da", "ta: b\n\ndata: c\n\n", "data: d", "\n", "\n"} {
		if err := p.feed([]byte(piece), int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int64{0, 3, 3, 5}; !slices.Equal(at, want) {
		t.Errorf("times %v, want %v", at, want)
	}
}

// Named events are as cheap as others: a name is made a string when it changes.
func TestEventNamesAllocateNothing(t *testing.T) {
	stream := []byte("event: response.output_text.delta\ndata: {}\n\n")
	p := eventParser{handle: func(protocol.Event, int64) error { return nil }}
	if n := testing.AllocsPerRun(100, func() { _ = p.feed(stream, 1) }); n > 0 {
		t.Errorf("%g allocations per named event", n)
	}
}

func TestEventTooLarge(t *testing.T) {
	p := eventParser{handle: func(protocol.Event, int64) error { return nil }}
	piece := []byte(strings.Repeat("x", 1<<20))
	var err error
	for range 18 {
		if err = p.feed(piece, 0); err != nil {
			break
		}
	}
	if err != errEventTooLarge {
		t.Errorf("an endless line gives %v, want %v", err, errEventTooLarge)
	}
}

// A megabyte in one event is no trap.
func TestLargeEvent(t *testing.T) {
	data := strings.Repeat("y", 1<<20)
	if got := parseInPieces(t, "data: "+data+"\n\n", 4096, false); len(got) != 1 || got[0] != "|"+data {
		t.Errorf("got %d events", len(got))
	}
}

// However a stream is cut into reads, its events are the same.
func FuzzEventParser(f *testing.F) {
	for _, c := range eventCases {
		f.Add(c.stream, 3, false)
	}
	for _, c := range lineCases {
		f.Add(c.stream, 3, true)
	}
	f.Fuzz(func(t *testing.T, stream string, n int, lines bool) {
		if n < 1 || n > 1<<16 {
			n = 1
		}
		whole := parseInPieces(t, stream, len(stream)+1, lines)
		if pieces := parseInPieces(t, stream, n, lines); !slices.Equal(pieces, whole) {
			t.Errorf("in pieces of %d: %q, whole: %q", n, pieces, whole)
		}
	})
}

func BenchmarkEventParser(b *testing.B) {
	event := []byte(fmt.Sprintf("data: {\"id\":\"cmpl-1\",\"choices\":[{\"index\":0,\"text\":%q,\"finish_reason\":null}]}\n\n", " token"))
	p := eventParser{handle: func(protocol.Event, int64) error { return nil }}
	b.SetBytes(int64(len(event)))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.feed(event, 1); err != nil {
			b.Fatal(err)
		}
	}
}
