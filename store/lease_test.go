package store

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
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

// TestHeartbeat lets a virtual minute pass: the lease is touched every 5 s by the injected clock.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		held, err := takeLease(dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		held.keep(dir)
		defer held.release()
		for range 3 {
			time.Sleep(20*time.Second + time.Millisecond)
			synctest.Wait()
			_, beat, err := readLease(dir)
			if ago := time.Since(beat); err != nil || ago < 0 || ago > leaseBeat {
				t.Errorf("the last heartbeat was %v ago, error %v", ago, err)
			}
		}
	})
}

// TestTakenOver gives a writer's journal to somebody else, or takes it away, and lets the next heartbeat see it.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, dir string) error{
		"by another": func(_ *testing.T, dir string) error {
			other, err := json.Marshal(newLease())
			return errors.Join(err, replaceFile(filepath.Join(dir, leaseFile), other, time.Time{}))
		},
		"removed": func(_ *testing.T, dir string) error { return os.RemoveAll(dir) },
	}
	for name, take := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w, _ := openAt(t, root, Options{})
				writer, err := w.Begin(t.Context(), sampleRun(""))
				if err != nil {
					t.Fatal(err)
				}
				if err := writer.Append(newDice(1).records(1)); err != nil {
					t.Fatal(err)
				}
				if err := take(t, writer.dir); err != nil {
					t.Fatal(err)
				}
				time.Sleep(leaseBeat + time.Second)
				synctest.Wait()
				if err := writer.Append(newDice(1).records(1)); !errors.Is(err, ErrTakenOver) {
					t.Errorf("Append gave %v", err)
				}
				if _, err := writer.Finish(t.Context(), sampleRun(writer.RunID())); !errors.Is(err, ErrTakenOver) {
					t.Errorf("Finish gave %v", err)
				}
				if err := writer.Abort(); err != nil {
					t.Errorf("Abort gave %v", err)
				}
				wantIDs(t, w)
			})
		})
	}
}
