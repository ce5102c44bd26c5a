package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
)

// Sessions is a dataset of conversations. Its requests are their turns, numbered through the first conversation, then through
// the second, and so on. What is asked at a turn holds all that was said before it, so that only first turns can be made
// ahead; Prompt stands in for the others, with the answers on record where those are sent, else with a word for each.
type Sessions interface {
	Dataset
	// Count is the number of conversations, warm-ups included.
	Count() int
	// First is the number of the first request of conversation s; First(Count()) is Len().
	First(s int) int
	// Recorded reports whether the answers in the history are those on record, and not the model's.
	Recorded() bool
	// Talk begins conversation s, 0 <= s < Count(). It may be called from several goroutines.
	Talk(s int) (*Talk, error)
}

// turnEnds are the numbers of the requests that follow each conversation.
type turnEnds []int

// Count is the number of conversations.
func (e turnEnds) Count() int { return len(e) }

// Len is the number of turns of all of them.
func (e turnEnds) Len() int { return e.First(len(e)) }

// First is where the turns of conversation s begin.
func (e turnEnds) First(s int) int {
	if s == 0 {
		return 0
	}
	return e[s-1]
}

// turns is how many conversation s has.
func (e turnEnds) turns(s int) int { return e[s] - e.First(s) }

// AsSessions gives the conversations that ds is made of, or made from.
func AsSessions(ds Dataset) (Sessions, bool) {
	if m, ok := ds.(*models); ok {
		below, ok := AsSessions(m.Dataset)
		return &sessionModels{below, m}, ok
	}
	s, ok := ds.(Sessions)
	return s, ok
}

// Talks lists the datasets that hold conversations, in alphabetical order.
func Talks() []string {
	return slices.DeleteFunc(Names(), func(name string) bool { return !registry[name].talks })
}

// SessionsConfig shapes conversations.
type SessionsConfig struct {
	// Hold has whole conversations held with datasets that can do without: sharegpt, custom, hf and the benches.
	Hold bool
	// Requests, where above 0, ends synthetic conversations with the one that brings the load to so many requests.
	Requests int
	// Recorded puts the answers on record into the history, whatever the model says, so that every run sends the same.
	Recorded bool
	// Think is how long the user thinks before each turn but the first, in milliseconds.
	Think Lengths
	// Turns is how many turns there are; of those in a file, how many are held at most. Output, which of a file need not be
	// given, is how many tokens to ask for at each.
	Turns, Output Lengths
	// Input is the length of what the user says at a synthetic turn, First, where given, at the first one. System tokens, common
	// to all synthetic conversations, stand before it.
	Input, First Lengths
	System       int
}

// mostTurns bounds a conversation.
const mostTurns = 100_000

// validateTalks checks what all conversations have in common.
func (c Config) validateTalks() error {
	var p problems
	s := c.Sessions
	if s.Turns.Given() || c.Name == syntheticSessions {
		p.check(s.Turns.Least() >= 1 && s.Turns.Most() <= mostTurns, "--session-turns %s: must be between 1 and %d", s.Turns, mostTurns)
	}
	p.check(!c.PromptTokenIDs, "--prompt-token-ids: conversations are sent as text")
	p.check(!c.Files.Audio, "--backend: sound is sent by single requests, not in conversations")
	return p.err()
}

// into adds what all datasets of conversations have in common to a recipe.
func (c Config) talksInto(recipe map[string]any, sessions int) {
	s := c.Sessions
	recipe["sessions"] = sessions - c.Warmups
	recipe["answers"] = "generated"
	if s.Recorded {
		recipe["answers"] = "recorded"
	}
	for name, l := range map[string]Lengths{"turns": s.Turns, "turn_output_len": s.Output, "turn_think_ms": s.Think} {
		if l.Given() {
			recipe[name] = l.String()
		}
	}
	if t := c.Files.Template; t != nil && !c.Files.Chat {
		recipe["chat_template"] = t.Hash()
	}
}

// Rehearse goes through conversation s without a model and gives each prompt to see, until that fails.
func Rehearse(d Sessions, s int, see func(Prompt) error) error {
	t, err := d.Talk(s)
	if err != nil {
		return err
	}
	for answer := (Answer{}); !t.Over(); answer = t.standIn() {
		p, _, err := t.Next(answer)
		if err != nil {
			return err
		}
		if err := see(p); err != nil {
			return err
		}
	}
	return nil
}

// standIn is an answer of the asked length for one that only the model could give.
func (t *Talk) standIn() Answer {
	n := t.last.outputTokens
	return Answer{Text: fmt.Sprintf("<the model's answer of %d tokens>", n), Tokens: n}
}

var errFound = errors.New("found")

// previewOf gives the prompt of request i by going through its conversation.
func previewOf(d Sessions, i int) (found Prompt, err error) {
	s := sort.Search(d.Count(), func(s int) bool { return d.First(s+1) > i })
	err = Rehearse(d, s, func(p Prompt) error {
		if p.Turn < i-d.First(s) {
			return nil
		}
		found = p
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return found, err
}

// sessionModels are conversations each of which names a model of its own from begin to end.
type sessionModels struct {
	Sessions
	models *models
}

// Talk is that of the dataset below with the model's name among the fields of its requests.
func (m *sessionModels) Talk(s int) (*Talk, error) {
	t, err := m.Sessions.Talk(s)
	if err != nil {
		return nil, err
	}
	t.body = maps.Clone(t.body)
	if t.body == nil {
		t.body = map[string]json.RawMessage{}
	}
	t.body["model"] = m.models.name(s)
	return t, nil
}

func (m *sessionModels) Prompt(i int) (Prompt, error) { return previewOf(m, i) }

func (m *sessionModels) Recipe() map[string]any { return m.models.Recipe() }
