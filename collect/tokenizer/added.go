package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedToken is one entry of added_tokens: text that becomes one id wherever it stands, outside the model.
type addedToken struct {
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// addedVocabulary holds the added tokens: those looked for in the text as it is, and those looked for in normalized text.
type addedVocabulary struct {
	tokens     map[int]addedToken
	texts      map[int]string // what decoding writes: the normalized form where the token is normalized
	special    map[string]bool
	plain      *matcher
	normalized *matcher
	top        int
}

// newAddedVocabulary numbers the tokens as the library does: by the model's id where its vocabulary has the text, else
// upwards from the end of the vocabulary. The ids written in the file are not looked at.
func newAddedVocabulary(data json.RawMessage, m model, n normalizer) (*addedVocabulary, error) {
	var list []addedToken
	if len(data) > 0 {
		if err := json.Unmarshal(data, &list); err != nil {
			return nil, fmt.Errorf("added_tokens: %w", err)
		}
	}
	ids, next, tokens := map[string]int{}, m.entries(), map[int]addedToken{}
	for _, token := range list {
		if token.Content == "" {
			continue
		}
		id, ok := ids[token.Content]
		if !ok {
			if id, ok = m.id(token.Content); !ok {
				id, next = next, next+1
			}
			ids[token.Content] = id
		}
		tokens[id] = token
	}
	return newAddedTokens(tokens, n), nil
}

// newAddedTokens takes tokens whose ids are known.
func newAddedTokens(tokens map[int]addedToken, n normalizer) *addedVocabulary {
	a := &addedVocabulary{
		tokens: tokens, texts: map[int]string{}, special: map[string]bool{}, plain: newMatcher(), normalized: newMatcher(),
	}
	for id, token := range tokens {
		a.texts[id] = token.Content
		if token.Normalized && n != nil {
			a.texts[id] = n.normalize(token.Content)
		}
		if token.Special {
			a.special[token.Content] = true
		}
		a.top = max(a.top, id+1)
		if token.Normalized {
			a.normalized.add(a.texts[id], id, token)
		} else {
			a.plain.add(token.Content, id, token)
		}
	}
	return a
}

func (a *addedVocabulary) has(id int) bool {
	_, ok := a.tokens[id]
	return ok
}

func (a *addedVocabulary) text(id int) (string, bool) {
	text, ok := a.texts[id]
	return text, ok
}

// matcher finds added tokens in a text: the leftmost, and the longest of those. It is a trie over bytes.
type matcher struct {
	nodes  []trieNode
	starts [256]bool
	start  string // the byte that all tokens begin with, if they do
	tokens map[int]addedToken
}

type trieNode struct {
	edges []trieEdge
	id    int // -1 inside a token
}

type trieEdge struct {
	b  byte
	to int32
}

func newMatcher() *matcher {
	return &matcher{nodes: []trieNode{{id: -1}}, tokens: map[int]addedToken{}}
}

func (m *matcher) add(text string, id int, token addedToken) {
	if text == "" {
		return
	}
	at := int32(0)
	for i := range len(text) {
		to := m.nodes[at].step(text[i])
		if to < 0 {
			to = int32(len(m.nodes))
			m.nodes[at].edges = append(m.nodes[at].edges, trieEdge{text[i], to})
			m.nodes = append(m.nodes, trieNode{id: -1})
		}
		at = to
	}
	m.nodes[at].id = id
	m.tokens[id] = token
	m.starts[text[0]] = true
	m.start = ""
	if len(m.nodes[0].edges) == 1 {
		m.start = text[:1]
	}
}

func (n *trieNode) step(b byte) int32 {
	for _, e := range n.edges {
		if e.b == b {
			return e.to
		}
	}
	return -1
}

// find gives the next token at or after from; id is -1 when there is none.
func (m *matcher) find(text string, from int) (start, end, id int) {
	for i := from; ; i++ {
		if i = m.candidate(text, i); i < 0 {
			return 0, 0, -1
		}
		id, end = -1, 0
		for at, j := int32(0), i; j < len(text); {
			if at = m.nodes[at].step(text[j]); at < 0 {
				break
			}
			if j++; m.nodes[at].id >= 0 {
				id, end = m.nodes[at].id, j
			}
		}
		if id >= 0 {
			return i, end, id
		}
	}
}

func (m *matcher) candidate(text string, from int) int {
	if from >= len(text) {
		return -1
	}
	if m.start != "" {
		if i := strings.IndexByte(text[from:], m.start[0]); i >= 0 {
			return from + i
		}
		return -1
	}
	for i := from; i < len(text); i++ {
		if m.starts[text[i]] {
			return i
		}
	}
	return -1
}

// each cuts text at added tokens: f gets every part in order, id -1 for the text between tokens. Parts are never empty,
// except that a token may be given more than its own text (the blanks it strips) or begin inside the blanks that the token
// before it stripped.
func (m *matcher) each(text string, f func(start, end, id int) error) error {
	done := 0 // all before it has been given to f
	if len(m.tokens) > 0 {
		for from := 0; ; {
			start, end, id := m.find(text, from)
			if id < 0 {
				break
			}
			from = end
			token := m.tokens[id]
			if token.SingleWord && !standsAlone(text, start, end) {
				continue
			}
			if token.LStrip {
				start = max(done, len(strings.TrimRightFunc(text[:start], isSpace)))
			}
			if token.RStrip {
				end = len(text) - len(strings.TrimLeftFunc(text[end:], isSpace))
			}
			if done < start {
				if err := f(done, start, -1); err != nil {
					return err
				}
			}
			if err := f(start, end, id); err != nil {
				return err
			}
			done = end
		}
	}
	if done < len(text) {
		return f(done, len(text), -1)
	}
	return nil
}

func isSpace(r rune) bool { return unicode.Is(unicode.White_Space, r) }

// standsAlone reports that no word character touches text[start:end].
func standsAlone(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return (start == 0 || !isWord(before)) && (end == len(text) || !isWord(after))
}

// isWord is \w of Unicode's recommendation for regular expressions (UTS #18, annex C).
func isWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Other_Alphabetic, unicode.Pc, unicode.Join_Control) ||
		classes().of(r)&(letter|mark) != 0 || isNewDigit(r)
}
