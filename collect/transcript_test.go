package collect

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"llmbench/collect/protocol"
	"llmbench/store"
)

var update = flag.Bool("update", false, "write the golden sections of testdata")

// transcript is a server's answer as package protocol keeps it.
type transcript struct {
	path        string
	archive     *txtar.Archive
	backend     string
	contentType string
	status      int
	stream      bool
	answer      string
	record      string
}

func transcripts(t *testing.T) []transcript {
	t.Helper()
	paths, err := filepath.Glob("protocol/testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	all := make([]transcript, 0, len(paths))
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tr := transcript{path: path, archive: archive, contentType: "text/event-stream", status: 200, stream: true}
		for line := range strings.Lines(string(archive.Comment)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "backend":
				tr.backend = value
			case "content-type":
				tr.contentType = value
			case "stream":
				tr.stream = value == "true"
			case "status":
				tr.status, _ = strconv.Atoi(value)
			}
		}
		for _, f := range archive.Files {
			switch f.Name {
			case "answer":
				tr.answer = string(f.Data)
			case "record":
				tr.record = string(f.Data)
			}
		}
		all = append(all, tr)
	}
	return all
}

// check compares the record's golden section, or writes it.
func (tr *transcript) check(t *testing.T, got string) {
	t.Helper()
	if got == tr.record {
		return
	}
	if !*update {
		t.Errorf("%s: the record is\n%swant\n%s", tr.path, got, tr.record)
		return
	}
	var files []txtar.File
	for _, f := range tr.archive.Files {
		if f.Name != "record" {
			files = append(files, f)
		}
	}
	tr.archive.Files, tr.record = append(files, txtar.File{Name: "record", Data: []byte(got)}), got
	if err := os.WriteFile(tr.path, txtar.Format(tr.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// describe tells what a record holds beside its times.
func describe(rec *store.Record) string {
	var out strings.Builder
	fmt.Fprintf(&out, "status: %s\n", rec.Status)
	if rec.Error.Valid {
		fmt.Fprintf(&out, "error: %s\n", rec.Error.V)
	}
	odd := map[int32]store.Kind{}
	for i, index := range rec.OddChunk {
		odd[index] = rec.OddKind[i]
	}
	fmt.Fprintf(&out, "chunks:")
	for i := range rec.TNS {
		fmt.Fprintf(&out, " %s", odd[int32(i)])
	}
	fmt.Fprintf(&out, "\ntokens: %v\n", rec.NTokens)
	fmt.Fprintf(&out, "first token: %v, last: %v\n", rec.FirstTokenNS.Valid, rec.LastTokenNS.Valid)
	count := func(name string, n store.NullInt, source string) {
		if n.Valid {
			fmt.Fprintf(&out, "%s: %d%s\n", name, n.V, source)
		}
	}
	count("prompt", rec.PromptTokens, " by "+rec.PromptTokensSource.V)
	count("cached", rec.CachedTokens, "")
	count("output", rec.OutputTokens, " by "+rec.OutputTokensSource.V)
	for _, f := range []struct {
		name  string
		value store.NullString
	}{{"finish", rec.FinishReason}, {"id", rec.ServerRequestID}, {"text", rec.OutputText}} {
		if f.value.Valid {
			fmt.Fprintf(&out, "%s: %q\n", f.name, f.value.V)
		}
	}
	return out.String()
}

// Every transcript, sent by a real server over each carrier, gives its record.
func TestTranscripts(t *testing.T) {
	for _, tr := range transcripts(t) {
		b, err := protocol.Lookup(tr.backend)
		if err != nil {
			t.Fatal(err)
		}
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != b.Endpoint || r.Header.Get("Content-Type") != protocol.ContentType(b.Protocol) || r.ContentLength != 2 {
				http.Error(w, "not what the backend should send", http.StatusTeapot)
				return
			}
			answer(tr.status, tr.contentType, tr.answer)(w, r)
		})
		for _, by := range carriers {
			rec := sendAs(t, tr.backend, by, url, []byte(`{}`), Timeouts{}, tr.stream)
			tr.check(t, describe(rec))
			if len(rec.TNS) > 0 != rec.FirstTokenNS.Valid && rec.Status == store.StatusOK {
				t.Errorf("%s: %d chunks, first token %v", tr.path, len(rec.TNS), rec.FirstTokenNS)
			}
		}
	}
}

// However the network cuts an answer, the record is the same: between events, inside one, inside a rune.
func TestTranscriptsInPieces(t *testing.T) {
	t.Parallel()
	for _, tr := range transcripts(t) {
		b, err := protocol.Lookup(tr.backend)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 2, 7, 61, len(tr.answer)} {
			x := newExchange(new(store.Record), &b, tr.stream, true)
			x.begin(x.rec, 1000)
			x.head(tr.status, tr.contentType, "")
			for i := 0; i < len(tr.answer) && err == nil; i += n {
				err = x.body([]byte(tr.answer[i:min(i+n, len(tr.answer))]), int64(2000+i))
			}
			if x.end(err, 10_000); describe(x.rec) != tr.record {
				t.Errorf("%s in pieces of %d: the record is\n%swant\n%s", tr.path, n, describe(x.rec), tr.record)
			}
		}
	}
}
