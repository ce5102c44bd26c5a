package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A journal belongs to the process named in its lock file as long as that process lives. The file is a lease and
// not a lock of the operating system, because those do not hold on every network file system and say nothing of
// who holds them.
const (
	leaseFile  = "lock"
	leaseBeat  = 5 * time.Second
	leaseLimit = 60 * time.Second
)

// lease says who writes a journal. The heartbeat is the file's modification time.
type lease struct {
	Token string `json:"token"` // tells two leases of one process apart
	place
	PID int `json:"pid"`
	// Started is the process's start in clock ticks since boot, 0 where unknown: a pid is used again.
	Started uint64 `json:"started"`
}

// place is where a pid means something. Containers on one machine share its boot id, and may share its host name,
// but not the pid namespace.
type place struct {
	Host         string `json:"host"`
	BootID       string `json:"boot_id"`
	PIDNamespace string `json:"pid_namespace"`
}

// here is this process's place. What the operating system does not tell is left empty.
var here = sync.OnceValue(func() place {
	var p place
	p.Host, _ = os.Hostname()
	if id, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		p.BootID = string(bytes.TrimSpace(id))
	}
	p.PIDNamespace, _ = os.Readlink("/proc/self/ns/pid")
	return p
})

func newLease() lease {
	pid := os.Getpid()
	started, _ := processStart(pid)
	return lease{Token: randomLetters(12), place: here(), PID: pid, Started: started}
}

// alive tells whether the holder may still write. In this process's own place the holder's process decides, so
// that a stopped one, or a laptop asleep, loses nothing; elsewhere the heartbeat does.
func (l *lease) alive(beat time.Time, now func() time.Time) bool {
	if l.place == here() && l.BootID != "" && l.Started != 0 {
		started, running := processStart(l.PID)
		return running && started == l.Started
	}
	return now().Sub(beat) <= leaseLimit
}

// processStart reads when a process began, from /proc. A zombie counts as gone: it will never write again.
func processStart(pid int) (ticks uint64, running bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The second field is the command in brackets and may hold anything, blanks and brackets too.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const state, startTime = 0, 19 // fields 3 and 22 of proc_pid_stat(5)
	if len(fields) <= startTime || bytes.ContainsAny(fields[state], "ZXx") {
		return 0, false
	}
	ticks, err = strconv.ParseUint(string(fields[startTime]), 10, 64)
	return ticks, err == nil
}

// readLease reads a journal's lease and its last heartbeat. No lease file gives an error that is fs.ErrNotExist.
func readLease(dir string) (lease, time.Time, error) {
	path := filepath.Join(dir, leaseFile)
	var l lease
	data, err := os.ReadFile(path)
	if err != nil {
		return l, time.Time{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return l, time.Time{}, err
	}
	// One that cannot be read is kept until its heartbeat is old: its place matches nobody's.
	_ = json.Unmarshal(data, &l)
	return l, info.ModTime(), nil
}

// journalAlive tells whether the journal in dir has a living writer.
func (w *Warehouse) journalAlive(dir string) (bool, error) {
	l, beat, err := readLease(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return l.alive(beat, func() time.Time { return w.clock.now(filepath.Dir(dir)) }), nil
}

// leaseState is what a holder knows of its own lease.
type leaseState int32

const (
	leaseHeld  leaseState = iota
	leaseTaken            // another has it: it held this process for dead
	leaseGone             // the journal's directory is not there any more
)

// heldLease is a lease this process has. A goroutine keeps it alive between keep and release.
type heldLease struct {
	path   string
	lease  lease
	clock  leaseClock
	ended  chan struct{}
	beaten chan struct{}
	found  atomic.Int32 // a leaseState; one that is lost is lost for good
	once   sync.Once
}

// takeLease takes the journal in dir, over whoever held it. Two processes may take the lease of one dead writer at
// the same moment; the later one has it then, and recovering a run twice gives the same files twice.
func takeLease(dir string, clock leaseClock) (*heldLease, error) {
	h := &heldLease{
		path: filepath.Join(dir, leaseFile), lease: newLease(), clock: clock,
		ended: make(chan struct{}), beaten: make(chan struct{}),
	}
	if err := h.writeLock(); err != nil {
		return nil, err
	}
	return h, h.clock.beat(h.path)
}

func (h *heldLease) writeLock() error {
	data, err := json.Marshal(h.lease)
	if err != nil {
		return err
	}
	return replaceFile(h.path, data, time.Time{})
}

// keep starts the heartbeat of a lease whose journal now stands in dir.
func (h *heldLease) keep(dir string) {
	h.path = filepath.Join(dir, leaseFile)
	go h.beat()
}

func (h *heldLease) beat() {
	defer close(h.beaten)
	ticks := time.NewTicker(leaseBeat)
	defer ticks.Stop()
	for {
		select {
		case <-h.ended:
			return
		case <-ticks.C:
			h.check()
		}
	}
}

// state is what the last check found.
func (h *heldLease) state() leaseState { return leaseState(h.found.Load()) }

// check gives a heartbeat, or finds the lease lost for good. A lock file that cannot be read or touched for any
// reason but its absence leaves the lease as it is: the next beat may work. One that somebody deleted alone is made
// anew.
func (h *heldLease) check() leaseState {
	if h.state() != leaseHeld {
		return h.state()
	}
	dir := filepath.Dir(h.path)
	switch found, _, err := readLease(dir); {
	case err == nil && found.Token == h.lease.Token:
		_ = h.clock.beat(h.path)
	case err == nil:
		h.found.Store(int32(leaseTaken))
	case vanished(dir):
		h.found.Store(int32(leaseGone))
	case errors.Is(err, fs.ErrNotExist):
		_ = h.writeLock()
	}
	return h.state()
}

// vanished tells a path that is not there from one that cannot be looked at now.
func vanished(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ESTALE)
}

// release ends the heartbeat that keep began. The lock file stays; it goes with the journal, or is dropped by abandon.
func (h *heldLease) release() {
	h.once.Do(func() { close(h.ended) })
	<-h.beaten
}

// abandon gives the journal free for recovery by anyone, this process included.
func (h *heldLease) abandon() error {
	h.release()
	if h.check() != leaseHeld {
		return nil
	}
	return os.Remove(h.path)
}
