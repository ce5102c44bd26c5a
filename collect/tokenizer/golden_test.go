package tokenizer_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"llmbench/collect/dataset"
	"llmbench/collect/tokenizer"
)

var (
	_ dataset.Tokenizer = (*tokenizer.Tokenizer)(nil)
	_ dataset.Tokenizer = (*tokenizer.Server)(nil)
	_ dataset.Tokenizer = tokenizer.Approximate{}
)

// golden is one line of a golden.jsonl; see testdata/README.md.
type golden struct {
	Text    string  `json:"text"`
	IDs     []int   `json:"ids"`
	Decoded string  `json:"decoded"`
	Skipped *string `json:"skipped"`
	Special []int   `json:"special"`
}

func TestGolden(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/*/tokenizer.json")
	if err != nil || len(folders) != 2 {
		t.Fatalf("testdata has %d tokenizers (%v), want 2", len(folders), err)
	}
	if more := os.Getenv("LLMBENCH_TESTDATA"); more != "" {
		found, err := filepath.Glob(filepath.Join(more, "tokenizers", "*", "tokenizer.json"))
		if err != nil || len(found) == 0 {
			t.Fatalf("LLMBENCH_TESTDATA=%s has no tokenizers/*/tokenizer.json (%v)", more, err)
		}
		folders = append(folders, found...)
	} else {
		t.Log("LLMBENCH_TESTDATA is not set: only the project's own fixtures are checked")
	}
	for _, file := range folders {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			tok := load(t, dir)
			lines := goldens(t, filepath.Join(dir, "golden.jsonl"))
			if len(lines) < 60 {
				t.Fatalf("only %d golden texts", len(lines))
			}
			for _, g := range lines {
				checkGolden(t, tok, g)
			}
		})
	}
}

func checkGolden(t *testing.T, tok *tokenizer.Tokenizer, g golden) {
	t.Helper()
	ids, err := tok.Encode(g.Text)
	if err != nil || !slices.Equal(ids, g.IDs) {
		t.Errorf("Encode(%q) = %v, %v; want %v", g.Text, ids, err, g.IDs)
	}
	if n, err := tok.Count(g.Text); err != nil || n != len(g.IDs) {
		t.Errorf("Count(%q) = %d, %v; want %d", g.Text, n, err, len(g.IDs))
	}
	if text, err := tok.Decode(g.IDs); err != nil || text != g.Decoded {
		t.Errorf("Decode(%v) = %q, %v; want %q", g.IDs, text, err, g.Decoded)
	}
	if g.Skipped != nil {
		if text, err := tok.DecodeSkipSpecial(g.IDs); err != nil || text != *g.Skipped {
			t.Errorf("DecodeSkipSpecial(%v) = %q, %v; want %q", g.IDs, text, err, *g.Skipped)
		}
	}
	if g.Special != nil {
		ids, err := tok.EncodeSpecial(g.Text)
		if err != nil || !slices.Equal(ids, g.Special) || len(ids) != len(g.IDs)+tok.NumSpecialToAdd() {
			t.Errorf("EncodeSpecial(%q) = %v, %v; want %v", g.Text, ids, err, g.Special)
		}
	}
}

func load(tb testing.TB, path string) *tokenizer.Tokenizer {
	tb.Helper()
	tok, err := tokenizer.Load(path)
	if err != nil {
		tb.Fatal(err)
	}
	return tok
}

func goldens(tb testing.TB, file string) []golden {
	tb.Helper()
	f, err := os.Open(file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var lines []golden
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var g golden
		if err := json.Unmarshal(sc.Bytes(), &g); err != nil {
			tb.Fatalf("%s line %d: %v", file, len(lines)+1, err)
		}
		lines = append(lines, g)
	}
	return lines
}
