package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"llmbench/collect/protocol"
)

// Server is what the server under test says of itself before the load. A field it does not tell is "".
type Server struct {
	Models        []ServedModel
	Engine        string // vllm, llama.cpp, ollama, sglang, ... as far as it can be told
	EngineVersion string
}

// ServedModel is one entry of /v1/models.
type ServedModel struct {
	ID          string `json:"id"`
	Root        string `json:"root"` // where the server has the weights from
	OwnedBy     string `json:"owned_by"`
	MaxModelLen int64  `json:"max_model_len"` // prompt and output together, in tokens; 0 when it is not told
}

// ErrNoModels is returned when the server answers but has no list of models.
var ErrNoModels = errors.New("no list of models")

// AskServer asks the server for its models and version. An unreachable server is an error of one line; one without
// /v1/models gives ErrNoModels and what else could be learnt.
func AskServer(ctx context.Context, client *http.Client, t Target) (Server, error) {
	var s Server
	body, resp, err := get(ctx, client, t, "/v1/models")
	if err != nil {
		return s, t.unreachable(err)
	}
	s.Engine = engineOf(resp.Header.Get("Server"))
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return s, fmt.Errorf("%s/v1/models answers %s: %s; give the key in OPENAI_API_KEY or with --header", t.BaseURL, resp.Status, protocol.ErrorText(body))
	default:
		return s, fmt.Errorf("%w: %s/v1/models answers %s", ErrNoModels, t.BaseURL, resp.Status)
	}
	var list struct {
		Data []ServedModel `json:"data"`
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Data) == 0 {
		return s, fmt.Errorf("%w: %s/v1/models answers without any: %s", ErrNoModels, t.BaseURL, excerpt(body))
	}
	s.Models = list.Data
	if s.Engine == "" {
		s.Engine = engineOf(list.Data[0].OwnedBy)
	}
	s.EngineVersion = version(ctx, client, t)
	return s, nil
}

// readyPause is the time between two looks at a server that is not ready.
const readyPause = time.Second

// Ready asks for the list of models once; an answer other than a server error is nil. It sends no prompt, which would warm the
// server's caches.
func Ready(ctx context.Context, client *http.Client, t Target) error {
	_, resp, err := get(ctx, client, t, "/v1/models")
	switch {
	case err != nil:
		return t.unreachable(err)
	case resp.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("%s/v1/models answers %s", t.BaseURL, resp.Status)
	}
	return nil
}

// WaitReady waits until the server is Ready, at most for patience.
func WaitReady(ctx context.Context, client *http.Client, t Target, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for {
		err := Ready(ctx, client, t)
		if err == nil {
			return nil
		}
		if time.Until(deadline) < readyPause {
			return fmt.Errorf("server not ready after %s: %w", patience, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(readyPause):
		}
	}
}

// Command posts to one of the server's paths of control, such as /reset_prefix_cache.
func Command(ctx context.Context, client *http.Client, t Target, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.BaseURL+path, nil)
	if err != nil {
		return fmt.Errorf("post to %s%s: %w", t.BaseURL, path, err)
	}
	for key, values := range t.Header {
		req.Header[key] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		return t.unreachable(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, errorBodyBytes))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s%s answers %s: %s", t.BaseURL, path, resp.Status, protocol.ErrorText(body))
	}
	return err
}

// version asks vLLM's /version; other engines have none.
func version(ctx context.Context, client *http.Client, t Target) string {
	body, resp, err := get(ctx, client, t, "/version")
	if err != nil || resp.StatusCode != http.StatusOK {
		return ""
	}
	var v struct {
		Version string `json:"version"`
	}
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	return v.Version
}

func get(ctx context.Context, client *http.Client, t Target, path string) ([]byte, *http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.BaseURL+path, nil)
	if err != nil {
		return nil, nil, err
	}
	for key, values := range t.Header {
		req.Header[key] = values
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	return body, resp, err
}

// engineOf reads an engine's name out of a Server header or the owner of a model.
func engineOf(hint string) string {
	hint = strings.ToLower(hint)
	for _, known := range []struct{ mark, engine string }{
		{"llama.cpp", "llama.cpp"}, {"llamacpp", "llama.cpp"}, {"vllm", "vllm"}, {"sglang", "sglang"},
		{"library", "ollama"}, {"lmdeploy", "lmdeploy"}, {"llmbench", "simulate"},
	} {
		if strings.Contains(hint, known.mark) {
			return known.engine
		}
	}
	return ""
}

// Choose picks the model to name in requests: asked when given, else the first one served. A model that is not in the
// list is an error, for every request would fail.
func (s Server) Choose(baseURL, asked string) (ServedModel, error) {
	if asked == "" {
		return s.Models[0], nil
	}
	ids := make([]string, 0, len(s.Models))
	for _, m := range s.Models {
		if m.ID == asked {
			return m, nil
		}
		ids = append(ids, m.ID)
	}
	return ServedModel{}, fmt.Errorf("model %q is not served at %s, which serves %s; name that one with --model, or with --served-model-name when --model names the tokenizer", asked, baseURL, strings.Join(ids, ", "))
}
