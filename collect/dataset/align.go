package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Counter tells what the server will count a prompt as, the special tokens and the template it adds among it.
type Counter func(text string) (int, error)

// aligned is a dataset whose prompts are as long as the server counts them.
type aligned struct {
	Dataset
	texts  map[int]string // of prompts that were changed
	counts map[int]int    // of prompts that are the dataset's own and have another length than it says
}

// Alignment says what Align found.
type Alignment struct {
	// Prompts were looked at, Differed had another length by the server, between Least and Most tokens above their own.
	Prompts, Differed, Least, Most int
	// Fixed were changed to the length they should have; Short could not be, being too short for what the server adds.
	Fixed, Short int
}

// alignWorkers ask the server at once.
const alignWorkers = 8

// Align asks the server for the length of every prompt of ds, the dataset called name. A prompt that was made to a length is
// changed until the server counts that length: its end is cut off, or words are added, each of which is one token of words. A
// prompt of a file stays as it is, and its length becomes the server's. Token ids and prompts that are not one text are left.
func Align(ctx context.Context, ds Dataset, name string, count Counter, words Tokenizer, seed int64) (Dataset, Alignment, error) {
	run := &aligning{
		aligned: &aligned{Dataset: ds, texts: map[int]string{}, counts: map[int]int{}},
		made:    registry[name].made, count: count, seed: seed,
		pool: sync.OnceValues(func() (*wordPool, error) { return newWordPool(words) }), // many calls to the server, when they are needed
	}
	if err := run.all(ctx); err != nil {
		return nil, Alignment{}, err
	}
	return run.aligned, run.found, nil
}

// Prompt is the dataset's own, or what became of it.
func (a *aligned) Prompt(i int) (Prompt, error) {
	p, err := a.Dataset.Prompt(i)
	if text, ok := a.texts[i]; ok {
		p.Text = text
	}
	if n, ok := a.counts[i]; ok {
		p.InputTokens = n
	}
	return p, err
}

// Recipe tells that prompts are not the dataset's alone.
func (a *aligned) Recipe() map[string]any {
	recipe := maps.Clone(a.Dataset.Recipe())
	if recipe == nil {
		recipe = map[string]any{}
	}
	recipe["aligned"] = a.hash()
	return recipe
}

// hash names the changes: equal ones make equal prompts of an equal dataset.
func (a *aligned) hash() string {
	sum := sha256.New()
	for _, i := range slices.Sorted(maps.Keys(a.texts)) {
		fmt.Fprintf(sum, "%d %q\n", i, a.texts[i])
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// aligning is the work of Align.
type aligning struct {
	*aligned
	made  bool
	count Counter
	pool  func() (*wordPool, error)
	seed  int64

	mu    sync.Mutex
	found Alignment
}

func (a *aligning) all(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	places := make(chan int)
	var workers sync.WaitGroup
	for range alignWorkers {
		workers.Go(func() {
			for i := range places {
				if err := a.one(i); err != nil {
					cancel(fmt.Errorf("align prompt %d: %w", i, err))
				}
			}
		})
	}
	for i := 0; i < a.Len() && ctx.Err() == nil; i++ {
		select {
		case places <- i:
		case <-ctx.Done():
		}
	}
	close(places)
	workers.Wait()
	return context.Cause(ctx)
}

func (a *aligning) one(i int) error {
	p, err := a.Dataset.Prompt(i)
	if err != nil || p.Text == "" || len(p.TokenIDs) > 0 || len(p.Messages) > 0 || len(p.Batch) > 0 || p.InputTokens == 0 {
		return err
	}
	n, err := a.count(p.Text)
	if err != nil {
		return err
	}
	text, ok := p.Text, n == p.InputTokens
	if !ok && a.made {
		if text, ok, err = a.fit(p.Text, n, p.InputTokens, generator(a.seed^0x616c6967, i)); err != nil {
			return err
		}
	}
	a.keep(i, p.InputTokens, n, text, ok)
	return nil
}

// keep takes in that prompt i, of so many tokens, has n by the server, and the text found for it.
func (a *aligning) keep(i, tokens, n int, text string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f, above := &a.found, n-tokens
	if f.Prompts++; above == 0 {
		return
	}
	if f.Differed++; f.Differed == 1 {
		f.Least, f.Most = above, above
	}
	f.Least, f.Most = min(f.Least, above), max(f.Most, above)
	switch {
	case !a.made:
		a.counts[i] = n
	case ok:
		f.Fixed++
		a.texts[i] = text
	default:
		f.Short++
	}
}

// fitTries bounds the calls to the server for one prompt: cutting overshoots a little, and words fill up.
const fitTries = 24

// fit changes text, which has n tokens, until it has want. ok is false when no text was found.
func (a *aligning) fit(text string, n, want int, rng *rand.Rand) (_ string, ok bool, err error) {
	for range fitTries {
		switch {
		case n == want:
			return text, true, nil
		case n < want:
			if text, err = a.lengthen(text, want-n, rng); err != nil {
				return "", false, err
			}
		default:
			if text = cutTokens(text, n, n-want); text == "" {
				return "", false, nil
			}
		}
		if n, err = a.count(text); err != nil {
			return "", false, err
		}
	}
	return text, n == want, nil
}

// lengthen adds n words.
func (a *aligning) lengthen(text string, n int, rng *rand.Rand) (string, error) {
	pool, err := a.pool()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(text)
	for range n {
		b.WriteString(pool.next[rng.IntN(len(pool.next))])
	}
	return b.String(), nil
}

// cutTokens takes so many of n tokens off the end of a text, by its mean length of a token, and a word more: up to a blank,
// where tokens end.
func cutTokens(text string, n, off int) string {
	at := len(text) - (len(text)*off+n-1)/n
	if at <= 0 {
		return ""
	}
	if blank := strings.LastIndexByte(text[:at], ' '); blank > 0 {
		return text[:blank]
	}
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return text[:at]
}

// Finding says what Align found in a line; "" when all was as it should be.
func (f Alignment) Finding() string {
	if f.Differed == 0 {
		return ""
	}
	span := fmt.Sprintf("%+d", f.Least)
	if f.Most != f.Least {
		span += fmt.Sprintf(" to %+d", f.Most)
	}
	text := fmt.Sprintf("the server counts %d of %d prompts %s tokens", f.Differed, f.Prompts, span)
	switch {
	case f.Fixed+f.Short == 0:
		return text + ": their lengths are the server's now"
	case f.Short == 0:
		return text + ": all fixed"
	}
	return text + fmt.Sprintf(": %d fixed, %d are too short for what the server adds to them", f.Fixed, f.Short)
}
