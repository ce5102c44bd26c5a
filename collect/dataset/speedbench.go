package dataset

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/valyala/fastjson"
)

// newSpeedBench asks the first message of each question of a subset, a JSONL file of that name in the folder.
func newSpeedBench(c Config, tok Tokenizer) (Dataset, error) {
	if info, err := os.Stat(c.Path); err == nil && info.IsDir() {
		c.Path = filepath.Join(c.Path, c.Turns.Subset+".jsonl")
	}
	r := c.turnsRecipe(func(row *fastjson.Value) ([]Message, error) {
		list := row.Get("messages")
		if list == nil || list.Type() != fastjson.TypeArray {
			return nil, fmt.Errorf(`no list of "messages"; it has %s`, columnNames(row))
		}
		return readMessages(list)
	})
	r.facts["subset"] = c.Turns.Subset
	return newSampled(c, jsonSource(c.Path), tok, r)
}
