package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// ErrNoChatCount: the server does not tell how many tokens a chat has.
var ErrNoChatCount = errors.New("it does not tell the tokens of a chat")

// CountPrompt is the number that the server will tell as prompt tokens of such a request: with the special tokens it adds to
// a plain prompt, or for a chat the tokens of its template around one message of a user.
func (s *Server) CountPrompt(text string, chat bool) (int, error) {
	if !chat {
		ids, err := s.EncodeSpecial(text)
		return len(ids), err
	}
	n, err := s.countChat(text)
	if err != nil {
		return 0, fmt.Errorf("count a chat with %s: %w", s.Name(), err)
	}
	return n, nil
}

func (s *Server) countChat(text string) (int, error) {
	messages := []map[string]string{{"role": "user", "content": text}}
	switch s.dialect.name {
	case "vllm":
		return s.askChat(s.tokenize, map[string]any{"messages": messages, "add_generation_prompt": true})
	case "llama.cpp":
		var rendered struct {
			Prompt *string `json:"prompt"`
		}
		err := s.post("/apply-template", withModel(s.model, map[string]any{"messages": messages}), &rendered)
		switch {
		case err != nil:
			return 0, chatRefused(err)
		case rendered.Prompt == nil:
			return 0, ErrNoChatCount
		}
		ids, err := s.EncodeSpecial(*rendered.Prompt)
		return len(ids), err
	case "tgi":
		return s.askChat("/chat_tokenize", map[string]any{"messages": messages})
	}
	return 0, ErrNoChatCount
}

// askChat reads the tokens of a chat, which text-generation-inference wraps once more.
func (s *Server) askChat(path string, body map[string]any) (int, error) {
	var answer json.RawMessage
	if err := s.post(path, withModel(s.model, body), &answer); err != nil {
		return 0, chatRefused(err)
	}
	var wrapped struct {
		Tokens json.RawMessage `json:"tokenize_response"`
	}
	if json.Unmarshal(answer, &wrapped) == nil && wrapped.Tokens != nil {
		answer = wrapped.Tokens
	}
	tokens, err := readAll(answer)
	return len(tokens), err
}

// chatRefused tells a server that cannot from one that fails.
func chatRefused(err error) error {
	var refused *refusal
	if errors.As(err, &refused) && refused.status < http.StatusInternalServerError {
		return fmt.Errorf("%w (%w)", ErrNoChatCount, err)
	}
	return err
}
