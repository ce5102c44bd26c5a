package dataset

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// composer makes prompts of exact token counts: of random words, or of random ids of the vocabulary.
type composer struct {
	tok   Tokenizer
	words *wordPool
	ids   []int // in place of words
	// leads is how many tokens at its begin set a prompt apart from all others; see draft.unique.
	leads int
	// careful is set when the tokenizer joins words, so that each prompt has to be counted and mended.
	careful bool
}

// newComposer readies the prompts of c.
func newComposer(c Config, tok Tokenizer) (*composer, error) {
	m := &composer{tok: tok}
	shuffle := generator(c.Seed, -3)
	if c.PromptTokenIDs {
		if m.ids = plainIDs(tok); len(m.ids) < fewestWords {
			return nil, errors.New("--prompt-token-ids: the vocabulary is not known; name the tokenizer with --tokenizer")
		}
		shuffle.Shuffle(len(m.ids), func(i, j int) { m.ids[i], m.ids[j] = m.ids[j], m.ids[i] })
	} else {
		var err error
		if m.words, err = newWordPool(tok); err != nil {
			return nil, err
		}
		m.words.shuffle(shuffle)
		if err := m.rehearse(c.Seed); err != nil {
			return nil, err
		}
	}
	for reach := 1; reach < c.NumPrompts; reach *= m.choices(true) {
		m.leads++
	}
	return m, nil
}

// plainIDs are those that may appear in a prompt.
func plainIDs(tok Tokenizer) []int {
	var ids []int
	for id := range tok.VocabSize() {
		if !tok.IsSpecial(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// rehearse counts a long text: words chosen to be one token each add up for tokenizers that split text at blanks, which is
// nearly all of them. For the others every prompt is counted.
func (m *composer) rehearse(seed int64) error {
	const n = 2048
	d := m.draft(n)
	d.random(generator(seed, -2), n)
	ids, err := m.tok.Encode(d.text.String())
	if err != nil {
		return fmt.Errorf("tokenize a random prompt: %w", err)
	}
	m.careful = len(ids) != n
	return nil
}

// choices is how many tokens there are to choose from, at the begin of a text or within it.
func (m *composer) choices(first bool) int {
	switch {
	case m.words == nil:
		return len(m.ids)
	case first:
		return min(len(m.words.first), len(m.words.next))
	}
	return len(m.words.next)
}

// draft is a prompt in the making, to which parts are added.
type draft struct {
	*composer
	text   strings.Builder
	ids    []int
	tokens int
}

// draft begins a prompt of about so many tokens.
func (m *composer) draft(tokens int) *draft {
	d := &draft{composer: m}
	if m.words == nil {
		d.ids = make([]int, 0, tokens)
	} else {
		const bytesPerToken = 8
		d.text.Grow(tokens * bytesPerToken)
	}
	return d
}

// add adds the token of this place in the pool.
func (d *draft) add(place int) {
	switch {
	case d.words == nil:
		d.ids = append(d.ids, d.composer.ids[place])
	case d.tokens == 0:
		d.text.WriteString(d.words.first[place])
	default:
		d.text.WriteString(d.words.next[place])
	}
	d.tokens++
}

// size is how many tokens the next one is chosen from.
func (d *draft) size() int {
	if d.words != nil && d.tokens == 0 {
		return len(d.words.first)
	}
	return d.choices(false)
}

// random adds n random tokens.
func (d *draft) random(rng *rand.Rand, n int) {
	if n > 0 && d.tokens == 0 {
		d.add(rng.IntN(d.size()))
		n--
	}
	choices := d.choices(false)
	if d.words == nil {
		for range n {
			d.ids = append(d.ids, d.composer.ids[rng.IntN(choices)])
		}
	} else {
		for range n {
			d.text.WriteString(d.words.next[rng.IntN(choices)])
		}
	}
	d.tokens += n
}

// unique adds n random tokens that differ from those of every other i of the dataset, as far as n tokens can: the first of
// them spell i, each shifted by what the one before it is.
func (d *draft) unique(rng *rand.Rand, i, n int) {
	leads, base, shift := min(d.leads, n), d.choices(true), 0
	for range leads {
		place := (i + shift) % base
		d.add(place)
		i, shift = i/base, shift*31+place*7919+1
		shift %= 1 << 30
	}
	d.random(rng, n-leads)
}

// prefix adds what another draft holds.
func (d *draft) prefix(p *draft) {
	d.text.WriteString(p.text.String())
	d.ids = append(d.ids, p.ids...)
	d.tokens += p.tokens
}

// prompt is the finished input.
func (d *draft) prompt(rng *rand.Rand) (Prompt, error) {
	if d.words == nil {
		return Prompt{TokenIDs: d.ids, InputTokens: d.tokens}, nil
	}
	text, err := d.finished(rng)
	return Prompt{Text: text, InputTokens: d.tokens}, err
}

// finished is the text, mended where the tokenizer joins words: whole words are taken off or put on at its end until it
// has the tokens that were added.
func (d *draft) finished(rng *rand.Rand) (string, error) {
	text := d.text.String()
	if !d.careful {
		return text, nil
	}
	const tries = 64
	for range tries {
		ids, err := d.tok.Encode(text)
		if err != nil {
			return "", fmt.Errorf("tokenize a random prompt: %w", err)
		}
		switch missing := d.tokens - len(ids); {
		case missing == 0:
			return text, nil
		case missing > 0:
			more := d.draft(missing)
			more.tokens = min(1, len(text)) // within a text
			more.random(rng, missing)
			text += more.text.String()
		default:
			if text, err = d.tok.Decode(ids[:d.tokens]); err != nil {
				return "", fmt.Errorf("shorten a random prompt: %w", err)
			}
		}
	}
	return "", fmt.Errorf("no text of exactly %d tokens found for this tokenizer; try another length", d.tokens)
}
