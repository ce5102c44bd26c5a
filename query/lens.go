package query

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/near"
)

// Kinds of Window.
const (
	WindowAll    = "all"
	WindowTrim   = "trim"
	WindowSteady = "steady" // the plateau: see the view plateaus
)

// Window is the part of a run that counts. The zero value is all of it.
type Window struct {
	Kind       string        // all (or ""), trim, steady
	Head, Tail time.Duration // of trim: what is cut at either end
}

// ParseWindow reads all, steady, or trim=5s,5s (head and tail; one duration stands for both).
func ParseWindow(text string) (Window, error) {
	kind, lengths, given := strings.Cut(text, "=")
	w := Window{Kind: kind}
	switch {
	case kind == WindowTrim && given:
		head, tail, two := strings.Cut(lengths, ",")
		if !two {
			tail = head
		}
		var errs [2]error
		w.Head, errs[0] = time.ParseDuration(strings.TrimSpace(head))
		w.Tail, errs[1] = time.ParseDuration(strings.TrimSpace(tail))
		if errs[0] == nil && errs[1] == nil && w.Head >= 0 && w.Tail >= 0 {
			return w, nil
		}
	case !given && (kind == WindowAll || kind == WindowSteady):
		return w, nil
	}
	hint := "give"
	if question := near.Question(kind, []string{WindowAll, WindowSteady, WindowTrim}); question != "" {
		hint = question + " Give"
	}
	return Window{}, fmt.Errorf("--window %q: %s all, steady, or what to cut at either end, such as trim=5s,5s", text, hint)
}

// All reports whether the whole run counts.
func (w Window) All() bool { return w.Kind == "" || w.Kind == WindowAll }

// String writes the window as ParseWindow reads it.
func (w Window) String() string {
	switch {
	case w.All():
		return WindowAll
	case w.Kind == WindowTrim:
		return fmt.Sprintf("%s=%s,%s", WindowTrim, w.Head, w.Tail)
	}
	return w.Kind
}

// Definitions whose counting the views know.
const DefinitionsOwn = "llmbench"

// AllDefinitions lists them: our own, and those of other tools.
var AllDefinitions = []string{DefinitionsOwn, "vllm", "aiperf", "guidellm"}

// Lens is how runs are looked at: which part of them counts, and by whose definitions. The zero value is the whole
// run by our own.
type Lens struct {
	Window      Window
	Definitions string
}

// Validate reports definitions that nobody knows.
func (l Lens) Validate() error {
	if l.Definitions != "" && !slices.Contains(AllDefinitions, l.Definitions) {
		return fmt.Errorf("--definitions %q is not known; %s", l.Definitions, near.OneOf(l.Definitions, AllDefinitions))
	}
	if !l.Window.All() && l.Window.Kind != WindowTrim && l.Window.Kind != WindowSteady {
		return errors.New("--window: give all, trim or steady")
	}
	return nil
}

// Plain reports whether the lens shows what run_summary shows.
func (l Lens) Plain() bool { return l.Window.All() && l.own() }

func (l Lens) own() bool { return l.Definitions == "" || l.Definitions == DefinitionsOwn }

// GapsAreITL reports whether ITL is the list of all gaps, and not one mean for each request.
func (l Lens) GapsAreITL() bool { return l.own() || l.Definitions == "vllm" }

// named writes the lens as arguments of a macro: kind := ..., definitions := ..., head_s := ..., tail_s := ...
func (l Lens) named() string {
	return l.window() + ", definitions := " + Literal(l.definitions())
}

// window writes the window alone.
func (l Lens) window() string {
	kind := l.Window.Kind
	if kind == "" {
		kind = WindowAll
	}
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) }
	return fmt.Sprintf("kind := %s, head_s := %s, tail_s := %s", Literal(kind), seconds(l.Window.Head), seconds(l.Window.Tail))
}

func (l Lens) definitions() string {
	if l.own() {
		return DefinitionsOwn
	}
	return l.Definitions
}

// InWindow reports whether WindowLatency knows a metric.
func InWindow(metric string) bool { return slices.Contains(answerMetrics, metric) }
