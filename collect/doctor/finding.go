// Package doctor judges whether a host and a server are fit to measure. What is known is gathered into a State by others;
// the checks here are pure functions of it, one topic a file.
package doctor

import (
	"time"

	"llmbench/store"
)

// Levels of a finding, from harmless to fatal.
const (
	OK   = "ok"   // as it should be
	Note = "note" // worth knowing when numbers are read
	Warn = "warn" // bends the numbers
	Bad  = "bad"  // nothing can be measured so
)

// Finding is one thing that was looked at.
type Finding struct {
	Topic string `json:"topic"` // host, cards, environment, server
	Level string `json:"level"`
	What  string `json:"what"`
	// Why is what it does to the numbers, Do what to type; "" where all is well.
	Why string `json:"why,omitempty"`
	Do  string `json:"do,omitempty"`
}

// State is what was found. What is not known has its zero value, and is not judged.
type State struct {
	Host   Host
	Cards  Cards
	Server *Server // nil when no server was asked about
}

// Host is the machine llmbench runs on.
type Host struct {
	Cores          int
	Load1          float64
	CPUPct         *float64 // busy share of all cores over a moment, llmbench's own left out
	MemTotal       int64    // bytes
	MemAvailable   int64
	Connections    int // room for so many, by the limit of open files
	PortLow        int // ephemeral ports
	PortHigh       int
	Governors      map[string]int // of how many cores
	NUMANodes      int
	NUMABalancing  bool
	TrustedStreams *int // by the stored calibration; nil when there is none
}

// Cards are the accelerators of this host and how their processes are told to use them.
type Cards struct {
	Samples []*store.DeviceSample
	Source  string
	Problem string // why there are none, where a source was expected to have some
	Driver  string // its version
	Nodes   []string
	// PerfLevels are the drivers' power_dpm_force_performance_level, by card; NUMA the node of each, -1 unknown.
	PerfLevels map[int64]string
	NUMA       map[int64]int
	Hygon      bool
	// Environ are the variables of the server's process, or else of this one: OfServer tells which.
	Environ  map[string]string
	OfServer bool
	// CPUs is what the server's process may run on, as in 0-31, "" unknown; CPUList all of this host's.
	CPUs, CPUList string
}

// Server is what was learnt of a server, a few requests included.
type Server struct {
	URL           string
	Unreachable   string // why, "" when it answers
	Engine        string
	EngineVersion string
	Models        []string
	Model         string // the one that would be measured
	MaxModelLen   int64
	Root          string
	RoundTrip     time.Duration // of a request for nothing
	Skew          *time.Duration
	Busy          float64 // requests it works on already, by its metrics
	HasMetrics    bool
	PrefixCache   *bool
	Failed        string // why a small request failed
	UsageMissing  bool
	TTFT          time.Duration
	Chunks        int64
	Tokens        int64
	Tokenizer     string
	Approximate   bool
	Counted       bool   // the server told how many tokens a prompt had
	Disagree      string // how far that was from the tokenizer's count, "" when it was not
}

// topics are the checks, in the order they are told. A new topic is a file and a line here.
var topics = []func(*State) []Finding{hostFindings, cardFindings, environmentFindings, serverFindings}

// Examine gives every finding.
func Examine(s *State) []Finding {
	var all []Finding
	for _, topic := range topics {
		all = append(all, topic(s)...)
	}
	return all
}

// Quick gives what is wrong with host and cards, for a run to keep: the checks that ask nobody.
func Quick(s *State) []Finding {
	var wrong []Finding
	for _, f := range append(hostFindings(s), cardFindings(s)...) {
		if f.Level == Warn || f.Level == Bad {
			wrong = append(wrong, f)
		}
	}
	return wrong
}

// Worst is the gravest level among the findings.
func Worst(findings []Finding) string {
	worst := OK
	rank := map[string]int{OK: 0, Note: 1, Warn: 2, Bad: 3}
	for _, f := range findings {
		if rank[f.Level] > rank[worst] {
			worst = f.Level
		}
	}
	return worst
}
