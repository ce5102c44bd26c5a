package main

import (
	"errors"
	"fmt"

	"llmbench/collect/dataset"
)

// mediaFlags shape the pictures and films of the dataset random-mm.
type mediaFlags struct {
	RandomMmBaseItemsPerRequest  int     `help:"random-mm: pictures and films in a request." default:"1" group:"data"`
	RandomMmNumMmItemsRangeRatio float64 `help:"random-mm: their number varies by this share up and down, between 0 and 1." default:"0" group:"data"`
	RandomMmLimitMmPerPrompt     string  `help:"random-mm: the most of each in a request." default:"{\"image\": 255, \"video\": 1}" group:"data"`
	RandomMmBucketConfig         string  `help:"random-mm: sizes with their shares: {(height, width, frames): share, ...}; 1 frame is a JPEG, more are an MP4 of JPEG frames, 30 a second." default:"{(256, 256, 1): 0.5, (720, 1280, 1): 0.5}" group:"data"`
}

func (f mediaFlags) into(c *dataset.Config) error {
	m := dataset.MediaConfig{Items: f.RandomMmBaseItemsPerRequest, ItemsRange: f.RandomMmNumMmItemsRangeRatio}
	var errs []error
	if err := m.Limits.UnmarshalText([]byte(f.RandomMmLimitMmPerPrompt)); err != nil {
		errs = append(errs, fmt.Errorf("--random-mm-limit-mm-per-prompt: %w", err))
	}
	var err error
	if m.Buckets, err = dataset.ParseMediaBuckets(f.RandomMmBucketConfig); err != nil {
		errs = append(errs, fmt.Errorf("--random-mm-bucket-config: %w", err))
	}
	if errs == nil { // what could not be read is not judged again
		c.Media = m
	}
	return errors.Join(errs...)
}
