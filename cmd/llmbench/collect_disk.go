package main

import (
	"context"
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

// fullBelow is what a journal needs at least to go on for a moment.
const fullBelow = 1 << 20

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
				what := "what comes is kept"
				if space.Free < fullBelow {
					what = "what comes waits in memory for room"
				}
				a.note("the disk runs short (%s): nothing more is sent, and %s", space, what)
				engine.Stop()
				short <- true
				return
			}
		}
	}()
	return func() bool { close(done); return <-short }
}

// roomTries times roomPause is how long the end of a load waits for room, when neither the disk of the warehouse nor the
// temporary directory has any: whoever filled it may still make some, and the rows are in memory only.
const (
	roomTries = 20
	roomPause = time.Second
)

// finishWithRoom writes the run down, and tries for a while when there is no room for finished requests. The end of ctx
// ends that.
func (c *collectCmd) finishWithRoom(ctx context.Context, a *app, writer *store.Writer, s *setup, o *collect.Outcome, runErr error) (store.Entry, error) {
	entry, err := c.finish(writer, s, o, runErr)
	if err == nil || waiting(writer) == 0 {
		return entry, err
	}
	a.note("%d finished requests are in memory only, because they cannot be written: make room within %s", waiting(writer), roomTries*roomPause)
	ticks := time.NewTicker(roomPause)
	defer ticks.Stop()
	for range roomTries {
		select {
		case <-ctx.Done():
			return entry, err
		case <-ticks.C:
		}
		if entry, err = c.finish(writer, s, o, runErr); err == nil || waiting(writer) == 0 {
			break
		}
	}
	return entry, err
}

// waiting is how many finished requests are in memory only.
func waiting(writer *store.Writer) int64 {
	unwritten, _ := writer.Unwritten()
	return unwritten
}

// giveUp tries for the last time and says how many finished requests could not be kept, and what becomes of the others.
func giveUp(writer *store.Writer, err error) error {
	_ = writer.Abort() // its error would be the same
	switch gone, all := writer.Unwritten(); gone {
	case 0:
		return fmt.Errorf("%w; all %d finished requests are in the journal now, and the next command recovers them", err, all)
	case all:
		return fmt.Errorf("none of %d finished requests could be written, and all are lost: %w; make room before the next run", all, err)
	default:
		return fmt.Errorf("%d of %d finished requests could not be written and are lost: %w; make room, and the next command recovers the other %d", gone, all, err, all-gone)
	}
}
