package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"llmbench/store"
)

// A sweep that another process makes is refused, by its name and before anything is sent.
func TestSweepIsClaimed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := store.Open(t.Context(), dir, store.Options{ToolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	release, err := w.Claim("sweep grid")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args := []string{"sweep", "--name", "grid", "--batch", "1", "--base-url", "http://127.0.0.1:1", "--warehouse", dir}
	if err := newApp(t.Context(), nil, &out, &out).execute(args); !errors.Is(err, store.ErrClaimed) || !strings.Contains(err.Error(), "another --name") {
		t.Errorf("%v\n%s", err, &out)
	}
	if err := errors.Join(release(), w.Close()); err != nil {
		t.Error(err)
	}
}
