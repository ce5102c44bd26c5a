package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"llmbench/collect/simulate"
)

var kills = flag.Int("kills", 3, "how often TestKill9Collect kills a collector")

// TestKill9Collect kills collectors at random moments, of which the engine's truth log tells what had been answered a
// second before: all of that must be in the warehouse, and a question that is asked all the while never fails.
//
//	go test ./cmd/llmbench -run Kill9Collect -kills 100
func TestKill9Collect(t *testing.T) {
	dir := t.TempDir()
	warehouse, truth := filepath.Join(dir, "warehouse"), filepath.Join(dir, "truth.jsonl")
	program := func(args ...string) *exec.Cmd {
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), programEnv+"=1", "LLMBENCH_WAREHOUSE="+warehouse)
		return c
	}
	engine := program("simulate", "--port=0", "--ttft=2ms", "--itl=1ms", "--truth="+truth)
	out, err := engine.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { engine.Process.Kill(); engine.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	_, url, ok := strings.Cut(strings.TrimSpace(line), " at ")
	if err != nil || !ok {
		t.Fatalf("the engine says %q, %v", line, err)
	}
	ask := func(question string) string {
		t.Helper()
		var said bytes.Buffer
		c := program("sql", "--format=csv", question)
		c.Stderr = &said
		answer, err := c.Output()
		if err != nil {
			t.Fatalf("%s: %v: %s", question, err, &said)
		}
		return strings.TrimSpace(string(answer[bytes.IndexByte(answer, '\n')+1:]))
	}
	for n := range *kills {
		prefix := "k" + strconv.Itoa(n) + "-"
		c := program("collect", "--base-url", url, "--num-prompts=100000", "--request-rate=200", "--random-input-len=4", "--random-output-len=5",
			"--ignore-eos", "--request-id-prefix="+prefix, "--name=k"+strconv.Itoa(n))
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(2500 * time.Millisecond))))
		ask("SELECT count(*) FROM requests")
		killed := time.Now()
		c.Process.Kill()
		c.Wait()
		want := answeredBefore(t, truth, prefix, killed.Add(-time.Second))
		got, err := strconv.Atoi(ask("SELECT count(*) FROM requests JOIN runs USING (run_id) WHERE name = 'k" + strconv.Itoa(n) + "' AND requests.status = 'ok'"))
		if err != nil || got < want {
			t.Errorf("kill %d: %d requests are kept, %d had been answered a second before, %v", n, got, want, err)
		}
	}
	t.Logf("%d kills, %s requests kept of %s runs", *kills, ask("SELECT count(*) FROM requests"), ask("SELECT count(*) FROM runs"))
}

// answeredBefore counts the requests that the engine had answered whole by then.
func answeredBefore(t *testing.T, truth, prefix string, by time.Time) (n int) {
	t.Helper()
	data, err := os.ReadFile(truth)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var r simulate.TruthRecord
		if json.Unmarshal(line, &r) != nil {
			continue // the last may be half written
		}
		if strings.HasPrefix(r.RequestID, prefix) && !r.Cancelled && r.EndedNS > 0 && r.EndedNS <= by.UnixNano() {
			n++
		}
	}
	return n
}
