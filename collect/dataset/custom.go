package dataset

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/valyala/fastjson"
)

// CustomConfig shapes the dataset custom.
type CustomConfig struct {
	// OutputLen is the number of tokens to ask for; -1 takes each row's own.
	OutputLen int
	// PromptColumn and OutputColumn name the columns. A prompt may be a text or the messages of a chat.
	PromptColumn, OutputColumn string
	// InlineMedia refuses media that the server would have to fetch.
	InlineMedia bool
}

// ownLength as an output length takes each row's own.
const ownLength = -1

func (c Config) validateCustom() error {
	o := c.Custom
	errs := []error{c.needsPath("a file of prompts: JSONL, CSV or Parquet")}
	if o.OutputLen != ownLength && (o.OutputLen < 1 || o.OutputLen > mostTokens) {
		errs = append(errs, fmt.Errorf("--custom-output-len %d: must be between 1 and %d, or -1 for each row's own", o.OutputLen, mostTokens))
	}
	if o.PromptColumn == "" {
		errs = append(errs, errors.New("--custom-prompt-column: must not be empty"))
	}
	return errors.Join(errs...)
}

// newCustom sends the prompts of a file of the user's own.
func newCustom(c Config, tok Tokenizer) (Dataset, error) {
	from := fileSource(c.Path)
	from.columns = []string{c.Custom.PromptColumn, "messages", c.Custom.OutputColumn}
	r := c.customRecipe()
	r.read = readCustom(c.Custom)
	return newSampled(c, from, tok, r)
}

func (c CustomConfig) columns() columns {
	return columns{prompt: c.PromptColumn, promptFlag: "--custom-prompt-column", output: c.OutputColumn, outputFlag: "--custom-output-column"}
}

func readCustom(c CustomConfig) reader {
	columns := c.columns()
	return func(row *fastjson.Value) (ex example, use bool, err error) {
		if ex, err = columns.prompted(row); err != nil {
			return ex, false, err
		}
		if ex.output = c.OutputLen; c.OutputLen == ownLength {
			ex.output, err = columns.asked(row, ex)
		}
		return ex, true, err
	}
}

// columns are where a row has its prompt and the tokens to ask for, and the flags that say so.
type columns struct {
	prompt, promptFlag string
	output, outputFlag string
}

// prompted takes the prompt of a row: a text, or the messages of a chat, in the column named or in one named messages. The
// last message of a chat, where it is the model's, is the answer.
func (c columns) prompted(row *fastjson.Value) (ex example, err error) {
	if row.Type() != fastjson.TypeObject {
		return ex, fmt.Errorf("not an object with columns but a JSON %s", row.Type())
	}
	name := c.prompt
	v := row.Get(name)
	if v == nil && row.Exists("messages") {
		name = "messages"
		v = row.Get(name)
	}
	switch {
	case v == nil:
		return ex, fmt.Errorf("no column %q; it has %s; name the prompt's with %s", c.prompt, columnNames(row), c.promptFlag)
	case v.Type() == fastjson.TypeString:
		ex.text = string(v.GetStringBytes())
	case v.Type() == fastjson.TypeArray:
		if ex, err = chatExample(v); err != nil {
			return ex, fmt.Errorf("column %q: %w", name, err)
		}
		return ex, nil
	default:
		return ex, fmt.Errorf("column %q is a JSON %s; a prompt is a text or a list of messages", name, v.Type())
	}
	if ex.text == "" {
		return ex, fmt.Errorf("column %q: the prompt is empty", name)
	}
	return ex, nil
}

// asked takes the tokens to ask for from the row's own column, else leaves them to the answer.
func (c columns) asked(row *fastjson.Value, ex example) (int, error) {
	v := row.Get(c.output)
	if v == nil || v.Type() == fastjson.TypeNull {
		if ex.answer != "" {
			return 0, nil
		}
		return 0, fmt.Errorf("no column %q to say how many tokens to ask for; it has %s; name another with %s", c.output, columnNames(row), c.outputFlag)
	}
	text := v.String()
	if v.Type() == fastjson.TypeString { // as CSV has it
		text = string(v.GetStringBytes())
	}
	n, err := parseCount(text)
	if err != nil {
		return 0, fmt.Errorf("column %q: %w", c.output, err)
	}
	return n, nil
}

func columnNames(row *fastjson.Value) string {
	var names []string
	row.GetObject().Visit(func(key []byte, _ *fastjson.Value) { names = append(names, oneLine(string(key))) })
	if len(names) == 0 {
		return "none"
	}
	const most = 12
	if len(names) > most {
		names = append(names[:most], "...")
	}
	return strings.Join(names, ", ")
}

// oneLine keeps what a file holds from breaking the line of an error.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
