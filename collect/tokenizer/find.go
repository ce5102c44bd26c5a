package tokenizer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Any is a tokenizer of any source: a file, a server or the approximation. All are safe for concurrent use.
type Any interface {
	Encode(text string) ([]int, error)
	Decode(ids []int) (string, error)
	Count(text string) (int, error)
	VocabSize() int
	IsSpecial(id int) bool
	NumSpecialToAdd() int
	// Name is for reports, Hash for the identity of a workload.
	Name() string
	Hash() string
}

var (
	_ Any = (*Tokenizer)(nil)
	_ Any = (*Server)(nil)
	_ Any = Approximate{}
)

// Source says where a tokenizer comes from.
type Source string

const (
	FromFile   Source = "file"
	FromServer Source = "server"
	FromRule   Source = "approximate"
)

// Options say where to look for a tokenizer; every one may be left empty.
type Options struct {
	// Path is what the user named (--tokenizer): a tokenizer.json, a folder that holds one, or the name of a model in the
	// cache. If it is set, nothing else will do.
	Path string
	// Model is the model of the run (--model): a folder on disk, a name in the cache, and what the server is asked for.
	Model string
	// Cache is a Hugging Face cache: the folder named hub, or the one above it.
	Cache string
	// Client and BaseURL reach the server under test, Header goes with every request. No client, no question.
	Client  *http.Client
	BaseURL string
	Header  http.Header
	// ServedModel is the model's name at the server when it is not Model.
	ServedModel string
}

// Found is a tokenizer and how it was come by.
type Found struct {
	Any
	Source Source
	// Notes say why better sources were passed over, best first.
	Notes []error
}

// Find gives the best tokenizer to be had: the file that was asked for, the model's own file, the server's, and for want of
// all these the approximation. It fails only when Path is set and cannot be loaded, or when ctx ends.
func Find(ctx context.Context, o Options) (Found, error) {
	if o.Path != "" {
		t, err := o.named(o.Path)
		if err != nil {
			return Found{}, err
		}
		return Found{Any: t, Source: FromFile}, nil
	}
	var notes []error
	if o.Model != "" {
		t, err := o.named(o.Model)
		if err == nil {
			return Found{Any: t, Source: FromFile}, nil
		}
		notes = append(notes, err)
	}
	if o.Client != nil && o.BaseURL != "" {
		s, err := NewServer(ctx, o.Client, o.BaseURL, o.servedModel(), o.Header)
		if err == nil {
			return Found{Any: s, Source: FromServer, Notes: notes}, nil
		}
		if ctx.Err() != nil {
			return Found{}, err
		}
		notes = append(notes, err)
	}
	return Found{Any: Approximate{}, Source: FromRule, Notes: notes}, nil
}

func (o Options) servedModel() string {
	if o.ServedModel != "" {
		return o.ServedModel
	}
	return o.Model
}

// named loads what is on disk by that name, or in the cache.
func (o Options) named(name string) (*Tokenizer, error) {
	if _, err := os.Stat(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return Load(name)
	}
	if o.Cache == "" {
		return nil, fmt.Errorf("load tokenizer %s: no such file or folder, and no cache is given to look it up in", name)
	}
	snapshot, err := cached(o.Cache, name)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer %s: %w", name, err)
	}
	return Load(snapshot)
}

// cached gives the folder of a model's main snapshot in a cache, or of the newest one that has a tokenizer.json.
func cached(cache, model string) (string, error) {
	for _, hub := range []string{cache, filepath.Join(cache, "hub")} {
		repo := filepath.Join(hub, "models--"+strings.ReplaceAll(model, "/", "--"))
		if revision, err := os.ReadFile(filepath.Join(repo, "refs", "main")); err == nil {
			dir := filepath.Join(repo, "snapshots", strings.TrimSpace(string(revision)))
			if _, err := os.Stat(filepath.Join(dir, fileName)); err == nil {
				return dir, nil
			}
		}
		if dir := newestSnapshot(repo); dir != "" {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no such file or folder, and the cache %s has no %s of it", cache, fileName)
}

func newestSnapshot(repo string) (newest string) {
	files, err := filepath.Glob(filepath.Join(repo, "snapshots", "*", fileName))
	if err != nil {
		return "" // the name has a broken pattern in it: no model has
	}
	var latest fs.FileInfo
	for _, file := range files {
		info, err := os.Stat(file)
		if err == nil && (latest == nil || info.ModTime().After(latest.ModTime())) {
			newest, latest = filepath.Dir(file), info
		}
	}
	return newest
}
