package query

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAbandonedFoldersAreRemoved: those of processes that are gone, when they are old.
func TestAbandonedFoldersAreRemoved(t *testing.T) {
	root, old := t.TempDir(), time.Now().Add(-2*time.Hour)
	const nobody = 1 << 30 // beyond the largest number of a process
	for name, at := range map[string]time.Time{
		fmt.Sprintf("llmbench-sql-%d-old", nobody): old, fmt.Sprintf("llmbench-sql-%d-young", nobody): time.Now(),
		fmt.Sprintf("llmbench-sql-%d-mine", os.Getpid()): old, "llmbench-sql-x-strange": old,
	} {
		dir := filepath.Join(root, name)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := makeTempDir(root)
	if err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(root, "*"))
	if err != nil || len(left) != 4 {
		t.Errorf("left are %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(root, fmt.Sprintf("llmbench-sql-%d-old", nobody))); !os.IsNotExist(err) {
		t.Errorf("the abandoned folder is there: %v", err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}
