package dataset

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/valyala/fastjson"
)

// newCustomImage sends the images of a file of the user's own: {"prompt", "image_files": [...]}, or {"content": [parts]}.
// Paths are beside the file.
func newCustomImage(c Config, tok Tokenizer) (Dataset, error) {
	r := c.customRecipe()
	r.read = func(row *fastjson.Value) (ex example, use bool, err error) {
		if ex, err = imageExample(row, c.Custom.PromptColumn); err == nil && c.Custom.InlineMedia {
			err = inlined(ex.messages)
		}
		if ex.output = c.Custom.OutputLen; err == nil && c.Custom.OutputLen == ownLength {
			ex.output, err = c.Custom.columns().asked(row, ex)
		}
		return ex, true, err
	}
	return newSampled(c, fileSource(c.Path), tok, r)
}

func imageExample(row *fastjson.Value, prompt string) (ex example, err error) {
	if content := row.Get("content"); content != nil {
		var m Message
		for i, part := range content.GetArray() {
			p, err := readPart(part)
			if err != nil {
				return ex, fmt.Errorf(`part %d of "content": %w`, i+1, err)
			}
			m.Parts = append(m.Parts, p)
		}
		if m.Role = "user"; m.Parts == nil {
			return ex, errors.New(`column "content" is no list of parts`)
		}
		ex.messages = []Message{m}
		return ex, nil
	}
	if ex.text, err = text(row, prompt); err != nil {
		return ex, err
	}
	if row.Get("image_files") == nil {
		return ex, fmt.Errorf(`no column "image_files" or "content"; it has %s`, columnNames(row))
	}
	return withMedia(ex, PartImage, row.Get("image_files"))
}

// inlined refuses addresses that the server would fetch: a run must not depend on another host.
func inlined(messages []Message) error {
	for _, m := range messages {
		for _, p := range m.Parts {
			if p.Kind != PartText && strings.Contains(p.URL, "://") {
				return fmt.Errorf("%.80s: an address, and --custom-ensure-client-side-data takes files and data URLs alone, for llmbench fetches nothing", p.URL)
			}
		}
	}
	return nil
}

// newCustomAudio sends the sounds of a file of the user's own: {"audio": path, "prompt"}.
func newCustomAudio(c Config, tok Tokenizer) (Dataset, error) {
	r := c.customRecipe()
	r.templated = false
	r.read = func(row *fastjson.Value) (ex example, use bool, err error) {
		if ex, use, err = readCustomAudio(row); err != nil {
			return ex, use, err
		}
		if ex.output = c.Custom.OutputLen; c.Custom.OutputLen == ownLength {
			ex.output, err = c.Custom.columns().asked(row, ex)
		}
		return ex, use, err
	}
	return newSampled(c, fileSource(c.Path), tok, r)
}

// customRecipe is common to the datasets of the user's own.
func (c Config) customRecipe() recipe {
	return recipe{templated: true, wanted: "it has none", dir: filepath.Dir(c.Path),
		facts: map[string]any{"output_len": c.Custom.OutputLen, "prompt_column": c.Custom.PromptColumn}}
}
