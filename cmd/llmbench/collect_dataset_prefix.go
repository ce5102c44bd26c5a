package main

import "llmbench/collect/dataset"

// prefixFlags shape the dataset prefix_repetition.
type prefixFlags struct {
	PrefixRepetitionPrefixLen   int `help:"prefix_repetition: tokens of a prefix." default:"256" group:"data"`
	PrefixRepetitionSuffixLen   int `help:"prefix_repetition: tokens of each prompt's own after it." default:"256" group:"data"`
	PrefixRepetitionNumPrefixes int `help:"prefix_repetition: different prefixes, shared out evenly." default:"10" group:"data"`
	PrefixRepetitionOutputLen   int `help:"prefix_repetition: tokens to ask for." default:"128" group:"data"`
}

func (f prefixFlags) into(c *dataset.Config, outputLen *int) {
	c.Prefix = dataset.PrefixConfig{PrefixLen: f.PrefixRepetitionPrefixLen, SuffixLen: f.PrefixRepetitionSuffixLen,
		Prefixes: f.PrefixRepetitionNumPrefixes, OutputLen: f.PrefixRepetitionOutputLen}
	if outputLen != nil {
		c.Prefix.OutputLen = *outputLen
	}
}
