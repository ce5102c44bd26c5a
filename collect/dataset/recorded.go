package dataset

import (
	"errors"
	"fmt"
	"sync"
)

// recorded are the conversations of a file, held turn by turn. It keeps places in the file and lengths, no texts.
type recorded struct {
	*sampled
	turnEnds
	rowOf []uint32 // of each conversation

	mu      sync.Mutex
	lengths map[uint32][]turnLengths
}

var _ Sessions = (*recorded)(nil)

// turnLengths are those of what is said at a turn and of the answer on record, in tokens.
type turnLengths struct{ said, answer int }

// newRecorded takes conversations from d until there are as many as it was asked for. Of most readers of files it knows the
// turns beside the prompt; a row without them is a conversation of one turn.
func newRecorded(d *sampled) (*recorded, error) {
	r := &recorded{sampled: d, lengths: map[uint32][]turnLengths{}}
	turnsOf, requests := map[uint32]int{}, 0
	for i := 0; r.Count() < d.n && (i < d.n || !d.config.Files.NoOversample); i++ {
		row, err := d.row(i)
		if err != nil {
			return nil, err
		}
		turns, known := turnsOf[row]
		if !known {
			if turns, err = r.look(row); err != nil {
				return nil, err
			}
			turnsOf[row] = turns
		}
		if turns = r.most(turns, r.Count()); turns > 0 {
			requests += turns
			r.rowOf, r.turnEnds = append(r.rowOf, row), append(r.turnEnds, requests)
		} else if i > len(d.order) && r.Count() == 0 {
			break
		}
	}
	if r.Count() <= d.config.Warmups {
		return nil, fmt.Errorf("read dataset %s: %d conversations that can be held, too few for %d warm-ups and a load", d.config.Path, r.Count(), d.config.Warmups)
	}
	return r, nil
}

// most is how many of a conversation's turns are held.
func (r *recorded) most(turns, session int) int {
	if limit := r.config.Sessions.Turns; limit.Given() {
		return min(turns, limit.Draw(generator(r.config.Seed^turnsSalt, session)))
	}
	return turns
}

// look gives the number of turns of a row, and counts them where that cannot be left to the load.
func (r *recorded) look(row uint32) (int, error) {
	ex, err := r.example(row)
	if err != nil {
		return 0, err
	}
	turns := r.turns(ex)
	if r.config.Sessions.Recorded {
		for i, u := range turns[:max(0, len(turns)-1)] {
			if u.answer.Text == "" {
				return 0, fmt.Errorf("--session-answers recorded: %s has no answer to turn %d of a conversation; use generated", r.config.Path, i+1)
			}
		}
	}
	if r.config.Files.CountAhead {
		_, err = r.counted(row, turns)
	}
	return len(turns), err
}

// turns parts a conversation: a turn is what was said up to an answer, and the answer. One user message after another is a
// turn of its own, as in the benches, which have questions alone. A conversation ends before a turn of which neither the file
// nor a flag says how many tokens to ask for.
func (r *recorded) turns(ex example) (turns []utterance) {
	var said []Message
	settle := func(answer string) {
		u := utterance{said: said, answer: Answer{Text: answer}, outputTokens: ex.output}
		turns, said = append(turns, u), nil
	}
	for _, m := range ex.conversation() {
		spoken := len(said) > 0 && said[len(said)-1].Role != "assistant"
		switch {
		case m.Role == "assistant" && spoken:
			settle(textOf(m))
			continue
		case m.Role == "assistant" && len(turns) > 0 && len(said) == 0:
			turns[len(turns)-1].answer.Text += "\n\n" + textOf(m)
			continue
		case m.Role == "user" && spoken && said[len(said)-1].Role == "user":
			settle("")
		}
		said = append(said, m)
	}
	if len(said) > 0 && said[len(said)-1].Role != "assistant" {
		settle("")
	}
	for i, u := range turns {
		if u.outputTokens == 0 && u.answer.Text == "" && !r.config.Sessions.Output.Given() {
			return turns[:i]
		}
	}
	return turns
}

// conversation is all that was said, in its order.
func (ex example) conversation() []Message {
	if ex.turns != nil {
		if len(ex.messages) == 1 && hasMedia(ex.messages[0]) { // the first message as it is sent, with its picture
			return append(ex.messages[:1:1], ex.turns[1:]...)
		}
		return ex.turns
	}
	said := ex.messages
	if said == nil {
		said = []Message{{Role: "user", Content: ex.text}}
	}
	if ex.answer != "" {
		said = append(said[:len(said):len(said)], Message{Role: "assistant", Content: ex.answer})
	}
	return said
}

// counted gives the lengths of a row's turns, counted once.
func (r *recorded) counted(row uint32, turns []utterance) ([]turnLengths, error) {
	r.mu.Lock()
	lengths, known := r.lengths[row]
	r.mu.Unlock()
	if known {
		return lengths, nil
	}
	for _, u := range turns {
		var n turnLengths
		for _, m := range u.said {
			tokens, err := r.tokens(textOf(m))
			if err != nil {
				return nil, err
			}
			n.said += tokens
		}
		var err error
		if n.answer, err = r.tokens(u.answer.Text); err != nil {
			return nil, err
		}
		lengths = append(lengths, n)
	}
	r.mu.Lock()
	r.lengths[row] = lengths
	r.mu.Unlock()
	return lengths, nil
}

// Len is the number of turns of all conversations.
func (r *recorded) Len() int { return r.turnEnds.Len() }

// Recorded answers are the file's.
func (r *recorded) Recorded() bool { return r.config.Sessions.Recorded }

// Talk begins conversation s. All of its turns are counted now, and not while it is held.
func (r *recorded) Talk(s int) (*Talk, error) {
	row, first := r.rowOf[s], r.First(s)
	ex, err := r.example(row)
	if err != nil {
		return nil, err
	}
	turns := r.turns(ex)
	lengths, err := r.counted(row, turns)
	if err != nil {
		return nil, err
	}
	if len(turns) < r.turnEnds.turns(s) {
		return nil, errors.New("read dataset " + r.config.Path + " again: a conversation is shorter now; has it changed meanwhile?")
	}
	say := func(turn int) (utterance, error) {
		u := turns[turn]
		r.measure(&u, lengths[turn], first+turn, turn)
		return u, readMedia(u.said, r.dir)
	}
	return &Talk{files: r.config.Files, tok: r.tok, session: s, turns: r.turnEnds.turns(s), recorded: r.Recorded(), say: say, body: ex.body}, nil
}

// measure fills in the lengths of what is said at request i.
func (r *recorded) measure(u *utterance, n turnLengths, i, turn int) {
	s := r.config.Sessions
	u.tokens, u.answer.Tokens, u.think = n.said, n.answer, s.thought(r.config.Seed, i, turn)
	switch {
	case s.Output.Given():
		u.outputTokens = s.Output.Draw(generator(r.config.Seed^answerSalt, i))
	case u.outputTokens == 0:
		u.outputTokens = max(1, n.answer)
	}
}

// Prompt stands in for request i.
func (r *recorded) Prompt(i int) (Prompt, error) { return previewOf(r, i) }

// Recipe adds how they are held to what decides the rows.
func (r *recorded) Recipe() map[string]any {
	recipe := r.sampled.Recipe()
	r.config.talksInto(recipe, r.Count())
	return recipe
}
