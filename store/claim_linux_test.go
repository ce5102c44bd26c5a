package store

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A name of a process that died is free, whatever it left.
func TestClaimOfTheDead(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, _ := openAt(t, root, Options{})
	dir := filepath.Join(root, claimsDir, "x")
	held := newLease()
	held.Started++ // a process of this number, and not this one
	text, err := json.Marshal(held)
	if err := errors.Join(err, os.MkdirAll(dir, 0o777), os.WriteFile(filepath.Join(dir, leaseFile), text, 0o666)); err != nil {
		t.Fatal(err)
	}
	release, err := w.Claim("x")
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
