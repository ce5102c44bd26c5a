package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"llmbench/report/stats"
)

func TestWriteDataset(t *testing.T) {
	t.Parallel()
	d := Dataset{Dataset: "custom", Path: "mine.jsonl", WorkloadID: "0123456789abcdef", Workload: json.RawMessage(`{"dataset":"custom","output_len":256}`),
		Seed: 7, Tokenizer: "Qwen2.5", Backend: "openai-chat", Requests: 6, Distinct: 4, Media: 1, Arrives: "over 1m0s",
		PromptTokens: stats.LengthsOf([]int{5, 12, 17, 18, 40, 125}, 12), AskedTokens: stats.LengthsOf([]int{256, 256, 256, 256, 256, 256}, 12),
		Samples: []Sample{
			{Request: 0, PromptTokens: 5, AskedTokens: 256, Prompt: "one line\n\tand another,\x1b[31m red\n\n"},
			{Request: 1, PromptTokens: 125, AskedTokens: 256, Prompt: "[user] " + strings.Repeat("<长> & ", 200)},
		}}
	for name, format := range map[string]string{"dataset.txt": "table", "dataset.json": "json"} {
		var out bytes.Buffer
		if err := WriteDataset(&out, d, format); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
	if err := WriteDataset(&bytes.Buffer{}, d, "xml"); err == nil {
		t.Error("xml was taken")
	}
}
