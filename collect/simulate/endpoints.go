package simulate

import (
	"net/http"
	"slices"
)

func (s *Server) listModels(w http.ResponseWriter, _ *http.Request) {
	type card struct {
		ID          string  `json:"id"`
		Object      string  `json:"object"`
		Created     int64   `json:"created"`
		OwnedBy     string  `json:"owned_by"`
		Root        string  `json:"root"`
		Parent      *string `json:"parent"`
		MaxModelLen int     `json:"max_model_len"`
	}
	var cards []card
	for _, m := range s.config.Models {
		cards = append(cards, card{m, "model", s.clock.began.Unix(), "llmbench", m, nil, s.config.MaxModelLen})
	}
	writeJSON(w, struct {
		Object string `json:"object"`
		Data   []card `json:"data"`
	}{"list", cards})
}

// tokenize counts a prompt or a chat's messages as the engine would.
func (s *Server) tokenize(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model           string    `json:"model"`
		Prompt          *string   `json:"prompt"`
		Messages        []message `json:"messages"`
		ReturnTokenStrs bool      `json:"return_token_strs"`
	}
	text := ""
	err := readJSON(w, r, &body)
	if err == nil {
		_, err = s.model(body.Model)
	}
	switch {
	case err != nil:
	case body.Prompt != nil:
		text = *body.Prompt
	default:
		text, err = render(body.Messages)
	}
	ids := []int{}
	if err == nil {
		ids, err = s.encode(text)
	}
	var strs []string
	for _, id := range ids {
		if body.ReturnTokenStrs && err == nil {
			var str string
			str, err = s.tokenizer.Decode([]int{id})
			strs = append(strs, str)
		}
	}
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, struct {
		Count       int      `json:"count"`
		MaxModelLen int      `json:"max_model_len"`
		Tokens      []int    `json:"tokens"`
		TokenStrs   []string `json:"token_strs"`
	}{len(ids), s.config.MaxModelLen, slices.Concat([]int{}, ids), strs})
}

func (s *Server) detokenize(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model  string `json:"model"`
		Tokens []int  `json:"tokens"`
	}
	err := readJSON(w, r, &body)
	if err == nil {
		_, err = s.model(body.Model)
	}
	if err == nil {
		err = s.checkIDs(body.Tokens)
	}
	text := ""
	if err == nil {
		text, err = s.tokenizer.Decode(body.Tokens)
	}
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, map[string]string{"prompt": text})
}

func (s *Server) writeMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	l := s.scheduler.load()
	usage := float64(l.context) / float64(s.config.Slots*s.config.MaxModelLen)
	// A client that has left does not get it.
	if err := s.metrics.write(w, s.config.Models[0], l, usage, s.config.TokensPerChunk-1); err == nil {
		_ = writeCards(w, s.config.Cards, l.running)
	}
}

func (s *Server) resetPrefixCache(http.ResponseWriter, *http.Request) {
	if s.cache != nil {
		s.cache.reset()
	}
}
