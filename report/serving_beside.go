package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Accelerators is what a run's accelerators did over its measured time; what no sample told is nil.
type Accelerators struct {
	Count                               int64
	PowerCount                          *int64 // of them, told their power
	UtilPct, MemUsedBytes, TempC, MeanW *float64
	EnergyJ, JPerToken, TokensPerJ      *float64
	CoveredRatio                        *float64
	CappedRatio, ThrottledRatio         *float64
}

// Engine is what a run's server counted over the load; nil where it does not.
type Engine struct {
	Preemptions                         *float64
	MaxRunning, MaxWaiting              *float64
	MaxCacheUsage                       *float64
	Drafts, DraftTokens, AcceptedTokens *float64
	AcceptanceRatio, AcceptanceLength   *float64
}

const gib = 1 << 30

// Below this share of the time between samples the energy is said to rest on part of it; above this one of samples at the
// cap, or slowed down, the run is.
const (
	fullyCovered = 0.95
	oftenCapped  = 0.05
)

func (p *servingPage) accelerators(a *Accelerators) {
	if a == nil {
		return
	}
	p.heading("Accelerators", '-')
	p.line("Accelerators:", strconv.FormatInt(a.Count, 10))
	p.known("Mean utilisation (%):", a.UtilPct, 1)
	p.known("Most memory used of one (GiB):", a.MemUsedBytes, 1.0/gib)
	p.known("Highest temperature (C):", a.TempC, 1)
	p.known("Mean power of all (W):", a.MeanW, 1)
	p.known("Energy (J):", a.EnergyJ, 1)
	p.known("Energy per output token (J):", a.JPerToken, 1)
	p.known("Output tokens per joule:", a.TokensPerJ, 1)
	if n := a.PowerCount; n != nil && *n < a.Count {
		fmt.Fprintf(p, "Power and energy are of %d of them: the others do not tell\n", *n)
	}
	if c := a.CoveredRatio; c != nil && *c < fullyCovered {
		fmt.Fprintf(p, "Samples cover %.0f %% of the time\n", 100**c)
	}
	p.often("at the power cap", a.CappedRatio)
	p.often("slowed down by power or heat", a.ThrottledRatio)
}

// known prints a line when there is a value.
func (p *servingPage) known(label string, v *float64, scale float64) {
	if v != nil {
		p.line(label, fixed(new(*v*scale)))
	}
}

func (p *servingPage) often(what string, ratio *float64) {
	if ratio != nil && *ratio > oftenCapped {
		fmt.Fprintf(p, "An accelerator was %s in %.0f %% of its samples\n", what, 100**ratio)
	}
}

// engine prints what a reader must know of the server: requests put back and its own queue, and speculative decoding in
// vLLM's words.
func (p *servingPage) engine(e *Engine) {
	if e == nil {
		return
	}
	if e.Drafts != nil && *e.Drafts > 0 {
		p.heading("Speculative Decoding", '-')
		p.known("Acceptance rate (%):", e.AcceptanceRatio, 100)
		p.known("Acceptance length:", e.AcceptanceLength, 1)
		p.line("Drafts:", whole(e.Drafts))
		p.line("Draft tokens:", whole(e.DraftTokens))
		p.line("Accepted tokens:", whole(e.AcceptedTokens))
	}
	var told []string
	if e.MaxRunning != nil {
		told = append(told, "at most "+whole(e.MaxRunning)+" running")
	}
	if e.MaxWaiting != nil {
		told = append(told, whole(e.MaxWaiting)+" waiting")
	}
	if e.MaxCacheUsage != nil {
		told = append(told, fmt.Sprintf("KV cache %.0f %% full", 100**e.MaxCacheUsage))
	}
	if e.Preemptions != nil && *e.Preemptions > 0 {
		told = append(told, whole(e.Preemptions)+" preemptions")
	}
	if len(told) > 0 {
		p.heading("Server", '-')
		p.WriteString(strings.Join(told, ", ") + "\n")
	}
}

func whole(v *float64) string {
	if v == nil {
		return unknown
	}
	return strconv.FormatFloat(*v, 'f', 0, 64)
}
