package tokenizer

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// stagesFile is testdata/stages.jsonl; see the README there.
type stagesFile struct {
	bases    map[string]map[string]json.RawMessage
	texts    []string
	variants []stageVariant
}

type stageVariant struct {
	Name   string                     `json:"name"`
	Base   string                     `json:"base"`
	Change map[string]json.RawMessage `json:"change"`
	Cases  [][]json.RawMessage        `json:"cases"`
}

func readStages(tb testing.TB) stagesFile {
	tb.Helper()
	data, err := os.ReadFile("testdata/stages.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	var f stagesFile
	var head struct {
		Bases map[string]map[string]json.RawMessage `json:"bases"`
		Texts []string                              `json:"texts"`
	}
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if i < 2 {
			unmarshal(tb, []byte(line), &head)
			continue
		}
		var v stageVariant
		unmarshal(tb, []byte(line), &v)
		f.variants = append(f.variants, v)
	}
	f.bases, f.texts = head.Bases, head.Texts
	return f
}

func unmarshal(tb testing.TB, data []byte, v any) {
	tb.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		tb.Fatalf("%s: %v", data, err)
	}
}

func marshal(tb testing.TB, v any) []byte {
	tb.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// tokenizerJSON is the base with the variant's changes: parts replaced, the model's fields too, its vocabulary added to.
func (f stagesFile) tokenizerJSON(tb testing.TB, v stageVariant) []byte {
	tb.Helper()
	file := maps.Clone(f.bases[v.Base])
	var model, change, vocab map[string]json.RawMessage
	unmarshal(tb, file["model"], &model)
	unmarshal(tb, model["vocab"], &vocab)
	maps.Copy(file, v.Change)
	if v.Change["model"] != nil {
		unmarshal(tb, v.Change["model"], &change)
		maps.Copy(model, change)
		if change["vocab"] != nil && change["vocab"][0] == '{' {
			unmarshal(tb, change["vocab"], &vocab)
			model["vocab"] = marshal(tb, vocab)
		}
	}
	file["model"] = marshal(tb, model)
	return marshal(tb, file)
}

func TestStages(t *testing.T) {
	t.Parallel()
	f := readStages(t)
	if len(f.variants) < 40 || len(f.texts) < 10 {
		t.Fatalf("stages.jsonl has %d variants and %d texts", len(f.variants), len(f.texts))
	}
	for _, v := range f.variants {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			tok, err := parse(f.tokenizerJSON(t, v))
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range f.texts {
				checkStage(t, tok, text, v.Cases[i])
			}
		})
	}
}

func checkStage(t *testing.T, tok *Tokenizer, text string, want []json.RawMessage) {
	t.Helper()
	var ids, special []int
	decoded := text
	unmarshal(t, want[0], &ids)
	unmarshal(t, want[1], &decoded)
	special = ids
	if len(want) > 2 {
		special = nil
		unmarshal(t, want[2], &special)
	}
	got, err := tok.Encode(text)
	if err != nil || !slices.Equal(got, ids) {
		t.Errorf("Encode(%q) = %v, %v; want %v", text, got, err, ids)
	}
	if got, err := tok.Decode(ids); err != nil || got != decoded {
		t.Errorf("Decode(%v) of %q = %q, %v; want %q", ids, text, got, err, decoded)
	}
	if got, err := tok.EncodeSpecial(text); err != nil || !slices.Equal(got, special) {
		t.Errorf("EncodeSpecial(%q) = %v, %v; want %v", text, got, err, special)
	}
}
