package main

import (
	"fmt"
	"io"
	"time"

	"llmbench/report"
	"llmbench/store"
)

// runsCheckCmd verifies what is stored.
type runsCheckCmd struct {
	Refs   []string `arg:"" optional:"" name:"run" help:"Runs to check; all, and what belongs to none, when not given."`
	Format string   `help:"How to print: ${enum}." default:"table" enum:"table,json"`
	warehouseFlag
}

// Help is shown by runs check --help.
func (runsCheckCmd) Help() string {
	return `Reads every file: compares it with the checksum it was written with, counts its rows, compares those with the run, its
summary and the catalogue, and looks for files that belong to no run. Exit code 1 when anything but leftovers is found.`
}

// Run prints a line for each thing that is not as it should be.
func (c *runsCheckCmd) Run(a *app) error {
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	checked := 0
	findings, err := w.Verify(a.ctx, a.progress("checked", &checked), c.Refs...)
	if err != nil {
		return err
	}
	bad, err := c.print(a.stdout, checked, findings)
	if err != nil {
		return err
	}
	a.note("%d runs checked: %d problems, %d leftovers", checked, bad, len(findings)-bad)
	if bad > 0 {
		return &exitError{exitFailed, errSilent}
	}
	return nil
}

// checkDocument is the answer as JSON.
type checkDocument struct {
	Checked   int            `json:"checked"` // runs
	Problems  int            `json:"problems"`
	Leftovers int            `json:"leftovers"`
	Findings  []checkFinding `json:"findings"`
}

type checkFinding struct {
	Run      string `json:"run,omitempty"`
	Path     string `json:"path"`
	What     string `json:"what"`
	Leftover bool   `json:"leftover"`
}

// print prints the findings and counts those that are no leftovers.
func (c *runsCheckCmd) print(w io.Writer, checked int, findings []store.Finding) (bad int, err error) {
	if c.Format != "json" {
		return writeFindings(w, findings), nil
	}
	document := checkDocument{Checked: checked, Findings: []checkFinding{}}
	for _, f := range findings {
		if f.Leftover {
			document.Leftovers++
		} else {
			document.Problems++
		}
		document.Findings = append(document.Findings, checkFinding(f))
	}
	return document.Problems, report.WriteJSON(w, document)
}

// writeFindings prints them and counts those that are no leftovers.
func writeFindings(w io.Writer, findings []store.Finding) (bad int) {
	for _, f := range findings {
		kind := "leftover"
		if !f.Leftover {
			kind = "problem"
			bad++
		}
		fmt.Fprintf(w, "%s: %s: %s\n", kind, f.Path, f.What)
	}
	return bad
}

// progress tells now and then how far a long work over runs has come.
func (a *app) progress(done string, count *int) func(n, of int) {
	const pause = 5 * time.Second
	last := time.Now()
	return func(n, of int) {
		*count = n
		if time.Since(last) > pause {
			last = time.Now()
			a.note("%s %d of %d runs", done, n, of)
		}
	}
}
