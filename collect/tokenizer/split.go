package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a match, or a part of a text, by bytes.
type span struct{ start, end int }

type markedSpan struct {
	span
	match bool
}

// finder appends the matches in text, in order and not overlapping, to found.
type finder interface {
	spans(found []span, text string, s *scratch) ([]span, error)
}

// behavior says what becomes of the matches when a piece is split at them.
type behavior int

const (
	removed            behavior = iota // dropped
	isolated                           // pieces of their own
	mergedWithPrevious                 // the end of the piece before
	mergedWithNext                     // the beginning of the piece after
	contiguous                         // one piece for several in a row
)

func (b *behavior) UnmarshalJSON(data []byte) error {
	names := map[string]behavior{
		"Removed": removed, "Isolated": isolated, "MergedWithPrevious": mergedWithPrevious,
		"MergedWithNext": mergedWithNext, "Contiguous": contiguous,
	}
	var name string
	if err := json.Unmarshal(data, &name); err != nil {
		return err
	}
	v, ok := names[name]
	if !ok {
		return fmt.Errorf("behavior %q is not known", name)
	}
	*b = v
	return nil
}

// splitter splits pieces at matches, or with invert at what lies between matches.
type splitter struct {
	find     finder
	behavior behavior
	invert   bool
}

// pattern is {"String": ...} or {"Regex": ...}.
type pattern struct {
	String *string `json:"String"`
	Regex  *string `json:"Regex"`
}

func (p pattern) finder() (finder, error) {
	switch {
	case p.Regex != nil:
		return newRegexFinder(*p.Regex, ruby)
	case p.String != nil && *p.String != "":
		return literal(*p.String), nil
	}
	return nil, fmt.Errorf("pattern is neither a String nor a Regex")
}

func newSplit(data json.RawMessage) (preTokenizer, error) {
	var o struct {
		Pattern  pattern   `json:"pattern"`
		Behavior *behavior `json:"behavior"`
		Invert   bool      `json:"invert"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("pre-tokenizer Split: %w", err)
	}
	if o.Behavior == nil {
		return nil, fmt.Errorf("pre-tokenizer Split: it has no behavior")
	}
	find, err := o.Pattern.finder()
	if err != nil {
		return nil, fmt.Errorf("pre-tokenizer Split: %w", err)
	}
	return &splitter{find: find, behavior: *o.Behavior, invert: o.Invert}, nil
}

func newDigits(data json.RawMessage) (preTokenizer, error) {
	var o struct {
		Individual bool `json:"individual_digits"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("pre-tokenizer Digits: %w", err)
	}
	b := contiguous
	if o.Individual {
		b = isolated
	}
	return &splitter{find: runeFinder(isNumeric), behavior: b}, nil
}

func isNumeric(r rune) bool { return classes().of(r)&number != 0 || unicode17Digit.has(r) }

func newPunctuation(data json.RawMessage) (preTokenizer, error) {
	o := struct {
		Behavior behavior `json:"behavior"`
	}{isolated}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("pre-tokenizer Punctuation: %w", err)
	}
	return &splitter{find: runeFinder(isPunctuation), behavior: o.Behavior}, nil
}

func isPunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return unicode.In(r, unicode.P, unicode.S)
	}
	return unicode.Is(unicode.P, r) && !punctuationSince8.has(r) || punctuationOf8.has(r)
}

func newDelimiter(data json.RawMessage) (preTokenizer, error) {
	var o struct {
		Delimiter string `json:"delimiter"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("pre-tokenizer CharDelimiterSplit: %w", err)
	}
	if utf8.RuneCountInString(o.Delimiter) != 1 {
		return nil, fmt.Errorf("pre-tokenizer CharDelimiterSplit: delimiter %q is not one character", o.Delimiter)
	}
	return &splitter{find: literal(o.Delimiter), behavior: removed}, nil
}

func (sp *splitter) split(out, in []piece, s *scratch) (_ []piece, err error) {
	for _, p := range in {
		if s.spans, err = sp.find.spans(s.spans[:0], p.text, s); err != nil {
			return nil, err
		}
		if sp.behavior == isolated {
			out = isolate(out, p, s.spans)
			continue
		}
		s.marked = sp.merge(sp.mark(s.marked[:0], p.text, s.spans))
		for _, m := range s.marked {
			if m.end > m.start && !(sp.behavior == removed && m.match) {
				out = append(out, piece{p.text[m.start:m.end], p.first && m.start == 0})
			}
		}
	}
	return out, nil
}

// isolate is the way of almost all tokenizers: matches and what lies between them, each a piece.
func isolate(out []piece, p piece, matches []span) []piece {
	done := 0
	for _, m := range matches {
		if m.start > done {
			out = append(out, piece{p.text[done:m.start], p.first && done == 0})
		}
		if m.end > m.start {
			out = append(out, piece{p.text[m.start:m.end], p.first && m.start == 0})
		}
		done = m.end
	}
	if done < len(p.text) {
		out = append(out, piece{p.text[done:], p.first && done == 0})
	}
	return out
}

// mark covers text with the matches and what lies between them.
func (sp *splitter) mark(list []markedSpan, text string, matches []span) []markedSpan {
	done := 0
	for _, m := range matches {
		if m.start > done {
			list = append(list, markedSpan{span{done, m.start}, sp.invert})
		}
		list = append(list, markedSpan{m, !sp.invert})
		done = m.end
	}
	if done < len(text) {
		list = append(list, markedSpan{span{done, len(text)}, sp.invert})
	}
	return list
}

// merge joins neighbours in place as the behavior says. A match joins one neighbour at most: of several matches in a row
// only the one next to other text does.
func (sp *splitter) merge(list []markedSpan) []markedSpan {
	if sp.behavior == mergedWithNext {
		return mergeNext(list)
	}
	if sp.behavior == removed || len(list) == 0 {
		return list
	}
	kept, before := list[:1], list[0].match
	for _, m := range list[1:] {
		join := m.match == before
		if sp.behavior == mergedWithPrevious {
			join = m.match && !before
		}
		before = m.match
		if join {
			kept[len(kept)-1].end = m.end
		} else {
			kept = append(kept, m)
		}
	}
	return kept
}

func mergeNext(list []markedSpan) []markedSpan {
	at, after := len(list), false // list[at:] is done
	for i := len(list) - 1; i >= 0; i-- {
		m := list[i]
		if m.match && !after && at < len(list) {
			list[at].start = m.start
		} else {
			at--
			list[at] = m
		}
		after = m.match
	}
	return list[at:]
}

// literal finds a text.
type literal string

func (l literal) spans(found []span, text string, _ *scratch) ([]span, error) {
	for from := 0; ; {
		i := strings.Index(text[from:], string(l))
		if i < 0 {
			return found, nil
		}
		found = append(found, span{from + i, from + i + len(l)})
		from += i + len(l)
	}
}

// runeFinder finds characters, each a match of its own.
type runeFinder func(rune) bool

func (f runeFinder) spans(found []span, text string, _ *scratch) ([]span, error) {
	for i, r := range text {
		if f(r) {
			found = append(found, span{i, i + utf8.RuneLen(r)})
		}
	}
	return found, nil
}

// wordsOrSigns finds \w+|[^\w\s]+.
type wordsOrSigns struct{}

func (wordsOrSigns) spans(found []span, text string, _ *scratch) ([]span, error) {
	const none, word, sign = 0, 1, 2
	kind, start := none, 0
	for i, r := range text {
		k := sign
		if isWord(r) {
			k = word
		} else if isSpace(r) {
			k = none
		}
		if k == kind {
			continue
		}
		if kind != none {
			found = append(found, span{start, i})
		}
		kind, start = k, i
	}
	if kind != none {
		found = append(found, span{start, len(text)})
	}
	return found, nil
}
