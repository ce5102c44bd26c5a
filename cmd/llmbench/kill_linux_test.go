package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"llmbench/collect/simulate"
)

var kills = flag.Int("kills", 2, "how often TestKill9Collect kills a collector")

// killedRate is how many requests a second the killed loads send.
const killedRate = 200

// TestKill9Collect kills collectors after a random number of answers, every fourth while it ends after Ctrl-C. What the
// engine knows to have answered a second before must be in the warehouse, and a question that is asked all the while never
// fails.
//
//	go test ./cmd/llmbench -run Kill9Collect -kills 100
func TestKill9Collect(t *testing.T) {
	warehouse, log := filepath.Join(t.TempDir(), "warehouse"), newAnswerLog()
	program := func(args ...string) *exec.Cmd {
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), programEnv+"=1", "LLMBENCH_WAREHOUSE="+warehouse)
		return c
	}
	url := simulated(t, func(c *simulate.Config) {
		c.Truth, c.Fixed = log, &simulate.FixedTiming{TTFT: 2 * time.Millisecond, ITL: time.Millisecond}
	})
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
	owed := 0
	for n := range *kills {
		name := "k" + strconv.Itoa(n)
		c := program("collect", "--base-url", url, "--num-prompts=100000", "--request-rate="+strconv.Itoa(killedRate), "--random-input-len=4",
			"--random-output-len=5", "--ignore-eos", "--request-id-prefix="+name+"-", "--name="+name)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		answers := 1 + rand.IntN(3*killedRate)
		if n == 0 { // one that certainly owes something
			answers = killedRate * 3 / 2
		}
		log.forget()
		ended := make(chan struct{})
		go func() { c.Wait(); close(ended); log.wake() }()
		log.await(t, name+"-", answers, ended)
		if n%4 == 3 {
			c.Process.Signal(os.Interrupt)
		}
		ask("SELECT count(*) FROM requests")
		killed := time.Now()
		c.Process.Kill()
		<-ended
		want := log.answeredBy(name+"-", killed.Add(-time.Second))
		owed += want
		got, err := strconv.Atoi(ask("SELECT count(*) FROM requests JOIN runs USING (run_id) WHERE name = '" + name + "' AND requests.status = 'ok'"))
		if err != nil || got < want {
			t.Errorf("kill %d, after %d answers: %d requests are kept, %d had been answered a second before, %v", n, answers, got, want, err)
		}
	}
	if owed == 0 {
		t.Error("nothing had been answered a second before any kill")
	}
	t.Logf("%d kills, %d requests owed, %s kept of %s runs", *kills, owed, ask("SELECT count(*) FROM requests"), ask("SELECT count(*) FROM runs"))
}

// answerLog takes the engine's truth log, and lets a test wait for how far a load has come.
type answerLog struct {
	mu    sync.Mutex
	grown *sync.Cond
	all   []simulate.TruthRecord // those answered whole
	part  []byte                 // of a line
}

func newAnswerLog() *answerLog {
	l := &answerLog{}
	l.grown = sync.NewCond(&l.mu)
	return l
}

// Write takes a part of the log.
func (l *answerLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, p...)
	for {
		line, rest, whole := bytes.Cut(l.part, []byte("\n"))
		if !whole {
			break
		}
		var r simulate.TruthRecord
		if err := json.Unmarshal(line, &r); err != nil {
			return 0, err
		}
		if !r.Cancelled && r.EndedNS > 0 {
			l.all = append(l.all, r)
		}
		l.part = rest
	}
	l.grown.Broadcast()
	return len(p), nil
}

// forget drops what earlier loads got.
func (l *answerLog) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
}

func (l *answerLog) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.grown.Broadcast()
}

// await returns when n requests of the prefix have been answered; that the load ends before is an error.
func (l *answerLog) await(t *testing.T, prefix string, n int, ended <-chan struct{}) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.count(prefix, time.Now()) < n {
		select {
		case <-ended:
			t.Fatalf("the load of %s ended after %d answers", prefix, l.count(prefix, time.Now()))
		default:
		}
		l.grown.Wait()
	}
}

// answeredBy counts the requests of the prefix that had been answered whole by then.
func (l *answerLog) answeredBy(prefix string, by time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count(prefix, by)
}

func (l *answerLog) count(prefix string, by time.Time) (n int) {
	for i := range l.all {
		if strings.HasPrefix(l.all[i].RequestID, prefix) && l.all[i].EndedNS <= by.UnixNano() {
			n++
		}
	}
	return n
}
