package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A sweep that is killed goes on: no point is measured twice, none is missing, and the server it left is ended. How many are
// done before it is killed is counted, not timed.
func TestKill9Sweep(t *testing.T) {
	t.Parallel()
	warehouse := filepath.Join(t.TempDir(), "warehouse")
	program := func(args ...string) *exec.Cmd {
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), programEnv+"=1", "LLMBENCH_WAREHOUSE="+warehouse, "NO_COLOR=1", "HOME="+filepath.Dir(warehouse), "SELF="+os.Args[0])
		return c
	}
	sweep := []string{"sweep", "--name=k", "--tp=4,8", "--batch=1,2,3", "--lens=16:4,32:4", "--telemetry=off", "--serve-warmups=0",
		"--serve-cmd=exec $SELF simulate --port {{.port}} --ttft 5ms --itl 1ms"}
	first := program(sweep...)
	out, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	done := 0
	for lines := bufio.NewScanner(out); done < 3 && lines.Scan(); {
		if strings.Contains(lines.Text(), "/12") {
			done++
		}
	}
	first.Process.Kill()
	first.Wait()
	if done < 3 {
		t.Fatalf("the sweep ended after %d runs", done)
	}
	var said bytes.Buffer
	second := program(sweep...)
	second.Stderr = &said
	if err := second.Run(); err != nil {
		t.Fatalf("the second start: %v: %s", err, &said)
	}
	answer, err := program("sql", "--format=csv", `SELECT count(*), count(DISTINCT tags['point']) FROM runs WHERE status = 'complete'`).Output()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(answer)), "\n12,12") {
		t.Errorf("%s runs and points are complete, want 12 of each: %v: %s", bytes.TrimSpace(answer), err, &said)
	}
	var before int
	for line := range strings.Lines(said.String()) {
		fmt.Sscanf(line, "llmbench: sweep k: 12 points x 1 repeats; %d runs done", &before)
	}
	if before < done {
		t.Errorf("%d runs were shown as done, %d are found again: %s", done, before, &said)
	}
}
