package main

import (
	"fmt"

	"llmbench/query"
	"llmbench/report"
	"llmbench/store"
)

// runsListCmd lists runs. Any filter, order and format is a question to the catalogue.
type runsListCmd struct {
	Where   string   `help:"Only runs for which this holds: SQL over the columns of runs and run_summary." placeholder:"SQL"`
	OrderBy string   `help:"Order by these columns, such as \"p99_ttft_ms DESC\"." placeholder:"COLUMNS"`
	Limit   int      `help:"At most so many." placeholder:"N"`
	Columns []string `help:"Columns or expressions to print, instead of the usual table." placeholder:"NAME"`
	Format  string   `help:"How to print: ${formats}." default:"table"`
	Out     string   `short:"o" help:"File to write to instead of standard output." type:"path" placeholder:"FILE"`
	warehouseFlag
}

// Validate is called by kong.
func (c *runsListCmd) Validate() error {
	if c.Limit < 0 {
		return fmt.Errorf("--limit %d: must not be below 0", c.Limit)
	}
	return (&sqlCmd{Format: c.Format}).Validate()
}

// Run prints a line a run.
func (c *runsListCmd) Run(a *app) error {
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	if !c.asks() {
		entries, err := w.Runs(a.ctx)
		if err == nil {
			err = w.Renew(a.ctx, entries)
		}
		if err != nil {
			return err
		}
		return c.print(a, entries)
	}
	listing := query.Listing{Columns: c.Columns, Where: c.Where, OrderBy: c.OrderBy, Limit: c.Limit}
	if c.usualTable() {
		return c.printChosen(a, w, listing)
	}
	source, err := query.WholeWarehouse(a.ctx, w)
	if err != nil {
		return err
	}
	session, err := query.OpenLazily(a.ctx, source, query.Options{Warn: a.warn})
	if err != nil {
		return err
	}
	defer session.Close()
	return a.interruptibly(func(a *app) error { return answerWriter{c.Format, c.Out}.write(a, session, listing.SQL()) })
}

// asks tells whether there is anything to ask the catalogue.
func (c *runsListCmd) asks() bool {
	return c.Where != "" || c.OrderBy != "" || c.Limit > 0 || !c.usualTable()
}

func (c *runsListCmd) usualTable() bool {
	return len(c.Columns) == 0 && c.Format == "table" && c.Out == ""
}

// printChosen prints the usual table of the runs that the question names, in its order.
func (c *runsListCmd) printChosen(a *app, w *store.Warehouse, listing query.Listing) error {
	ids, err := a.runsWhere(w, listing)
	if err != nil {
		return err
	}
	entries, err := w.Runs(a.ctx)
	if err != nil {
		return err
	}
	byID := make(map[string]store.Entry, len(entries))
	for _, entry := range entries {
		byID[entry.Run.RunID] = entry
	}
	var chosen []store.Entry
	for _, id := range ids {
		if entry, known := byID[id]; known {
			chosen = append(chosen, entry)
		}
	}
	return c.print(a, chosen)
}

func (c *runsListCmd) print(a *app, entries []store.Entry) error {
	switch {
	case len(entries) > 0:
		return report.WriteRuns(a.stdout, entries, a.writeOptions())
	case c.asks():
		a.note("no run in %s is like that", c.Warehouse)
	case c.Warehouse == defaultWarehouse && c.absent():
		a.note("no warehouse in this folder yet: llmbench collect begins %s here, and llmbench demo shows what it is for; --warehouse names one elsewhere", defaultWarehouse)
	default:
		a.note("no runs in %s yet; llmbench collect makes one", c.Warehouse)
	}
	return nil
}
