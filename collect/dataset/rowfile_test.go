package dataset

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/valyala/fastjson"
)

func all(*fastjson.Value) (bool, error) { return true, nil }

func TestRowPlaces(t *testing.T) {
	t.Parallel()
	rows := []string{`{"a":"]},\\"}`, `{"b":[1,{"c":"\""}]}`, `{}`, `"text, with ] and \\\" in it"`, `17`}
	for name, content := range map[string]string{
		"array":         "[" + strings.Join(rows, ",") + "]",
		"spread array":  "\ufeff \n[\n  " + strings.Join(rows, " ,\n  ") + "\r\n]\n",
		"lines":         strings.Join(rows, "\n"),
		"spread lines":  "\ufeff\n" + strings.Join(rows, "\r\n\n") + "\n\n",
		"one long line": strings.Join(append([]string{fmt.Sprintf("%q", strings.Repeat("x", 3<<20))}, rows...), "\n"),
	} {
		got, err := openRows(write(t, content), all)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := rows
		if name == "one long line" {
			want = append([]string{""}, rows...)
		}
		if len(got.at) != len(want) {
			t.Errorf("%s: %d rows, want %d", name, len(got.at), len(want))
			continue
		}
		for i := range want {
			row, err := got.read(i)
			if err != nil || want[i] != "" && strings.TrimSpace(string(row)) != want[i] {
				t.Errorf("%s: row %d is %q, %v; want %q", name, i, row, err, want[i])
			}
		}
	}
}

// A file without line ends is refused at its first line, long before it is read to its end.
func TestEndlessLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ begin, says string }{
		{`{"prompt":"`, "line 1: longer than 64 MB"}, {`[{"prompt":"`, "element 1: longer than 64 MB"}, {`"`, "line 1: longer than 64 MB"},
	} {
		path := filepath.Join(t.TempDir(), "endless.jsonl")
		if err := os.WriteFile(path, []byte(c.begin), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 2<<30); err != nil { // a hole: 2 GB that take no room
			t.Fatal(err)
		}
		if _, err := openRows(path, all); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s...: %v, want %q", c.begin, err, c.says)
		}
	}
}

// Whatever a file holds: what is taken from it is what encoding/json sees in it.
func FuzzRowFile(f *testing.F) {
	for _, seed := range []string{"", "[", "[{}]", `[{"a":[1,2]},"]",3 ,null]`, "{}\n{}\n", "\"x\"\n", "[[],[[]]]", "\ufeff[true]", "[1 2]", "{}}", "[\"\\\\\"]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "data")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		rows, err := openRows(path, all)
		if err != nil {
			if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		if rows.unit != "element" {
			return
		}
		var want []json.RawMessage
		if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &want); err != nil {
			return // fastjson takes a little more than the standard has
		}
		if len(want) != len(rows.at) {
			t.Fatalf("%q: %d elements, want %d", data, len(rows.at), len(want))
		}
		for i := range want {
			if got, err := rows.read(i); err != nil || string(got) != string(want[i]) {
				t.Errorf("%q: element %d is %q, %v; want %q", data, i, got, err, want[i])
			}
		}
	})
}

func BenchmarkRowFile(b *testing.B) {
	path := filepath.Join(b.TempDir(), "data.json")
	element := `{"id":"x","conversations":[{"from":"human","value":"` + strings.Repeat("some words of a prompt ", 100) + `"},{"from":"gpt","value":"` + strings.Repeat("and an answer ", 200) + `"}]}`
	if err := os.WriteFile(path, []byte("["+strings.Repeat(element+",\n", 5000)+element+"]"), 0o644); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	read := readShareGPT(0)
	for b.Loop() {
		if _, err := openRows(path, func(row *fastjson.Value) (bool, error) { _, use, err := read(row); return use, err }); err != nil {
			b.Fatal(err)
		}
	}
}
