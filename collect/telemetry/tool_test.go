//go:build unix

package telemetry

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script makes a program that prints and ends as told.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tool")
	// By a process of its own: a program that this one has open for writing while another test forks cannot be run.
	write := exec.Command("sh", "-c", `cat > "$0" && chmod 755 "$0"`, path)
	write.Stdin = strings.NewReader("#!/bin/sh\n" + lines + "\n")
	if err := write.Run(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSMIArguments: a build that does not know the long list of options is asked with the short one, and then only so.
func TestSMIArguments(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "calls")
	tool := script(t, `echo "$*" >> `+log+`
case "$*" in *showclocks*) echo "unrecognized arguments" >&2; exit 2;; esac
cat `+fixturePath(t, "hy-smi-bw-malformed.json"))
	source := &smi{name: SourceHySMI, tool: tool}
	for range 2 {
		rows, err := source.Read(t.Context())
		if len(rows) != 2 || err != nil || rows[0].Source != SourceHySMI || *rows[0].Name != "BW" {
			t.Fatalf("got %s, error %v", rowsText(rows), err)
		}
	}
	calls, err := os.ReadFile(log)
	if n := strings.Count(string(calls), "\n"); n != 3 || err != nil {
		t.Errorf("%d calls, error %v:\n%s", n, err, calls)
	}
}

func fixturePath(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTools(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		source Source
		rows   int
		err    string
	}{
		"nvidia":        {&nvidia{tool: script(t, "cat "+fixturePath(t, "nvidia-smi.csv"))}, 3, ""},
		"nvidia failed": {&nvidia{tool: script(t, "echo No devices were found; exit 6")}, 0, "tool: exit status 6"},
		"no tool":       {&smi{name: SourceHySMI, tool: "no-such-tool-at-all"}, 0, "no-such-tool-at-all is not installed"},
		"no card":       {&smi{name: SourceHySMI, tool: script(t, "echo hello")}, 0, "no card in what it prints"},
		"command":       {&Command{Line: "cat " + fixturePath(t, "hy-smi-table.txt") + "; exit 3"}, 3, ""},
		"command fails": {&Command{Line: "false"}, 0, "exit status 1"},
		"command says":  {&Command{Line: "KEY=k; echo hello"}, 0, "no card in what the command prints"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := c.source.Read(t.Context())
			if len(rows) != c.rows || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%d rows, error %v", len(rows), err)
			}
		})
	}
}

// TestHangingTool: a tool that hangs, with a child that holds its output open, is ended with the child.
func TestHangingTool(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	started := filepath.Join(t.TempDir(), "started")
	source := &Command{Line: "sleep 1000 & echo $! > " + started + ".tmp; mv " + started + ".tmp " + started + "; wait"}
	ended := make(chan error, 1)
	go func() {
		_, err := source.Read(ctx)
		ended <- err
	}()
	waitFor(t, func() bool { _, err := os.Stat(started); return err == nil })
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("error %v", err)
	}
	pid, err := os.ReadFile(started)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		state, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/stat")
		return err != nil || strings.Contains(string(state), ") Z")
	})
}

// waitFor looks until something outside this process has happened.
func waitFor(t *testing.T, happened func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !happened() {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
		time.Sleep(time.Millisecond)
	}
}
