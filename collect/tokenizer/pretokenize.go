package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// piece is a part of the text on its way to the model. first says that it begins where the whole text began.
type piece struct {
	text  string
	first bool
}

// preTokenizer cuts pieces into smaller ones. split appends to out; s.pieces and s.spare are in use while it runs.
type preTokenizer interface {
	split(out, in []piece, s *scratch) ([]piece, error)
}

// stage is the JSON of any normalizer, pre-tokenizer, post-processor or decoder: its type, the rest read as the type says.
type stage struct {
	Type          string            `json:"type"`
	PreTokenizers []json.RawMessage `json:"pretokenizers"`
	Normalizers   []json.RawMessage `json:"normalizers"`
	Decoders      []json.RawMessage `json:"decoders"`
	Processors    []json.RawMessage `json:"processors"`
}

func isNull(data json.RawMessage) bool { return len(data) == 0 || string(data) == "null" }

// newPreTokenizers reads pre_tokenizer as a flat list of steps.
func newPreTokenizers(data json.RawMessage) ([]preTokenizer, error) {
	if isNull(data) {
		return nil, nil
	}
	var st stage
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, fmt.Errorf("pre-tokenizer: %w", err)
	}
	if st.Type == "BertPreTokenizer" {
		return []preTokenizer{&splitter{find: runeFinder(isSpace), behavior: removed}, &splitter{find: runeFinder(isPunctuation), behavior: isolated}}, nil
	}
	if st.Type != "Sequence" {
		step, err := newPreTokenizer(st.Type, data)
		if err != nil {
			return nil, err
		}
		return []preTokenizer{step}, nil
	}
	var steps []preTokenizer
	for _, part := range st.PreTokenizers {
		more, err := newPreTokenizers(part)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	return steps, nil
}

func newPreTokenizer(name string, data json.RawMessage) (preTokenizer, error) {
	switch name {
	case "Split":
		return newSplit(data)
	case "ByteLevel":
		return newByteLevel(data)
	case "Digits":
		return newDigits(data)
	case "Punctuation":
		return newPunctuation(data)
	case "Whitespace":
		return &splitter{find: wordsOrSigns{}, behavior: removed, invert: true}, nil
	case "WhitespaceSplit":
		return &splitter{find: runeFinder(isSpace), behavior: removed}, nil
	case "CharDelimiterSplit":
		return newDelimiter(data)
	case "Metaspace":
		return newMetaspace(data)
	case "FixedLength":
		return newFixedLength(data)
	case "UnicodeScripts":
		return &splitter{find: scriptRuns{}, behavior: removed, invert: true}, nil
	}
	return nil, unsupported("pre-tokenizer", name)
}

// byteLevel prefixes a blank, splits by GPT-2's pattern and writes bytes as characters, the first two if so configured.
// deferred leaves the writing to the model.
type byteLevel struct {
	prefixSpace bool
	words       *splitter // nil without use_regex
	deferred    bool
}

func newByteLevel(data json.RawMessage) (preTokenizer, error) {
	o := struct {
		AddPrefixSpace bool `json:"add_prefix_space"`
		UseRegex       bool `json:"use_regex"`
	}{UseRegex: true}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("pre-tokenizer ByteLevel: %w", err)
	}
	b := &byteLevel{prefixSpace: o.AddPrefixSpace}
	if o.UseRegex {
		b.words = &splitter{find: scanner(scanGPT2), behavior: isolated}
	}
	return b, nil
}

func (b *byteLevel) split(out, in []piece, s *scratch) (_ []piece, err error) {
	if b.prefixSpace {
		for i := range in {
			if !strings.HasPrefix(in[i].text, " ") {
				in[i].text = " " + in[i].text
			}
		}
	}
	if b.words == nil {
		out = append(out, in...)
	} else if out, err = b.words.split(out, in, s); err != nil {
		return nil, err
	}
	if !b.deferred {
		for i := range out {
			out[i].text = byteChars(out[i].text)
		}
	}
	return out, nil
}

// metaspace writes blanks as a visible character, puts one in front, and splits before each.
type metaspace struct {
	mark   string
	scheme string // first, always, never
	cut    *splitter
}

func newMetaspace(data json.RawMessage) (preTokenizer, error) {
	mark, scheme, err := readMetaspace(data)
	if err != nil {
		return nil, fmt.Errorf("pre-tokenizer %w", err)
	}
	var o struct {
		Split *bool `json:"split"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("pre-tokenizer Metaspace: %w", err)
	}
	m := &metaspace{mark: mark, scheme: scheme}
	if o.Split == nil || *o.Split {
		m.cut = &splitter{find: literal(mark), behavior: mergedWithNext}
	}
	return m, nil
}

// readMetaspace reads what the pre-tokenizer and the decoder have in common.
func readMetaspace(data json.RawMessage) (mark, scheme string, err error) {
	var o struct {
		Replacement    string `json:"replacement"`
		PrependScheme  string `json:"prepend_scheme"`
		AddPrefixSpace *bool  `json:"add_prefix_space"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return "", "", fmt.Errorf("type Metaspace: %w", err)
	}
	if utf8.RuneCountInString(o.Replacement) != 1 {
		return "", "", fmt.Errorf("type Metaspace: replacement %q is not one character", o.Replacement)
	}
	scheme = o.PrependScheme
	if o.AddPrefixSpace != nil && !*o.AddPrefixSpace {
		if scheme != "" && scheme != "never" {
			return "", "", fmt.Errorf("type Metaspace: prepend_scheme %q contradicts add_prefix_space false", scheme)
		}
		scheme = "never"
	}
	switch scheme {
	case "":
		scheme = "always"
	case "always", "first", "never":
	default:
		return "", "", fmt.Errorf("type Metaspace: prepend_scheme %q is not first, always or never", scheme)
	}
	return o.Replacement, scheme, nil
}

func (m *metaspace) split(out, in []piece, s *scratch) ([]piece, error) {
	for i, p := range in {
		p.text = strings.ReplaceAll(p.text, " ", m.mark)
		wanted := m.scheme == "always" || m.scheme == "first" && p.first
		if wanted && !strings.HasPrefix(p.text, m.mark) {
			p.text = m.mark + p.text
		}
		in[i] = p
	}
	if m.cut == nil {
		return append(out, in...), nil
	}
	return m.cut.split(out, in, s)
}

// fixedLength cuts pieces of a number of characters.
type fixedLength int

func newFixedLength(data json.RawMessage) (preTokenizer, error) {
	o := struct {
		Length int `json:"length"`
	}{5}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("pre-tokenizer FixedLength: %w", err)
	}
	if o.Length < 1 {
		return nil, fmt.Errorf("pre-tokenizer FixedLength: length %d is not above 0", o.Length)
	}
	return fixedLength(o.Length), nil
}

func (f fixedLength) split(out, in []piece, _ *scratch) ([]piece, error) {
	for _, p := range in {
		begin, count := 0, 0
		for i := range p.text {
			if count == int(f) {
				out = append(out, piece{p.text[begin:i], p.first && begin == 0})
				begin, count = i, 0
			}
			count++
		}
		out = append(out, piece{p.text[begin:], p.first && begin == 0})
	}
	return out, nil
}
