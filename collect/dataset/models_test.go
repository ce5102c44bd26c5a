package dataset

import (
	"encoding/json"
	"testing"
)

// fields is a dataset of prompts with a field of their own.
type fields struct{ body map[string]json.RawMessage }

func (fields) Len() int                     { return 300 }
func (f fields) Prompt(int) (Prompt, error) { return Prompt{Body: f.body}, nil }
func (fields) Recipe() map[string]any       { return map[string]any{"kind": "fields"} }

func TestWithModels(t *testing.T) {
	t.Parallel()
	below := fields{map[string]json.RawMessage{"n": json.RawMessage("2")}}
	names := []string{"a", `b"`, "c"}
	quoted := []string{`"a"`, `"b\""`, `"c"`}
	turns, drawn := WithModels(below, names, true, 1), WithModels(below, names, false, 1)
	counts := map[string]int{}
	for i := range below.Len() {
		p, err := turns.Prompt(i)
		if err != nil || string(p.Body["model"]) != quoted[i%3] || string(p.Body["n"]) != "2" {
			t.Fatalf("prompt %d: %s, %v", i, p.Body, err)
		}
		first, _ := drawn.Prompt(i)
		again, _ := drawn.Prompt(i)
		if string(first.Body["model"]) != string(again.Body["model"]) {
			t.Fatalf("prompt %d is drawn anew each time", i)
		}
		counts[string(first.Body["model"])]++
	}
	for _, name := range quoted {
		if counts[name] < 70 || counts[name] > 130 {
			t.Errorf("%s was drawn %d times of 300", name, counts[name])
		}
	}
	if _, spoilt := below.body["model"]; spoilt {
		t.Error("the dataset's own prompts were changed")
	}
	if r := turns.Recipe(); r["kind"] != "fields" || r["lora_round_robin"] != true || len(r["lora_modules"].([]string)) != 3 {
		t.Errorf("recipe %v", r)
	}
}
