package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"llmbench/near"
	"llmbench/query"
	"llmbench/report"
	"llmbench/report/format"
	"llmbench/store"
	"llmbench/store/interchange"
)

// exportCmd writes runs in the formats of other tools, or as plain tables of requests.
type exportCmd struct {
	Runs              []string `arg:"" name:"run" help:"Runs: id, name, latest~1, tag:KEY=VALUE, name~GLOB, sweep:NAME, @FILE or a condition; see compare."`
	Format            string   `required:"" help:"Format: ${exports}."`
	Out               string   `short:"o" help:"File to write to instead of standard output." type:"path" placeholder:"FILE"`
	PercentileMetrics string   `help:"Metrics, where the format has aggregates: ttft, tpot, itl, e2el, queue; the format's own when not given." placeholder:"LIST"`
	MetricPercentiles string   `help:"Percentiles, likewise." placeholder:"LIST"`
	warehouseFlag
}

// Help is shown by export --help.
func (exportCmd) Help() string {
	var b strings.Builder
	b.WriteString("A run that was imported from one of vLLM's files or from the scripts' CSV has its own keys and values back. Formats:\n\n")
	for _, w := range interchange.Writers() {
		writeTerm(&b, w.Name, w.About)
	}
	writeTerm(&b, "others", strings.Join(exportTables, ", ")+": a row per request (the view request_records); csv without the lists")
	return b.String()
}

// exportTables are the formats that are rows of a view.
var exportTables = []string{"csv", "jsonl", formatParquet, "arrow"}

func exportNames() string {
	var names []string
	for _, w := range interchange.Writers() {
		names = append(names, w.Name)
	}
	return strings.Join(append(names, exportTables...), ", ")
}

// Validate is called by kong.
func (c *exportCmd) Validate() error {
	if _, ok := interchange.FindWriter(c.Format); ok || slices.Contains(exportTables, c.Format) {
		return nil
	}
	if c.Format == "" {
		return fmt.Errorf("give --format: one of %s", exportNames())
	}
	return fmt.Errorf("--format %q is not known; %s", c.Format, near.OneOf(c.Format, strings.Split(exportNames(), ", ")))
}

// Run writes all runs into one file.
func (c *exportCmd) Run(a *app) error {
	if slices.Contains(exportTables, c.Format) {
		return c.exportTable(a)
	}
	writer, _ := interchange.FindWriter(c.Format)
	if c.PercentileMetrics != "" {
		writer.Metrics = c.PercentileMetrics
	}
	if c.MetricPercentiles != "" {
		writer.Percentiles = c.MetricPercentiles
	}
	metrics, percentiles, err := parseReport(writer.Metrics, writer.Percentiles)
	if err != nil {
		return usageError(err)
	}
	w, entries, err := c.resolve(a)
	if err != nil {
		return err
	}
	defer w.Close()
	runs := exported(a, entries, metrics, percentiles)
	if c.Out == "" {
		return writer.Write(a.stdout, runs)
	}
	return writeFile(c.Out, func(f *os.File) error { return writer.Write(f, runs) })
}

func (c *exportCmd) resolve(a *app) (*store.Warehouse, []store.Entry, error) {
	w, err := c.read(a)
	if err != nil {
		return nil, nil, err
	}
	sides, err := query.Sides(a.ctx, w, c.Runs, a.warn)
	if err != nil {
		return nil, nil, errors.Join(err, w.Close())
	}
	return w, inOrder(sides), nil
}

// exported gives the runs one after another, each with the aggregates asked for.
func exported(a *app, entries []store.Entry, metrics []string, percentiles []float64) iter.Seq2[interchange.Exported, error] {
	return func(yield func(interchange.Exported, error) bool) {
		for _, entry := range entries {
			e := interchange.Exported{Run: entry.Run, Summary: entry.Summary, Records: store.ReadRecords(entry.Files)}
			if entry.Summary != nil {
				serving, err := a.serving(entry, metrics, percentiles)
				if err != nil {
					yield(e, err)
					return
				}
				e.Metrics = resultMetrics(serving.Latencies)
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// exportTable writes the requests of all runs as rows.
func (c *exportCmd) exportTable(a *app) error {
	if c.PercentileMetrics != "" || c.MetricPercentiles != "" {
		return usageError(fmt.Errorf("--format %s has a row per request and no percentiles", c.Format))
	}
	w, entries, err := c.resolve(a)
	if err != nil {
		return err
	}
	defer w.Close()
	session, err := query.Open(a.ctx, query.Source{Entries: entries}, query.Options{Warn: a.warn})
	if err != nil {
		return err
	}
	defer session.Close()
	question := "FROM request_records ORDER BY run_id, request_id, attempt"
	if c.Format == "csv" {
		question = "SELECT * EXCLUDE (t_ns, n_tokens, odd_chunk, odd_kind) " + question
	}
	answer := answerWriter{format: c.Format, out: c.Out}
	return answer.write(a, session, question)
}

// answerWriter writes the rows of a question to a file or to standard output.
type answerWriter struct {
	format, out string
}

func (w answerWriter) write(a *app, session *query.Session, question string) error {
	columns, is := terminal(a.stdout)
	if is && w.out == "" && (w.format == "arrow" || w.format == formatParquet) {
		return usageError(fmt.Errorf("--format %s is binary; redirect it, or name a file with -o", w.format))
	}
	if w.format == formatParquet {
		return w.writeParquet(a, session, question)
	}
	rows, err := session.Stream(a.ctx, question)
	if err != nil {
		return err
	}
	defer rows.Close()
	if w.out != "" {
		return writeFile(w.out, func(f *os.File) error { return format.Write(f, w.format, report.Rows{Rows: rows}, format.Options{}) })
	}
	return format.Write(a.stdout, w.format, report.Rows{Rows: rows}, format.Options{Width: columns})
}

// writeParquet lets DuckDB write the file: it streams, and knows every type.
func (w answerWriter) writeParquet(a *app, session *query.Session, question string) error {
	if w.out != "" {
		return session.WriteParquet(a.ctx, question, w.out)
	}
	dir, err := os.MkdirTemp("", "llmbench-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer os.RemoveAll(dir)
	path := dir + "/answer.parquet"
	if err := session.WriteParquet(a.ctx, question, path); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the answer back: %w", err)
	}
	defer file.Close()
	_, err = io.Copy(a.stdout, file)
	return err
}
