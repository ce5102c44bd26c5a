package dataset

import (
	"reflect"
	"strings"
	"sync"
	"testing"
)

// smallest is for each dataset a configuration that makes it, and the file it reads where it reads one. A new dataset has a
// line here.
func smallest(t *testing.T) map[string]Config {
	t.Helper()
	trace := `{"timestamp":0,"input_length":600,"output_length":3,"hash_ids":[1,2]}` + "\n" + `{"timestamp":3,"input_length":700,"output_length":2,"hash_ids":[1,3]}`
	turns := `{"turns":["one and two","three"],"category":"a"}` + "\n" + `{"turns":["four"],"category":"b"}`
	random := RandomConfig{InputLen: 12, OutputLen: 3}
	custom := CustomConfig{OutputLen: 3, PromptColumn: "prompt", OutputColumn: "output_tokens"}
	all := map[string]Config{
		"burstgpt":           {Path: write(t, "Timestamp,Model,Request tokens,Response tokens\n1,A,9,1\n2,A,8,2\n"), Trace: TraceConfig{Speed: 1, Model: "A"}},
		"custom":             {Path: write(t, `{"prompt":"one and two"}`+"\n"+`{"prompt":"three"}`), Custom: custom},
		"custom_audio":       {Path: write(t, `{"prompt":"say","audio":"data:audio/wav;base64,UklGRg=="}`), Custom: custom, Files: FilesConfig{Audio: true}},
		"custom_image":       {Path: write(t, `{"prompt":"see","image_files":["data:image/png;base64,iVBORw=="]}`), Custom: custom, Files: FilesConfig{Chat: true}},
		"hf":                 hf(tree(t, "gsm8k", map[string]string{"test.jsonl": asked("one and two") + asked("three")})),
		"mt_bench":           {Path: write(t, turns), Turns: TurnsConfig{OutputLen: 3}},
		"prefix_repetition":  {Prefix: PrefixConfig{PrefixLen: 6, SuffixLen: 6, Prefixes: 2, OutputLen: 3}},
		"random":             {Random: random},
		"random-mm":          mediaConfig(6, oneImage),
		"random-rerank":      {Random: RandomConfig{InputLen: 12, OutputLen: 1, BatchSize: 2}},
		"sharegpt":           {Path: write(t, file(talk(10, 20), talk(12, 9)))},
		"sonnet":             {Path: write(t, strings.Repeat("a line of it\nanother line of the same poem\n", 40)), Sonnet: SonnetConfig{InputLen: 120, OutputLen: 3, PrefixLen: 40}},
		"spec_bench":         {Path: write(t, turns), Turns: TurnsConfig{OutputLen: 3}},
		"speed_bench":        {Path: write(t, `{"category":"c","messages":[{"role":"user","content":"one"}]}`), Turns: TurnsConfig{OutputLen: 3}},
		"synthetic-sessions": {Files: FilesConfig{Chat: true}, Sessions: SessionsConfig{Turns: Uniform(1, 3), Input: Uniform(3, 9), Output: Uniform(2, 5)}},
		"timed_trace":        {Path: write(t, trace), Trace: TraceConfig{Speed: 1, UnitSeconds: 1}},
		"trace":              {Path: write(t, trace), Trace: TraceConfig{Speed: 1}},
	}
	for name, c := range all {
		c.Name, c.NumPrompts, c.Seed = name, 6, 5
		all[name] = c
	}
	return all
}

// Every dataset is what Dataset says: two of one configuration have equal recipes and equal prompts, whoever asks for them
// and in which order.
func TestEveryDatasetIsPure(t *testing.T) {
	t.Parallel()
	configs := smallest(t)
	for _, name := range Names() {
		c, known := configs[name]
		if !known {
			t.Errorf("the dataset %s has no line in smallest", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, other := made(t, c), made(t, c)
			if !reflect.DeepEqual(one.Recipe(), other.Recipe()) || len(one.Recipe()) == 0 {
				t.Errorf("recipes %v and %v", one.Recipe(), other.Recipe())
			}
			if one.Len() != other.Len() || one.Len() == 0 {
				t.Fatalf("%d and %d prompts", one.Len(), other.Len())
			}
			backwards := make([]Prompt, other.Len())
			var asking sync.WaitGroup
			for i := len(backwards) - 1; i >= 0; i-- {
				asking.Go(func() {
					p, err := other.Prompt(i)
					if backwards[i] = p; err != nil {
						t.Errorf("prompt %d: %v", i, err)
					}
				})
			}
			asking.Wait()
			for i, want := range backwards {
				if got := promptAt(t, one, i); !reflect.DeepEqual(got, want) {
					t.Errorf("prompt %d is %+v and %+v", i, got, want)
				}
			}
		})
	}
}
