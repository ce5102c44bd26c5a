package dataset

import (
	"strings"

	"github.com/valyala/fastjson"
)

// Datasets of code. What stands around a row's texts says the same as the prompts of vLLM's benchmark, in our own words.

func readInstructCoder(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	instruction, err := text(row, "instruction")
	ex.text = string(row.GetStringBytes("input")) + "\n\n" + instruction + " Answer with the code alone and explain nothing."
	return ex, true, err
}

// editableRegion marks where the part to be rewritten begins; the answer is as long as what follows it.
const editableRegion = "<|editable_region_start|>"

func readZeta(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	events := string(row.GetStringBytes("events"))
	input, err := text(row, "input")
	if err != nil {
		return ex, false, err
	}
	output, err := text(row, "output")
	if err != nil {
		return ex, false, err
	}
	ex.text = "### Instruction:\nYou complete code. Look at the edits that the user made, then rewrite the excerpt with the edit that should come next, where the cursor stands.\n\n" +
		"### User Edits:\n\n" + events + "\n\n### User Excerpt:\n\n" + input + "\n\n### Response:\n\n"
	ex.answer = output
	if _, after, ok := strings.Cut(output, editableRegion); ok {
		ex.answer = editableRegion + after
	}
	return ex, true, nil
}

// readBlazedit leaves out edits that change less or more than asked for.
func readBlazedit(c HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	code, err := text(row, "code")
	if err != nil {
		return ex, false, err
	}
	change, err := text(row, "change_request")
	if err != nil {
		return ex, false, err
	}
	if distance := row.GetFloat64("norm_distance"); distance < c.MinDistance || distance > c.MaxDistance {
		return ex, false, nil
	}
	ex.text = "Change the code below as asked, and give back the whole file with the change made, without any comment on it.\n\n" +
		"Code:\n```\n" + code + "\n```\n\nChange:\n" + change + "\n\nThe whole changed file, between ``` and ```:\n"
	return ex, true, nil
}

// beforeOptions is a question without the answers to choose from.
func beforeOptions(question string) string {
	before, _, _ := strings.Cut(question, "Options:")
	return strings.TrimSpace(before)
}
