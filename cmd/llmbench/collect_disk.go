package main

import (
	"fmt"
	"time"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/store"
)

// checkDisk refuses a load whose rows would find no room, and says when the disk may run short.
func (a *app) checkDisk(w *store.Warehouse, ds dataset.Dataset) error {
	if now, known := w.Expect(0, 0); known && now.Short() {
		return fmt.Errorf("the disk of %s is full (%s): make room, or name another warehouse with --warehouse", w.Dir(), now)
	}
	if whole, known := w.Expect(int64(ds.Len()), expectedChunks(ds)); known && whole.Short() {
		a.note("the disk of %s may run short (%s for answers of the full length): the load then stops in order and keeps what came", w.Dir(), whole)
	}
	return nil
}

// expectedChunks is the number of tokens that the load asks for, from the first of its prompts: a dataset with a filter finds
// a late one by trying all that come before it.
func expectedChunks(ds dataset.Dataset) int64 {
	const sample = 64
	var tokens, seen int64
	for i := range min(sample, ds.Len()) {
		if prompt, err := ds.Prompt(i); err == nil {
			tokens += int64(prompt.OutputTokens)
			seen++
		}
	}
	if seen == 0 {
		return 0
	}
	return tokens * int64(ds.Len()) / seen
}

// diskInterval is how often a load looks at its disk.
const diskInterval = time.Second

// watchDisk stops the load in order as soon as the disk has just room enough to finish the run. The returned function
// ends the watch and tells whether it came to that.
func (a *app) watchDisk(engine *collect.Engine, w *store.Writer) (stop func() (short bool)) {
	done, short := make(chan struct{}), make(chan bool, 1)
	go func() {
		defer close(short)
		ticks := time.NewTicker(diskInterval)
		defer ticks.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
			}
			if space, known := w.Space(); known && space.Short() {
				a.note("the disk runs short (%s): nothing more is sent, and what comes is kept", space)
				engine.Stop()
				short <- true
				return
			}
		}
	}()
	return func() bool { close(done); return <-short }
}
