package report

import (
	"fmt"
	"strconv"
)

// Conversations are what a load of them came to; times are in milliseconds, nil when there is no value.
type Conversations struct {
	Held, Completed int64
	// Unknown is how many do not say how long they should have been.
	Unknown   int64
	MeanTurns float64
	MedianMS  *float64
	Turns     []Turn
}

// Turn is how the turns of one number, from 0, went. Rates are of 1.
type Turn struct {
	Turn, Requests        int64
	MedianTTFTMS, P99MS   *float64
	MedianE2ELMS, HitRate *float64
}

// mostTurnLines keeps the section to a screen.
const mostTurnLines = 10

// conversations says what they came to, and how the turns differ: what a prefix cache does shows from the second on.
func (p *servingPage) conversations(c *Conversations) {
	if c == nil {
		return
	}
	p.heading("Conversations", '-')
	p.line("Conversations:", strconv.FormatInt(c.Held, 10))
	if cut := c.Held - c.Completed - c.Unknown; cut > 0 {
		p.line("  cut short:", strconv.FormatInt(cut, 10))
	}
	p.line("Mean turns:", fixed(&c.MeanTurns))
	seconds := c.MedianMS
	if seconds != nil {
		seconds = new(*seconds / 1000)
	}
	p.line("Median conversation (s):", fixed(seconds))
	if len(c.Turns) == 0 {
		return
	}
	const row = "%4s %6s %9s %9s %9s %8s\n"
	fmt.Fprintf(p, row, "", "", "TTFT (ms)", "", "E2EL (ms)", "cached")
	fmt.Fprintf(p, row, "Turn", "sent", "median", "P99", "median", "(%)")
	shown := c.Turns[:min(len(c.Turns), mostTurnLines)]
	for _, t := range shown {
		hits := t.HitRate
		if hits != nil {
			hits = new(100 * *hits)
		}
		fmt.Fprintf(p, row, strconv.FormatInt(t.Turn+1, 10), strconv.FormatInt(t.Requests, 10), fixed(t.MedianTTFTMS), fixed(t.P99MS), fixed(t.MedianE2ELMS), fixed(hits))
	}
	if rest := len(c.Turns) - len(shown); rest > 0 {
		fmt.Fprintf(p, "%d further turns: llmbench sql \"FROM turn_latency\"\n", rest)
	}
}
