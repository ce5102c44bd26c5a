package tokenizer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
)

// Server is the tokenizer of the server under test, asked over HTTP: exact by definition, at the price of a request for
// every text. It is safe for concurrent use. All its requests end with the context given to NewServer, which must therefore
// live as long as the tokenizer is in use.
//
// Special tokens are not added, except that text-generation-inference always adds them; they are taken off again.
type Server struct {
	ctx    context.Context
	client *http.Client
	base   string
	model  string
	header http.Header

	dialect   dialect
	tokenize  string // path
	canDecode bool
	special   int
	hash      string

	pool pool
}

// probeText is what a server is asked first: of several scripts, so that two vocabularies will hardly agree on it.
const probeText = "Hello, world! The year 2026 has 365 days; naïve café 你好，世界。テスト Привет 🙂\n\tif (x != nil) { return x[0] }"

// NewServer asks the server which form of /tokenize it has. header is sent with every request (an API key, mostly); model
// may be empty. It is an error when the server has none, naming what it answered.
func NewServer(ctx context.Context, client *http.Client, baseURL, model string, header http.Header) (*Server, error) {
	base := strings.TrimSuffix(strings.TrimRight(baseURL, "/"), "/v1")
	s := &Server{ctx: ctx, client: client, base: base, model: model, header: header}
	ids, err := s.probe()
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) {
			err = errors.New("connection refused; is the server running there?")
		}
		return nil, fmt.Errorf("ask %s for its tokenizer: %w", base, err)
	}
	sum := sha256.Sum256(fmt.Append(nil, ids))
	s.hash = hex.EncodeToString(sum[:])
	if err := s.probeDecode(ids); err != nil {
		return nil, fmt.Errorf("ask %s for its tokenizer: %w", base, err)
	}
	return s, nil
}

// Name says in which dialect the server is asked; the same for every server of an engine, so that runs can be compared.
func (s *Server) Name() string { return "server (" + s.dialect.name + " /tokenize)" }

// Hash is made of the ids of a fixed text in several scripts: servers with the same tokenizer have equal hashes, whatever
// their address and model name.
func (s *Server) Hash() string { return "server-" + s.hash }

// NumSpecialToAdd is the number of special tokens that the server adds to a plain prompt.
func (s *Server) NumSpecialToAdd() int { return s.special }

// Encode gives the ids of text without special tokens.
func (s *Server) Encode(text string) ([]int, error) {
	if text == "" {
		return []int{}, nil
	}
	ids, _, err := s.ask(text)
	if err != nil {
		return nil, fmt.Errorf("encode with %s: %w", s.Name(), err)
	}
	return ids, nil
}

// EncodeSpecial gives the ids of text with the special tokens that the server adds to a plain prompt.
func (s *Server) EncodeSpecial(text string) ([]int, error) {
	var answer json.RawMessage
	if err := s.post(s.tokenize, s.dialect.request(s.model, text, true), &answer); err != nil {
		return nil, fmt.Errorf("encode with %s: %w", s.Name(), err)
	}
	tokens, err := readAll(answer)
	if err != nil {
		return nil, fmt.Errorf("encode with %s: %w", s.Name(), err)
	}
	ids := make([]int, len(tokens))
	for i, t := range tokens {
		ids[i] = *t.ID
	}
	return ids, nil
}

// Count is len(Encode(text)).
func (s *Server) Count(text string) (int, error) {
	ids, err := s.Encode(text)
	return len(ids), err
}

// Decode gives the text of ids: of random prompts (ids that are not IsSpecial) from the words learnt, of others by
// /detokenize, which not every server has.
func (s *Server) Decode(ids []int) (string, error) {
	if len(ids) == 0 {
		return "", nil
	}
	if known := s.pool.learnt.Load(); known != nil {
		if text, ok := known.text(ids); ok {
			return text, nil
		}
	}
	if !s.canDecode {
		return "", fmt.Errorf("decode with %s: it has no /detokenize", s.Name())
	}
	text, err := s.detokenize(ids)
	if err != nil {
		return "", fmt.Errorf("decode with %s: %w", s.Name(), err)
	}
	return text, nil
}

// probe finds the dialect and path that answer with ids.
func (s *Server) probe() ([]int, error) {
	var refusals []error
	for _, d := range dialects {
		for _, path := range []string{"/tokenize", "/v1/tokenize"} {
			s.dialect, s.tokenize = d, path
			ids, added, err := s.ask(probeText)
			var refused *refusal
			switch {
			case err == nil && len(ids) > 0:
				s.special, err = s.countSpecial(len(ids), added)
				return ids, err
			case errors.As(err, &refused) && refused.status == http.StatusUnauthorized,
				errors.As(err, &refused) && refused.status == http.StatusForbidden:
				return nil, fmt.Errorf("%w; check the API key", err)
			case errors.As(err, &refused):
			case errors.Is(err, errAnswer), err == nil:
				err = fmt.Errorf("%s in %s dialect: %w", path, d.name, errAnswer)
			default:
				return nil, err
			}
			refusals = append(refusals, err)
			if refused == nil || !refused.noRoute() {
				break // the path is there: another dialect may suit it
			}
		}
	}
	return nil, fmt.Errorf("it offers no usable /tokenize: %w", distinct(refusals))
}

// distinct joins errors of equal text once.
func distinct(errs []error) error {
	seen := map[string]bool{}
	var kept []error
	for _, err := range errs {
		if !seen[err.Error()] {
			seen[err.Error()] = true
			kept = append(kept, err)
		}
	}
	return errors.Join(kept...)
}

func (s *Server) countSpecial(plain, added int) (int, error) {
	if !s.dialect.canAdd {
		return added, nil
	}
	var answer json.RawMessage
	if err := s.post(s.tokenize, s.dialect.request(s.model, probeText, true), &answer); err != nil {
		return 0, err
	}
	ids, _, err := readTokens(answer)
	return max(len(ids)-plain, 0), err
}

func (s *Server) probeDecode(ids []int) error {
	_, err := s.detokenize(ids)
	var refused *refusal
	if errors.As(err, &refused) || errors.Is(err, errAnswer) {
		return nil
	}
	s.canDecode = err == nil
	return err
}

// ask gives the ids of text and the number of special tokens that were taken off.
func (s *Server) ask(text string) (ids []int, added int, err error) {
	var answer json.RawMessage
	if err := s.post(s.tokenize, s.dialect.request(s.model, text, false), &answer); err != nil {
		return nil, 0, err
	}
	return readTokens(answer)
}

func (s *Server) detokenize(ids []int) (string, error) {
	var answer struct {
		Prompt  *string `json:"prompt"`  // vLLM
		Content *string `json:"content"` // llama.cpp
		Text    *string `json:"text"`    // SGLang
	}
	body := withModel(s.model, map[string]any{"tokens": ids, "skip_special_tokens": false})
	if err := s.post(strings.Replace(s.tokenize, "tokenize", "detokenize", 1), body, &answer); err != nil {
		return "", err
	}
	for _, text := range []*string{answer.Prompt, answer.Content, answer.Text} {
		if text != nil {
			return *text, nil
		}
	}
	return "", fmt.Errorf("/detokenize: %w", errAnswer)
}

// maxAnswer bounds what is read of an answer: the ids of a prompt of some hundred megabytes.
const maxAnswer = 1 << 30

func (s *Server) post(path string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.do(http.MethodPost, path, data, answer)
}

func (s *Server) do(method, path string, body []byte, answer any) error {
	req, err := http.NewRequestWithContext(s.ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, values := range s.header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return &refusal{path, resp.StatusCode, data}
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("%s: %w: %w", path, errAnswer, err)
	}
	return nil
}
