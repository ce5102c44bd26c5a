package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// claimsDir has a folder with a lease for each name that is claimed.
const claimsDir = "claims"

// Claim takes a name in this warehouse for this process until release, such as that of a sweep, which two processes at once
// would measure twice. A name that a living process has, on whatever host that writes here, is ErrClaimed; one of a process
// that died is free. In an object store only this host's claims are known.
func (w *Warehouse) Claim(name string) (release func() error, err error) {
	dir := filepath.Join(w.dir, claimsDir, escapePartition(name))
	switch holder, beat, err := readLease(dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("claim %s: %w", name, err)
	case holder.alive(beat, func() time.Time { return w.clock.now(dir) }):
		return nil, fmt.Errorf("claim %s: %w, process %d on %s", name, ErrClaimed, holder.PID, holder.Host)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("claim %s: %w", name, err)
	}
	held, err := takeLease(dir, w.clock)
	if err != nil {
		return nil, fmt.Errorf("claim %s: %w", name, err)
	}
	held.keep(dir)
	return func() error {
		if err := held.abandon(); err != nil {
			return fmt.Errorf("give %s free: %w", name, err)
		}
		_ = os.Remove(dir)               // another may have it by now
		_ = os.Remove(filepath.Dir(dir)) // or another name be claimed
		return nil
	}, nil
}
