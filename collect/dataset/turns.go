package dataset

import (
	"errors"
	"fmt"
	"strings"

	"github.com/valyala/fastjson"
)

// TurnsConfig shapes the datasets of questions in turns: spec_bench, mt_bench, speed_bench.
type TurnsConfig struct {
	OutputLen int
	// Category keeps the questions of one category; "" all.
	Category string
	// Subset is a file of speed_bench: qualitative, throughput_1k, ...
	Subset string
}

// prefix of the flags of a dataset: spec_bench has --spec-bench-category.
func (c Config) prefix() string { return "--" + strings.ReplaceAll(c.Name, "_", "-") }

func (c Config) validateTurns() error {
	err := c.needsPath("its JSONL file of questions")
	if n := c.Turns.OutputLen; n < 1 || n > mostTokens {
		err = errors.Join(err, fmt.Errorf("%s-output-len %d: must be between 1 and %d", c.prefix(), n, mostTokens))
	}
	return err
}

// newTurns asks the first turn of each question.
func newTurns(c Config, tok Tokenizer) (Dataset, error) {
	return newSampled(c, jsonSource(c.Path), tok, c.turnsRecipe(func(row *fastjson.Value) ([]Message, error) {
		turns := row.Get("turns")
		if turns == nil || turns.Type() != fastjson.TypeArray {
			return nil, fmt.Errorf(`no list of "turns"; it has %s`, columnNames(row))
		}
		var asked []Message
		for _, turn := range turns.GetArray() {
			asked = append(asked, Message{Role: "user", Content: string(turn.GetStringBytes())})
		}
		return asked, nil
	}))
}

// turnsRecipe is common to the questions, whatever form their turns have.
func (c Config) turnsRecipe(turns func(row *fastjson.Value) ([]Message, error)) recipe {
	r := recipe{templated: true, selective: c.Turns.Category != "", facts: map[string]any{"output_len": c.Turns.OutputLen}, wanted: "it has no questions"}
	if c.Turns.Category != "" {
		r.facts["category"] = c.Turns.Category
		r.wanted = fmt.Sprintf("none is of %s-category %q", c.prefix(), c.Turns.Category)
	}
	r.read = func(row *fastjson.Value) (ex example, use bool, err error) {
		if row.Type() != fastjson.TypeObject {
			return ex, false, fmt.Errorf("not an object with columns but a JSON %s", row.Type())
		}
		if c.Turns.Category != "" && string(row.GetStringBytes("category")) != c.Turns.Category {
			return ex, false, nil
		}
		if ex.turns, err = turns(row); err != nil {
			return ex, false, err
		}
		if len(ex.turns) == 0 || ex.turns[0].Content == "" {
			return ex, false, errors.New("its first turn is empty or no text")
		}
		ex.text, ex.output = ex.turns[0].Content, c.Turns.OutputLen
		return ex, true, nil
	}
	return r
}
