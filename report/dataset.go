package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"llmbench/report/stats"
)

// Dataset is what a load would send.
type Dataset struct {
	Dataset    string `json:"dataset"`
	Path       string `json:"dataset_path,omitempty"`
	WorkloadID string `json:"workload_id"`
	// Workload is the recipe of which the id is the hash, JSON.
	Workload  json.RawMessage `json:"workload"`
	Seed      int64           `json:"seed"`
	Tokenizer string          `json:"tokenizer"`
	Backend   string          `json:"backend"`
	Requests  int             `json:"requests"`
	// Conversations is how many the requests are turns of; 0 when they are single.
	Conversations int `json:"conversations,omitempty"`
	// Distinct is how many of the requests' prompts differ.
	Distinct int `json:"distinct"`
	// Media counts the images, videos and sounds of all requests.
	Media        int           `json:"media"`
	PromptTokens stats.Lengths `json:"-"`
	AskedTokens  stats.Lengths `json:"-"`
	// Arrives says over which time requests arrive, for a dataset that carries times; "" for others.
	Arrives string   `json:"arrives,omitempty"`
	Samples []Sample `json:"samples"`
}

// Sample is one request as it would be sent.
type Sample struct {
	Request int `json:"request"`
	// Conversation is the one that the request is turn Turn of, from 0; "" when it is single.
	Conversation string `json:"conversation,omitempty"`
	Turn         int    `json:"turn,omitempty"`
	PromptTokens int    `json:"prompt_tokens"`
	AskedTokens  int    `json:"asked_tokens"`
	Prompt       string `json:"prompt"`
}

// lengthsJSON is stats.Lengths in the names of the warehouse.
type lengthsJSON struct {
	Total     int64       `json:"total"`
	Min       int         `json:"min"`
	Mean      float64     `json:"mean"`
	P5        float64     `json:"p5"`
	P25       float64     `json:"p25"`
	Median    float64     `json:"median"`
	P75       float64     `json:"p75"`
	P95       float64     `json:"p95"`
	P99       float64     `json:"p99"`
	Max       int         `json:"max"`
	Histogram []stats.Bin `json:"histogram"`
}

func lengthsOut(l stats.Lengths) lengthsJSON {
	return lengthsJSON{l.Sum, l.Min, l.Mean, l.P5, l.P25, l.P50, l.P75, l.P95, l.P99, l.Max, l.Bins}
}

// WriteDataset prints what a load would send, as table or json.
func WriteDataset(w io.Writer, d Dataset, format string) error {
	switch format {
	case "json":
		return WriteJSON(w, struct {
			Dataset
			PromptTokens lengthsJSON `json:"prompt_tokens"`
			AskedTokens  lengthsJSON `json:"asked_tokens"`
		}{d, lengthsOut(d.PromptTokens), lengthsOut(d.AskedTokens)})
	case "table":
		_, err := io.WriteString(w, datasetText(d))
		return err
	}
	return fmt.Errorf("unknown format %q; want table or json", format)
}

func datasetText(d Dataset) string {
	out := named([][2]string{
		{"dataset", oneLine(strings.TrimSpace(d.Dataset + " " + d.Path))}, {"requests", fmt.Sprint(d.Requests) + differing(d)}, {"in", conversations(d)}, {"media", unlessZero(d.Media)},
		{"arrive", d.Arrives}, {"backend", d.Backend}, {"tokenizer", oneLine(d.Tokenizer)}, {"seed", fmt.Sprint(d.Seed)}, {"workload id", d.WorkloadID},
	})
	t := newTable("Tokens", "Total", "Min", "P5", "P25", "Median", "Mean", "P75", "P95", "P99", "Max")
	t.SetColumnConfigs(right(2, 3, 4, 5, 6, 7, 8, 9, 10, 11))
	for _, l := range []struct {
		name string
		stats.Lengths
	}{{"prompt", d.PromptTokens}, {"asked for", d.AskedTokens}} {
		t.AppendRow([]any{l.name, l.Sum, l.Min, quantity(l.P5), quantity(l.P25), quantity(l.P50), quantity(l.Mean), quantity(l.P75), quantity(l.P95), quantity(l.P99), l.Max})
	}
	out += "\n" + t.Render() + "\n"
	out += histogram("prompt tokens", d.PromptTokens) + histogram("tokens asked for", d.AskedTokens)
	for _, s := range d.Samples {
		out += fmt.Sprintf("\nRequest %d%s: %d prompt tokens, %d asked for\n%s\n", s.Request, s.place(), s.PromptTokens, s.AskedTokens, indented(s.excerpt()))
	}
	return out
}

// place says where in a conversation a sample stands.
func (s Sample) place() string {
	if s.Conversation == "" {
		return ""
	}
	return fmt.Sprintf(", turn %d of conversation %s", s.Turn+1, s.Conversation)
}

// excerpt is of the end where the begin is that of the turn before.
func (s Sample) excerpt() string {
	if s.Turn == 0 {
		return excerpt(s.Prompt)
	}
	return ending(s.Prompt)
}

func conversations(d Dataset) string {
	if d.Conversations == 0 {
		return ""
	}
	return fmt.Sprintf("%d conversations, turns on average: %s", d.Conversations, quantity(float64(d.Requests)/float64(d.Conversations)))
}

// named are names and values; those without a value are left out.
func named(pairs [][2]string) string {
	var b strings.Builder
	for _, p := range pairs {
		if p[1] != "" {
			fmt.Fprintf(&b, "%-11s  %s\n", p[0], p[1])
		}
	}
	return b.String()
}

func differing(d Dataset) string {
	if d.Distinct == d.Requests {
		return ", all of them different"
	}
	return fmt.Sprintf(", %d different prompts among them", d.Distinct)
}

func unlessZero(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func quantity(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

// histogram draws bars of #, the longest barWidth wide; a bin with anything in it has one at least.
func histogram(title string, l stats.Lengths) string {
	const barWidth = 48
	most, widest := 0, 0
	for _, b := range l.Bins {
		most = max(most, b.Count)
		widest = max(widest, len(span(b)))
	}
	if len(l.Bins) < 2 {
		return ""
	}
	out := "\n" + title + "\n"
	for _, b := range l.Bins {
		bar := strings.Repeat("#", (b.Count*barWidth+most-1)/most)
		out += strings.TrimRight(fmt.Sprintf("  %*s %*d %s", widest, span(b), len(fmt.Sprint(most)), b.Count, bar), " ") + "\n"
	}
	return out
}

func span(b stats.Bin) string {
	if b.From == b.To {
		return fmt.Sprint(b.From)
	}
	return fmt.Sprintf("%d - %d", b.From, b.To)
}

// mostShown is how many characters are kept of a long text, and slack how many more are too few to leave out.
const mostShown, slack = 400, 40

// excerpt keeps the begin of a text and says how much is left out.
func excerpt(s string) string {
	if n := utf8.RuneCountInString(s); n > mostShown+slack {
		return fmt.Sprintf("%s ... (%d more characters)", string([]rune(s)[:mostShown]), n-mostShown)
	}
	return s
}

// ending keeps the end of a text and says how much is left out.
func ending(s string) string {
	if n := utf8.RuneCountInString(s); n > mostShown+slack {
		return fmt.Sprintf("(%d characters of history) ... %s", n-mostShown, string([]rune(s)[n-mostShown:]))
	}
	return s
}

// indented keeps what a prompt holds from being taken for the report, or for orders to the terminal.
func indented(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight("    "+visible(line), " ")
	}
	return strings.Join(lines, "\n")
}
