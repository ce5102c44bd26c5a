package interchange

import (
	"fmt"
	"io"
	"iter"
	"math"
	"strings"

	"llmbench/store"
)

// Exported is a run as a writer sees it.
type Exported struct {
	Run store.Run
	// Summary is nil for a run without requests.
	Summary *store.Summary
	// Metrics are mean_ttft_ms and the like, in their order.
	Metrics []Field
	// Records are the run's requests; reading them may be done more than once.
	Records iter.Seq2[*store.Record, error]
}

// Writer is a foreign format that can be exported.
type Writer struct {
	Name string
	// About says in a few words who reads it.
	About string
	// Metrics and Percentiles are those the format has, unless the user asks for others.
	Metrics     string
	Percentiles string

	// head stands before the first run.
	head string
	// write writes one run; place is its number, from 0.
	write func(w io.Writer, e Exported, place int) error
}

// writers is the registry.
var writers = []Writer{vllmWriter, vllmDetailedWriter, pytorchWriter, seedCSVWriter, llmdWriter, inferencexWriter}

// Writers lists what can be exported.
func Writers() []Writer { return writers }

// FindWriter gives the writer of that name.
func FindWriter(name string) (Writer, bool) {
	for _, w := range writers {
		if w.Name == name {
			return w, true
		}
	}
	return Writer{}, false
}

// Write writes runs one after another.
func (f Writer) Write(w io.Writer, runs iter.Seq2[Exported, error]) error {
	if _, err := io.WriteString(w, f.head); err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	place := 0
	for e, err := range runs {
		if err != nil {
			return err
		}
		if err := f.write(w, e, place); err != nil {
			return fmt.Errorf("write run %s as %s: %w", e.Run.RunID, f.Name, err)
		}
		place++
	}
	return nil
}

// needsSummary refuses runs of which only the numbers of another tool are known.
func (e Exported) needsSummary() error {
	if e.Summary == nil {
		return fmt.Errorf("it has no requests to compute from; what its file reported stays where it was made")
	}
	return nil
}

// metric gives one of the metrics in milliseconds, nil when it is not known.
func (e Exported) metric(key string) *float64 {
	for _, f := range e.Metrics {
		if f.Key == key {
			v, _ := f.Value.(*float64)
			return v
		}
	}
	return nil
}

// ratio divides two numbers that may not be known.
func ratio(a, b *float64) *float64 {
	if a == nil || b == nil || *b == 0 {
		return nil
	}
	return new(*a / *b)
}

func float(n *int64) *float64 {
	if n == nil {
		return nil
	}
	return new(float64(*n))
}

// perRequest is a total by completed request.
func (e Exported) perRequest(total *int64) *float64 {
	return ratio(float(total), new(float64(e.Summary.Completed)))
}

// devices is how many accelerators the run had: as told, else those of its tensor and pipeline parallel sizes.
func devices(r store.Run) *float64 {
	if r.DCUCount != nil {
		return float(r.DCUCount)
	}
	if r.TP == nil {
		return nil
	}
	n := *r.TP
	for _, m := range []*int64{r.PP, r.DP} {
		if m != nil {
			n *= *m
		}
	}
	return float(&n)
}

// tidy rounds a number to three decimals, for people.
func tidy(v *float64) string {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return ""
	}
	text := fmt.Sprintf("%.3f", *v)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func plain(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func known(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
