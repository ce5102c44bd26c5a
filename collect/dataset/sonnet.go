package dataset

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
)

// SonnetConfig shapes the prompts of the dataset sonnet.
type SonnetConfig struct {
	InputLen, OutputLen int
	// PrefixLen tokens, the instruction counted in, are equal for all prompts.
	PrefixLen int
}

// sonnetInstruction comes before the lines.
const sonnetInstruction = "Choose as many as you like of the lines of this poem:\n"

// sonnet makes prompts of lines of a poem: the first ones always, the rest drawn, as many as make up the length. Prompts that
// come out longer are drawn again.
type sonnet struct {
	config Config
	tok    Tokenizer
	lines  []string
	sha256 string
	// prefix and drawn are numbers of lines.
	prefix, drawn int
}

func (c Config) validateSonnet() error {
	s := c.Sonnet
	errs := []error{c.needsPath("a text file of lines")}
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(s.InputLen >= 1 && s.InputLen <= mostTokens, "--sonnet-input-len %d: must be between 1 and %d", s.InputLen, mostTokens)
	check(s.OutputLen >= 1 && s.OutputLen <= mostTokens, "--sonnet-output-len %d: must be between 1 and %d", s.OutputLen, mostTokens)
	check(s.PrefixLen >= 0 && s.PrefixLen <= s.InputLen, "--sonnet-prefix-len %d: must be between 0 and --sonnet-input-len %d", s.PrefixLen, s.InputLen)
	return errors.Join(errs...)
}

func newSonnet(c Config, tok Tokenizer) (Dataset, error) {
	d := &sonnet{config: c, tok: tok}
	if err := d.readLines(); err != nil {
		return nil, fmt.Errorf("read dataset %s: %w", c.Path, err)
	}
	if err := d.measure(); err != nil {
		return nil, err
	}
	_, err := d.Prompt(0)
	return d, err
}

// mostText bounds the file: a poem is held in memory.
const mostText = 64 << 20

func (d *sonnet) readLines() error {
	file, err := os.Open(d.config.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(file, hash), 1<<16)
	err = eachLine(in, 0, func(at int64, row []byte, line int) error {
		switch {
		case bytes.IndexByte(row, 0) >= 0:
			return rowError("line", line, errors.New("binary data, not text"))
		case at > mostText:
			return rowError("line", line, fmt.Errorf("more than %d MB of text", mostText>>20))
		}
		d.lines = append(d.lines, strings.TrimRight(string(row), "\r\n"))
		return nil
	})
	if err == nil && len(d.lines) == 0 {
		err = errors.New("the file is empty")
	}
	d.sha256 = hex.EncodeToString(hash.Sum(nil))
	return err
}

// measure settles how many lines make up the lengths: the tokens left by the instruction over the mean length of a line.
func (d *sonnet) measure() error {
	total := 0
	for _, line := range d.lines {
		ids, err := d.tok.Encode(line + "\n")
		if err != nil {
			return fmt.Errorf("tokenize dataset %s: %w", d.config.Path, err)
		}
		total += len(ids)
	}
	_, base, err := d.finish("")
	if err != nil {
		return err
	}
	s := d.config.Sonnet
	if s.InputLen <= base {
		return fmt.Errorf("--sonnet-input-len %d: must be above %d, which the instruction alone has", s.InputLen, base)
	}
	mean := float64(total) / float64(len(d.lines))
	all := max(int(math.Round(float64(s.InputLen-base)/mean)), 1)
	d.prefix = min(max(int(math.Round(float64(s.PrefixLen-base)/mean)), 0), all, len(d.lines))
	d.drawn = all - d.prefix
	return nil
}

// finish puts the instruction before the lines. The length is that of what the model sees, as far as the template is known.
func (d *sonnet) finish(lines string) (p Prompt, tokens int, err error) {
	raw := sonnetInstruction + lines
	text := raw
	if t := d.config.Files.Template; t != nil {
		if text, err = t.Render([]Message{{Role: "user", Content: raw}}); err != nil {
			return p, 0, fmt.Errorf("apply the chat template: %w", err)
		}
	}
	ids, err := d.tok.Encode(text)
	if err != nil {
		return p, 0, fmt.Errorf("tokenize dataset %s: %w", d.config.Path, err)
	}
	if d.config.Files.Chat {
		text = raw
	}
	return Prompt{Text: text, InputTokens: len(ids), OutputTokens: d.config.Sonnet.OutputLen}, len(ids), nil
}

// Len is the number of prompts.
func (d *sonnet) Len() int { return d.config.NumPrompts }

// Prompt draws lines until a prompt is not too long.
func (d *sonnet) Prompt(i int) (Prompt, error) {
	rng := generator(d.config.Seed, i)
	const tries = 1000
	for range tries {
		p, tokens, err := d.finish(d.poem(rng))
		if err != nil || tokens <= d.config.Sonnet.InputLen {
			return p, err
		}
	}
	return Prompt{}, fmt.Errorf("--sonnet-input-len %d: no prompt of at most as many tokens in %d tries; the lines of %s are too long for it",
		d.config.Sonnet.InputLen, tries, d.config.Path)
}

func (d *sonnet) poem(rng *rand.Rand) string {
	var b strings.Builder
	for _, line := range d.lines[:d.prefix] {
		b.WriteString(line + "\n")
	}
	for range d.drawn {
		b.WriteString(d.lines[rng.IntN(len(d.lines))] + "\n")
	}
	return b.String()
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *sonnet) Recipe() map[string]any {
	s := d.config.Sonnet
	facts := map[string]any{"sha256": d.sha256, "input_len": s.InputLen, "output_len": s.OutputLen, "prefix_len": s.PrefixLen}
	if t := d.config.Files.Template; t != nil {
		facts["chat_template"] = t.Hash()
	}
	return facts
}
