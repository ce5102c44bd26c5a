package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// serverOf is a server made of shell, ready when the file it is told of exists.
func serverOf(t *testing.T, script string) Config {
	t.Helper()
	dir := t.TempDir()
	ready := filepath.Join(dir, "ready")
	return Config{
		Args: []string{"sh", "-c", script}, Env: []string{"READY=" + ready, "DIR=" + dir}, Log: filepath.Join(dir, "log"),
		Ready: func(context.Context) error {
			_, err := os.Stat(ready)
			return err
		},
		ReadyLimit: 30 * time.Second, StopLimit: 30 * time.Second,
	}
}

// childOf waits for the number of a process that the script writes into a file, and gives it.
func childOf(t *testing.T, c Config, name string) int {
	t.Helper()
	for {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(c.Log), name))
		if pid, atoiErr := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && atoiErr == nil {
			return pid
		}
		time.Sleep(time.Millisecond)
	}
}

func mustBeGone(t *testing.T, pid int) {
	t.Helper()
	if p, runs := readProcess(pid); runs {
		t.Errorf("process %d (%s) still runs", pid, p.name)
	}
}

func TestServerThatObeys(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), serverOf(t, `echo hello; touch $READY; exec sleep 600`))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Err(); err != nil {
		t.Errorf("it is dead: %v", err)
	}
	stopped, err := s.Stop()
	if err != nil || len(stopped.Killed) > 0 || len(stopped.Strays) > 0 {
		t.Errorf("stopped %+v, %v; want no force", stopped, err)
	}
	mustBeGone(t, s.PID())
	if again, err := s.Stop(); err != nil || again.Took != stopped.Took {
		t.Errorf("stopping twice gives %v, %v", again, err)
	}
	if got := Tail(s.Log(), 3); got != "hello" {
		t.Errorf("the log says %q", got)
	}
}

func TestServerNeverReady(t *testing.T) {
	t.Parallel()
	c := serverOf(t, `echo loading weights; echo $$ > $DIR/pid; sleep 600`)
	c.ReadyLimit = 300 * time.Millisecond
	_, err := Start(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "not ready after 300ms") || !strings.Contains(err.Error(), "loading weights") {
		t.Errorf("error %v, want that it is not ready and its log", err)
	}
	mustBeGone(t, childOf(t, c, "pid"))
}

func TestServerThatDies(t *testing.T) {
	t.Parallel()
	c := serverOf(t, `echo out of memory >&2; exit 3`)
	_, err := Start(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "out of memory") {
		t.Errorf("error %v, want its exit status and its log", err)
	}
	c = serverOf(t, `touch $READY; until [ -e $DIR/go ]; do sleep 0.01; done; echo boom; kill -9 $$`)
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(c.Log), "go"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	<-s.Died()
	if text := fmt.Sprint(s.DeathText()); !strings.Contains(text, "killed") || !strings.Contains(text, "boom") {
		t.Errorf("it died of %q", text)
	}
	if _, err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// Children are found that ignore SIGTERM, and that left the group, the session and their parents.
func TestServerThatLeavesChildren(t *testing.T) {
	t.Parallel()
	c := serverOf(t, `
		sh -c 'trap "" TERM; echo $$ > $DIR/deaf; touch $READY; while :; do sleep 1; done' &
		setsid sh -c 'setsid sh -c "echo \$\$ > $DIR/far; exec sleep 600" & exit' &
		wait`)
	c.StopLimit = time.Second
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	deaf, far := childOf(t, c, "deaf"), childOf(t, c, "far")
	stopped, err := s.Stop()
	if err != nil {
		t.Error(err)
	}
	if !slices.Contains(stopped.Killed, fmt.Sprintf("%d (sh)", deaf)) {
		t.Errorf("killed %v, want %d among them", stopped.Killed, deaf)
	}
	mustBeGone(t, deaf)
	mustBeGone(t, far)
}

func TestStartIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := serverOf(t, `echo $$ > $DIR/pid; sleep 600`)
	go func() { childOf(t, c, "pid"); cancel() }()
	if _, err := Start(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	mustBeGone(t, childOf(t, c, "pid"))
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := serverOf(t, `touch $READY; sleep 600`)
	c.Address = l.Addr().String()
	if _, err := Start(t.Context(), c); err == nil || !strings.Contains(err.Error(), "listens on") {
		t.Errorf("error %v, want that the port is taken", err)
	}
	if port, err := FreePort("127.0.0.1"); err != nil || port == 0 {
		t.Errorf("free port %d, %v", port, err)
	}
}

// The servers of a process that was killed are ended; those of one that lives, as of this test, are not.
func TestEndOrphans(t *testing.T) {
	s, err := Start(t.Context(), serverOf(t, `touch $READY; exec sleep 600`))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	c := serverOf(t, "")
	// A server marked as that of a process which has ended, whose pid is another's now.
	c.Args = []string{"env", fmt.Sprintf("%s=%d.1.%s.1", ownerVariable, os.Getpid(), namespace("self")), "sh", "-c", `touch $READY; exec sleep 600`}
	orphan, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ended := EndOrphans()
	// It may not be sleep yet: the shell makes itself ready first.
	if len(ended) != 1 || !strings.HasPrefix(ended[0], fmt.Sprintf("%d (", orphan.PID())) {
		t.Errorf("ended %v, want the orphan %d alone", ended, orphan.PID())
	}
	<-orphan.Died()
	if s.Err() != nil {
		t.Error("the server of a living process was ended too")
	}
	orphan.Stop()
}

func TestFollow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("one\ntwo\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	Follow(ctx, path, &out)
	if out.String() != "one\ntwo\n" {
		t.Errorf("followed %q", out.String())
	}
}

func TestParseStat(t *testing.T) {
	t.Parallel()
	p, runs := parseStat("42 (a (b) c) S 7 40 40 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 1 1")
	if !runs || p != (process{42, 7, 40, 12345, "a (b) c"}) {
		t.Errorf("parsed %+v, %v", p, runs)
	}
	if _, runs := parseStat("42 (a) Z 7 40 40 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 1 1"); runs {
		t.Error("a zombie runs")
	}
	for _, bad := range []string{"", "42", "42 (a", "42 (a) S 7"} {
		if _, runs := parseStat(bad); runs {
			t.Errorf("%q runs", bad)
		}
	}
}
