package main

import (
	"errors"
	"fmt"

	"llmbench/collect/dataset"
)

// randomFlags shape prompts that are made up.
type randomFlags struct {
	RandomInputLen     int    `help:"random: tokens of a prompt." default:"1024" group:"data"`
	RandomOutputLen    int    `help:"random: tokens to ask for." default:"128" group:"data"`
	RandomRangeRatio   string `help:"random: lengths vary by this share up and down; a number, or {\"input\":a,\"output\":b}." default:"0" group:"data"`
	RandomPrefixLen    int    `help:"random: tokens of a common prefix, on top of the input." default:"0" group:"data"`
	RandomInputDist    string `help:"random: distribution of the tokens of a prompt: ${lengths}. --random-input-len is its mean where it names none; nothing below min (1) or above max is drawn." placeholder:"NAME:KEY=VALUE,..." group:"data"`
	RandomOutputDist   string `help:"random: the same of the tokens to ask for. Two columns of one file are taken from the same row." placeholder:"NAME:KEY=VALUE,..." group:"data"`
	RandomSequenceDist string `help:"random: a mix of pairs of lengths with their shares, each length with a standard deviation if wanted: 256|40,128:70;2048,512|50:30." placeholder:"INPUT,OUTPUT:SHARE;..." group:"data"`
	RandomBatchSize    int    `help:"random: texts in one request, for servers that embed or rank; --num-prompts counts the texts." default:"1" group:"data"`
	NoReranker         bool   `help:"random-rerank: for servers that embed: query and documents of the whole length each, the query counted in." group:"data"`
	PromptTokenIDs     bool   `name:"prompt-token-ids" help:"Made-up prompts as token ids instead of text, for servers that take them." group:"data"`
}

// into puts the flags into c; inputLen and outputLen are vLLM's common flags, which win.
func (f randomFlags) into(c *dataset.Config, inputLen, outputLen *int) error {
	var errs []error
	failed := func(flag string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	r := dataset.RandomConfig{InputLen: f.RandomInputLen, OutputLen: f.RandomOutputLen, PrefixLen: f.RandomPrefixLen, BatchSize: f.RandomBatchSize}
	if inputLen != nil {
		r.InputLen = *inputLen
	}
	if outputLen != nil {
		r.OutputLen = *outputLen
	}
	failed("random-range-ratio", r.Range.UnmarshalText([]byte(f.RandomRangeRatio)))
	var err error
	if f.RandomInputDist != "" {
		r.InputDist, err = dataset.ParseLengths(f.RandomInputDist, r.InputLen)
		failed("random-input-dist", err)
	}
	if f.RandomOutputDist != "" {
		r.OutputDist, err = dataset.ParseLengths(f.RandomOutputDist, r.OutputLen)
		failed("random-output-dist", err)
	}
	if f.RandomSequenceDist != "" {
		r.Mix, err = dataset.ParseLengthMix(f.RandomSequenceDist)
		failed("random-sequence-dist", err)
	}
	if f.RandomBatchSize == 0 {
		errs = append(errs, errors.New("--random-batch-size 0: must be at least 1"))
	}
	c.Random, c.PromptTokenIDs, c.NoReranker = r, f.PromptTokenIDs, f.NoReranker
	return errors.Join(errs...)
}
