package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"llmbench/near"
	"llmbench/query"
	"llmbench/report/format"
	"llmbench/store"
)

// sqlCmd asks the warehouse.
type sqlCmd struct {
	Query  string   `arg:"" optional:"" help:"The question; - reads it from standard input."`
	File   string   `short:"f" help:"File with the question." type:"path" placeholder:"FILE"`
	Format string   `help:"How to print: ${formats}." default:"table"`
	Out    string   `short:"o" help:"File to write to instead of standard output." type:"path" placeholder:"FILE"`
	Runs   []string `help:"Runs whose events to read: id, name, latest~1, sweep:NAME, tag:KEY=VALUE, name~GLOB or a condition; all when not given. The table runs lists every run all the same." placeholder:"RUN"`
	Init   bool     `help:"Print the script that opens this warehouse in the stock DuckDB shell."`
	Schema bool     `help:"List every table, view and column; with --format json or markdown too."`
	sqlLimits
	warehouseFlag
}

// sqlLimits bound what a question may use.
type sqlLimits struct {
	MemoryLimit string `help:"Memory for DuckDB, such as 4GB; what does not fit goes to a temporary folder. Exact percentiles take about 14 bytes a token beyond it. 80% of the machine's when not given." placeholder:"SIZE" group:"limits"`
	Threads     int    `help:"Threads for DuckDB; one a core when not given." placeholder:"N" group:"limits"`
	TempDir     string `help:"Where the temporary folder is made and removed again; the system's when not given." type:"path" placeholder:"DIR" group:"limits"`
	ReadOnly    bool   `help:"Take questions alone, and read no file outside the warehouse: for questions of people who are not trusted with this host." group:"limits"`
}

// options are the session's, which may read the given folders.
func (l sqlLimits) options(a *app, dirs ...string) query.Options {
	return query.Options{Threads: l.Threads, MemoryLimit: l.MemoryLimit, TempDir: l.TempDir, ReadOnly: l.ReadOnly, ReadDirs: dirs, Warn: a.warn}
}

// Help is shown by sql --help.
func (sqlCmd) Help() string {
	return `SQL of DuckDB over every run. Without a question, on a terminal, it asks for one. Of several statements the last
one's rows are printed.`
}

const formatParquet = "parquet"

func formatNames() string { return strings.Join(append(format.Names(), formatParquet), ", ") }

// Validate is called by kong.
func (c *sqlCmd) Validate() error {
	if known := strings.Split(formatNames(), ", "); !slices.Contains(known, c.Format) {
		return fmt.Errorf("--format %q is not known; %s", c.Format, near.OneOf(c.Format, known))
	}
	ways := 0
	for _, given := range []bool{c.Query != "", c.File != "", c.Init, c.Schema} {
		if given {
			ways++
		}
	}
	var errs []error
	if ways > 1 {
		errs = append(errs, errors.New("give one of a question, -f, --init and --schema"))
	}
	return errors.Join(append(errs, query.Options{Threads: c.Threads, MemoryLimit: c.MemoryLimit}.Validate())...)
}

// Run answers one question, or holds a conversation.
func (c *sqlCmd) Run(a *app) error {
	if c.Schema {
		write, err := schemaFormat(c.Format)
		if err != nil {
			return err
		}
		return write(a.stdout, query.Schema())
	}
	text, err := c.question(a)
	if err != nil {
		return err
	}
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	source, err := c.source(a, w)
	if err != nil {
		return err
	}
	if c.Init {
		_, err := io.WriteString(a.stdout, query.InitScript(source))
		return err
	}
	dir, err := filepath.Abs(w.Dir())
	if err != nil {
		return err
	}
	session, err := query.Open(a.ctx, source, c.options(a, dir))
	if err != nil {
		return err
	}
	defer session.Close()
	if text == "" {
		return c.converse(a, session, names(source.Entries))
	}
	err = a.interruptibly(func(a *app) error { return answerWriter{c.Format, c.Out}.write(a, session, text) })
	if errors.Is(err, context.Canceled) {
		return &exitError{exitInterrupted, err}
	}
	return err
}

// names are what runs are called by: ids, and names where they have one.
func names(entries []store.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Run.RunID)
		if e.Run.Name != nil && !slices.Contains(all, *e.Run.Name) {
			all = append(all, *e.Run.Name)
		}
	}
	return all
}

// interruptibly runs what a signal may end: Ctrl-C ends this alone, and what was spilled to disk is removed either way.
func (a *app) interruptibly(run func(*app) error) error {
	ctx, stop := signal.NotifyContext(a.ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	return run(a.with(ctx))
}

// question finds the text to run; "" asks for a conversation.
func (c *sqlCmd) question(a *app) (string, error) {
	switch {
	case c.Init:
		return "", nil
	case c.File != "":
		data, err := os.ReadFile(c.File)
		if err != nil {
			return "", fmt.Errorf("read the question: %w", err)
		}
		if strings.TrimSpace(string(data)) == "" {
			return "", usageError(fmt.Errorf("-f %s: the file holds no question", c.File))
		}
		return string(data), nil
	case c.Query != "" && c.Query != "-":
		return c.Query, nil
	}
	if _, is := terminal(a.stdin); is && c.Query == "" {
		return "", nil
	}
	data, err := io.ReadAll(a.stdin)
	if err != nil {
		return "", fmt.Errorf("read the question from standard input: %w", err)
	}
	if strings.TrimSpace(string(data)) == "" {
		return "", usageError(errors.New("no question: give one as an argument, with -f FILE, or on standard input"))
	}
	return string(data), nil
}

// source is the whole warehouse, or the runs asked for.
func (c *sqlCmd) source(a *app, w *store.Warehouse) (query.Source, error) {
	if len(c.Runs) > 0 {
		return a.selection(w, c.Runs)
	}
	source, err := query.WholeWarehouse(a.ctx, w)
	if err == nil && c.Init {
		err = source.Load(a.ctx)
	}
	if err == nil && source.All == nil && len(source.Entries) == 0 {
		a.note("no runs in %s yet; every table is empty", w.Dir())
	}
	return source, err
}

// selection is the runs of references as compare takes them. Those that name one run each, the usual ones, are found at
// once; a name of several runs, a tag or a condition is asked of the catalogue first.
func (a *app) selection(w *store.Warehouse, references []string) (query.Source, error) {
	source, err := query.Selection(a.ctx, w, references...)
	if !errors.Is(err, store.ErrAmbiguous) && !errors.Is(err, store.ErrNotFound) {
		return source, err
	}
	entries, err := a.findAll(w, references)
	if err != nil {
		return query.Source{}, err
	}
	return query.Selection(a.ctx, w, idsOf(entries)...)
}
