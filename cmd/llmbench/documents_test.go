package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"llmbench/collect/simulate"
	"llmbench/store/s3/s3test"
)

var update = flag.Bool("update", false, "write the answers that commands give now into the documents")

// example is a command of a document: a line of a fenced block that begins with llmbench, or with $ llmbench and then
// followed by its answer. A line that ends with a backslash goes on, and one with an answer in lines that are indented.
type example struct {
	line    int // of the document, from 0
	command string
	shown   bool // the answer is, from this line on
	from    int
	answer  []string
}

// examplesOf finds the commands of a document.
func examplesOf(document string) (found []example) {
	lines := strings.Split(document, "\n")
	fenced, shell := false, false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if language, ok := strings.CutPrefix(strings.TrimSpace(line), "```"); ok {
			fenced, shell = !fenced, language == "" || language == "sh" || language == "console"
			continue
		}
		command, answered := strings.CutPrefix(line, "$ ")
		if !fenced || !shell || !strings.HasPrefix(command, "llmbench ") {
			continue
		}
		e := example{line: i, command: command}
		for strings.HasSuffix(e.command, `\`) {
			i++
			e.command = strings.TrimSuffix(e.command, `\`) + strings.TrimSpace(lines[i])
		}
		if answered {
			for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "    ") {
				i++
				e.command += "\n" + lines[i]
			}
			e.shown, e.from = true, i+1
			for i+1 < len(lines) && !strings.HasPrefix(lines[i+1], "$ ") && !strings.HasPrefix(lines[i+1], "```") {
				i++
				e.answer = append(e.answer, lines[i])
			}
		}
		found = append(found, e)
	}
	return found
}

// A reader's commands with what a test can give them: addresses of an engine of its own, few prompts, short times. What
// is not to be had here, such as a real engine to start, is a program of that name in the reader's PATH.
var readerRewrites = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`http://(127\.0\.0\.1|localhost|host|dcu1|dcu2|server):8000`), "$$ENGINE"},
	{regexp.MustCompile(`prometheus=\S+`), "prometheus=$$ENGINE/metrics"},
	{regexp.MustCompile(`--num-prompts[ =][0-9]+`), "--num-prompts 4"},
	{regexp.MustCompile(`--num-warmups[ =][0-9]+`), "--num-warmups 1"},
	{regexp.MustCompile(`--request-rate[ =][0-9.]+(\s|$)`), "--request-rate 100$1"},
	{regexp.MustCompile(`--sessions[ =][0-9]+`), "--sessions 2"},
	{regexp.MustCompile(`--duration[ =]\S+`), "--duration 100ms"},
	{regexp.MustCompile(`--stages[ =]\S+`), "--stages 20:100ms,40:100ms"},
	{regexp.MustCompile(`--((?:session-)?think-time)[ =]\S+`), "--$1 5ms"},
	{regexp.MustCompile(`--trace-speed[ =]\S+`), "--trace-speed 1000"},
	{regexp.MustCompile(`dcu=K100_AI and tp=8`), "name=baseline"},
	{regexp.MustCompile(`dcu=BW1000 and tp=8`), "name=candidate"},
	{regexp.MustCompile(`/mnt/\w+|/data/\w+`), "elsewhere"},
}

// What follows the words of a command here, so that it ends soon. A sweep is planned and not run: its scripts run it.
var readerBounds = map[string]string{
	"sweep":     " --dry-run",
	"calibrate": " --steps 1 --no-flood --tokens 4",
}

// readerServes are the commands that go on until they are told to stop.
var readerServes = regexp.MustCompile(`^llmbench (serve|simulate) `)

// ofDocs are names that runs have in docs/warehouse alone.
var ofDocs = regexp.MustCompile(`\b(tp4|tp8|overload|conversations)\b`)

// Commands whose exit code tells something of the host, or of what was compared, beside whether they worked.
var readerCodes = map[string]string{"doctor": "01", "compare": "023"}

// notRun are commands that need what a test cannot give.
var notRun = map[string]string{
	"llmbench demo":              "takes half a minute; .ci/run runs it",
	"llmbench sql":               "asks on a terminal; sql_prompt's tests do so",
	"llmbench runs edit":         "opens an editor",
	"llmbench completion --help": "is a script's",
}

// TestDocuments runs every command that README and docs show, in order, as a reader does who follows the document in an
// empty folder: it has to work, and where its answer is shown, of the runs in docs/warehouse, to give that answer.
func TestDocuments(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	paths := []string{"README.md", "README.zh-CN.md", "CONTRIBUTING.md"}
	more, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range more {
		paths = append(paths, filepath.Join("docs", filepath.Base(path)))
	}
	known := &sync.Map{}
	for _, path := range paths {
		document, err := os.ReadFile(filepath.Join(root, path))
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is missing", path)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.ReplaceAll(path, "/", "-"), func(t *testing.T) {
			t.Parallel()
			r := newReader(t, root)
			if strings.Contains(string(document), "s3://") {
				server, stop, err := s3test.Run(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(stop)
				r.env = append(r.env, bucketEnv(server)...)
			}
			follow(t, r, filepath.Join(root, path), string(document), known)
		})
	}
}

// follow runs the commands of one document. One that another document has as well runs once.
func follow(t *testing.T, r *reader, path, document string, known *sync.Map) {
	lines := strings.Split(document, "\n")
	answers := map[int][]string{}
	for _, e := range examplesOf(document) {
		command := strings.TrimSpace(beforeComment(e.command))
		once, _ := known.LoadOrStore(fmt.Sprint(e.shown, command), sync.OnceValues(func() ([]string, error) { return r.run(command, e.shown) }))
		got, err := once.(func() ([]string, error))()
		if err != nil {
			t.Errorf("%s:%d: %s\n%v", path, e.line+1, e.command, err)
			continue
		}
		if !e.shown {
			continue
		}
		answers[e.from] = got
		if want := strings.Join(e.answer, "\n"); strings.Join(got, "\n") != want && !*update {
			t.Errorf("%s:%d: %s\nanswers\n%s\nwhere the document says\n%s\n(go test ./cmd/llmbench -run Documents -update writes it)", path, e.line+1, e.command, strings.Join(got, "\n"), want)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(withAnswers(lines, examplesOf(document), answers)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// withAnswers is a document with its answers replaced.
func withAnswers(lines []string, examples []example, answers map[int][]string) string {
	var out []string
	next := 0
	for _, e := range examples {
		if answer, ok := answers[e.from]; ok && e.shown {
			out = append(append(out, lines[next:e.from]...), answer...)
			next = e.from + len(e.answer)
		}
	}
	return strings.Join(append(out, lines[next:]...), "\n")
}

// reader is someone with a folder, a warehouse in it, files to send, and a server.
type reader struct {
	dir string
	env []string
}

// newReader makes the folder: its warehouse is docs/warehouse with some runs named as the documents name theirs.
func newReader(t *testing.T, root string) *reader {
	t.Helper()
	dir := t.TempDir()
	r := &reader{dir: dir}
	docs := filepath.Join(dir, "docs", "warehouse")
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	must(os.CopyFS(docs, os.DirFS(filepath.Join(root, "docs", "warehouse"))))
	must(os.CopyFS(filepath.Join(dir, "warehouse"), os.DirFS(docs)))
	must(os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "documents"))))
	engine := simulated(t, func(c *simulate.Config) {
		c.Cards = 2
		c.Fixed = &simulate.FixedTiming{TTFT: 2 * time.Millisecond, ITL: 50 * time.Microsecond}
	})
	self, err := os.Executable()
	must(err)
	bin := filepath.Join(dir, "bin")
	must(os.Symlink(self, filepath.Join(bin, "llmbench")))
	r.env = append(os.Environ(), "HOME="+dir, "NO_COLOR=1", "TZ=UTC", programEnv+"=1", "LLMBENCH_BASE_URL="+engine, "ENGINE="+engine,
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	r.rename(t)
	return r
}

// readerNames are what the documents call runs, by the name and the seed that they have in docs/warehouse.
var readerNames = map[string]string{"tp4 1": "baseline", "tp4 2": "baseline", "tp8 1": "candidate", "tp8 2": "candidate", "tp8 3": "a", "tp8 4": "b", "tp4 3": "host-a", "tp4 4": "host-b"}

func (r *reader) rename(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "warehouse", "events", "*", "*", "*", "*", "run.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d runs to rename: %v", len(files), err)
	}
	name, seed := regexp.MustCompile(`\n    "name": "([^"]*)"`), regexp.MustCompile(`\n    "seed": ([0-9]+)`)
	began := regexp.MustCompile(`\n    "began_at": "[^"]*"`)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		is, at := name.FindSubmatch(content), seed.FindSubmatch(content)
		if is == nil || at == nil {
			t.Fatalf("%s has no name or no seed", file)
		}
		if called, ok := readerNames[string(is[1])+" "+string(at[1])]; ok {
			content = name.ReplaceAll(content, []byte("\n    \"name\": \""+called+"\""))
			if strings.HasPrefix(called, "host-") { // shards of one load began together
				content = began.ReplaceAll(content, []byte("\n    \"began_at\": \"2026-11-26T01:34:03.732971Z\""))
			}
			if err := os.WriteFile(file, content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// run gives the lines that a command prints to its standard output. One whose answer is shown, or that names a run of
// docs/warehouse, is asked of that, others of a warehouse with the names that the documents use. The error has what it printed to the other.
func (r *reader) run(written string, answered bool) ([]string, error) {
	if _, ok := notRun[written]; ok {
		return nil, nil
	}
	kind := strings.Fields(written)[1]
	for _, rewrite := range readerRewrites {
		written = rewrite.pattern.ReplaceAllString(written, rewrite.text)
	}
	if bound, ok := readerBounds[kind]; ok && !strings.Contains(written, "sweep status") {
		written += bound
	}
	if kind == "collect" && !regexp.MustCompile(`--(num-prompts|sessions|duration|stages|repeat-workload|help)`).MatchString(written) {
		written += " --num-prompts 4"
	}
	if answered || ofDocs.MatchString(written) {
		written = "export LLMBENCH_WAREHOUSE=docs/warehouse; " + written
	}
	if strings.Contains(written, "--serve-cmd") {
		written = "unset LLMBENCH_BASE_URL; " + written
	}
	return r.shell(kind, written)
}

func (r *reader) shell(kind, command string) ([]string, error) {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "bash", "-c", command)
	cmd.Dir, cmd.Env = r.dir, r.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if readerServes.MatchString(command) {
		cmd.Stdout = &untilServing{Buffer: &stdout, stop: func() { _ = cmd.Process.Signal(syscall.SIGINT) }}
		cmd.Args[2] = "exec " + command
	}
	err := cmd.Run()
	code := cmd.ProcessState.ExitCode()
	if err != nil && !strings.Contains(readerCodes[kind], fmt.Sprint(code)) && !readerServes.MatchString(command) {
		return nil, fmt.Errorf("run as %s: %w\n%s", command, err, stderr.String())
	}
	lines := strings.Split(strings.TrimRight(stdout.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines, nil
}

// untilServing stops a server once it says where it serves.
type untilServing struct {
	*bytes.Buffer
	stop func()
}

func (u *untilServing) Write(p []byte) (int, error) {
	n, err := u.Buffer.Write(p)
	if bytes.Contains(u.Bytes(), []byte("serving")) {
		u.stop()
	}
	return n, err
}

// beforeComment is a line without the comment behind it.
func beforeComment(line string) string {
	if i := strings.Index(line, "   #"); i >= 0 {
		return line[:i]
	}
	if i := strings.LastIndex(line, "  # "); i >= 0 {
		return line[:i]
	}
	return line
}

// Both READMEs say the same: a reader of either meets the same commands, answers and documents in the same order.
func TestReadmesAgree(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(((?:docs/|CONTRIBUTING|CHANGELOG)[^)]*)\)`)
	content := func(path string) (all []string) {
		t.Helper()
		document, err := os.ReadFile(filepath.Join("..", "..", path))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range examplesOf(string(document)) {
			all = append(all, strings.TrimSpace(beforeComment(e.command)))
		}
		for _, m := range link.FindAllStringSubmatch(string(document), -1) {
			all = append(all, strings.ReplaceAll(m[1], "-zh.png", ".png"))
		}
		return all
	}
	english, chinese := content("README.md"), content("README.zh-CN.md")
	for i := range max(len(english), len(chinese)) {
		if i >= len(english) || i >= len(chinese) || english[i] != chinese[i] {
			t.Fatalf("the READMEs part at item %d: %q and %q", i, english[min(i, len(english)-1)], chinese[min(i, len(chinese)-1)])
		}
	}
}

// Every file that a document links to is there.
func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%d documents: %v", len(paths), err)
		}
		for _, path := range paths {
			document, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllStringSubmatch(string(document), -1) {
				if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
					t.Errorf("%s links to %s, which is not there", path, m[1])
				}
			}
		}
	}
}
