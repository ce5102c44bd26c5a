package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// A server does not tell its vocabulary, so random prompts are made of the common words that are one token of it each. They
// are learnt by tokenizing the word list in batches, when first asked for. Their text is known then and made here, so that
// any sequence of them is kept by Decode and Encode: the server's own /detokenize may put a blank too many in front.
type pool struct {
	once   sync.Once
	err    error
	learnt atomic.Pointer[vocabularyPart]
}

// vocabularyPart is what has been learnt; it is never changed once it is in place.
type vocabularyPart struct {
	words map[int]string
	top   int
	lead  string // what the text of a sequence of words begins with
}

// fewestWords is the smallest pool worth drawing prompts from.
const fewestWords = 64

// maxVocabulary is more than any model has. Simulated servers take hashes for ids, and who goes through all ids would not
// come to an end.
const maxVocabulary = 1 << 24

// wordBatch is the number of words asked for in one request.
const wordBatch = 64

// Learn learns the ids that random prompts may be made of, some twenty requests, once. VocabSize and IsSpecial call it, but
// cannot report its error: VocabSize is then 0 and every id special.
func (s *Server) Learn() error {
	s.pool.once.Do(func() {
		part, err := s.learn()
		if err != nil {
			s.pool.err = fmt.Errorf("learn words of %s: %w", s.Name(), err)
			return
		}
		s.pool.learnt.Store(part)
	})
	return s.pool.err
}

// VocabSize is the size of the vocabulary where the server tells it (llama.cpp does), else one more than the highest id that
// is known; 0 if Learn fails.
func (s *Server) VocabSize() int {
	if s.Learn() != nil {
		return 0
	}
	return s.pool.learnt.Load().top
}

// IsSpecial reports every id that is not known to be a common word.
func (s *Server) IsSpecial(id int) bool {
	if s.Learn() != nil {
		return true
	}
	_, ok := s.pool.learnt.Load().words[id]
	return !ok
}

func (s *Server) learn() (*vocabularyPart, error) {
	front, err := s.Encode(anchor)
	if err != nil {
		return nil, err
	}
	part := &vocabularyPart{words: map[int]string{}}
	for batch := range slices.Chunk(commonWords, wordBatch) {
		if err := s.learnWords(part, front, batch); err != nil {
			return nil, err
		}
	}
	if len(part.words) < fewestWords {
		return nil, fmt.Errorf("only %d of %d common words are one token", len(part.words), len(commonWords))
	}
	if part.lead, err = s.learnLead(part.words); err != nil {
		return nil, err
	}
	if part.top, err = s.learnTop(); err != nil {
		return nil, err
	}
	for id := range part.words {
		part.top = max(part.top, id+1)
	}
	if part.top > maxVocabulary {
		return nil, fmt.Errorf("its ids go up to %d and are no places in a vocabulary", part.top-1)
	}
	return part, nil
}

// anchor takes the place in front, where a token may have no blank of its own.
const anchor = "the"

// learnWords learns those of the words that are one token: all if there are as many tokens as words besides those of the
// anchor in front, else each half by itself.
func (s *Server) learnWords(part *vocabularyPart, front []int, words []string) error {
	ids, err := s.Encode(anchor + " " + strings.Join(words, " "))
	if err != nil {
		return err
	}
	if len(ids) == len(front)+len(words) {
		for i, w := range words {
			part.words[ids[len(front)+i]] = w
		}
		return nil
	}
	if len(words) == 1 {
		return nil
	}
	half := len(words) / 2
	if err := s.learnWords(part, front, words[:half]); err != nil {
		return err
	}
	return s.learnWords(part, front, words[half:])
}

// learnLead finds out whether a text of such tokens must begin with a blank.
func (s *Server) learnLead(words map[int]string) (string, error) {
	ids := slices.Sorted(maps.Keys(words))[:3]
	text := words[ids[0]] + " " + words[ids[1]] + " " + words[ids[2]]
	for _, lead := range []string{" ", ""} {
		got, err := s.Encode(lead + text)
		if err != nil {
			return "", err
		}
		if slices.Equal(got, ids) {
			return lead, nil
		}
	}
	return "", errors.New("words together have other tokens than alone")
}

// learnTop asks for the size of the vocabulary where /v1/models may tell it; 0 is not told.
func (s *Server) learnTop() (int, error) {
	var models struct {
		Data []struct {
			Meta *struct {
				Vocab int `json:"n_vocab"`
			} `json:"meta"`
		} `json:"data"`
	}
	var answer json.RawMessage
	err := s.do(http.MethodGet, "/v1/models", nil, &answer)
	var refused *refusal
	if errors.As(err, &refused) || errors.Is(err, errAnswer) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if json.Unmarshal(answer, &models) == nil && len(models.Data) > 0 && models.Data[0].Meta != nil {
		return models.Data[0].Meta.Vocab, nil
	}
	return 0, nil
}

// text joins the words of ids; ok is false when one of them is none.
func (v *vocabularyPart) text(ids []int) (text string, ok bool) {
	var b strings.Builder
	b.WriteString(v.lead)
	for i, id := range ids {
		word, ok := v.words[id]
		if !ok {
			return "", false
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String(), true
}
