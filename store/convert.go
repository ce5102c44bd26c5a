package store

import (
	"context"
	"errors"
	"io"
	"os"
)

// Row groups end at so many rows, or chunks, or bytes of text. A scan wants them large and DuckDB reads them side by
// side; the writer holds one of each file in memory.
const (
	requestGroupRows = 100_000
	requestGroupText = 16 << 20
	tokenGroupRows   = 2_000
	tokenGroupChunks = 1 << 20
	textGroupRows    = 10_000
	textGroupBytes   = 16 << 20

	// Rows are handed over in portions of so many requests or chunks.
	portionRows   = 256
	portionChunks = 1 << 17
)

// eventFiles writes the Parquet files of one run.
type eventFiles struct {
	runID       string
	toolVersion string
	dir         string

	requests *tableFile[requestRow]
	tokens   *tableFile[tokenRow]
	texts    *tableFile[textRow]  // nil until a request has a text
	samples  map[string]eventFile // by their names; none without a row

	requestRows []requestRow
	tokenRows   []tokenRow
	textRows    []textRow
	kindNames   []string

	tally runTally
}

// runTally is what the rows themselves tell of a run whose collector did not live to say it.
type runTally struct {
	rows, completed, failed int64
	doneNS                  int64 // latest of the measured requests
}

func (t *runTally) add(r *Record) {
	t.rows++
	if r.Phase != PhaseMeasured {
		return
	}
	if r.Attempt > 0 { // the attempt before it stands above and was counted as failed
		t.failed--
	}
	if r.Status == StatusOK {
		t.completed++
	} else {
		t.failed++
	}
	t.doneNS = max(t.doneNS, r.DoneNS.V)
}

func createEvents(dir, runID, toolVersion string) (*eventFiles, error) {
	e := &eventFiles{runID: runID, toolVersion: toolVersion, dir: dir}
	var err error
	if e.requests, err = createTable[requestRow](dir, requestsFile, toolVersion, requestGroupRows, requestGroupText); err != nil {
		return nil, err
	}
	if e.tokens, err = createTable[tokenRow](dir, tokensFile, toolVersion, tokenGroupRows, tokenGroupChunks); err != nil {
		e.discard()
		return nil, err
	}
	return e, nil
}

// copyJournal writes every row of the journal.
func (e *eventFiles) copyJournal(ctx context.Context, journal *journalReader[Record]) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		records, err := journal.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for len(records) > 0 {
			n := portionLen(records)
			if err := e.write(records[:n]); err != nil {
				return err
			}
			records = records[n:]
		}
	}
}

func portionLen(records []Record) int {
	chunks := 0
	for i := range min(len(records), portionRows) {
		if chunks += len(records[i].TNS); i > 0 && chunks > portionChunks {
			return i
		}
	}
	return min(len(records), portionRows)
}

func (e *eventFiles) write(records []Record) error {
	e.requestRows, e.tokenRows, e.textRows, e.kindNames = e.requestRows[:0], e.tokenRows[:0], e.textRows[:0], e.kindNames[:0]
	var chunks, text, output int64
	for i := range records {
		r := &records[i]
		var request requestRow
		request.from(e.runID, r)
		e.requestRows = append(e.requestRows, request)
		var token tokenRow
		e.kindNames = token.from(e.runID, r, e.kindNames)
		e.tokenRows = append(e.tokenRows, token)
		if r.OutputText.Valid {
			e.textRows = append(e.textRows, textRow{e.runID, r.RequestID, r.Attempt, r.OutputText.V})
		}
		chunks += int64(len(r.TNS))
		text += int64(len(r.Error.V) + len(r.SessionID.V) + len(r.ServerRequestID.V))
		output += int64(len(r.OutputText.V))
		e.tally.add(r)
	}
	return errors.Join(e.requests.write(e.requestRows, text), e.tokens.write(e.tokenRows, chunks), e.writeTexts(output))
}

func (e *eventFiles) writeTexts(weight int64) (err error) {
	if len(e.textRows) == 0 {
		return nil
	}
	if e.texts == nil {
		if e.texts, err = createTable[textRow](e.dir, textsFile, e.toolVersion, textGroupRows, textGroupBytes); err != nil {
			return err
		}
	}
	return e.texts.write(e.textRows, weight)
}

// finish makes the files whole and gives them their names: requests.parquet last, so that a request found in it has
// its chunks in tokens.parquet.
func (e *eventFiles) finish() (map[string]fileState, error) {
	states := make(map[string]fileState)
	var err error
	for name, file := range e.samples {
		if states[name], err = file.finish(); err != nil {
			return nil, err
		}
	}
	if e.texts != nil {
		if states[textsFile], err = e.texts.finish(); err != nil {
			return nil, err
		}
	}
	if states[tokensFile], err = e.tokens.finish(); err != nil {
		return nil, err
	}
	if states[requestsFile], err = e.requests.finish(); err != nil {
		return nil, err
	}
	return states, e.publish()
}

func (e *eventFiles) publish() error {
	for _, file := range e.samples {
		if err := file.publish(); err != nil {
			return err
		}
	}
	if e.texts != nil {
		if err := e.texts.publish(); err != nil {
			return err
		}
	}
	if err := e.tokens.publish(); err != nil {
		return err
	}
	if err := e.requests.publish(); err != nil {
		return err
	}
	return syncDir(e.dir)
}

// discard removes what is not published, the directory too if that was all. It may follow finish.
func (e *eventFiles) discard() {
	e.requests.discard()
	if e.tokens != nil {
		e.tokens.discard()
	}
	if e.texts != nil {
		e.texts.discard()
	}
	for _, file := range e.samples {
		file.discard()
	}
	os.Remove(e.dir) // refused while anything is in it
}
