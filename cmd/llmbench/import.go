package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmbench/near"
	"llmbench/store"
	"llmbench/store/interchange"
)

// importCmd takes the result files of other tools into the warehouse.
type importCmd struct {
	Format string   `arg:"" help:"Format of the files: ${imports}."`
	Files  []string `arg:"" name:"file" help:"Result files; of a folder, every file in it that is recognised." type:"path"`
	importLabels
	Timezone string `help:"Where the files' local dates were written, such as Asia/Shanghai; here when not given." placeholder:"ZONE"`
	warehouseFlag
}

// importLabels are what the user says of the runs; they win over what the files say.
type importLabels struct {
	Name          string   `help:"Name of the run, for a single one." group:"labels"`
	Model         string   `help:"Model." group:"labels"`
	DCU           string   `name:"dcu" help:"Accelerator model, such as K100_AI." group:"labels"`
	DCUCount      int64    `name:"dcu-count" help:"Number of accelerators." group:"labels"`
	TP            int64    `name:"tp" help:"Tensor parallel size." group:"labels"`
	PP            int64    `name:"pp" help:"Pipeline parallel size." group:"labels"`
	DP            int64    `name:"dp" help:"Data parallel size." group:"labels"`
	DType         string   `name:"dtype" help:"Data type." group:"labels"`
	Engine        string   `help:"Server software." group:"labels"`
	EngineVersion string   `help:"Its version." group:"labels"`
	BeganAt       string   `help:"When the run began, such as 2026-11-23T17:32:00Z." placeholder:"TIME" group:"labels"`
	Note          string   `help:"Note." group:"labels"`
	Tag           []string `help:"Tag KEY=VALUE; may be repeated." sep:"none" placeholder:"KEY=VALUE" group:"labels"`
}

// Help is shown by import --help.
func (importCmd) Help() string {
	var b strings.Builder
	b.WriteString(`What a file does not say stays NULL; its own numbers are kept apart, in reported_summary. The same file is the same run, however
often it is imported: labels given again replace the old. Formats:`)
	b.WriteString("\n\n")
	for _, f := range interchange.Formats() {
		writeTerm(&b, f.Name, f.About)
	}
	return b.String()
}

func importNames() string { return strings.Join(interchange.FormatNames(), ", ") }

// labels reads the flags, or reports all that is wrong with them.
func (l importLabels) labels() (interchange.Labels, error) {
	var errs []error
	out := interchange.Labels{Name: l.Name, DCU: l.DCU, Model: l.Model, DType: l.DType, Engine: l.Engine, EngineVersion: l.EngineVersion,
		Note: l.Note, DCUCount: l.DCUCount, TP: l.TP, PP: l.PP, DP: l.DP, Tags: map[string]string{}}
	for flag, n := range map[string]int64{"--dcu-count": l.DCUCount, "--tp": l.TP, "--pp": l.PP, "--dp": l.DP} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("%s %d: must be 1 or more", flag, n))
		}
	}
	tags, err := keyValues("--tag", l.Tag)
	errs = append(errs, err)
	for _, t := range tags {
		out.Tags[t.key] = t.value
	}
	if l.BeganAt != "" {
		if out.Began, err = time.Parse(time.RFC3339, l.BeganAt); err != nil {
			errs = append(errs, fmt.Errorf("--began-at %q: give a time such as 2026-11-23T17:32:00Z", l.BeganAt))
		}
	}
	return out, errors.Join(errs...)
}

// Validate is called by kong.
func (c *importCmd) Validate() error {
	var errs []error
	if !slices.Contains(interchange.FormatNames(), c.Format) {
		errs = append(errs, fmt.Errorf("format %q is not known; %s", c.Format, near.OneOf(c.Format, interchange.FormatNames())))
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil {
		errs = append(errs, fmt.Errorf("--timezone %q: %w", c.Timezone, err))
	}
	_, err := c.labels()
	return errors.Join(append(errs, err)...)
}

// Run imports the files one after another. One that cannot be read does not keep the others out. Ctrl-C takes effect
// between runs: one that is being written is finished.
func (c *importCmd) Run(a *app) error {
	err := a.interruptibly(func(interrupted *app) error { return c.importAll(a, interrupted.ctx) })
	if errors.Is(err, context.Canceled) {
		return &exitError{exitInterrupted, errors.New("interrupted; the runs named above are in the warehouse")}
	}
	return err
}

func (c *importCmd) importAll(a *app, until context.Context) error {
	labels, err := c.labels()
	if err != nil {
		return usageError(err)
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("import %s: no file in it", strings.Join(c.Files, ", "))
	}
	w, err := c.open(a)
	if err != nil {
		return err
	}
	defer w.Close()
	var errs []error
	var unknown []string
	imported := 0
	for _, file := range files {
		n, err := c.importFile(a, until, w, file, labels, &imported)
		if until.Err() != nil {
			return until.Err()
		}
		if errors.Is(err, interchange.ErrUnknown) && file.found {
			unknown = append(unknown, file.path)
			continue
		}
		errs = append(errs, err)
		if err == nil && n == 0 {
			errs = append(errs, fmt.Errorf("import %s: it holds no run", file.path))
		}
	}
	if len(unknown) > 0 {
		a.note("left out, of no known format: %s", someOf(unknown))
	}
	if len(unknown) == len(files) {
		errs = append(errs, errors.New("import: nothing in it is a result file; name the format, such as vllm, where one is"))
	}
	return errors.Join(errs...)
}

// someOf names the first few of many.
func someOf(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// importedFile is a file to import; found says that a folder was named and not the file.
type importedFile struct {
	path  string
	found bool
}

// files lists what was named, folders as the files in them.
func (c *importCmd) files() ([]importedFile, error) {
	var files []importedFile
	for _, name := range c.Files {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		if !info.IsDir() {
			files = append(files, importedFile{path: name})
			continue
		}
		err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				files = append(files, importedFile{path, true})
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
	}
	return files, nil
}

// importFile imports every run of a file and prints their ids.
func (c *importCmd) importFile(a *app, until context.Context, w *store.Warehouse, file importedFile, labels interchange.Labels, imported *int) (n int, err error) {
	zone := time.Local
	if c.Timezone != "" {
		if zone, err = time.LoadLocation(c.Timezone); err != nil {
			return 0, usageError(err)
		}
	}
	for run, err := range interchange.Read(interchange.Source{Path: file.path, Zone: zone}, c.Format) {
		if err := errors.Join(err, until.Err()); err != nil {
			return n, err
		}
		n++
		if *imported++; *imported > 1 && labels.Name != "" {
			return n, usageError(errors.New("--name is for one run, and the files hold several; name them afterwards"))
		}
		for _, note := range run.Notes {
			a.note("%s: %s", file.path, note)
		}
		id, fresh, err := run.Store(a.ctx, w, labels)
		if err != nil {
			return n, fmt.Errorf("import %s: %w", file.path, err)
		}
		fmt.Fprintln(a.stdout, id)
		a.noteImport(file.path, run, fresh)
	}
	return n, nil
}

func (a *app) noteImport(path string, run *interchange.Run, fresh bool) {
	switch {
	case !fresh:
		a.note("%s was imported before; one run", path)
	case len(run.Records) == 0:
		a.note("%s (%s): no single requests in it, only its own numbers: see reported_summary", path, run.Source)
	default:
		a.note("%s (%s): %d requests, times %s", path, run.Source, len(run.Records), run.TimeBase)
	}
}
