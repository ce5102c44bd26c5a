package dataset

import (
	"fmt"
	"time"
)

// syntheticSessions is the name of the conversations that are made up.
const syntheticSessions = "synthetic-sessions"

func (c Config) validateSynthetic() error {
	var p problems
	s := c.Sessions
	p.add(c.readsNoFile())
	p.add(c.validateTalks())
	p.check(s.Input.Least() >= 1, "--session-input-len %s: must be at least 1", s.Input)
	p.check(s.Output.Least() >= 1, "--session-output-len %s: must be at least 1", s.Output)
	p.tokens("session-system-len", s.System, 0)
	return p.err()
}

// synthetic are made-up conversations with histories that grow: a system prompt common to all, and at each turn random
// text that is in no other. What is drawn for a turn depends on the seed and the turn's number alone.
type synthetic struct {
	*composer
	config Config
	turnEnds
	system string
}

var _ Sessions = (*synthetic)(nil)

// Salts of the generators, which keep lengths and texts apart.
const (
	turnsSalt  = 0x7475726e73
	answerSalt = 0x616e73776572
)

func newSynthetic(c Config, tok Tokenizer) (Dataset, error) {
	d := &synthetic{config: c}
	requests, warmups := 0, 0
	for s := range c.NumPrompts {
		if most := c.Sessions.Requests; most > 0 && requests >= most {
			if warmups++; warmups > c.Warmups {
				break
			}
		}
		requests += c.Sessions.Turns.Draw(generator(c.Seed^turnsSalt, s))
		if d.turnEnds = append(d.turnEnds, requests); requests > mostPrompts {
			return nil, fmt.Errorf("--sessions %d of --session-turns %s: more than %d requests", c.NumPrompts, c.Sessions.Turns, mostPrompts)
		}
	}
	all := c
	all.NumPrompts = requests
	var err error
	if d.composer, err = newComposer(all, tok); err != nil {
		return nil, err
	}
	shared := d.draft(c.Sessions.System)
	rng := generator(c.Seed, -1)
	shared.random(rng, c.Sessions.System)
	d.system, err = shared.finished(rng)
	return d, err
}

// Recorded answers are made up, each as long as is asked for.
func (d *synthetic) Recorded() bool { return d.config.Sessions.Recorded }

// Talk begins conversation s.
func (d *synthetic) Talk(s int) (*Talk, error) {
	first := d.First(s)
	t := &Talk{files: d.config.Files, tok: d.tok, session: s, turns: d.turnEnds.turns(s), recorded: d.config.Sessions.Recorded,
		say: func(turn int) (utterance, error) { return d.say(first+turn, turn) }}
	if d.system != "" {
		t.add(d.config.Sessions.System, Message{Role: "system", Content: d.system})
	}
	return t, nil
}

// Prompt stands in for request i.
func (d *synthetic) Prompt(i int) (Prompt, error) { return previewOf(d, i) }

// say makes what is said at request i, the turn-th of its conversation.
func (d *synthetic) say(i, turn int) (u utterance, err error) {
	config := d.config.Sessions
	u.tokens, u.outputTokens = d.drawn(i, turn)
	u.think = config.thought(d.config.Seed, i, turn)
	rng := generator(d.config.Seed, i)
	text := d.draft(u.tokens)
	text.unique(rng, i, u.tokens)
	said, err := text.finished(rng)
	u.said = []Message{{Role: "user", Content: said}}
	if err != nil || !config.Recorded {
		return u, err
	}
	rng = generator(d.config.Seed^answerSalt, i)
	text = d.draft(u.outputTokens)
	text.random(rng, u.outputTokens)
	u.answer.Tokens = u.outputTokens
	u.answer.Text, err = text.finished(rng)
	return u, err
}

// drawn are the lengths of what the user says and of the answer at request i. Their generator is not that of the words.
func (d *synthetic) drawn(i, turn int) (said, asked int) {
	const salt = 0x6c656e677468
	config, rng := d.config.Sessions, generator(d.config.Seed^salt, i)
	input := config.Input
	if turn == 0 && config.First.Given() {
		input = config.First
	}
	said = input.Draw(rng)
	return said, config.Output.Draw(rng)
}

// thought is how long the user thinks before request i; before the first turn not at all.
func (s SessionsConfig) thought(seed int64, i, turn int) time.Duration {
	const salt = 0x7468696e6b
	if turn == 0 {
		return 0
	}
	return time.Duration(s.Think.Draw(generator(seed^salt, i))) * time.Millisecond
}

// Recipe is what decides the conversations beside the tokenizer and the seed.
func (d *synthetic) Recipe() map[string]any {
	s := d.config.Sessions
	recipe := map[string]any{"prompts": composition, "turn_input_len": s.Input.String(), "system_len": s.System}
	if s.First.Given() {
		recipe["first_input_len"] = s.First.String()
	}
	d.config.talksInto(recipe, d.Count())
	return recipe
}
