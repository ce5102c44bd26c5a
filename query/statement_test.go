package query

import (
	"reflect"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want []string
		rest string
	}{
		{"", nil, ""},
		{" \n-- only a comment", nil, ""},
		{"SELECT 1", nil, "SELECT 1"},
		{"SELECT 1;", []string{"SELECT 1"}, ""},
		{";; SELECT 1 ; ;", []string{"SELECT 1"}, ""},
		{"a; b; c", []string{"a", "b"}, "c"},
		{"SELECT ';'; x", []string{"SELECT ';'"}, "x"},
		{"SELECT 'it''s;'; x", []string{"SELECT 'it''s;'"}, "x"},
		{`SELECT '\'; x`, []string{`SELECT '\'`}, "x"},
		{`SELECT E'\';'; x`, []string{`SELECT E'\';'`}, "x"},
		{`SELECT ";"";"; x`, []string{`SELECT ";"";"`}, "x"},
		{"SELECT $$;$$; x", []string{"SELECT $$;$$"}, "x"},
		{"SELECT $a$;$$;$a$; x", []string{"SELECT $a$;$$;$a$"}, "x"},
		{"SELECT $1; SELECT $2;", []string{"SELECT $1", "SELECT $2"}, ""},
		{"SELECT a$b$; x", []string{"SELECT a$b$"}, "x"},
		{"SELECT 1 -- ; no\n; x", []string{"SELECT 1 -- ; no"}, "x"},
		{"SELECT /* ; /* ; */ ; */ 1; x", []string{"SELECT /* ; /* ; */ ; */ 1"}, "x"},
		{"SELECT 1; -- done", []string{"SELECT 1"}, ""},
		{"SELECT 'open ; ", nil, "SELECT 'open ;"},
		{"SELECT /* open ; ", nil, "SELECT /* open ;"},
		{"SELECT $x$ open ; ", nil, "SELECT $x$ open ;"},
		{"SELECT 1 AS größe; x", []string{"SELECT 1 AS größe"}, "x"},
		{"SELECT 5-3; SELECT 4/2;", []string{"SELECT 5-3", "SELECT 4/2"}, ""},
	} {
		got, rest := Split(test.text)
		if !reflect.DeepEqual(got, test.want) || rest != test.rest {
			t.Errorf("%q = %q, rest %q; want %q, rest %q", test.text, got, rest, test.want, test.rest)
		}
	}
}

// Whatever the text, a statement followed by a semicolon and another splits into the same statements, and nothing but
// blanks, comments and semicolons gets lost.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"SELECT 1; SELECT 2", "SELECT ';' || $$;$$ || \";\"", "/* a /* b */ ; */ x; -- c\n y", "E'\\';' ; $1 ; $a$ ; $a$", "'open", "a$b$;c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ended, tail := split(text)
		at := 0
		for _, s := range append(ended, tail) {
			if s == (span{}) {
				continue
			}
			if s.begin < at || s.end <= s.begin || s.end > len(text) {
				t.Fatalf("%q: span %v after %d", text, s, at)
			}
			if between := strings.Trim(text[at:s.begin], "; \t\r\n\f\v"); between != "" && !strings.HasPrefix(between, "--") && !strings.HasPrefix(between, "/*") {
				t.Fatalf("%q: %q is in no statement", text, between)
			}
			at = s.end
		}
		first, _ := Split(text)
		again, rest := Split(strings.Join(first, "\n;") + "\n;")
		if rest != "" || !(len(first) == 0 && len(again) == 0) && !reflect.DeepEqual(first, again) {
			t.Fatalf("%q: %q, again %q, rest %q", text, first, again, rest)
		}
	})
}

func TestLiteralAndIdentifier(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	for _, text := range []string{"", "plain", "it's", `back\slash`, `"`, "new\nline", "a\x00b", "多字节", "'; DROP VIEW runs; --"} {
		rows, err := s.Query(t.Context(), "SELECT "+Literal(text)+" AS v")
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got, err := collect(rows, func(v []any) any { return v[0] })
		if err != nil || got[0] != text {
			t.Errorf("%q came back as %q (%v)", text, got, err)
		}
	}
	for _, name := range []string{"plain", "two words", `quo"te`, "select", "多"} {
		rows, err := s.Query(t.Context(), "SELECT 1 AS "+Identifier(name))
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if rows.Columns[0].Name != name {
			t.Errorf("%q came back as %q", name, rows.Columns[0].Name)
		}
		rows.Close()
	}
}
