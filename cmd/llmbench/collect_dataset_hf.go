package main

import (
	"math"
	"strings"

	"llmbench/collect/dataset"
)

// hfFlags are those of the dataset hf.
type hfFlags struct {
	HFName         string `name:"hf-name" help:"hf: name of the dataset on the hub, such as openai/gsm8k, where neither the path nor its README.md tells." group:"data"`
	HFSubset       string `name:"hf-subset" help:"hf: subset." group:"data"`
	HFSplit        string `name:"hf-split" help:"hf: split; the dataset's usual one when not given." group:"data"`
	HFOutputLen    int    `name:"hf-output-len" help:"hf: tokens to ask for instead of the dataset's usual number." group:"data"`
	HFPromptColumn string `name:"hf-prompt-column" help:"hf: column of the prompt, for datasets that are not known." aliases:"hf-text-column" group:"data"`
	HFOutputColumn string `name:"hf-output-column" help:"hf: column of the answer, or of the number of tokens to ask for." group:"data"`
	HFImageColumn  string `name:"hf-image-column" help:"hf: column of the images to send along; image or images when not given." group:"data"`

	BfclCategories      string  `help:"hf, function calling leaderboard: categories." default:"simple,live_simple,multiple" group:"data"`
	BlazeditMinDistance float64 `help:"hf, blazedit: least change of an edit." default:"0" group:"data"`
	BlazeditMaxDistance float64 `help:"hf, blazedit: largest change of an edit." default:"1" group:"data"`
	ASRMinAudioLenSec   float64 `name:"asr-min-audio-len-sec" help:"hf, speech: shortest sound; of WAV and FLAC." default:"0" group:"data"`
	ASRMaxAudioLenSec   float64 `name:"asr-max-audio-len-sec" help:"hf, speech: longest sound; 0 any." default:"0" group:"data"`
}

func (c *collectCmd) planHF(p *collectPlan) {
	p.data.HF = dataset.HFConfig{Name: c.HFName, Subset: c.HFSubset, Split: c.HFSplit, OutputLen: c.HFOutputLen,
		PromptColumn: c.HFPromptColumn, OutputColumn: c.HFOutputColumn, ImageColumn: c.HFImageColumn,
		MinDistance: c.BlazeditMinDistance, MaxDistance: c.BlazeditMaxDistance, MinAudioS: c.ASRMinAudioLenSec, MaxAudioS: c.ASRMaxAudioLenSec}
	for category := range strings.SplitSeq(c.BfclCategories, ",") {
		if category = strings.TrimSpace(category); category != "" {
			p.data.HF.Categories = append(p.data.HF.Categories, category)
		}
	}
	if math.IsInf(c.ASRMaxAudioLenSec, 1) { // vLLM's default
		p.data.HF.MaxAudioS = 0
	}
	if c.OutputLen != nil {
		p.data.HF.OutputLen = *c.OutputLen
	}
}
