// Package llmbench_test holds the house to its rules: which package knows which, what is written of everything that is
// exported, how long a file or a function may get, and that CONTRIBUTING.md names things that exist.
package llmbench_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// arrows are all imports between packages of this module, tests left out. A new one wants a thought: arrows point down,
// from cmd to collect, query, report and store; collect and report never meet.
var arrows = map[string]string{
	"cmd/llmbench":          "collect collect/calibrate collect/chattemplate collect/dataset collect/doctor collect/launch collect/protocol collect/simulate collect/sweep collect/telemetry collect/tokenizer query report report/chart report/document report/format report/gallery report/stats sql store store/interchange store/s3",
	"collect":               "collect/dataset collect/protocol collect/wire store",
	"collect/calibrate":     "collect collect/dataset collect/protocol collect/simulate store",
	"collect/chattemplate":  "collect/dataset",
	"collect/dataset":       "collect/dataset/media",
	"collect/dataset/media": "",
	"collect/doctor":        "store",
	"collect/launch":        "",
	"collect/protocol":      "collect/dataset store",
	"collect/simulate":      "", // and nothing of protocol: a mistake made twice would hide
	"collect/sweep":         "",
	"collect/telemetry":     "store",
	"collect/tokenizer":     "",
	"collect/wire":          "",
	"near":                  "", // which every package may import
	"query":                 "sql store",
	"report":                "query report/format report/stats store",
	"report/chart":          "",
	"report/document":       "report/chart",
	"report/format":         "",
	"report/gallery":        "query report report/chart report/document",
	"report/stats":          "",
	"sql":                   "",
	"store":                 "",
	"store/interchange":     "store",
	"store/s3":              "store",
	"store/s3/s3test":       "",
}

// libraries says who alone may import what begins so.
var libraries = map[string]string{
	"github.com/alecthomas/kong":    "cmd/llmbench",
	"github.com/duckdb/":            "query",
	"github.com/minio/":             "store/s3 store/s3/s3test",
	"github.com/parquet-go/":        "store",
	"github.com/jedib0t/go-pretty/": "cmd/llmbench report report/format",
	"gonum.org/v1/plot":             "report/chart",
	"flag":                          "cmd/llmbench",
}

// timeless packages know lengths of time and no clock.
var timeless = []string{"collect/chattemplate", "collect/dataset", "collect/protocol", "collect/sweep", "report", "report/chart", "report/document", "report/format", "report/gallery", "report/stats", "sql"}

const module, program = "llmbench/", "cmd/llmbench"

// source is one parsed file.
type source struct {
	path, dir string // from the root, with slashes
	test      bool
	lines     int
	file      *ast.File
	positions *token.FileSet
}

func (s source) line(n ast.Node) int { return s.positions.Position(n.Pos()).Line }

// span is how many lines a piece of code has.
func (s source) span(n ast.Node) int { return s.positions.Position(n.End()).Line - s.line(n) + 1 }

// longestTable is how many lines the longest literal in a function has.
func (s source) longestTable(f *ast.FuncDecl) (lines int) {
	ast.Inspect(f, func(n ast.Node) bool {
		if table, ok := n.(*ast.CompositeLit); ok {
			lines = max(lines, s.span(table))
		}
		return true
	})
	return lines
}

// sources are all Go files.
var sources = sync.OnceValues(func() (all []source, err error) {
	positions := token.NewFileSet()
	err = fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || len(name) > 1 && entry.Name()[0] == '.'):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
		all = append(all, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), bytes.Count(text, []byte("\n")), file, positions})
		return err
	})
	return all, err
})

func everySource(t *testing.T) []source {
	t.Helper()
	all, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestArrows(t *testing.T) {
	t.Parallel()
	unused := map[string]map[string]bool{}
	for from, to := range arrows {
		unused[from] = map[string]bool{}
		for _, name := range strings.Fields(to) {
			unused[from][name] = true
		}
	}
	for _, s := range everySource(t) {
		if s.test {
			continue
		}
		if _, known := arrows[s.dir]; !known {
			t.Errorf("%s: the package has no line in arrows: say there what it may import", s.path)
			continue
		}
		for _, i := range s.file.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			inner, ours := strings.CutPrefix(name, module)
			if ours && inner != "near" && !slices.Contains(strings.Fields(arrows[s.dir]), inner) {
				t.Errorf("%s imports %s, which arrows does not allow", s.path, name)
			}
			delete(unused[s.dir], inner)
			for prefix, who := range libraries {
				if strings.HasPrefix(name, prefix) && !slices.Contains(strings.Fields(who), s.dir) {
					t.Errorf("%s imports %s, which is for %s alone", s.path, name, who)
				}
			}
		}
	}
	for from, to := range unused {
		for _, name := range slices.Sorted(maps.Keys(to)) {
			t.Errorf("%s no longer imports %s: take it out of arrows", from, name)
		}
	}
}

// TestWorld: below the program nothing reads the environment or prints, and what is pure has no clock.
func TestWorld(t *testing.T) {
	t.Parallel()
	environment := []string{"Getenv", "LookupEnv", "Stdin", "Stdout", "Stderr", "Args", "Exit"}
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}
	for _, s := range everySource(t) {
		if s.test || s.dir == program {
			continue
		}
		pure := slices.Contains(timeless, s.dir) || s.path == "collect/schedule.go" || s.path == "collect/stage.go"
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, ok := selector.X.(*ast.Ident)
			switch {
			case !ok:
			case from.Name == "os" && slices.Contains(environment, selector.Sel.Name),
				from.Name == "fmt" && strings.HasPrefix(selector.Sel.Name, "Print"),
				from.Name == "time" && pure && slices.Contains(clock, selector.Sel.Name):
				t.Errorf("%s:%d: %s.%s has no place here", s.path, s.line(n), from.Name, selector.Sel.Name)
			}
			return true
		})
	}
}

// TestSizes: a file that is too long does two things, or says in its first comment why it is "one piece"; so does a
// function. The table of a test is data and does not count.
func TestSizes(t *testing.T) {
	t.Parallel()
	const mostLines, mostOfFunction, excuse = 500, 80, "one piece"
	for _, s := range everySource(t) {
		if s.lines > mostLines && (len(s.file.Comments) == 0 || !strings.Contains(s.file.Comments[0].Text(), excuse)) {
			t.Errorf("%s has %d lines: split it before %d", s.path, s.lines, mostLines)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := s.span(f)
			if s.test {
				n -= s.longestTable(f)
			}
			if n > mostOfFunction && !strings.Contains(f.Doc.Text(), excuse) {
				t.Errorf("%s:%d: %s has %d lines: split it before %d", s.path, s.line(f), f.Name.Name, n, mostOfFunction)
			}
		}
	}
}

// TestEverythingIsDocumented: a package says what it does and shows it by an example that runs, and every exported name
// has its sentence.
func TestEverythingIsDocumented(t *testing.T) {
	t.Parallel()
	packages, examples := map[string]bool{}, map[string]bool{}
	for _, s := range everySource(t) {
		if s.test {
			examples[s.dir] = examples[s.dir] || hasExample(s.file)
			continue
		}
		packages[s.dir] = packages[s.dir] || s.file.Doc != nil
		for _, d := range s.file.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s:%d: %s is exported and has no comment", s.path, s.line(d), name)
			}
		}
	}
	for dir, documented := range packages {
		if !documented && dir != program {
			t.Errorf("%s has no package comment", dir)
		}
		if !examples[dir] && dir != program && dir != "store/s3/s3test" { // which the example of store/s3 shows
			t.Errorf("%s has no example with an output", dir)
		}
	}
}

func hasExample(file *ast.File) bool {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, "Example") {
			continue
		}
		for _, c := range file.Comments {
			if c.Pos() > f.Pos() && c.End() < f.End() && strings.HasPrefix(c.Text(), "Output:") {
				return true
			}
		}
	}
	return false
}

// undocumented gives the exported names of a declaration without a comment; one comment may do for a group.
func undocumented(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d))) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
					names = append(names, spec.Name.Name)
				}
			case *ast.ValueSpec:
				if spec.Names[0].IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
					names = append(names, spec.Names[0].Name)
				}
			}
		}
	}
	return names
}

// receiver is the name of a method's type.
func receiver(f *ast.FuncDecl) string {
	name := ""
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return true
	})
	return name
}

// TestContributing: what CONTRIBUTING.md sets in backticks is a file, a folder, or a word of the code.
func TestContributing(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	words := everyWord(t)
	prose := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(string(text), "")
	quoted := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(prose, -1)
	if len(quoted) < 50 {
		t.Fatalf("only %d words in backticks: the document is not read as it is written", len(quoted))
	}
	isPath := regexp.MustCompile(`/|^[\w.-]+\.(go|sql|md|test|txtar)$`)
	isName := regexp.MustCompile(`^[A-Za-z_][\w.]*$`)
	for _, q := range quoted {
		switch name := q[1]; {
		case strings.ContainsAny(name, " <=~"): // commands and examples; the scripts run commands
		case isPath.MatchString(name) && !words[name]: // NAME stands for any
			if found, err := filepath.Glob(strings.ReplaceAll(name, "NAME", "*")); err != nil || len(found) == 0 {
				t.Errorf("CONTRIBUTING.md names %s, which is not there", name)
			}
		case isName.MatchString(name):
			for part := range strings.SplitSeq(name, ".") {
				if !words[part] {
					t.Errorf("CONTRIBUTING.md names %s: no %s in the code", name, part)
				}
			}
		}
	}
}

// everyWord has every identifier and every string of one word in the code, and what SQL files are called.
func everyWord(t *testing.T) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	for _, s := range everySource(t) {
		words[s.file.Name.Name] = true
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				words[n.Name] = true
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && len(text) < 60 {
					words[text] = true
				}
			}
			return true
		})
	}
	return words
}
