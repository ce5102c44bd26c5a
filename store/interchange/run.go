package interchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"llmbench/store"
)

// How an imported run's times are placed, in runs.time_base.
const (
	// TimeEpoch: the file has wall-clock times.
	TimeEpoch = "epoch"
	// TimeProcess: the file has times of one clock with an origin of its own; began_at is known otherwise or guessed.
	TimeProcess = "process"
	// TimeRelative: every time counts from the sending of its own request; when that was is not known, and sent_ns is 0.
	TimeRelative = "relative"
	// TimeNone: the file has no times of single requests.
	TimeNone = "none"
)

// Run is one run of a foreign file: what the file says of it, and its requests.
type Run struct {
	store.Run
	// Records are the requests, in the order of the file.
	Records []*store.Record
	// Reported are the numbers the tool computed itself, under the names of the view reported_summary.
	Reported []Field
	// File is what else the file says, under its own keys and in its order.
	File []Field
	// Notes tell people what was not taken as it stands.
	Notes []string

	// extra are further keys of runs.extra that an export needs.
	extra []Field
	// sum is of the bytes the run was read from.
	sum [sha256.Size]byte
}

// note keeps a remark, once.
func (r *Run) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, known := range r.Notes {
		if known == text {
			return
		}
	}
	r.Notes = append(r.Notes, text)
}

// dateBy dates a run by the time at which its file was written, which was after its end.
func (r *Run) dateBy(written time.Time) {
	r.BeganAt = written
	if r.DurationNS != nil {
		r.BeganAt = written.Add(-time.Duration(*r.DurationNS))
	}
	r.note("it has no date; began_at follows from the time of the file (--began-at sets it)")
}

// finish fills in what follows from the records, and puts what has no column into runs.extra.
func (r *Run) finish() error {
	r.Status = store.RunComplete
	if year := r.BeganAt.Year(); year < 1970 || year > 9999 {
		r.BeganAt = time.Time{}
	}
	if r.Records == nil {
		r.TimeBase = TimeNone
	} else {
		r.countOutcome()
	}
	var extra []Field
	if len(r.Reported) > 0 {
		extra = append(extra, Field{"reported_summary", object(r.Reported)})
	}
	extra = append(extra, r.extra...)
	if len(r.File) > 0 {
		extra = append(extra, Field{"file", object(r.File)})
	}
	if len(extra) == 0 {
		return nil
	}
	text, err := json.Marshal(object(extra))
	if err != nil {
		return err
	}
	r.Extra = new(string(text))
	return nil
}

func (r *Run) countOutcome() {
	var ok, failed int64
	for _, rec := range r.Records {
		switch {
		case rec.Phase != store.PhaseMeasured:
		case rec.Status == store.StatusOK:
			ok++
		default:
			failed++
		}
	}
	r.Completed, r.Failed = &ok, &failed
}

// hashLetters is how much of the file's hash is in the id of a run: enough that two files never share one.
const hashLetters = 12

func (r *Run) hash() string { return hex.EncodeToString(r.sum[:])[:hashLetters] }

// Warehouse is what an import needs of the store.
type Warehouse interface {
	Runs(context.Context) ([]store.Entry, error)
	Begin(context.Context, store.Run) (*store.Writer, error)
	UpdateRun(ctx context.Context, id string, edit func(*store.Run)) error
	Remove(ctx context.Context, runs []store.Entry) error
}

var _ Warehouse = (*store.Warehouse)(nil)

// Labels are what the user says of imported runs; they win over what a file says.
type Labels struct {
	Name, DCU, Model, DType, Engine, EngineVersion, Note string
	DCUCount, TP, PP, DP                                 int64
	Tags                                                 map[string]string
	Began                                                time.Time
}

func (l Labels) apply(r *store.Run) {
	for _, label := range []struct {
		given string
		place **string
	}{
		{l.Name, &r.Name}, {l.DCU, &r.DCU}, {l.Model, &r.Model}, {l.DType, &r.DType}, {l.Engine, &r.Engine},
		{l.EngineVersion, &r.EngineVersion}, {l.Note, &r.Note},
	} {
		if label.given != "" {
			*label.place = &label.given
		}
	}
	for _, label := range []struct {
		given int64
		place **int64
	}{{l.DCUCount, &r.DCUCount}, {l.TP, &r.TP}, {l.PP, &r.PP}, {l.DP, &r.DP}} {
		if label.given != 0 {
			*label.place = &label.given
		}
	}
	for key, value := range l.Tags {
		setTag(r, key, value)
	}
	if !l.Began.IsZero() {
		r.BeganAt = l.Began
	}
}

func setTag(r *store.Run, key, value string) {
	if r.Tags == nil {
		r.Tags = map[string]string{}
	}
	r.Tags[key] = value
}

// Store puts the run into the warehouse under an id made of its time and its file's hash. A file that was imported
// before is the same run: it only takes the labels. One whose import was cut off is imported anew. fresh tells which.
func (r *Run) Store(ctx context.Context, w Warehouse, labels Labels) (id string, fresh bool, err error) {
	known, err := r.known(ctx, w)
	if err != nil {
		return "", false, err
	}
	if known != "" {
		return known, false, w.UpdateRun(ctx, known, labels.apply)
	}
	run := r.Run
	labels.apply(&run)
	run.RunID = store.RunIDAt(run.BeganAt, r.hash())
	writer, err := w.Begin(ctx, run)
	if err != nil {
		return "", false, err
	}
	if err := r.write(writer); err != nil {
		return "", false, errors.Join(err, writer.Abort())
	}
	if _, err := writer.Finish(ctx, run); err != nil {
		return "", false, err
	}
	return run.RunID, true, nil
}

// known finds the run this file became before.
func (r *Run) known(ctx context.Context, w Warehouse) (string, error) {
	entries, err := w.Runs(ctx)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Run.Source != r.Source || !strings.HasSuffix(e.Run.RunID, "-"+r.hash()) {
			continue
		}
		if e.Run.Status != store.RunComplete {
			return "", w.Remove(ctx, []store.Entry{e})
		}
		return e.Run.RunID, nil
	}
	return "", nil
}

// batchRows is how many requests go to the journal at once.
const batchRows = 1000

func (r *Run) write(writer *store.Writer) error {
	for begin := 0; begin < len(r.Records); begin += batchRows {
		if err := writer.Append(r.Records[begin:min(begin+batchRows, len(r.Records))]); err != nil {
			return err
		}
	}
	return nil
}
