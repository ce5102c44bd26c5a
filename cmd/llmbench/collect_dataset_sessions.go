package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
)

// sessionFlags shape conversations. Of those in files the lengths are the file's own unless they are given.
type sessionFlags struct {
	Sessions         *int   `help:"Hold so many conversations instead of single requests. Each takes one place of --max-concurrency from its first turn to its last, and --request-rate is of conversations begun. synthetic-sessions (100 when not given; --num-prompts instead begins whole ones until they come to so many requests); with it sharegpt, custom, hf and the benches hold whole conversations too." placeholder:"N" group:"data"`
	SessionTurns     string `help:"Turns of a conversation, a number or a distribution as with --random-input-dist; synthetic: 5 when not given; of a file: at most so many." placeholder:"N|NAME:..." group:"data"`
	SessionInputLen  string `help:"synthetic-sessions: tokens of what the user says at a turn, likewise." default:"256" placeholder:"N|NAME:..." group:"data"`
	SessionFirstLen  string `name:"session-first-input-len" help:"synthetic-sessions: tokens of the first turn, where it is another kind than the later ones." placeholder:"N|NAME:..." group:"data"`
	SessionOutputLen string `help:"Tokens to ask for at a turn; synthetic: 128 when not given; of a file: as many as its answers have, or what its own flag says." placeholder:"N|NAME:..." group:"data"`
	SessionSystemLen *int   `help:"synthetic-sessions: tokens of a system prompt common to all conversations." placeholder:"N" group:"data"`
	SessionThinkTime string `help:"How long the user thinks before each turn but the first: such as 2s, or a distribution in milliseconds." default:"0" placeholder:"TIME|NAME:..." group:"data"`
	SessionAnswers   string `help:"Whose answers the later turns hold: generated, those of the server, or recorded, those of the file or made-up ones, so that every run sends the same." enum:"generated,recorded" default:"generated" group:"data"`
}

// Defaults of synthetic conversations.
const (
	defaultSessions   = 100
	defaultTurns      = 5
	defaultTurnOutput = 128
)

// held reports whether the load is one of conversations.
func (f sessionFlags) held(datasetName string) bool {
	return f.Sessions != nil || datasetName == "synthetic-sessions"
}

// into puts the flags into c; inputLen and outputLen are vLLM's common flags, which win.
func (f sessionFlags) into(c *dataset.Config, inputLen, outputLen *int) error {
	if !f.held(c.Name) {
		return f.unused()
	}
	synthetic := c.Name == "synthetic-sessions"
	p := &lengthFlags{}
	s := dataset.SessionsConfig{Hold: true, Recorded: f.SessionAnswers == "recorded", Requests: c.Sessions.Requests,
		Turns: p.lengths("session-turns", f.SessionTurns, defaultTurns), First: p.lengths("session-first-input-len", f.SessionFirstLen, 256),
		Input: p.lengths("session-input-len", f.SessionInputLen, 256), Output: p.lengths("session-output-len", f.SessionOutputLen, defaultTurnOutput),
		Think: p.think(f.SessionThinkTime)}
	if f.SessionSystemLen != nil {
		s.System = *f.SessionSystemLen
	}
	if synthetic {
		if f.SessionTurns == "" {
			s.Turns = dataset.Constant(defaultTurns)
		}
		if f.SessionOutputLen == "" {
			s.Output = dataset.Constant(defaultTurnOutput)
		}
		if inputLen != nil {
			s.Input = dataset.Constant(*inputLen)
		}
		if outputLen != nil {
			s.Output = dataset.Constant(*outputLen)
		}
	} else if f.SessionFirstLen != "" || f.SessionSystemLen != nil {
		p.errs = append(p.errs, fmt.Errorf("--session-first-input-len, --session-system-len: what is said in %s is in its file; they are for synthetic-sessions", c.Name))
	}
	c.Sessions = s
	return errors.Join(p.errs...)
}

// unused refuses flags that shape conversations where none are held.
func (f sessionFlags) unused() error {
	var given []string
	for flag, is := range map[string]bool{"--session-turns": f.SessionTurns != "", "--session-first-input-len": f.SessionFirstLen != "", "--session-output-len": f.SessionOutputLen != "",
		"--session-system-len": f.SessionSystemLen != nil, "--session-think-time": f.SessionThinkTime != "0", "--session-answers": f.SessionAnswers != "generated"} {
		if is {
			given = append(given, flag)
		}
	}
	if given == nil {
		return nil
	}
	slices.Sort(given)
	return fmt.Errorf("%s: single requests are sent; hold conversations with --sessions, their number, or with --dataset-name synthetic-sessions", strings.Join(given, ", "))
}

// lengthFlags reads distributions and gathers what is wrong with them.
type lengthFlags struct{ errs []error }

// lengths reads one; nothing is none.
func (p *lengthFlags) lengths(flag, text string, typical int) dataset.Lengths {
	if text == "" {
		return dataset.Lengths{}
	}
	l, err := dataset.ParseLengths(text, typical)
	if err != nil {
		p.errs = append(p.errs, fmt.Errorf("--%s: %w", flag, err))
		return dataset.Constant(1) // one complaint is enough
	}
	return l
}

// think reads a time or a distribution of milliseconds.
func (p *lengthFlags) think(text string) dataset.Lengths {
	d, err := time.ParseDuration(text)
	if _, number := strconv.ParseFloat(text, 64); err != nil && number == nil {
		p.errs = append(p.errs, fmt.Errorf("--session-think-time %s: say of what, such as %ss or %sms", text, text, text))
		return dataset.Lengths{}
	}
	if err != nil {
		return p.lengths("session-think-time", text, 1000)
	}
	if d < 0 || d.Milliseconds() > math.MaxInt32 {
		p.errs = append(p.errs, fmt.Errorf("--session-think-time %s: must be between 0 and %s", d, time.Duration(math.MaxInt32)*time.Millisecond))
		return dataset.Lengths{}
	}
	return dataset.Constant(int(d.Milliseconds()))
}

// count settles the number of conversations: that of --sessions, or as many as hold --num-prompts requests.
func (f sessionFlags) count(c *dataset.Config, numPrompts *int) (n int, err error) {
	switch {
	case f.Sessions != nil && numPrompts != nil:
		return *f.Sessions, errors.New("--sessions and --num-prompts: conversations are counted by --sessions; give one of them")
	case f.Sessions != nil:
		return *f.Sessions, nil
	case numPrompts != nil:
		c.Sessions.Requests = *numPrompts
		return *numPrompts, nil
	}
	return defaultSessions, nil
}

// checkTalks refuses what conversations cannot be combined with.
func (c *collectCmd) checkTalks(p *collectPlan) error {
	var errs []error
	if c.Align {
		errs = append(errs, errors.New("--align: later turns of conversations hold answers, and have no length to be aligned to; leave it out"))
	}
	if p.load.Backend.Framing == protocol.FramingNone {
		errs = append(errs, fmt.Errorf("--backend %s: it gives no texts that a conversation could go on with", p.load.Backend.Name))
	}
	return errors.Join(errs...)
}
