package protocol

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"llmbench/collect/dataset"
)

var update = flag.Bool("update", false, "write the golden sections of testdata")

// transcript is one file of testdata: where the answer of a server comes from, the answer, what is sent for it and what
// its events mean.
type transcript struct {
	path    string
	archive *txtar.Archive
	fields  map[string]string
}

func transcripts(tb testing.TB) []transcript {
	tb.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no transcripts: %v", err)
	}
	var all []transcript
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		t := transcript{path: path, archive: archive, fields: map[string]string{"stream": "true"}}
		for line := range strings.Lines(string(archive.Comment)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			t.fields[key] = value
		}
		if t.fields["source"] == "" {
			tb.Errorf("%s names no source", path)
		}
		all = append(all, t)
	}
	return all
}

func (t *transcript) section(name string) string {
	for _, f := range t.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// events are the data of the events in the answer, framed as testdata frames them: no data is parted.
func (t *transcript) events() []Event {
	var events []Event
	var name string
	for line := range strings.Lines(t.section("answer")) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "data:"):
			events = append(events, Event{Name: name, Data: []byte(strings.TrimPrefix(line[len("data:"):], " "))})
		case strings.HasPrefix(line, "event: "):
			name = line[len("event: "):]
		case strings.HasPrefix(line, "{"):
			events = append(events, Event{Data: []byte(line)})
		}
	}
	return events
}

// check compares a golden section, or writes it.
func (t *transcript) check(tb testing.TB, name, got string) {
	tb.Helper()
	if want := t.section(name); got == want {
		return
	} else if !*update {
		tb.Errorf("%s: %s is\n%swant\n%s", t.path, name, got, want)
		return
	}
	files := t.archive.Files[:0:0]
	for _, f := range t.archive.Files {
		if f.Name != name {
			files = append(files, f)
		}
	}
	t.archive.Files = append(files, txtar.File{Name: name, Data: []byte(got)})
	if err := os.WriteFile(t.path, txtar.Format(t.archive), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// The transcripts of every backend: what is sent, and what each event is taken for.
func TestTranscripts(t *testing.T) {
	seen := map[string]bool{}
	for _, tr := range transcripts(t) {
		b, err := Lookup(tr.fields["backend"])
		if err != nil {
			t.Errorf("%s: %v", tr.path, err)
			continue
		}
		seen[b.Name] = true
		stream := tr.fields["stream"] == "true" && b.Framing != FramingNone
		tr.check(t, "request", request(t, b, stream))
		if tr.fields["status"] == "" {
			tr.check(t, "deltas", deltas(b, &tr, stream))
		}
	}
	for _, name := range Names() {
		if !seen[name] {
			t.Errorf("backend %s has no transcript", name)
		}
	}
}

// request is what a backend sends for a plain prompt.
func request(t *testing.T, b Backend, stream bool) string {
	t.Helper()
	p := dataset.Prompt{Text: "a b", OutputTokens: 3}
	switch b.Name {
	case "vllm-rerank":
		p.Batch = []string{"a", "b", "c"}
	case "openai-audio", "vllm-audio":
		p.Audio, p.AudioName = []byte("RIFF"), "a.wav"
	}
	body, err := b.Protocol.Body(&Config{Model: "m", Stream: stream}, &p)
	if err != nil {
		t.Errorf("%s: %v", b.Name, err)
	}
	return "POST " + b.Endpoint + "\nAccept: " + accept(b, stream) + "\nContent-Type: " + ContentType(b.Protocol) + "\n\n" +
		strings.ReplaceAll(string(body), "\r\n", "\n") + "\n"
}

func accept(b Backend, stream bool) string {
	if !stream {
		return FramingNone.Accept()
	}
	return b.Framing.Accept()
}

// deltas tells each event on a line.
func deltas(b Backend, tr *transcript, stream bool) string {
	var out strings.Builder
	reader := b.Protocol.Reader()
	var d Delta
	if !stream {
		out.WriteString(tell(&d, reader.Whole([]byte(tr.section("answer")), &d)))
		return out.String()
	}
	for _, ev := range tr.events() {
		d.Reset()
		out.WriteString(tell(&d, reader.Event(ev, &d)))
	}
	return out.String()
}

func tell(d *Delta, err error) string {
	var out bytes.Buffer
	switch {
	case err != nil:
		fmt.Fprintf(&out, "fails: %v", err)
	case d.Choice:
		fmt.Fprintf(&out, "%-9s %q", d.Kind, d.Text)
	case d.Err != "":
		out.WriteString("error")
	case d.Done:
		out.WriteString("done")
	default:
		out.WriteString("-")
	}
	if d.Index > 0 {
		fmt.Fprintf(&out, " choice=%d", d.Index)
	}
	if d.Tokens > 0 {
		fmt.Fprintf(&out, " tokens=%d", d.Tokens)
	}
	if d.Usage != (Usage{}) {
		fmt.Fprintf(&out, " usage=%d+%d", d.Usage.Prompt, d.Usage.Output)
	}
	if d.Usage.CachedKnown {
		fmt.Fprintf(&out, " cached=%d", d.Usage.Cached)
	}
	for _, part := range []struct{ name, value string }{{"finish", d.Finish}, {"id", d.ServerID}, {"error", d.Err}} {
		if part.value != "" {
			fmt.Fprintf(&out, " %s=%q", part.name, part.value)
		}
	}
	return strings.TrimRight(out.String(), " ") + "\n"
}
