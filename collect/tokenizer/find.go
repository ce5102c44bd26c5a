package tokenizer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
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

// Sources, from the best to the last resort.
const (
	FromFile   Source = "file"
	FromServer Source = "server"
	FromRule   Source = "approximate"
)

// Options say where to look for a tokenizer; every one may be left empty.
type Options struct {
	// Path is what the user named (--tokenizer): a file, a folder that holds one, or the name of a model in a cache. If it is
	// set, nothing else will do.
	Path string
	// Model is the model of the run (--model): a folder on disk, a name in a cache, and what the server is asked for.
	Model string
	// Caches are folders in which Hugging Face's library and ModelScope's keep models, in the order they are looked through:
	// the folder named hub, or the one above it.
	Caches []string
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

// named loads what is on disk by that name, or in a cache.
func (o Options) named(name string) (*Tokenizer, error) {
	if _, err := os.Stat(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return Load(name)
	}
	if len(o.Caches) == 0 {
		return nil, fmt.Errorf("load tokenizer %s: no such file or folder, and no cache is given to look it up in", name)
	}
	dir, err := cached(o.Caches, name)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer %s: %w", name, err)
	}
	t, err := Load(dir)
	if err == nil {
		t.name = name
	}
	return t, err
}
