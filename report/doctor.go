package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Advice is one finding of llmbench doctor: how grave it is (ok, note, warn, bad), what was found, why it matters to the
// numbers and what to type; the last two are "" where all is well.
type Advice struct {
	Topic string `json:"topic"`
	Level string `json:"level"`
	What  string `json:"what"`
	Why   string `json:"why,omitempty"`
	Do    string `json:"do,omitempty"`
}

// adviceMarks stand at the margin; each level has letters of its own, for colour alone says nothing to many.
var adviceMarks = map[string]struct {
	mark   string
	colour text.Color
}{
	"ok": {"ok  ", text.FgGreen}, "note": {"note", text.FgCyan}, "warn": {"WARN", text.FgYellow}, "bad": {"BAD ", text.FgRed},
}

// adviceWidth is the usual width of a terminal.
const adviceWidth = 80

// WriteDoctor prints the findings by topic, or as a JSON list.
func WriteDoctor(w io.Writer, findings []Advice, asJSON, colour bool) error {
	if asJSON {
		return WriteJSON(w, findings)
	}
	var b strings.Builder
	topic := ""
	for _, f := range findings {
		if f.Topic != topic {
			if topic != "" {
				b.WriteString("\n")
			}
			topic = f.Topic
			b.WriteString(strings.ToUpper(topic[:1]) + topic[1:] + "\n")
		}
		mark := adviceMarks[f.Level]
		shown := mark.mark
		if colour {
			shown = mark.colour.Sprint(shown)
		}
		b.WriteString("  " + shown + "  " + hang(f.What, 8) + "\n")
		if f.Level == "ok" {
			continue
		}
		if f.Why != "" {
			b.WriteString("        why: " + hang(f.Why, 13) + "\n")
		}
		if f.Do != "" {
			b.WriteString("        do:  " + f.Do + "\n") // to be copied: never broken
		}
	}
	counts := map[string]int{}
	for _, f := range findings {
		counts[f.Level]++
	}
	fmt.Fprintf(&b, "\n%d findings: %d ok, %d to note, %d bending the numbers, %d preventing a measurement\n",
		len(findings), counts["ok"], counts["note"], counts["warn"], counts["bad"])
	_, err := io.WriteString(w, b.String())
	return err
}

// hang breaks a text that begins in a column into lines below each other.
func hang(s string, column int) string {
	lines := strings.Split(text.WrapSoft(oneLine(s), adviceWidth-column), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", column))
}
