package simulate

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/near"
)

// Fault is how an answer is spoiled: every way real servers have been seen to surprise a client, and a few more. Counts
// of chunks are of chunks that carry tokens; -1 is never.
type Fault struct {
	spec string

	// Instead of a stream.
	status  int  // answer with this HTTP status and a JSON error
	html    bool // answer 200 with a web page
	noToken bool // answer 200 with an error event and [DONE], no token

	// How a stream ends.
	errorAfter int  // an error event after so many chunks, then [DONE]
	cutAfter   int  // close the connection after so many chunks, within the body
	resetAfter int  // the same with a reset
	noDone     bool // no [DONE]
	closing    bool // close the connection after the stream, unannounced
	endless    bool // tokens until the client leaves

	// When things come.
	earlyHeader bool
	stallAfter  int
	stall       time.Duration
	batch       int // events in one write
	split       int // bytes in one write

	// What events look like.
	crlf, comments, nulls, zeroUsage, multiline bool
	noSpace, names, bom                         bool
	loneFinish                                  bool // the finish reason in an event of its own, without text
	finishUsage                                 bool // the usage with that event, which has choices, and always
	bigAfter                                    int  // a megabyte of text in the chunk after so many
}

// faultKind is one name in the table: its argument, when it takes one, and what it does.
type faultKind struct {
	help     string
	argument string // the default; empty: takes none
	apply    func(*Fault, int) error
}

var faultKinds = map[string]faultKind{
	"status": {"an HTTP error with a JSON body, of this status", "503", func(f *Fault, n int) error {
		if n < 400 || n > 599 {
			return fmt.Errorf("%d is no HTTP error", n)
		}
		f.status = n
		return nil
	}},
	"html":       {"200 with a web page instead of events", "", func(f *Fault, _ int) error { f.html = true; return nil }},
	"error-only": {"200 with an error event and [DONE], no token", "", func(f *Fault, _ int) error { f.noToken = true; return nil }},

	"error":   {"an error event after so many chunks, then [DONE]", "3", count(func(f *Fault) *int { return &f.errorAfter }, 0)},
	"cut":     {"the connection is closed within the body after so many chunks", "3", count(func(f *Fault) *int { return &f.cutAfter }, 0)},
	"reset":   {"the connection is reset after so many chunks", "3", count(func(f *Fault) *int { return &f.resetAfter }, 0)},
	"no-done": {"no [DONE]", "", func(f *Fault, _ int) error { f.noDone = true; return nil }},
	"close":   {"the connection is closed after the stream, without notice", "", func(f *Fault, _ int) error { f.closing = true; return nil }},
	"endless": {"tokens until the client leaves, whatever was asked", "", func(f *Fault, _ int) error { f.endless = true; return nil }},

	"early-header": {"the header comes when the request is accepted, long before the first token", "", func(f *Fault, _ int) error { f.earlyHeader = true; return nil }},
	"stall":        {"silence for ever after so many chunks", "3", count(func(f *Fault) *int { return &f.stallAfter }, 0)},
	"pause":        {"silence for so many milliseconds after the third chunk, then all that gathered", "1000", func(f *Fault, n int) error { f.stallAfter, f.stall = 3, time.Duration(n)*time.Millisecond; return nil }},
	"batch":        {"so many events in one write and one HTTP chunk", "4", count(func(f *Fault) *int { return &f.batch }, 1)},
	"split":        {"so many bytes in one write, within events and within runes", "7", count(func(f *Fault) *int { return &f.split }, 1)},

	"crlf":         {"lines end in CRLF", "", func(f *Fault, _ int) error { f.crlf = true; return nil }},
	"comments":     {"a comment before every event", "", func(f *Fault, _ int) error { f.comments = true; return nil }},
	"null":         {"events of JSON null before the first token", "", func(f *Fault, _ int) error { f.nulls = true; return nil }},
	"zero-usage":   {"a usage of zeros in every event", "", func(f *Fault, _ int) error { f.zeroUsage = true; return nil }},
	"multiline":    {"events of two data lines", "", func(f *Fault, _ int) error { f.multiline = true; return nil }},
	"no-space":     {"no blank after data:", "", func(f *Fault, _ int) error { f.noSpace = true; return nil }},
	"names":        {"event and id lines before the data", "", func(f *Fault, _ int) error { f.names = true; return nil }},
	"bom":          {"a byte order mark before the first event", "", func(f *Fault, _ int) error { f.bom = true; return nil }},
	"lone-finish":  {"the finish reason in an event without text", "", func(f *Fault, _ int) error { f.loneFinish = true; return nil }},
	"finish-usage": {"the usage in the last event with choices, asked for or not", "", func(f *Fault, _ int) error { f.loneFinish, f.finishUsage = true, true; return nil }},
	"megabyte":     {"a megabyte of text in the chunk after so many", "1", count(func(f *Fault) *int { return &f.bigAfter }, 0)},
}

func count(field func(*Fault) *int, least int) func(*Fault, int) error {
	return func(f *Fault, n int) error {
		if n < least {
			return fmt.Errorf("must be at least %d, not %d", least, n)
		}
		*field(f) = n
		return nil
	}
}

// ParseFault reads names with optional numbers, joined by commas: cut, cut=5, crlf,comments,split=3. An empty spec gives
// nil, no fault.
func ParseFault(spec string) (*Fault, error) {
	if spec == "" {
		return nil, nil
	}
	f := &Fault{spec: spec, errorAfter: -1, cutAfter: -1, resetAfter: -1, stallAfter: -1, bigAfter: -1}
	for part := range strings.SplitSeq(spec, ",") {
		name, argument, given := strings.Cut(strings.TrimSpace(part), "=")
		kind, ok := faultKinds[name]
		if !ok {
			return nil, fmt.Errorf("no fault is called %q; %s", name, near.OneOf(name, slices.Sorted(maps.Keys(faultKinds))))
		}
		if given && kind.argument == "" {
			return nil, fmt.Errorf("fault %s takes no number", name)
		}
		n, err := strconv.Atoi(cmp.Or(argument, kind.argument, "0"))
		if err != nil || n > 1<<30 {
			return nil, fmt.Errorf("fault %s takes a number, not %q", name, argument)
		}
		if err := kind.apply(f, n); err != nil {
			return nil, fmt.Errorf("fault %s: %w", name, err)
		}
	}
	return f, nil
}

// FaultInfo describes a fault: Number is the default of the number it takes, empty when it takes none.
type FaultInfo struct {
	Name, Number, Help string
}

// FaultNames lists the faults in order of name.
func FaultNames() []FaultInfo {
	var list []FaultInfo
	for _, name := range slices.Sorted(maps.Keys(faultKinds)) {
		k := faultKinds[name]
		list = append(list, FaultInfo{name, k.argument, k.help})
	}
	return list
}

// dress rewrites one event, which ends in a blank line, to look as the fault wants. first: nothing was sent before.
func (f *Fault) dress(event []byte, first bool) []byte {
	if f.multiline {
		// JSON may break wherever it has a comma between members.
		event = bytes.Replace(event, []byte(`,"object"`), []byte(",\ndata: \"object\""), 1)
	}
	if f.noSpace {
		event = bytes.ReplaceAll(event, []byte("data: "), []byte("data:"))
	}
	var before []byte
	if f.bom && first {
		before = append(before, "\xef\xbb\xbf"...)
	}
	if f.comments {
		before = append(before, ": keep-alive\n\n"...)
	}
	if f.names {
		before = append(before, "event: message\nid: 1\nretry: 1000\n"...)
	}
	event = append(before, event...)
	if f.crlf {
		event = bytes.ReplaceAll(event, []byte("\n"), []byte("\r\n"))
	}
	return event
}
