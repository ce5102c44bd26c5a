package dataset

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Talk is one conversation under way. It is used by one goroutine at a time.
type Talk struct {
	files    FilesConfig // how a history becomes a prompt
	tok      Tokenizer
	session  int
	turns    int
	recorded bool
	say      func(turn int) (utterance, error)
	body     map[string]json.RawMessage

	turn     int
	last     utterance
	messages []Message
	tokens   int // of the messages
	unsure   bool
}

// utterance is what is said at a turn before the model's answer, mostly by the user alone; how much is asked for; how long the
// user thinks first; and the answer on record.
type utterance struct {
	said         []Message
	tokens       int
	outputTokens int
	think        time.Duration
	answer       Answer
}

// Answer is what was said to a turn. Tokens is 0 when their number is not known.
type Answer struct {
	Text   string
	Tokens int
}

// Over reports whether the last turn has been given out.
func (t *Talk) Over() bool { return t.turn >= t.turns }

// Next gives the prompt of the next turn, after the answer to the one before it (nothing before the first), and how long
// the user thinks about that answer. It must not be called once Over is true.
func (t *Talk) Next(answer Answer) (Prompt, time.Duration, error) {
	first := t.turn == 0
	if err := t.advance(answer); err != nil {
		return Prompt{}, 0, err
	}
	p := Prompt{OutputTokens: t.last.outputTokens, SessionID: strconv.Itoa(t.session), Turn: t.turn - 1, Turns: t.turns, Body: t.body}
	if err := t.render(&p); err != nil {
		return Prompt{}, 0, err
	}
	if first && p.Text != "" { // what a template adds is known by counting alone; later turns, of whole histories, are not counted again
		ids, err := t.tok.Encode(p.Text)
		if err != nil {
			return Prompt{}, 0, fmt.Errorf("tokenize a conversation: %w", err)
		}
		t.tokens = len(ids)
	}
	if !t.unsure {
		p.InputTokens = t.tokens
	}
	return p, t.last.think, nil
}

// Resume goes past the first turn, which was sent before and had so many tokens.
func (t *Talk) Resume(inputTokens int) error {
	err := t.advance(Answer{})
	t.tokens = inputTokens
	return err
}

// advance adds the answer and what is said next to the history.
func (t *Talk) advance(answer Answer) error {
	if t.turn > 0 {
		if t.recorded {
			answer = t.last.answer
		}
		t.add(answer.Tokens, Message{Role: "assistant", Content: answer.Text})
	}
	u, err := t.say(t.turn)
	if err != nil {
		return err
	}
	t.add(u.tokens, u.said...)
	t.last = u
	t.turn++
	return nil
}

func (t *Talk) add(tokens int, said ...Message) {
	t.messages = append(t.messages, said...)
	t.tokens += tokens
	t.unsure = t.unsure || tokens == 0 && slices.ContainsFunc(said, func(m Message) bool { return textOf(m) != "" })
}

// render makes the prompt of all that was said: messages for chat, one text by the chat template for the others. Without a
// template what was said is set one below the other: it is a history that grows, whatever a model makes of it.
func (t *Talk) render(p *Prompt) (err error) {
	switch {
	case t.files.Chat:
		p.Messages = t.messages[:len(t.messages):len(t.messages)]
	case t.files.Template != nil:
		if p.Text, err = t.files.Template.Render(t.messages); err != nil {
			return fmt.Errorf("apply the chat template: %w", err)
		}
	default:
		lines := make([]string, len(t.messages))
		for i, m := range t.messages {
			lines[i] = textOf(m)
		}
		p.Text = strings.Join(lines, "\n")
	}
	return nil
}
