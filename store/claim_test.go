package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestClaim(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	w, _ := openAt(t, root, Options{})
	other, _ := openAt(t, root, Options{})
	const name = "sweep a/b=1"
	release, err := w.Claim(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Claim(name); !errors.Is(err, ErrClaimed) || !strings.Contains(err.Error(), name) {
		t.Errorf("claimed twice: %v", err)
	}
	releaseOther, err := other.Claim("sweep c")
	if err != nil {
		t.Errorf("another name: %v", err)
	}
	if err := errors.Join(release(), releaseOther()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, claimsDir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("claims are left: %v", err)
	}
	release, err = other.Claim(name)
	if err != nil {
		t.Fatalf("a name that was given free: %v", err)
	}
	defer release()
}
