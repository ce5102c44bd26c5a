package tokenizer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// benchTexts are a few hundred kilobytes each, of words that do not all repeat.
func benchTexts(tb testing.TB) map[string]string {
	tb.Helper()
	lines := goldens(tb, "testdata/bytelevel/golden.jsonl")
	var mixed strings.Builder
	for i := range 200 {
		for j, g := range lines {
			if (i+j)%3 != 0 {
				mixed.WriteString(g.Text)
			}
		}
	}
	texts := map[string]string{"mixed": mixed.String()}
	if more := os.Getenv("LLMBENCH_TESTDATA"); more != "" {
		for name, file := range map[string]string{"english": "mt_bench.jsonl", "conversations": "sharegpt.json", "sonnets": "sonnet.txt"} {
			data, err := os.ReadFile(filepath.Join(more, file))
			if err != nil {
				tb.Fatal(err)
			}
			texts[name] = string(data)
		}
	}
	return texts
}

func benchFolders(tb testing.TB) []string {
	tb.Helper()
	folders := []string{"testdata/bytelevel", "testdata/sentencepiece"}
	if more := os.Getenv("LLMBENCH_TESTDATA"); more != "" {
		found, err := filepath.Glob(filepath.Join(more, "tokenizers", "*"))
		if err != nil {
			tb.Fatal(err)
		}
		folders = append(folders, found...)
	}
	return folders
}

// BenchmarkCount counts in pieces of 4 KB; "cold" loads the tokenizer anew for every pass so that no word is remembered.
func BenchmarkCount(b *testing.B) {
	for _, dir := range benchFolders(b) {
		for name, text := range benchTexts(b) {
			chunks := chop(text, 4096)
			b.Run(filepath.Base(dir)+"/"+name+"/warm", func(b *testing.B) {
				tok := load(b, dir)
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					countAll(b, tok, chunks)
				}
			})
			b.Run(filepath.Base(dir)+"/"+name+"/cold", func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					b.StopTimer()
					tok := load(b, dir)
					b.StartTimer()
					countAll(b, tok, chunks)
				}
			})
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, dir := range benchFolders(b) {
		b.Run(filepath.Base(dir), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				load(b, dir)
			}
		})
	}
}

// BenchmarkLongWord is a megabyte without a break.
func BenchmarkLongWord(b *testing.B) {
	for _, dir := range benchFolders(b) {
		b.Run(filepath.Base(dir), func(b *testing.B) {
			tok := load(b, dir)
			word := strings.Repeat("abracadabra", 1<<20/11)
			b.SetBytes(int64(len(word)))
			for b.Loop() {
				countAll(b, tok, []string{word})
			}
		})
	}
}

type counter interface{ Count(string) (int, error) }

func countAll(tb testing.TB, tok counter, texts []string) {
	for _, text := range texts {
		if _, err := tok.Count(text); err != nil {
			tb.Fatal(err)
		}
	}
}

func chop(text string, size int) []string {
	var chunks []string
	for len(text) > size {
		cut := size
		for text[cut]&0xC0 == 0x80 {
			cut--
		}
		chunks = append(chunks, text[:cut])
		text = text[cut:]
	}
	return append(chunks, text)
}
