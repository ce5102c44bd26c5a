package main

import (
	"llmbench/collect/dataset"
)

// fileFlags are those of the datasets that come from files.
type fileFlags struct {
	NoOversample   bool `help:"Keep a dataset of files short when it has too few prompts, instead of drawing from it again." group:"data"`
	DisableShuffle bool `help:"Take the prompts of a file in its order." group:"data"`
	NoLengthFilter bool `help:"Keep the prompts that vLLM's length filter drops: below 4 tokens or above 1024, above 2048 with the answer." group:"data"`
}

// planFiles settles what the datasets of files have in common.
func (c *collectCmd) planFiles(p *collectPlan) {
	p.data.Files = dataset.FilesConfig{NoOversample: c.NoOversample, DisableShuffle: c.DisableShuffle, NoLengthFilter: c.NoLengthFilter,
		Chat: p.load.Backend.Chat}
}
