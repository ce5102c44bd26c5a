package store

import (
	"os"
	"path/filepath"
	"time"
)

// leaseClock is the clock that heartbeats are given and read by.
type leaseClock interface {
	// beat sets a file's modification time to now.
	beat(path string) error
	// now is the time in a directory.
	now(dir string) time.Time
}

// diskClock is the clock of the file system that holds the journal. Hosts that share a warehouse need not agree on the
// time: by their own clocks one that is a minute ahead would take every living writer elsewhere for dead.
type diskClock struct{ local func() time.Time }

// beat needs no free space, so a full disk does not make a writer look dead.
func (c diskClock) beat(path string) error { return touchNow(path) }

// now reads the time of a file made for that; where none can be made, as on a full disk, the local clock has to do.
func (c diskClock) now(dir string) time.Time {
	probe := temporaryName(filepath.Join(dir, ".clock"))
	if err := os.WriteFile(probe, nil, 0o666); err != nil {
		return c.local()
	}
	defer os.Remove(probe)
	info, err := os.Stat(probe)
	if err != nil {
		return c.local()
	}
	return info.ModTime()
}

// givenClock is a clock from outside, for heartbeats too.
type givenClock func() time.Time

func (c givenClock) beat(path string) error {
	now := c()
	return os.Chtimes(path, now, now)
}

func (c givenClock) now(string) time.Time { return c() }

var _, _ leaseClock = diskClock{}, givenClock(nil)
