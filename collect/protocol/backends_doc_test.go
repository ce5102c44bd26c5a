package protocol

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var sourceLine = regexp.MustCompile(`(?m)^source: (.*)$`)

// provenance says of each backend whether its transcripts were recorded from a server, or built from sources.
func provenance(t *testing.T) map[string][]string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	found := map[string][]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		source := sourceLine.FindStringSubmatch(string(text))
		backend := regexp.MustCompile(`(?m)^backend: (.*)$`).FindStringSubmatch(string(text))
		if source == nil || backend == nil {
			t.Fatalf("%s does not say its backend and its source", path)
		}
		kind := "source"
		if strings.HasPrefix(source[1], "recorded") {
			kind = "recorded"
		}
		if !slices.Contains(found[backend[1]], kind) {
			found[backend[1]] = append(found[backend[1]], kind)
		}
	}
	return found
}

// promptsOf is what the document says of a backend's prompts, as far as the registry knows.
func promptsOf(b Backend) []string {
	if b.Chat {
		return []string{"messages"}
	}
	return []string{"text", "text or ids", "query with documents", "sound"}
}

// TestBackendsDocument holds the table of docs/backends.md against the registry and the transcripts.
func TestBackendsDocument(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/backends.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	var names []string
	for line := range strings.Lines(string(document)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if strings.HasPrefix(line, "| `") && len(cells) == 6 {
			for i := range cells {
				cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
			}
			rows[cells[0]] = cells
			names = append(names, cells[0])
		}
	}
	if !slices.Equal(names, Names()) {
		t.Errorf("docs/backends.md has\n%q, the registry\n%q", names, Names())
	}
	framings := map[Framing]string{FramingSSE: "events", FramingLines: "lines", FramingNone: "whole"}
	seen := provenance(t)
	for _, b := range registry {
		row := rows[b.Name]
		if row == nil {
			continue
		}
		if row[2] != b.Endpoint || row[4] != framings[b.Framing] || !slices.Contains(promptsOf(b), row[3]) {
			t.Errorf("docs/backends.md says of %s %q, which is not what the registry says", b.Name, row)
		}
		for _, word := range []string{"recorded", "source"} {
			if claimed, is := strings.Contains(row[5], word), slices.Contains(seen[b.Name], word); claimed && !is || word == "recorded" && is && !claimed {
				t.Errorf("docs/backends.md says %q of %s, its transcripts are %q", row[5], b.Name, seen[b.Name])
			}
		}
	}
	if !strings.Contains(string(document), notIgnoring()) {
		t.Errorf("docs/backends.md lacks %q", notIgnoring())
	}
}

// notIgnoring is the sentence about backends that cannot go on.
func notIgnoring() string {
	var names []string
	for _, b := range registry {
		if b.StopsAtEOS {
			names = append(names, "`"+b.Name+"`")
		}
	}
	last := len(names) - 1
	return "`--ignore-eos` is not sent to " + strings.Join(names[:last], ", ") + " and " + names[last]
}
