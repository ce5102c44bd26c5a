package store

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestLeaseAlive(t *testing.T) {
	t.Parallel()
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	mine, dead, reused, elsewhere, boot, container := newLease(), newLease(), newLease(), newLease(), newLease(), newLease()
	if mine.Started == 0 || mine.BootID == "" || mine.PIDNamespace == "" {
		t.Fatalf("this system tells too little of a process: %+v", mine)
	}
	dead.PID = gone.Process.Pid
	reused.Started--
	elsewhere.Host += "-other"
	boot.BootID = "5f3e"
	container.PIDNamespace, container.PID = "pid:[1]", gone.Process.Pid
	unknown := lease{}
	tests := []struct {
		name  string
		lease lease
		beat  time.Duration // ago
		want  bool
	}{
		{"this process", mine, time.Second, true},
		{"this process, stopped for an hour", mine, time.Hour, true},
		{"a process that is gone", dead, time.Second, false},
		{"another process of the same pid", reused, time.Second, false},
		{"another host, beating", elsewhere, leaseBeat, true},
		{"another host, at the limit", elsewhere, leaseLimit, true},
		{"another host, behind the limit", elsewhere, leaseLimit + time.Second, false},
		{"another host, its clock ahead", elsewhere, -time.Hour, true},
		{"before the last boot", boot, 2 * leaseLimit, false},
		{"a container's pid means nothing here", container, leaseBeat, true},
		{"a file that cannot be read, young", unknown, leaseBeat, true},
		{"a file that cannot be read, old", unknown, 2 * leaseLimit, false},
	}
	for _, test := range tests {
		if got := test.lease.alive(began.Add(-test.beat), func() time.Time { return began }); got != test.want {
			t.Errorf("%s: alive is %v, want %v", test.name, got, test.want)
		}
	}
}

// TestZombieIsDead sees that a killed writer nobody has waited for does not hold its journal.
func TestZombieIsDead(t *testing.T) {
	t.Parallel()
	child := exec.Command("sleep", "600")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	started, running := processStart(child.Process.Pid)
	if !running || started == 0 {
		t.Errorf("a running child: started %d, running %v", started, running)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for running {
		_, running = processStart(child.Process.Pid)
	}
	child.Wait()
}

// child is this test binary as another process that writes a run.
type child struct {
	*exec.Cmd
	stdin io.WriteCloser
	said  bytes.Buffer // its standard error
	lines *bufio.Scanner
	last  string // the last line it printed
}

func startChild(t *testing.T, dir string, env ...string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(os.Args[0])}
	c.Env = append(append(os.Environ(), childEnv+"="+dir), env...)
	c.Stderr = &c.said
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.stdin, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	c.lines = bufio.NewScanner(out)
	return c
}

// read reads n lines, or to the end.
func (c *child) read(n int) {
	for range n {
		if !c.lines.Scan() {
			return
		}
		c.last = c.lines.Text()
	}
}

const all = 1 << 30

// TestKill9 kills a process while it writes: every row it said it had written is recovered, said once. Before that,
// its journal is left alone.
func TestKill9(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := startChild(t, dir)
	c.read(20)
	alive, n := openAt(t, dir, Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
	wantIDs(t, alive)
	n.want(t)
	c.read(20)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.read(all)
	c.Wait()
	w, n := openAt(t, dir, Options{})
	n.want(t, "recovered the interrupted run killed: ")
	entry, err := w.Resolve(t.Context(), "killed")
	if err != nil {
		t.Fatal(err)
	}
	records := readAll(t, entry.Files)
	if acknowledged := len(records) - 1; entry.Run.Status != RunInterrupted || fmt.Sprint(acknowledged) != c.last && fmt.Sprint(acknowledged-1) != c.last {
		t.Errorf("recovered %d rows as %s, the last one written was %s", len(records), entry.Run.Status, c.last)
	}
	wantDealt(t, records)
	if left := namesIn(t, filepath.Join(dir, journalDir)); len(left) > 0 {
		t.Errorf("left in the journal: %q", left)
	}
	_, n = openAt(t, dir, Options{})
	n.want(t)
}

// wantDealt compares records with those that a child writes.
func wantDealt(t *testing.T, records []*Record) {
	t.Helper()
	d := newDice(9)
	for i, got := range records {
		if want := d.record(int64(i)); !reflect.DeepEqual(got, want) {
			t.Fatalf("record %d\n got %+v\nwant %+v", i, got, want)
		}
	}
}

// TestDeadElsewhere looks at a writer on another host, whose process says nothing here. It is left alone for a minute
// after its heartbeat and then recovered; when it turns out to have been suspended only, it keeps all of its rows.
func TestDeadElsewhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := startChild(t, dir, hostEnv+"=elsewhere")
	c.read(20)
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Stat(filepath.Join(dir, journalDir, "killed", leaseFile))
	if err != nil {
		t.Fatal(err)
	}
	later := func(after time.Duration) (*Warehouse, *notes) {
		return openAt(t, dir, Options{Now: func() time.Time { return lock.ModTime().Add(after) }})
	}
	w, n := later(leaseLimit)
	n.want(t)
	wantIDs(t, w)
	w, n = later(leaseLimit + time.Millisecond)
	n.want(t, "recovered the interrupted run killed: ")
	entry, err := w.Resolve(t.Context(), "killed")
	if err != nil {
		t.Fatal(err)
	}
	recovered := readAll(t, entry.Files)
	wantDealt(t, recovered)
	if err := c.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.read(20)
	c.stdin.Close()
	c.read(all)
	id, finished := strings.CutPrefix(c.last, "finished ")
	if err := c.Wait(); err != nil || !finished || !strings.Contains(c.said.String(), "recovered run killed as far as it was; all of its rows go on as run "+id) {
		t.Fatalf("the other process ends with %q and says %q, %v", c.last, &c.said, err)
	}
	whole, err := w.Resolve(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	records := readAll(t, whole.Files)
	if len(records) < max(len(recovered), 40) {
		t.Errorf("%d rows were recovered and %d stored in the end", len(recovered), len(records))
	}
	wantDealt(t, records)
}

// TestDiskClock reads and sets the file system's own time.
func TestDiskClock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := diskClock{func() time.Time { t.Error("the local clock was asked"); return time.Time{} }}
	path := filepath.Join(dir, leaseFile)
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, began, began); err != nil {
		t.Fatal(err)
	}
	before := clock.now(dir)
	if err := clock.beat(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.ModTime().Before(before) || clock.now(dir).Before(info.ModTime()) {
		t.Errorf("a beat after %v is at %v, %v", before, info.ModTime(), err)
	}
	if names := namesIn(t, dir); len(names) != 1 {
		t.Errorf("left %q", names)
	}
	lost := diskClock{func() time.Time { return began }}
	if got := lost.now(filepath.Join(dir, "none")); !got.Equal(began) {
		t.Errorf("where no file can be made it is %v", got)
	}
}
