package tokenizer

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// cached gives the folder of a model with a tokenizer in one of the caches.
func cached(caches []string, model string) (string, error) {
	for _, cache := range caches {
		for _, root := range []string{cache, filepath.Join(cache, "hub")} {
			for _, dir := range cacheFolders(root, model) {
				if _, err := find(dir); err == nil {
					return dir, nil
				}
			}
		}
	}
	return "", fmt.Errorf("no such file or folder, and no tokenizer of it in the caches %s", strings.Join(caches, ", "))
}

// cacheFolders are the places where Hugging Face's library and ModelScope's, young and old, keep a model, best first.
// ModelScope writes a dot in a name as three underscores.
func cacheFolders(root, model string) []string {
	flat := strings.ReplaceAll(model, "/", "--")
	folders := snapshots(filepath.Join(root, "models--"+flat))
	folders = append(folders, snapshots(filepath.Join(root, "models", flat))...)
	owner, name, ok := strings.Cut(model, "/")
	if !ok {
		return folders
	}
	safe := strings.ReplaceAll(name, ".", "___")
	for _, above := range []string{filepath.Join(root, "models"), root} {
		folders = append(folders, filepath.Join(above, owner, safe), filepath.Join(above, owner, name))
	}
	return folders
}

// snapshots lists the revisions of a repository: the one that refs/main (or master) names, then the others, youngest first.
func snapshots(repo string) []string {
	entries, err := os.ReadDir(filepath.Join(repo, "snapshots"))
	if err != nil {
		return nil
	}
	main := ""
	for _, branch := range []string{"master", "main"} {
		if revision, err := os.ReadFile(filepath.Join(repo, "refs", branch)); err == nil {
			main = strings.TrimSpace(string(revision))
		}
	}
	age := func(e os.DirEntry) int64 { // the main one is younger than all
		info, err := e.Info()
		switch {
		case e.Name() == main:
			return math.MinInt64
		case err != nil:
			return math.MaxInt64
		}
		return -info.ModTime().UnixNano()
	}
	slices.SortStableFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(age(a), age(b)) })
	dirs := make([]string, len(entries))
	for i, e := range entries {
		dirs[i] = filepath.Join(repo, "snapshots", e.Name())
	}
	return dirs
}
