package dataset

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/valyala/fastjson"
)

// Limits of vLLM's length filter: nothing shorter tells anything, nothing longer fitted the models it was made for.
const (
	filterLeast  = 4
	filterPrompt = 1024
	filterTotal  = 2048
)

func (c Config) validateShareGPT() error {
	return errors.Join(c.needsPath("a JSON file in ShareGPT's form"), c.checkOutputLen("--sharegpt-output-len"))
}

// needsPath says what --dataset-path must name when it is not given.
func (c Config) needsPath(what string) error {
	if c.Path != "" {
		return nil
	}
	return fmt.Errorf("--dataset-path: the dataset %s needs %s; give its path", c.Name, what)
}

func (c Config) checkOutputLen(flag string) error {
	if c.OutputLen < 0 || c.OutputLen > mostTokens {
		return fmt.Errorf("%s %d: must be between 1 and %d", flag, c.OutputLen, mostTokens)
	}
	return nil
}

// newShareGPT asks the first turn of each conversation and for as many tokens as its answer has.
func newShareGPT(c Config, tok Tokenizer) (Dataset, error) {
	r := recipe{read: readIllustrated(readShareGPT(c.OutputLen)), selective: true, dir: filepath.Dir(c.Path), facts: map[string]any{},
		wanted: `it takes {"conversations": [{"from", "value"}, ...]} of two turns at least`}
	if c.OutputLen > 0 {
		r.facts["output_len"] = c.OutputLen
	}
	if c.Files.NoLengthFilter {
		r.facts["no_length_filter"] = true
	} else {
		r.filter = filterLimits{filterPrompt, filterTotal}.filter(c.OutputLen > 0)
		r.wanted += fmt.Sprintf(", with %d to %d prompt tokens and at most %d with the answer (--no-length-filter keeps others)", filterLeast, filterPrompt, filterTotal)
	}
	return newSampled(c, jsonSource(c.Path), tok, r)
}

// filterLimits are the most tokens of a prompt, and of a prompt and its answer.
type filterLimits struct{ prompt, total int }

// filter is vLLM's; an output length fixed by the user is not held to the lower bound.
func (l filterLimits) filter(outputFixed bool) func(input, output int) bool {
	return func(input, output int) bool {
		return input >= filterLeast && (outputFixed || output >= filterLeast) && input <= l.prompt && input+output <= l.total
	}
}

var errShareGPT = errors.New(`not ShareGPT's form, {"conversations": [{"from", "value"}, ...]}`)

// readShareGPT takes the whole conversation along for those who hold it.
func readShareGPT(outputLen int) reader {
	return func(row *fastjson.Value) (ex example, use bool, err error) {
		if row.Type() != fastjson.TypeObject {
			return ex, false, fmt.Errorf("%w: it is of JSON type %s", errShareGPT, row.Type())
		}
		list := row.Get("conversations")
		if list == nil || list.Type() == fastjson.TypeNull {
			return ex, false, nil
		}
		turns, err := list.Array()
		if err != nil {
			return ex, false, fmt.Errorf("%w: conversations is of JSON type %s", errShareGPT, list.Type())
		}
		for i, turn := range turns {
			value := turn.Get("value")
			if value == nil || value.Type() != fastjson.TypeString {
				return ex, false, fmt.Errorf("%w: turn %d has no text", errShareGPT, i+1)
			}
			ex.turns = append(ex.turns, Message{Role: shareGPTRole(string(turn.GetStringBytes("from"))), Content: string(value.GetStringBytes())})
		}
		if len(ex.turns) < 2 || ex.turns[0].Content == "" {
			return ex, false, nil
		}
		ex.text, ex.answer, ex.output = ex.turns[0].Content, ex.turns[1].Content, outputLen
		return ex, true, nil
	}
}

// readIllustrated adds the picture of ShareGPT4V or the film of ShareGPT4Video to the first turn.
func readIllustrated(read reader) reader {
	return func(row *fastjson.Value) (ex example, use bool, err error) {
		if ex, use, err = read(row); err != nil || !use {
			return ex, use, err
		}
		for _, medium := range []struct {
			column string
			kind   PartKind
		}{{"image", PartImage}, {"video", PartVideo}} {
			v := row.Get(medium.column)
			if v == nil || v.Type() == fastjson.TypeString && len(v.GetStringBytes()) == 0 {
				continue
			}
			if ex, err = withMedia(ex, medium.kind, v); err != nil {
				return ex, false, fmt.Errorf("column %q: %w", medium.column, err)
			}
		}
		return ex, true, nil
	}
}

// shareGPTRole is the chat API's name for who speaks.
func shareGPTRole(from string) string {
	switch from {
	case "human", "user":
		return "user"
	case "system":
		return "system"
	}
	return "assistant"
}
