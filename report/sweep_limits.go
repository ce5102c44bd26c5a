package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// SweepLimit is what a search found for one point of a plan. One of Max and Knee is set.
type SweepLimit struct {
	Point  string  // its label, "" when nothing else is swept
	Key    string  // what was searched: max-concurrency
	SLOs   string  // what a run had to meet
	Wanted float64 // the confidence that was asked for
	Growth float64 // the least growth a doubling
	Max    *SweepMax
	Knee   *SweepKnee
}

// SweepMax is the largest value that meets all SLOs. Low 0 means below all that was searched, High infinite above it.
type SweepMax struct {
	Best       float64 // 0: none
	Low, High  float64
	Confidence float64
	Capped     float64 // the client was saturated here; 0 when it never was
	Trials     []SweepTrial
	Runs       int
}

// SweepTrial is a value and how its runs ended; Void are those whose client was saturated.
type SweepTrial struct {
	Value             float64
	Met, Missed, Void int
}

// SweepKnee is where throughput stops growing.
type SweepKnee struct {
	Knee       float64 // 0: it never did
	Throughput float64
	Growth     float64 // of the step after the knee, a doubling
	Last       float64
	Capped     float64
	Runs       int
}

// WriteLimits says what was found, a paragraph a point.
func WriteLimits(w io.Writer, limits []SweepLimit, opts WriteOptions) error {
	var out bytes.Buffer
	for _, l := range limits {
		text := ""
		if l.Max != nil {
			text = l.maxText()
		} else {
			text = l.kneeText()
		}
		if l.Point != "all" {
			text = l.Point + ": " + text
		}
		out.WriteString("\n" + paragraph(text, "   ", opts.width()))
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (l SweepLimit) maxText() string {
	m := *l.Max
	sure := fmt.Sprintf("with %.0f%% confidence", math.Floor(100*m.Confidence))
	if m.Confidence < l.Wanted {
		sure += fmt.Sprintf(", less than the %.0f%% asked for (its runs disagree: more --search-runs, or longer ones)", 100*l.Wanted)
	}
	where := fmt.Sprintf("the limit is from %s to below %s", number(m.Low), number(m.High))
	switch {
	case m.Low == 0:
		where = "the limit is below " + number(m.High)
	case math.IsInf(m.High, 1):
		where = "the limit is at least " + number(m.Low)
	}
	text := fmt.Sprintf("%s %s is the largest that meets %s; %s %s", l.Key, number(m.Best), l.SLOs, where, sure)
	if m.Best == 0 {
		text = fmt.Sprintf("no %s tried meets %s; %s %s", l.Key, l.SLOs, where, sure)
	}
	if m.Capped > 0 && m.Best == 0 {
		text = fmt.Sprintf("at %s %s already the client was saturated: nothing is known of the server; where the client has more room, start again with --again", l.Key, number(m.Capped))
	} else if m.Capped > 0 {
		text = fmt.Sprintf("%s %s meets %s; at %s the client was saturated, so the server's limit is not known; where the client has more room, start again with --again", l.Key, number(m.Best), l.SLOs, number(m.Capped))
	}
	text += fmt.Sprintf(". %d runs", m.Runs)
	if trials := m.trials(); trials != "" {
		text += " (" + trials + ")"
	}
	return text
}

// trials tells the runs nearest the limit: those at the largest value that passed and at the smallest that did not.
func (m SweepMax) trials() string {
	var texts []string
	for _, t := range m.Trials {
		text := fmt.Sprintf("%s: %d of %d met", number(t.Value), t.Met, t.Met+t.Missed)
		if t.Void > 0 {
			text += fmt.Sprintf(", %d void", t.Void)
		}
		if t.Value >= m.Low/1.2 && t.Value <= m.High*1.2 {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "; ")
}

func (l SweepLimit) kneeText() string {
	k := *l.Knee
	switch {
	case k.Capped > 0:
		return fmt.Sprintf("no knee up to %s %s; at %s the client was saturated, so it is not known where the server's is. %d runs", l.Key, number(k.Last), number(k.Capped), k.Runs)
	case k.Knee == 0:
		return fmt.Sprintf("no knee up to %s %s, %s tok/s: throughput still grows by %.0f%% or more a doubling. %d runs", l.Key, number(k.Last), fixed(&k.Throughput), 100*l.Growth, k.Runs)
	}
	return fmt.Sprintf("the knee is at %s %s, %s tok/s: a doubling from there brings %+.1f%%, less than %.0f%%. %d runs", l.Key, number(k.Knee), fixed(&k.Throughput), 100*k.Growth, 100*l.Growth, k.Runs)
}

// number prints a value of a load.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
