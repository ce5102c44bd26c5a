package dataset

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/valyala/fastjson"
)

// sampled is a dataset of rows in a file, shuffled by the seed, the first of them taken, and drawn from again where they are
// too few. It holds places in the file and lengths, no prompts.
type sampled struct {
	recipe
	config Config
	tok    Tokenizer
	rows   *rowFile
	// order is the rows in the order in which they are tried.
	order   []uint32
	n       int
	counted []atomic.Uint64
	parsers fastjson.ParserPool
	// chats is set when rows are chats, which the template must make texts of.
	chats bool

	mu sync.Mutex
	// kept are the rows that passed the filter, of the first ones of order, which were tried. Both are empty without one.
	kept  []uint32
	tried int
}

// newSampled reads the file and settles the order; everything that can be wrong with the file is said here.
func newSampled(c Config, from source, tok Tokenizer, r recipe) (*sampled, error) {
	if c.Files.Chat && !c.Files.Audio {
		r.read = soundInChat(r.read)
	}
	d := &sampled{recipe: r, config: c, tok: tok, n: c.NumPrompts}
	enough := 0
	if r.filter == nil && !r.selective {
		enough = c.NumPrompts
	}
	var err error
	d.rows, err = from.open(c, enough, func(row *fastjson.Value) (bool, error) {
		ex, use, err := r.read(row)
		if err == nil && use {
			err = d.sendable(ex)
		}
		return use, err
	})
	if err != nil {
		return nil, err
	}
	if len(d.rows.at) == 0 {
		return nil, fmt.Errorf("read dataset %s: no %s of it can be used: %s", c.Path, d.rows.unit, d.wanted)
	}
	d.order, d.counted = c.order(len(d.rows.at)), make([]atomic.Uint64, len(d.rows.at))
	return d, d.settle()
}

// sendable refuses what the backend has no form for.
func (d *sampled) sendable(ex example) error {
	if ex.sound != "" && !d.config.Files.Audio {
		return errors.New("sound is sent to an audio --backend, such as openai-audio, or in a chat, such as openai-chat")
	}
	if ex.sound == "" && d.config.Files.Audio {
		return errors.New("no sound, which an audio --backend needs; use the dataset custom_audio or one of speech")
	}
	if err := localMedia(ex.messages, d.dir); err != nil {
		return err
	}
	if ex.messages == nil || d.config.Files.Chat {
		return nil
	}
	d.chats = true
	if ex.body["tools"] != nil {
		return errors.New("functions are called in a chat; use a chat --backend, such as openai-chat")
	}
	if slices.ContainsFunc(ex.messages, hasMedia) {
		return errors.New("images and sound are parts of a chat; use a chat --backend, such as openai-chat")
	}
	if d.config.Files.Template == nil {
		return errors.New("a chat, and no chat template to make one text of it; use a chat --backend, or a --tokenizer whose folder has a template")
	}
	return nil
}

// order is n rows as they are taken: shuffled by the seed, or as they stand in the file.
func (c Config) order(n int) []uint32 {
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	if !c.Files.DisableShuffle {
		generator(c.Seed, -1).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

// settle counts as far as it must be known before the load: which prompts pass the filter is found out during it, or a
// large file would keep the load waiting.
func (d *sampled) settle() error {
	ahead := 0
	switch {
	case d.config.Files.CountAhead, d.filter != nil && d.config.Files.NoOversample:
		ahead = d.n
	case d.filter != nil:
		ahead = 1
	}
	for i := range min(ahead, len(d.order)) {
		if _, err := d.Prompt(i); err != nil {
			return err
		}
	}
	if d.config.Files.NoOversample {
		most := d.Distinct()
		if d.config.load() == AllPrompts { // every row is for the load, and some of them warm up too
			most += d.config.Warmups
		}
		d.n = min(d.n, most)
	}
	if d.n <= d.config.Warmups {
		return fmt.Errorf("--no-oversample: the %d prompts of %s are not enough for %d warm-ups and a load", d.n, d.config.Path, d.config.Warmups)
	}
	return nil
}

// Distinct is how many different prompts there are, as far as it is known: a filter may yet drop some.
func (d *sampled) Distinct() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.kept) + len(d.order) - d.tried
}

// Len is the number of prompts.
func (d *sampled) Len() int { return d.n }

// Prompt gives the i-th prompt.
func (d *sampled) Prompt(i int) (Prompt, error) {
	if d.filter == nil {
		return d.prompt(d.config.pick(d.order, i))
	}
	row, made, err := d.keep(i)
	switch {
	case err != nil:
		return Prompt{}, err
	case made != nil:
		return *made, nil
	}
	return d.prompt(row)
}

// pick gives the i-th row, and beyond the last one a row drawn by the seed and i.
func (c Config) pick(rows []uint32, i int) uint32 {
	if i < len(rows) {
		return rows[i]
	}
	const again = 0x6472617773
	return rows[generator(c.Seed^again, i).IntN(len(rows))]
}

// keep gives the i-th row that passes the filter, and its prompt where it had to be made to find out.
func (d *sampled) keep(i int) (row uint32, made *Prompt, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.kept) <= i && d.tried < len(d.order) {
		row := d.order[d.tried]
		p, err := d.prompt(row)
		if err != nil {
			return 0, nil, err
		}
		d.tried++
		if !d.filter(p.InputTokens, p.OutputTokens) {
			continue
		}
		d.kept = append(d.kept, row)
		if len(d.kept) > i {
			return row, &p, nil
		}
	}
	if len(d.kept) == 0 {
		return 0, nil, fmt.Errorf("read dataset %s: no %s of its %d can be used: %s", d.config.Path, d.rows.unit, len(d.order), d.wanted)
	}
	return d.config.pick(d.kept, i), nil, nil
}

// row is that of the i-th prompt.
func (d *sampled) row(i int) (uint32, error) {
	if d.filter == nil {
		return d.config.pick(d.order, i), nil
	}
	row, _, err := d.keep(i)
	return row, err
}

// example reads one row again.
func (d *sampled) example(row uint32) (example, error) {
	data, err := d.rows.read(int(row))
	if err != nil {
		return example{}, err
	}
	parser := d.parsers.Get()
	defer d.parsers.Put(parser)
	v, err := parser.ParseBytes(data)
	if err != nil {
		return example{}, fmt.Errorf("read dataset %s again: %w; has it changed meanwhile?", d.config.Path, err)
	}
	ex, _, err := d.read(d.rows.unwrap(v))
	return ex, err
}

// prompt makes the prompt of a row.
func (d *sampled) prompt(row uint32) (Prompt, error) {
	ex, err := d.example(row)
	if err != nil {
		return Prompt{}, err
	}
	p := Prompt{Text: ex.text, Messages: ex.messages, Body: ex.body}
	if err := d.readMedia(&p, ex.sound); err != nil {
		return Prompt{}, fmt.Errorf("read dataset %s: %w", d.config.Path, err)
	}
	if t := d.config.Files.Template; t != nil && !d.config.Files.Chat && (d.templated || ex.messages != nil) {
		if p.Text, err = t.Render(chatOf(p)); err != nil {
			return Prompt{}, fmt.Errorf("apply the chat template: %w", err)
		}
		p.Messages = nil
	}
	p.InputTokens, p.OutputTokens, err = d.count(row, ex, p)
	return p, err
}

// readMedia reads what lies in files of its own.
func (d *sampled) readMedia(p *Prompt, sound string) (err error) {
	if sound != "" {
		p.AudioName = "sound" + soundExtension(sound)
		if p.Audio, err = mediumBytes(sound, d.dir); err != nil {
			return err
		}
	}
	return readMedia(p.Messages, d.dir)
}

// chatOf is the prompt as messages.
func chatOf(p Prompt) []Message {
	if p.Messages != nil {
		return p.Messages
	}
	return []Message{{Role: "user", Content: p.Text}}
}

// count gives the lengths of a row's prompt and answer, counted once.
func (d *sampled) count(row uint32, ex example, p Prompt) (input, output int, err error) {
	if both := d.counted[row].Load(); both != 0 {
		return int(both >> 32), int(both & (1<<32 - 1)), nil
	}
	if input, err = d.tokens(p.Text); err != nil {
		return 0, 0, err
	}
	for _, m := range p.Messages {
		n, err := d.tokens(textOf(m))
		if err != nil {
			return 0, 0, err
		}
		input += n
	}
	if output = ex.output; output == 0 {
		if output, err = d.tokens(ex.answer); err != nil {
			return 0, 0, err
		}
	}
	output = max(output, 1) // no server takes 0
	d.counted[row].Store(uint64(input)<<32 | uint64(output))
	return input, output, nil
}

func (d *sampled) tokens(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	ids, err := d.tok.Encode(text)
	if err != nil {
		return 0, fmt.Errorf("tokenize dataset %s: %w", d.config.Path, err)
	}
	return len(ids), nil
}

// textOf is the text of a message, without its media.
func textOf(m Message) string {
	text := m.Content
	for _, part := range m.Parts {
		if part.Kind == PartText {
			text += part.Text
		}
	}
	return text
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *sampled) Recipe() map[string]any {
	facts := map[string]any{"sha256": d.rows.sha256}
	maps.Copy(facts, d.facts)
	f := d.config.Files
	f.into(facts)
	if f.Template != nil && !f.Chat && (d.templated || d.chats) {
		facts["chat_template"] = f.Template.Hash()
	}
	return facts
}

// into adds what decides the choice of rows.
func (f FilesConfig) into(recipe map[string]any) {
	for name, on := range map[string]bool{"no_oversample": f.NoOversample, "disable_shuffle": f.DisableShuffle} {
		if on {
			recipe[name] = true
		}
	}
}
