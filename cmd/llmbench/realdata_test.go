package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llmbench/collect/simulate"
	"llmbench/collect/tokenizer"
)

// ownData are files in the forms of the real ones, on which the test runs without them.
var ownData = map[string]string{
	"sharegpt.json": `[{"conversations":[{"from":"human","value":"what is the time over there, by the clock"},{"from":"gpt","value":"it is late, and later than you think"},{"from":"human","value":"then good night"},{"from":"gpt","value":"good night"}]}]`,
	"mt_bench.jsonl": `{"question_id":1,"category":"writing","turns":["Write a line.","And one more."]}
`,
	"spec_bench.jsonl": `{"question_id":1,"category":"math","turns":["What is one and one?"]}
`,
	"sonnet.txt": "the first line of it, and not yet the last\nthe second line of it, which goes on a while\n\nthe third line of it, and that is the end\n",
	"mooncake_conversation_trace.jsonl": `{"timestamp":0,"input_length":600,"output_length":3,"hash_ids":[1,2]}
{"timestamp":3,"input_length":700,"output_length":2,"hash_ids":[1,3]}
`,
}

// realLoad is a file with the flags that send it.
type realLoad struct {
	file  string
	flags []string
}

var realLoads = []realLoad{
	{"sharegpt.json", []string{"--dataset-name", "sharegpt", "--num-prompts", "8"}},
	{"sharegpt.json", []string{"--dataset-name", "sharegpt", "--sessions", "3", "--backend", "openai-chat"}},
	{"sharegpt.json", []string{"--dataset-name", "sharegpt", "--sessions", "3", "--session-answers", "recorded"}},
	{"mt_bench.jsonl", []string{"--dataset-name", "mt_bench", "--num-prompts", "8", "--output-len", "3"}},
	{"mt_bench.jsonl", []string{"--dataset-name", "mt_bench", "--sessions", "3", "--session-output-len", "3"}},
	{"spec_bench.jsonl", []string{"--dataset-name", "spec_bench", "--sessions", "3", "--session-output-len", "3", "--backend", "openai-chat"}},
	{"sonnet.txt", []string{"--dataset-name", "sonnet", "--num-prompts", "8", "--sonnet-output-len", "3", "--chat-template", "own.jinja"}},
	{"mooncake_conversation_trace.jsonl", []string{"--dataset-name", "trace", "--num-prompts", "8", "--trace-speed", "100"}},
	{"spec_bench.jsonl", []string{"--dataset-name", "spec_bench", "--num-prompts", "8", "--output-len", "3"}},
	{"", []string{"--num-prompts", "8", "--random-output-len", "3"}},
}

// Every real file goes through collect against an engine with the same tokenizer: nothing fails, and the engine counts every
// prompt as we do.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	own := t.TempDir()
	for name, content := range ownData {
		if err := os.WriteFile(filepath.Join(own, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	template := filepath.Join(own, "own.jinja")
	if err := os.WriteFile(template, []byte("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"), 0o666); err != nil {
		t.Fatal(err)
	}
	send := func(folder, dir string, loads []realLoad) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			realFiles(t, dir, template, folder, loads)
		})
	}
	single := slices.DeleteFunc(slices.Clone(realLoads), func(l realLoad) bool { return slices.Contains(l.flags, "--sessions") })
	send("../../collect/tokenizer/testdata/bytelevel", own, single)
	dir := os.Getenv("LLMBENCH_TESTDATA")
	if dir == "" {
		t.Log("LLMBENCH_TESTDATA is not set: only files of the project's own are sent")
		return
	}
	folders, err := filepath.Glob(filepath.Join(dir, "tokenizers", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("LLMBENCH_TESTDATA=%s has no tokenizers (%v)", dir, err)
	}
	loads := realLoads
	for _, folder := range folders {
		send(folder, dir, loads)
		loads = realLoads[len(realLoads)-2:] // each file once, and each tokenizer
	}
}

func realFiles(t *testing.T, dir, template, folder string, loads []realLoad) {
	t.Helper()
	tok, err := tokenizer.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	url := simulated(t, func(c *simulate.Config) { c.Tokenizer, c.MaxModelLen = tok, 200_000 })
	warehouse := t.TempDir()
	for _, load := range loads {
		args := []string{"--base-url", url, "--tokenizer", folder, "--seed", "1", "--max-concurrency", "8", "--disable-tqdm"}
		for _, flag := range load.flags {
			if flag == "own.jinja" {
				flag = template
			}
			args = append(args, flag)
		}
		if load.file != "" {
			args = append(args, "--dataset-path", filepath.Join(dir, load.file))
		}
		run := collected(t, warehouse, 0, args...).Run
		if *run.Failed != 0 || *run.Completed == 0 {
			t.Errorf("%v: %d completed, %d failed", load.flags, *run.Completed, *run.Failed)
		}
		chat := slices.Contains(load.flags, "openai-chat") // its template is the server's
		if !chat && run.Findings != nil && strings.Contains(*run.Findings, `"prompt_tokens"`) {
			t.Errorf("%v with %s: %s", load.flags, folder, *run.Findings)
		}
	}
}
