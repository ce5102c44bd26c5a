package simulate

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestDefaultIsValid(t *testing.T) {
	t.Parallel()
	c := Default()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	c.Fixed = &FixedTiming{}
	if err := c.Validate(); err != nil {
		t.Errorf("fixed timing of nothing: %v", err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	check := func(change func(*Config), want string) {
		t.Helper()
		c := Default()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, err := New(c); err == nil {
			t.Errorf("New took a configuration with %s", want)
		}
	}
	check(func(c *Config) { c.Models = nil }, "--model must name a model")
	check(func(c *Config) { c.Models = []string{"a", ""} }, "--model must name a model")
	check(func(c *Config) { c.MaxModelLen = 1 }, "--max-model-len must be at least 2, not 1")
	check(func(c *Config) { c.Slots = 0 }, "--slots must be at least 1, not 0")
	check(func(c *Config) { c.MaxQueue = -2 }, "--max-queue must be -1 (any number) or more, not -2")
	check(func(c *Config) { c.BatchTokens = -1 }, "--batch-tokens must not be negative")
	check(func(c *Config) { c.BatchTokens = 63 }, "--batch-tokens 63 leaves no room for a prompt beside 64 slots of 1 tokens: give at least 64")
	check(func(c *Config) { c.TokensPerChunk = 0 }, "--tokens-per-chunk must be at least 1")
	check(func(c *Config) { c.MeanOutputTokens = 0.5 }, "--mean-output-tokens must be 0 (never stop) or at least 1, not 0.5")
	check(func(c *Config) { c.MeanOutputTokens = math.NaN() }, "--mean-output-tokens")
	check(func(c *Config) { c.PrefillTime = -1 }, "--prefill-time must not be negative")
	check(func(c *Config) { c.PrefillTokenTime = -1 }, "--prefill-token-time must not be negative")
	check(func(c *Config) { c.StepTime = -1 }, "--step-time must not be negative")
	check(func(c *Config) { c.StepSequenceTime = -1 }, "--step-sequence-time must not be negative")
	check(func(c *Config) { c.StepContextTime = -1 }, "--step-context-time must not be negative")
	check(func(c *Config) { c.StepTime, c.StepSequenceTime = 0, 0 }, "--step-time and --step-sequence-time are both 0")
	check(func(c *Config) { c.Jitter = math.NaN() }, "--jitter must be between 0 and 2")
	check(func(c *Config) { c.PrefixCacheTokens = -1 }, "--prefix-cache-tokens must not be negative")
	check(func(c *Config) { c.PrefixCacheShare = 1 }, "--prefix-cache-share must be at least 0 and below 1")
	check(func(c *Config) { c.PrefixCacheShare, c.PrefixCacheTokens = 0.1, 1 }, "exclude each other")
	check(func(c *Config) { c.Fixed = &FixedTiming{-1, 0} }, "--ttft must not be negative")
	check(func(c *Config) { c.Fixed = &FixedTiming{0, -1} }, "--itl must not be negative")
	check(func(c *Config) { c.Fixed = &FixedTiming{}; c.Flood = true }, "--flood excludes --ttft and --itl")
	check(func(c *Config) { c.Fault = "nope" }, `--fault: no fault is called "nope"`)
	check(func(c *Config) { c.FaultShare = 1.5 }, "--fault-share must be between 0 and 1")
	check(func(c *Config) { c.DrainLimit = -time.Second }, "--drain-limit must not be negative")

	// All of them at once.
	c := Config{Jitter: -1, MaxQueue: -5}
	if n := len(strings.Split(c.Validate().Error(), "\n")); n != 7 {
		t.Errorf("%d problems in\n%v", n, c.Validate())
	}
}
