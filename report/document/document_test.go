package document

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"testing"

	"llmbench/report/chart"
)

// hostile is a name that would break out of HTML, Markdown or a script.
const hostile = "</script><img src=x onerror=alert(1)>|`*"

func document(t *testing.T) Document {
	t.Helper()
	figure := chart.Figure{
		Title: "Latency", Legend: []chart.Key{{Name: hostile}},
		Panels: []chart.Panel{{Title: "TTFT", Marks: []chart.Mark{chart.Line{Points: []chart.Point{{X: 1, Y: 2}, {X: 2, Y: 3}}}}}},
	}
	picture, err := figure.Inline(chart.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return Document{
		Title: hostile, Lead: []string{"2 runs"}, Lang: chart.English, Command: "llmbench sql --runs a,b \"...\"",
		Sections: []Section{
			{Name: "latency", Title: "Latency", About: "What one sees", SQL: "SELECT 1 < 2", Picture: picture, File: "latency.png"},
			{Name: "table", Title: "Table", Table: &Table{Header: []string{"name", "ms"}, Rows: [][]Cell{
				{Text(hostile), Number(new(12.5), chart.Number)}, {Text("b"), Number(new(math.NaN()), chart.Number)},
			}}},
			{Name: "why", Title: "Nothing", Why: "no data"},
		},
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	d := document(t)
	if err := d.WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, want := range []string{"<svg viewBox=", "SELECT 1 &lt; 2", `data-key="12.5"`, "n/a", "prefers-color-scheme: dark", "llmbench sql --runs a,b", "no data"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(page, "<img") {
		t.Error("a run's name became markup")
	}
	// One file that asks nobody: no address but the names of namespaces.
	for _, address := range regexp.MustCompile(`(?:src|href)="([^"]*)|url\(([^)]*)\)|https?://[^"'\s)]*`).FindAllString(page, -1) {
		if !strings.HasPrefix(address, `href="#`) && !strings.HasPrefix(address, "http://www.w3.org/") {
			t.Errorf("the page reaches for %s", address)
		}
	}
	d.Lang = chart.Chinese
	out.Reset()
	if err := d.WriteHTML(&out); err != nil || !strings.Contains(out.String(), "url(data:font/ttf;base64,") || !strings.Contains(out.String(), `lang="zh"`) {
		t.Errorf("a Chinese page has no font for its words (%v)", err)
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := document(t).WriteMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	const want = "# &lt;/script>&lt;img src=x onerror=alert(1)>\\|\\`\\*\n\n2 runs\n\n## Latency\n\nWhat one sees\n\n![Latency](latency.png)\n\n```sql\nSELECT 1 < 2\n```\n\n" +
		"## Table\n\n| name | ms |\n|---|---:|\n| &lt;/script>&lt;img src=x onerror=alert(1)>\\|\\`\\* | 12.5 |\n| b | n/a |\n\n## Nothing\n\nno data\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
