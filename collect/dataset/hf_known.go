package dataset

import (
	"errors"
	"fmt"

	"github.com/valyala/fastjson"
)

// hfRegistry is every known dataset of the hub, an entry each: what is asked and how much of an answer, as vLLM's benchmark
// has it.
var hfRegistry = []hfKnown{
	{names: []string{"lmarena-ai/VisionArena-Chat"}, split: "train", columns: []string{"conversation", "images"}, output: 128, read: readVisionArena("conversation")},
	{names: []string{"lmarena-ai/vision-arena-bench-v0.1"}, split: "train", columns: []string{"turns", "images"}, output: 128, read: readVisionArena("turns")},
	{names: []string{"yale-nlp/MMVU"}, split: "validation", columns: []string{"question", "choices", "video"}, output: 128, read: readMMVU},
	{names: []string{"Lin-Chen/MMStar"}, split: "val", columns: []string{"question", "image"}, output: 128, read: readMMStar},
	{names: []string{"likaixin/InstructCoder"}, split: "train", columns: []string{"input", "instruction"}, output: 200, templated: true, read: readInstructCoder},
	{names: []string{"philschmid/mt-bench"}, split: "train", columns: []string{"turns"}, output: 256, templated: true, read: readFirstTurn},
	{names: []string{"openai/openai_humaneval"}, titles: []string{"openai humaneval"}, split: "test", columns: []string{"prompt"}, output: 256, templated: true, read: readColumn("prompt", "")},
	{names: []string{"openai/gsm8k"}, titles: []string{"grade school math 8k"}, subset: "main", split: "test", columns: []string{"question"}, output: 256, templated: true, read: readColumn("question", "")},
	{names: []string{"Aeala/ShareGPT_Vicuna_unfiltered", "lmms-lab/LLaVA-OneVision-Data"}, split: "train", columns: []string{"conversations", "image"}, selective: true,
		limits: &filterLimits{filterPrompt, filterTotal}, read: readConversations},
	{names: []string{"AI-MO/aimo-validation-aime", "AI-MO/NuminaMath-1.5", "AI-MO/NuminaMath-CoT"}, split: "train", columns: []string{"problem", "solution"},
		limits: &filterLimits{2048, 32000}, read: readColumn("problem", "solution")},
	{names: []string{"mgoin/mlperf-inference-llama2-data", "mgoin/mlperf-inference-llama3.1-data"}, split: "train", columns: []string{"system_prompt", "question", "output"},
		templated: true, limits: &filterLimits{filterPrompt, filterTotal}, always: true, read: readMLPerf},
	{names: []string{"zed-industries/zeta"}, split: "train", columns: []string{"events", "input", "output"}, read: readZeta},
	{names: []string{"vdaita/edit_5k_char", "vdaita/edit_10k_char"}, columns: []string{"code", "change_request", "norm_distance"}, output: 4000, templated: true, selective: true, read: readBlazedit},
	{names: []string{"gorilla-llm/Berkeley-Function-Calling-Leaderboard"}, output: 512, files: bfclFiles, read: readBFCL},
	{names: []string{"openslr/librispeech_asr", "facebook/voxpopuli", "LIUM/tedlium", "edinburghcstr/ami", "speechcolab/gigaspeech", "kensho/spgispeech",
		"ArtificialAnalysis/Earnings22-Cleaned-AA", "D4nt3/esb-datasets-earnings22-validation-tiny-filtered"}, columns: []string{"audio"}, output: 1024, selective: true, read: readASR},
}

// text is that of a column, which must have one.
func text(row *fastjson.Value, name string) (string, error) {
	v := row.Get(name)
	if v == nil {
		return "", fmt.Errorf("no column %q; it has %s", name, columnNames(row))
	}
	if v.Type() != fastjson.TypeString || len(v.GetStringBytes()) == 0 {
		return "", fmt.Errorf("column %q holds no text", name)
	}
	return string(v.GetStringBytes()), nil
}

// readColumn asks what is in one column and wants as much as is in the other.
func readColumn(prompt, answer string) func(HFConfig, *fastjson.Value) (example, bool, error) {
	return func(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
		if ex.text, err = text(row, prompt); err == nil && answer != "" {
			ex.answer, err = text(row, answer)
		}
		return ex, true, err
	}
}

func readFirstTurn(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	for _, turn := range row.GetArray("turns") {
		ex.turns = append(ex.turns, Message{Role: "user", Content: string(turn.GetStringBytes())})
	}
	if len(ex.turns) == 0 || ex.turns[0].Content == "" {
		return ex, false, fmt.Errorf(`no text in the first of "turns"; it has %s`, columnNames(row))
	}
	ex.text = ex.turns[0].Content
	return ex, true, nil
}

// readConversations is ShareGPT's form, with an image where there is one.
func readConversations(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	if ex, use, err = readShareGPT(0)(row); err != nil || !use {
		return ex, use, err
	}
	ex, err = withMedia(ex, PartImage, row.Get("image"))
	return ex, true, err
}

func readMLPerf(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	question, err := text(row, "question")
	if err != nil {
		return ex, false, err
	}
	if system := string(row.GetStringBytes("system_prompt")); system != "" {
		ex.messages = append(ex.messages, Message{Role: "system", Content: system})
	}
	ex.messages = append(ex.messages, Message{Role: "user", Content: question})
	ex.answer, err = text(row, "output")
	return ex, true, err
}

// readVisionArena asks the first turn with the first image.
func readVisionArena(column string) func(HFConfig, *fastjson.Value) (example, bool, error) {
	return func(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
		turn := row.Get(column)
		for turn != nil && turn.Type() == fastjson.TypeArray { // turns are lists of messages, in one more list
			turn = turn.Get("0")
		}
		if turn == nil || turn.Type() != fastjson.TypeObject {
			return ex, false, fmt.Errorf("no message in column %q; it has %s", column, columnNames(row))
		}
		if ex.text, err = text(turn, "content"); err != nil {
			return ex, false, err
		}
		ex, err = withMedia(ex, PartImage, row.Get("images", "0"))
		return ex, true, err
	}
}

func readMMVU(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	if ex.text, err = text(row, "question"); err != nil {
		return ex, false, err
	}
	row.GetObject("choices").Visit(func(key []byte, v *fastjson.Value) {
		if v.Type() == fastjson.TypeString {
			ex.text += fmt.Sprintf(" %s.%s", key, v.GetStringBytes())
		}
	})
	ex, err = withMedia(ex, PartVideo, row.Get("video"))
	return ex, true, err
}

// readMMStar leaves the options to the picture: the question goes up to them.
func readMMStar(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	if ex.text, err = text(row, "question"); err != nil {
		return ex, false, err
	}
	ex.text = beforeOptions(ex.text)
	if row.Get("image") == nil {
		return ex, false, errors.New(`no column "image"`)
	}
	ex, err = withMedia(ex, PartImage, row.Get("image"))
	return ex, true, err
}
