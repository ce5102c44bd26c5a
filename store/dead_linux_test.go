package store

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
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
		if got := test.lease.alive(began.Add(-test.beat), began); got != test.want {
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

// TestKill9 kills a process while it writes: every row it said it had written is recovered, said once. Before that,
// its journal is left alone.
func TestKill9(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	last := ""
	read := func(n int) {
		for range n {
			if !lines.Scan() {
				break
			}
			last = lines.Text()
		}
	}
	read(20)
	alive, n := openAt(t, dir, Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
	wantIDs(t, alive)
	n.want(t)
	read(20)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	read(1 << 20)
	child.Wait()
	w, n := openAt(t, dir, Options{})
	n.want(t, "recovered the interrupted run killed: ")
	entry, err := w.Resolve(t.Context(), "killed")
	if err != nil {
		t.Fatal(err)
	}
	records := readAll(t, entry.Files)
	if acknowledged := len(records) - 1; entry.Run.Status != RunInterrupted || fmt.Sprint(acknowledged) != last && fmt.Sprint(acknowledged-1) != last {
		t.Errorf("recovered %d rows as %s, the last one written was %s", len(records), entry.Run.Status, last)
	}
	d := newDice(9)
	for i, got := range records {
		if want := d.record(int64(i)); !reflect.DeepEqual(got, want) {
			t.Fatalf("record %d\n got %+v\nwant %+v", i, got, want)
		}
	}
	if left := namesIn(t, filepath.Join(dir, journalDir)); len(left) > 0 {
		t.Errorf("left in the journal: %q", left)
	}
	_, n = openAt(t, dir, Options{})
	n.want(t)
}
