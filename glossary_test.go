package llmbench_test

import (
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// jargon are words that someone new to the trade does not know. One that people are shown stands in docs/glossary.md.
var jargon = regexp.MustCompile(`(?i)\b(goodput|burstiness|poisson|ramp|in flight|slots?|prefill|decode|kv cache|prefix cache|hit rate|preempt\w*|speculative|chunks?|tokenizer|` +
	`chat template|warm-ups?|probes?|lag|verdict|suspect|saturated|plateau|drift|pareto|knee|holm|paired|gate|shift|shards?|journal|catalogue|warehouse|telemetry|calibrat\w*|flood|` +
	`logprobs|rerank|embeddings?|lora|turns?|sessions?|throttled|deadlines?|stalls?|percentiles?|baseline|primary|noise|interval|numa|a/a|eos)\b`)

// acronyms are words in capitals, alone or with an s.
var acronyms = regexp.MustCompile(`\b[A-Z][A-Z0-9]+s?\b`)

// commonAcronyms need no explanation; placeholders are what a flag takes.
var (
	commonAcronyms = strings.Fields("API AWS CPU CPUs CSV DESC FLAC HTTP HTTPS JPEG JSON JSONL LLM MP4 NTP NULL OK PDF PEM PNG POST README SIGKILL SIGTERM SQL SVG TLS URL UTC WAV WHERE YAML")
	placeholders   = strings.Fields("BUCKET COMMAND FILE FLAG FORMAT GLOB KEY KIND METRIC NAME PREFIX VALUE VALUES")
)

// words are what docs/glossary.md defines, in lower case.
func words(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("docs", "glossary.md"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 3 || cells[0] == " word" || strings.HasPrefix(cells[0], " ---") {
			continue
		}
		word := strings.ToLower(strings.TrimSpace(cells[0]))
		if slices.Contains(all, word) {
			t.Errorf("docs/glossary.md defines %q twice", word)
		}
		if strings.TrimSpace(cells[1]) == "" || strings.TrimSpace(cells[2]) == "" {
			t.Errorf("docs/glossary.md leaves a cell of %q empty", word)
		}
		all = append(all, word)
	}
	return all
}

// shown are the texts of a file that people see: the help of flags, and in the packages that print, other strings with a
// blank in them that are no SQL.
func shown(s source) (help, others []string) {
	printing := s.dir == program || s.dir == "report" || strings.HasPrefix(s.dir, "report/")
	ast.Inspect(s.file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, _ := strconv.Unquote(literal.Value)
		if tag, ok := reflect.StructTag(text).Lookup("help"); ok {
			help = append(help, tag)
		} else if printing && strings.Contains(text, " ") && !strings.Contains(text, "json:\"") && !strings.Contains(text, "SELECT ") {
			others = append(others, text)
		}
		return true
	})
	return help, others
}

// TestJargonIsExplained: a word of the trade that people are shown is in docs/glossary.md, and so is every one in capitals that
// the help of a flag has.
func TestJargonIsExplained(t *testing.T) {
	t.Parallel()
	known := words(t)
	missing := map[string]string{}
	for _, s := range everySource(t) {
		if s.test {
			continue
		}
		help, others := shown(s)
		found := acronyms.FindAllString(strings.Join(help, "\n"), -1)
		found = append(found, jargon.FindAllString(strings.Join(append(help, others...), "\n"), -1)...)
		for _, word := range found {
			plain := slices.Contains(commonAcronyms, word) || slices.Contains(placeholders, word)
			if !plain && !slices.ContainsFunc(known, func(k string) bool { return related(k, strings.ToLower(word)) }) {
				missing[word] = s.path
			}
		}
	}
	for _, word := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s shows %q, which docs/glossary.md does not explain", missing[word], word)
	}
}

// related tells whether a word is another's plural, or begins alike and goes on: calibrate, calibration.
func related(known, word string) bool {
	stem := strings.TrimRight(known, "e")
	return known == word || known+"s" == word || len(stem) > 5 && strings.HasPrefix(word, stem) || len(stem) > 5 && strings.HasPrefix(known, strings.TrimSuffix(word, "s"))
}
