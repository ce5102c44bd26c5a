package main

import (
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"strings"

	"llmbench/collect/dataset"
	"llmbench/report"
	"llmbench/report/chart"
	"llmbench/report/stats"
)

// datasetInspectCmd prints what collect would send with the same flags.
type datasetInspectCmd struct {
	collectCmd
	Samples int    `help:"Requests to show in full or in part." default:"3" group:"inspect"`
	Format  string `help:"${enum}; json has the samples whole." enum:"table,json" default:"table" group:"inspect"`
	Chart   string `help:"Draw the lengths into this file, .png or .svg." placeholder:"FILE" type:"path" group:"inspect"`
}

// Help is shown by dataset inspect --help.
func (datasetInspectCmd) Help() string {
	return `Takes the flags of collect, so that a command line can be looked at before it is run. No server is asked: name the
tokenizer with --tokenizer or --model, or lengths are an approximation.`
}

// Run makes every prompt once.
func (c *datasetInspectCmd) Run(a *app) error {
	p, err := c.plan(a)
	if err != nil {
		return usageError(errors.Join(err, c.check()))
	}
	if err := c.check(); err != nil {
		return usageError(err)
	}
	tok, err := c.findTokenizer(a, nil, p, c.Model)
	if err != nil {
		return err
	}
	row := c.runRow(p)
	ds, err := c.workload(a, p, &row, tok, c.Model, nil)
	if err != nil {
		return err
	}
	if p.seedDrawn {
		a.note("seed %d was drawn; --seed %d repeats this workload", p.data.Seed, p.data.Seed)
	}
	d := report.Dataset{Dataset: p.data.Name, Path: p.data.Path, WorkloadID: *row.WorkloadID, Workload: []byte(*row.Workload),
		Seed: p.data.Seed, Tokenizer: tok.Name(), Backend: p.load.Backend.Name, Requests: p.data.NumPrompts, Conversations: p.sessions}
	lengths, err := c.look(a, ds, &d)
	if err != nil {
		return err
	}
	const bins = 12
	d.PromptTokens, d.AskedTokens = stats.LengthsOf(lengths.prompt, bins), stats.LengthsOf(lengths.asked, bins)
	if err := report.WriteDataset(a.stdout, d, c.Format); err != nil {
		return fmt.Errorf("print the dataset: %w", err)
	}
	return c.draw(a, d, lengths)
}

// lengths are those of every request, in tokens.
type lengths struct{ prompt, asked []int }

func (c *datasetInspectCmd) check() error {
	var errs []error
	if c.Samples < 0 {
		errs = append(errs, fmt.Errorf("--samples %d: must not be below 0", c.Samples))
	}
	if c.Chart != "" {
		if err := (chart.Options{Format: c.chartFormat()}).Validate(); err != nil {
			errs = append(errs, fmt.Errorf("--chart %s: must end in .png or .svg", c.Chart))
		}
	}
	return errors.Join(errs...)
}

func (c *datasetInspectCmd) chartFormat() string {
	return strings.TrimPrefix(filepath.Ext(c.Chart), ".")
}

// look goes through the prompts of the load; the warm-ups, which come last, are not of it.
func (c *datasetInspectCmd) look(a *app, ds dataset.Dataset, d *report.Dataset) (lengths, error) {
	l := lengths{make([]int, 0, d.Requests), make([]int, 0, d.Requests)}
	seen, seed := map[uint64]struct{}{}, maphash.MakeSeed()
	err := everyPrompt(ds, d.Requests, d.Conversations, func(prompt dataset.Prompt) error {
		text, media := written(prompt, true)
		seen[maphash.String(seed, text)] = struct{}{}
		if len(d.Samples) < c.Samples {
			text, _ = written(prompt, false)
			d.Samples = append(d.Samples, report.Sample{Request: len(l.prompt), Conversation: prompt.SessionID, Turn: prompt.Turn,
				PromptTokens: prompt.InputTokens, AskedTokens: prompt.OutputTokens, Prompt: text})
		}
		l.prompt, l.asked = append(l.prompt, prompt.InputTokens), append(l.asked, prompt.OutputTokens)
		d.Media += media
		return a.ctx.Err()
	})
	if err != nil {
		return l, err
	}
	d.Distinct = len(seen)
	if timed, ok := dataset.AsTimed(ds); ok && d.Requests > 0 {
		d.Arrives = fmt.Sprintf("over %s", timed.Offset(d.Requests-1))
	}
	return l, nil
}

// everyPrompt makes all prompts of the load in their order: so many, or those of so many conversations.
func everyPrompt(ds dataset.Dataset, requests, conversations int, see func(dataset.Prompt) error) error {
	if talks, ok := dataset.AsSessions(ds); ok {
		for s := range conversations {
			if err := dataset.Rehearse(talks, s, see); err != nil {
				return fmt.Errorf("hold conversation %d: %w", s, err)
			}
		}
		return nil
	}
	for i := range requests {
		prompt, err := ds.Prompt(i)
		if err != nil {
			return fmt.Errorf("make prompt %d: %w", i, err)
		}
		if err := see(prompt); err != nil {
			return err
		}
	}
	return nil
}

// written is a prompt as a person reads it, and its number of media: those, when whole, in full.
func written(p dataset.Prompt, whole bool) (text string, media int) {
	var b strings.Builder
	switch {
	case p.TokenIDs != nil:
		fmt.Fprint(&b, p.TokenIDs)
	case p.Batch != nil:
		b.WriteString(strings.Join(p.Batch, "\n---\n"))
	default:
		b.WriteString(p.Text)
	}
	for i, m := range p.Messages {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "[%s] %s", m.Role, m.Content)
		for _, part := range m.Parts {
			if part.Kind == dataset.PartText {
				b.WriteString(part.Text)
				continue
			}
			media++
			fmt.Fprintf(&b, "<%s>", medium(part.URL, whole))
		}
	}
	if len(p.Audio) > 0 {
		media++
		fmt.Fprintf(&b, "<%s, %d bytes>", p.AudioName, len(p.Audio))
		if whole {
			b.Write(p.Audio)
		}
	}
	return b.String(), media
}

// medium is an address, of which a medium itself is not shown.
func medium(url string, whole bool) string {
	head, data, _ := strings.Cut(url, ",")
	if whole || !strings.HasPrefix(head, "data:") {
		return url
	}
	return fmt.Sprintf("%s, %d bytes", strings.TrimSuffix(strings.TrimPrefix(head, "data:"), ";base64"), len(data)/4*3)
}

// draw draws the lengths where asked.
func (c *datasetInspectCmd) draw(a *app, d report.Dataset, all lengths) error {
	if c.Chart == "" {
		return nil
	}
	const bins = 60
	title := "Lengths of " + d.Dataset
	if d.Path != "" {
		title += " " + filepath.Base(d.Path)
	}
	picture := chart.Histograms{Title: title,
		Note: fmt.Sprintf("%d requests · %d different prompts · workload %s · tokenizer %s", d.Requests, d.Distinct, d.WorkloadID, d.Tokenizer)}
	for _, l := range []struct {
		name string
		stats.Lengths
	}{{"prompt tokens", stats.LengthsOf(all.prompt, bins)}, {"tokens asked for", stats.LengthsOf(all.asked, bins)}} {
		panel := chart.HistogramPanel{Title: l.name, Note: fmt.Sprintf("requests by length; median %.4g, p99 %.4g, most %d", l.P50, l.P99, l.Max)}
		for _, b := range l.Bins {
			panel.Bins = append(panel.Bins, chart.HistogramBin{From: float64(b.From), To: float64(b.To + 1), Count: b.Count})
		}
		picture.Panels = append(picture.Panels, panel)
	}
	if err := writeFile(c.Chart, func(f *os.File) error { return picture.Write(f, chart.Options{Format: c.chartFormat()}) }); err != nil {
		return err
	}
	a.note("chart %s", c.Chart)
	return nil
}
