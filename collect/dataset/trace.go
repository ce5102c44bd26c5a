package dataset

import (
	"math"
	"time"
)

// TraceConfig shapes the replay of a recorded trace.
type TraceConfig struct {
	// Speed divides the times: 2 replays twice as fast.
	Speed float64
	// Start and Length choose a window, in the time of the trace since its first row; a Length of 0 goes to its end.
	Start, Length time.Duration
	// BlockSize is how many tokens a block has; 0 finds it out.
	BlockSize int
	// UnitSeconds is what 1 means in a time column of numbers; 0 goes by the form of the file.
	UnitSeconds float64
	// Names of columns; "" goes by the known names.
	Timestamp, Input, Output, Hashes string
	// Model, where given, keeps rows of that model that have an answer.
	Model string
}

func (c Config) validateTrace() error {
	var p problems
	t := c.Trace
	p.add(c.needsPath("a trace: JSONL as Mooncake's, or CSV as Azure's or BurstGPT's"))
	p.check(t.Speed > 0 && !math.IsInf(t.Speed, 1), "--trace-speed %g: must be above 0", t.Speed)
	p.check(t.Start >= 0, "--trace-start %s: must not be below 0", t.Start)
	p.check(t.Length >= 0, "--trace-duration %s: must not be below 0", t.Length)
	p.check(t.BlockSize >= 0 && t.BlockSize <= mostTokens, "--timed-trace-chunk-hash-size %d: must be between 1 and %d", t.BlockSize, mostTokens)
	p.check(t.UnitSeconds >= 0 && t.UnitSeconds <= 1e6, "--timed-trace-sec-multiplier %g: must be above 0 and at most 1e6", t.UnitSeconds)
	return p.err()
}

// unit is that of the time column as far as it is known before the file: timed_trace is vLLM's name, and means seconds.
func (t TraceConfig) unit(name string) time.Duration {
	if t.UnitSeconds == 0 && name == "timed_trace" {
		return time.Second
	}
	return time.Duration(t.UnitSeconds * float64(time.Second))
}

// trace is a recorded one, replayed: its times, its lengths, and prompts that share what the recorded ones shared. Blocks
// with equal hashes are equal tokens; everything else is random.
type trace struct {
	*composer
	*arrivals
	config TraceConfig
	seed   int64
	n      int
	block  int
}

var _ Timed = (*trace)(nil)

func newTrace(c Config, tok Tokenizer) (Dataset, error) {
	a, err := readArrivals(c, true, c.load())
	if err != nil {
		return nil, err
	}
	m, err := newComposer(c, tok)
	if err != nil {
		return nil, err
	}
	d := &trace{composer: m, arrivals: a, config: c.Trace, seed: c.Seed, n: len(a.rows) + c.Warmups, block: c.Trace.BlockSize}
	if d.block == 0 {
		d.block = a.blockSize()
	}
	return d, nil
}

// Len counts the warm-ups in.
func (d *trace) Len() int { return d.n }

// Offset is when the i-th request is due, from the begin of the window.
func (d *trace) Offset(i int) time.Duration {
	return time.Duration(float64(d.rows[i].At) / d.config.Speed)
}

// Prompt makes the i-th prompt. Warm-ups have the lengths of the trace and none of its blocks.
func (d *trace) Prompt(i int) (Prompt, error) {
	const ofBlock = 0x626c6f636b
	row := d.rows[i%len(d.rows)]
	if i >= len(d.rows) {
		row.To = row.From
	}
	rng, left := generator(d.seed, i), int(row.Input)
	t := d.draft(left)
	for _, h := range d.hashes[row.From:row.To] {
		n := min(d.block, left)
		t.random(generator(d.seed^ofBlock, int(h)), n)
		left -= n
	}
	t.unique(rng, i, left)
	p, err := t.prompt(rng)
	p.OutputTokens = int(row.Output)
	return p, err
}

// Recipe is what decides the prompts and their times beside the tokenizer and the seed.
func (d *trace) Recipe() map[string]any {
	recipe := map[string]any{"prompts": composition, "sha256": d.sha256, "trace_speed": d.config.Speed}
	if len(d.hashes) > 0 {
		recipe["block_size"] = d.block
	}
	return recipe
}
