package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"llmbench/store"
)

// runsRemoveCmd removes runs for good.
type runsRemoveCmd struct {
	chosenRuns
	Yes    bool   `short:"y" help:"Do not ask."`
	KeptIn string `help:"Another warehouse: runs of which it has a whole copy are removed without asking, others not at all." placeholder:"DIR|URL"`
	warehouseFlag
}

// Help is shown by runs rm --help.
func (runsRemoveCmd) Help() string {
	return `Asks on a terminal; elsewhere it wants --yes, or --kept-in with a warehouse that has the runs too.`
}

// Run removes the runs, all or none.
func (c *runsRemoveCmd) Run(a *app) error {
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	runs, err := c.doomed(a, w)
	if err != nil || len(runs) == 0 {
		return err
	}
	if c.KeptIn != "" {
		err = c.checkKept(a, w, runs)
	} else if !c.Yes {
		err = a.confirmRemoval(runs)
	}
	if err != nil {
		return err
	}
	if err := w.Remove(a.ctx, runs); err != nil {
		return err
	}
	for _, run := range runs {
		fmt.Fprintln(a.stdout, run.Run.RunID)
	}
	return nil
}

// doomed are the runs to remove. What is removed is named exactly: a reference that several runs answer to is refused.
func (c *runsRemoveCmd) doomed(a *app, w *store.Warehouse) ([]store.Entry, error) {
	if c.Where == "" {
		return w.Find(a.ctx, c.Refs...)
	}
	return c.find(a, w)
}

// checkKept refuses unless the other warehouse has whole copies.
func (c *runsRemoveCmd) checkKept(a *app, w *store.Warehouse, runs []store.Entry) error {
	if err := w.Fetch(a.ctx, runs); err != nil {
		return err
	}
	other, err := warehouseFlag{c.KeptIn}.open(a)
	if err != nil {
		return err
	}
	defer other.Close()
	lacking, err := other.Lacks(a.ctx, runs)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return &exitError{exitRefused, fmt.Errorf("%s has no whole copy of %s; nothing was removed", other.Dir(), runNames(lacking))}
	}
	return nil
}

// confirmRemoval asks, where there is somebody to ask.
func (a *app) confirmRemoval(runs []store.Entry) error {
	if _, is := terminal(a.stdin); !is {
		return &exitError{exitRefused, fmt.Errorf("these may be the only copies: say --yes to remove %s, or --kept-in where there are others", runNames(runs))}
	}
	fmt.Fprintf(a.stderr, "remove %s for good? [y/N] ", runNames(runs))
	answer, _ := bufio.NewReader(a.stdin).ReadString('\n')
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return &exitError{exitRefused, errors.New("nothing was removed")}
	}
	return nil
}

// runNames lists a few runs, and counts the others.
func runNames(runs []store.Entry) string {
	const most = 5
	var names []string
	for _, run := range runs[:min(most, len(runs))] {
		name := run.Run.RunID
		if run.Run.Name != nil {
			name += " (" + *run.Run.Name + ")"
		}
		names = append(names, name)
	}
	text := strings.Join(names, ", ")
	if len(runs) > most {
		text += fmt.Sprintf(" and %d more", len(runs)-most)
	}
	return text
}
