package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
)

// Limits of vLLM's length filter: nothing shorter tells anything, nothing longer fitted the models it was made for.
const (
	filterLeast  = 4
	filterPrompt = 1024
	filterTotal  = 2048
)

// shareGPT is the first exchange of each conversation of a file in ShareGPT form.
type shareGPT struct {
	prompts   []Prompt
	sha256    string
	outputLen int
}

// conversation is one element of the file; other keys are ignored.
type conversation struct {
	Turns []struct {
		From  string `json:"from"`
		Value string `json:"value"`
	} `json:"conversations"`
}

func (c Config) validateShareGPT() error {
	var errs []error
	if c.Path == "" {
		errs = append(errs, errors.New("--dataset-path: the dataset sharegpt needs a file; give the path of its JSON"))
	}
	if c.OutputLen < 0 || c.OutputLen > mostTokens {
		errs = append(errs, fmt.Errorf("--sharegpt-output-len %d: must be between 1 and %d", c.OutputLen, mostTokens))
	}
	return errors.Join(errs...)
}

// newShareGPT reads the file, shuffles it by the seed and keeps the first NumPrompts conversations that pass the filter.
// Too few are drawn again, with replacement, to make up the number asked for.
func newShareGPT(c Config, tok Tokenizer) (Dataset, error) {
	data, err := os.ReadFile(c.Path)
	if err != nil {
		return nil, fmt.Errorf("read dataset: %w", err)
	}
	conversations, err := parseShareGPT(data)
	if err != nil {
		return nil, fmt.Errorf("read dataset %s: %w", c.Path, err)
	}
	rng := generator(c.Seed, -1)
	rng.Shuffle(len(conversations), func(i, j int) {
		conversations[i], conversations[j] = conversations[j], conversations[i]
	})
	sum := sha256.Sum256(data)
	d := &shareGPT{sha256: hex.EncodeToString(sum[:]), outputLen: c.OutputLen}
	if err := d.choose(conversations, c, tok); err != nil {
		return nil, err
	}
	if len(d.prompts) == 0 {
		return nil, fmt.Errorf("read dataset %s: none of its %d conversations has two turns and passes the length filter (4 to %d prompt tokens, at most %d with the answer)",
			c.Path, len(conversations), filterPrompt, filterTotal)
	}
	d.oversample(rng, c.NumPrompts)
	return d, nil
}

// parseShareGPT says where a file that is not ShareGPT stops being so.
func parseShareGPT(data []byte) ([]conversation, error) {
	if len(data) == 0 {
		return nil, errors.New("the file is empty")
	}
	var conversations []conversation
	err := json.Unmarshal(data, &conversations)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, fmt.Errorf("not JSON at byte %d: %w", syntax.Offset, err)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil, fmt.Errorf(`not ShareGPT's form, a list of {"conversations": [{"from", "value"}, ...]}: a JSON %s at byte %d`, wrong.Value, wrong.Offset)
	}
	if err == nil && len(conversations) == 0 {
		err = errors.New("the list is empty")
	}
	return conversations, err
}

func (d *shareGPT) choose(conversations []conversation, c Config, tok Tokenizer) error {
	for _, conv := range conversations {
		if len(d.prompts) == c.NumPrompts {
			return nil
		}
		if len(conv.Turns) < 2 {
			continue
		}
		input, err := tok.Encode(conv.Turns[0].Value)
		if err != nil {
			return fmt.Errorf("tokenize dataset %s: %w", c.Path, err)
		}
		output := c.OutputLen
		if output == 0 {
			ids, err := tok.Encode(conv.Turns[1].Value)
			if err != nil {
				return fmt.Errorf("tokenize dataset %s: %w", c.Path, err)
			}
			output = len(ids)
		}
		if passes(len(input), output, c.OutputLen > 0) {
			d.prompts = append(d.prompts, Prompt{Text: conv.Turns[0].Value, InputTokens: len(input), OutputTokens: output})
		}
	}
	return nil
}

// passes is vLLM's filter; an output length fixed by the user is not held to the lower bound.
func passes(input, output int, outputFixed bool) bool {
	return input >= filterLeast && (outputFixed || output >= filterLeast) && input <= filterPrompt && input+output <= filterTotal
}

func (d *shareGPT) oversample(rng *rand.Rand, n int) {
	for have := len(d.prompts); len(d.prompts) < n; {
		d.prompts = append(d.prompts, d.prompts[rng.IntN(have)])
	}
}

func (d *shareGPT) Len() int { return len(d.prompts) }

// Prompt gives the i-th prompt.
func (d *shareGPT) Prompt(i int) (Prompt, error) { return d.prompts[i], nil }

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *shareGPT) Recipe() map[string]any {
	recipe := map[string]any{"sha256": d.sha256}
	if d.outputLen > 0 {
		recipe["output_len"] = d.outputLen
	}
	return recipe
}
