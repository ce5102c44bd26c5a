package tokenizer_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"llmbench/collect/tokenizer"
)

// oneTokenServer says that every text is one token.
func oneTokenServer(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Model, Prompt string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Model != "served" {
			http.Error(w, "no such model", http.StatusNotFound)
			return
		}
		if _, err := w.Write([]byte(`{"tokens":[7]}`)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestFind(t *testing.T) {
	t.Parallel()
	server := oneTokenServer(t)
	other := strings.Replace(tiny, `"c"`, `"d"`, 1)
	dir := write(t, map[string]string{
		"local/tokenizer.json": tiny, "spm/tokenizer.model": "",
		"hf/hub/models--org--model/snapshots/r1/tokenizer.json": tiny,
		"hf/hub/models--org--model/snapshots/r2/tokenizer.json": other + " ",
		"hf/hub/models--org--model/refs/main":                   "r1\n",
		"hf/hub/models--org--loose/snapshots/r9/tokenizer.json": tiny,
		"hf/hub/models--org--empty/refs/main":                   "r1",
		"ms/hub/models/Qwen/Qwen2___5-7B/tokenizer.json":        tiny,
		"ms/Qwen/Flat/tokenizer.json":                           tiny,
		"ms/models/Qwen--Young/snapshots/master/tokenizer.json": tiny,
	})
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	ask := tokenizer.Options{Client: server.Client(), BaseURL: server.URL, ServedModel: "served"}
	with := func(change func(*tokenizer.Options)) tokenizer.Options {
		o := ask
		change(&o)
		return o
	}
	for _, c := range []struct {
		name    string
		options tokenizer.Options
		source  tokenizer.Source
		says    string // part of the name
		notes   []string
		err     string
	}{
		{"nothing given", tokenizer.Options{}, tokenizer.FromRule, "approximate (", nil, ""},
		{"path", with(func(o *tokenizer.Options) { o.Path = at("local") }), tokenizer.FromFile, "local", nil, ""},
		{"path in the cache", with(func(o *tokenizer.Options) { o.Path, o.Caches = "org/model", []string{at("none"), at("hf")} }), tokenizer.FromFile, "org/model", nil, ""},
		{"path that is not there", with(func(o *tokenizer.Options) { o.Path = "no/such" }), "", "", nil, "no such file or folder, and no cache"},
		{"path that cannot be loaded", with(func(o *tokenizer.Options) { o.Path = at("spm") }), "", "", nil, "SentencePiece model is not supported"},
		{"model on disk", with(func(o *tokenizer.Options) { o.Model = at("local") }), tokenizer.FromFile, "local", nil, ""},
		{"model in the hub folder", with(func(o *tokenizer.Options) { o.Model, o.Caches = "org/loose", []string{at("hf/hub")} }), tokenizer.FromFile, "org/loose", nil, ""},
		{"ModelScope, old", tokenizer.Options{Model: "Qwen/Qwen2.5-7B", Caches: []string{at("ms")}}, tokenizer.FromFile, "Qwen/Qwen2.5-7B", nil, ""},
		{"ModelScope, flat", tokenizer.Options{Model: "Qwen/Flat", Caches: []string{at("ms")}}, tokenizer.FromFile, "Qwen/Flat", nil, ""},
		{"ModelScope, young", tokenizer.Options{Model: "Qwen/Young", Caches: []string{at("hf"), at("ms")}}, tokenizer.FromFile, "Qwen/Young", nil, ""},
		{"model elsewhere", with(func(o *tokenizer.Options) { o.Model, o.Caches = "org/none", []string{at("hf")} }), tokenizer.FromServer, "server (vllm", []string{"no tokenizer of it in the caches"}, ""},
		{"model without tokenizer.json", with(func(o *tokenizer.Options) { o.Model = at("spm") }), tokenizer.FromServer, "vllm", []string{"SentencePiece model is not supported"}, ""},
		{"cache without the file", tokenizer.Options{Model: "org/empty", Caches: []string{at("hf")}}, tokenizer.FromRule, "approximate", []string{"no tokenizer of it in the caches"}, ""},
		{"server that knows another model", with(func(o *tokenizer.Options) { o.Model, o.ServedModel = "m", "" }), tokenizer.FromRule, "approximate", []string{"no cache", "no such model"}, ""},
		{"no client", tokenizer.Options{BaseURL: server.URL}, tokenizer.FromRule, "approximate", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, err := tokenizer.Find(t.Context(), c.options)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("Find = %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if found.Source != c.source || !strings.Contains(found.Name(), c.says) {
				t.Errorf("found %s (%s), want %s with %q", found.Name(), found.Source, c.source, c.says)
			}
			if len(found.Notes) != len(c.notes) {
				t.Fatalf("notes %v, want %q", found.Notes, c.notes)
			}
			for i, want := range c.notes {
				if !strings.Contains(found.Notes[i].Error(), want) {
					t.Errorf("note %d is %q, want %q", i, found.Notes[i], want)
				}
			}
		})
	}
}

// TestFindMainRevision: refs/main says which of two snapshots counts.
func TestFindMainRevision(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"models--m/snapshots/r1/tokenizer.json": tiny,
		"models--m/snapshots/r2/tokenizer.json": tiny + " ",
		"models--m/refs/main":                   "r1\n",
	})
	want := load(t, filepath.Join(dir, "models--m", "snapshots", "r1"))
	found, err := tokenizer.Find(t.Context(), tokenizer.Options{Model: "m", Caches: []string{dir}})
	if err != nil || found.Hash() != want.Hash() {
		t.Errorf("found %v, %v, want the snapshot r1", found, err)
	}
}

func TestFindEndsWithContext(t *testing.T) {
	t.Parallel()
	server := oneTokenServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := tokenizer.Find(ctx, tokenizer.Options{Client: server.Client(), BaseURL: server.URL})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Find = %v, want it cancelled", err)
	}
}
