package simulate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// embeddingSize is how many numbers an embedding has: enough to be one, few enough to cost nothing.
const embeddingSize = 8

// readEmbeddings reads a request for embeddings or pooling: a text or token ids, a list of either, or as vLLM has it the
// messages of a chat.
func (s *Server) readEmbeddings(w http.ResponseWriter, r *http.Request) (*request, error) {
	var body struct {
		Model    string          `json:"model"`
		Input    json.RawMessage `json:"input"`
		Messages []message       `json:"messages"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	var inputs [][]int
	var err error
	if body.Messages != nil {
		inputs = make([][]int, 1)
		inputs[0], err = s.prompt(&generateBody{Messages: body.Messages}, true)
	} else {
		inputs, err = s.inputs(body.Input)
	}
	if err != nil {
		return nil, err
	}
	return s.pooled(r, body.Model, inputs, func(i identity, u usage) any { return embeddings(r.URL.Path, i, len(inputs), u) })
}

// inputs gives each input in tokens.
func (s *Server) inputs(raw json.RawMessage) ([][]int, error) {
	var texts []string
	var lists [][]int
	switch {
	case json.Unmarshal(raw, &texts) == nil && texts != nil:
		for _, text := range texts {
			ids, err := s.encode(text)
			if err != nil {
				return nil, err
			}
			lists = append(lists, ids)
		}
		return lists, nil
	case json.Unmarshal(raw, &lists) == nil && lists != nil:
		for _, ids := range lists {
			if err := s.checkIDs(ids); err != nil {
				return nil, err
			}
		}
		return lists, nil
	}
	ids, err := s.completionPrompt(raw)
	return [][]int{ids}, err
}

// readRerank reads a query and documents. Each document is computed together with the query and a separator.
func (s *Server) readRerank(w http.ResponseWriter, r *http.Request) (*request, error) {
	var body struct {
		Model     string   `json:"model"`
		Query     string   `json:"query"`
		Documents []string `json:"documents"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	query, err := s.encode(body.Query)
	if err != nil {
		return nil, err
	}
	var pairs [][]int
	for _, text := range body.Documents {
		document, err := s.encode(text)
		if err != nil {
			return nil, err
		}
		const separator = 0
		pairs = append(pairs, append(append(append([]int{}, query...), separator), document...))
	}
	return s.pooled(r, body.Model, pairs, func(i identity, u usage) any { return ranking(i, body.Documents, u) })
}

// pooled is a request for numbers. To the engine it is a prompt of all that is to be read, and one token.
func (s *Server) pooled(r *http.Request, model string, inputs [][]int, answer func(i identity, u usage) any) (*request, error) {
	model, err := s.model(model)
	if err != nil {
		return nil, err
	}
	fault, err := s.faultOf(r)
	if err != nil {
		return nil, err
	}
	q := &request{fault: fault, requestID: s.requestID(r), output: 1, reason: "stop"}
	q.identity = identity{"pool-" + q.requestID, model, time.Now().Unix()}
	for i, ids := range inputs {
		if len(ids) == 0 {
			return nil, badRequest("input", fmt.Sprintf("input %d is empty", i))
		}
		if len(ids) > s.config.MaxModelLen {
			return nil, badRequest("input", fmt.Sprintf("input %d has %d tokens, more than this model's maximum context length of %d tokens", i, len(ids), s.config.MaxModelLen))
		}
		q.prompt = append(q.prompt, ids...)
	}
	if len(q.prompt) == 0 {
		return nil, badRequest("input", "there is no input")
	}
	q.gen = newGenerator(s.words, s.config.Seed, q.prompt, 0)
	q.numbers = func(u usage) any { return answer(q.identity, u) }
	return q, nil
}

func embeddings(path string, i identity, n int, u usage) any {
	type datum struct {
		Index     int       `json:"index"`
		Object    string    `json:"object"`
		Embedding []float64 `json:"embedding,omitempty"`
		Data      []float64 `json:"data,omitempty"`
	}
	data := make([]datum, n)
	for k := range data {
		numbers := make([]float64, embeddingSize)
		numbers[k%embeddingSize] = 1
		if path == "/pooling" {
			data[k] = datum{Index: k, Object: "pooling", Data: numbers}
		} else {
			data[k] = datum{Index: k, Object: "embedding", Embedding: numbers}
		}
	}
	return struct {
		ID      string  `json:"id"`
		Object  string  `json:"object"`
		Created int64   `json:"created"`
		Model   string  `json:"model"`
		Data    []datum `json:"data"`
		Usage   usage   `json:"usage"`
	}{i.id, "list", i.created, i.model, data, u}
}

// ranking scores the documents in the order they came.
func ranking(i identity, documents []string, u usage) any {
	type text struct {
		Text string `json:"text"`
	}
	type result struct {
		Index    int     `json:"index"`
		Document text    `json:"document"`
		Score    float64 `json:"relevance_score"`
	}
	results := make([]result, len(documents))
	for k, d := range documents {
		results[k] = result{k, text{d}, 1 / float64(k+1)}
	}
	return struct {
		ID      string         `json:"id"`
		Model   string         `json:"model"`
		Usage   map[string]int `json:"usage"`
		Results []result       `json:"results"`
	}{i.id, i.model, map[string]int{"total_tokens": u.TotalTokens}, results}
}
