package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"llmbench/near"
)

// hfFolder is a dataset of Hugging Face's hub as it lies on a disk: a file, a clone of its repository, or its snapshot in the
// local cache.
type hfFolder struct {
	root string
	// files are relative to root, with / in between, in alphabetical order; a single one for a file.
	files []string
	card  hfCard
}

// openHF lists the folder. A name such as openai/gsm8k is looked up in the caches where there is no such folder.
func openHF(path string, caches []string) (hfFolder, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && len(caches) > 0 {
		found := hfCached(caches, path)
		if found == "" {
			return hfFolder{}, fmt.Errorf("%w, and no dataset of that name in the caches %s", err, strings.Join(caches, ", "))
		}
		path = found
	}
	info, err := os.Stat(path)
	if err != nil {
		return hfFolder{}, err
	}
	if !info.IsDir() {
		return hfFolder{root: filepath.Dir(path), files: []string{filepath.Base(path)}}, nil
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return hfFolder{}, err
	}
	f := hfFolder{root: path}
	if f.card, err = readCard(filepath.Join(path, "README.md")); err != nil {
		return hfFolder{}, fmt.Errorf("README.md: %w", err)
	}
	err = f.list()
	return f, err
}

// hfCached is where a dataset lies in one of the caches of Hugging Face's library and of ModelScope's; "" when in none.
func hfCached(caches []string, name string) string {
	for _, cache := range caches {
		for _, root := range []string{cache, filepath.Join(cache, "hub")} {
			if path := hfSnapshot(filepath.Join(root, "datasets--"+strings.ReplaceAll(name, "/", "--"))); path != "" {
				return path
			}
			path := filepath.Join(root, "datasets", filepath.FromSlash(name))
			if info, err := os.Stat(path); err == nil && info.IsDir() {
				return path
			}
		}
	}
	return ""
}

// hfSnapshot is the snapshot of a repository that main points to, else the last by name.
func hfSnapshot(repo string) string {
	if ref, err := os.ReadFile(filepath.Join(repo, "refs", "main")); err == nil {
		path := filepath.Join(repo, "snapshots", strings.TrimSpace(string(ref)))
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	snapshots, err := filepath.Glob(filepath.Join(repo, "snapshots", "*"))
	if err != nil || len(snapshots) == 0 {
		return ""
	}
	return snapshots[len(snapshots)-1]
}

// sidecars are JSON files that describe a dataset and hold none of its rows.
var sidecars = []string{"dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json", "metadata.json"}

// list takes the files with rows. A snapshot's are links, which are followed.
func (f *hfFolder) list() error {
	err := filepath.WalkDir(f.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if path != f.root && strings.HasPrefix(name, ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() || slices.Contains(sidecars, name) || !hasRows(name) {
			return nil
		}
		relative, err := filepath.Rel(f.root, path)
		f.files = append(f.files, filepath.ToSlash(relative))
		return err
	})
	if err == nil && len(f.files) == 0 {
		err = errors.New("it has no Parquet, JSONL, JSON or CSV files; datasets saved as Arrow must be written as Parquet first")
	}
	return err
}

func hasRows(name string) bool {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch filepath.Ext(name) {
	case ".parquet", ".json", ".jsonl", ".ndjson", ".csv", ".tsv":
		return true
	}
	return false
}

// choose gives the files of a subset's split, and what they were taken for where it was not said.
func (f hfFolder) choose(path, subset, split string, known hfKnown) (source, error) {
	if len(f.files) == 1 && f.card.configs == nil {
		return f.source(path, f.files)
	}
	splits, err := f.splits(subset, known.subset)
	if err != nil {
		return source{}, err
	}
	if split == "" {
		split = defaultSplit(splits, known.split)
	}
	files, ok := splits[split]
	switch {
	case split == "":
		return source{}, fmt.Errorf("it has the splits %s; choose one with --hf-split", sortedKeys(splits))
	case !ok:
		return source{}, fmt.Errorf("--hf-split %q is not among its splits; %s", split, near.OneOf(split, slices.Sorted(maps.Keys(splits))))
	}
	return f.source(path, files)
}

func defaultSplit(splits map[string][]string, known string) string {
	for _, name := range []string{known, "train"} {
		if _, ok := splits[name]; ok {
			return name
		}
	}
	if len(splits) == 1 {
		for name := range splits {
			return name
		}
	}
	return ""
}

// splits are the files by split: as the card's configuration says, else by the words in their names.
func (f hfFolder) splits(subset, known string) (map[string][]string, error) {
	if f.card.configs != nil {
		config, err := f.card.config(subset, known)
		if err != nil {
			return nil, err
		}
		splits := map[string][]string{}
		for split, patterns := range config {
			if splits[split] = f.matching(patterns); len(splits[split]) == 0 {
				delete(splits, split)
			}
		}
		if len(splits) == 0 {
			return nil, errors.New("none of the files that its README.md names is there")
		}
		return splits, nil
	}
	files := f.files
	if subset != "" {
		files = slices.DeleteFunc(slices.Clone(files), func(file string) bool {
			return !slices.Contains(strings.Split(file, "/"), subset) && stem(file) != subset
		})
		if len(files) == 0 {
			return nil, fmt.Errorf("--hf-subset %q: neither a folder nor a file of it is named so", subset)
		}
	}
	return byWords(files), nil
}

// stem is a file's name without the parts behind the first dot.
func stem(file string) string {
	base, _, _ := strings.Cut(file[strings.LastIndexByte(file, '/')+1:], ".")
	return base
}

// splitWords are the words by which the hub knows a split in the name of a file or folder.
var splitWords = []struct {
	split string
	words *regexp.Regexp
}{
	{"train", regexp.MustCompile(`(^|[^a-z])(train|training)([^a-z]|$)`)},
	{"validation", regexp.MustCompile(`(^|[^a-z])(validation|valid|dev|val)([^a-z]|$)`)},
	{"test", regexp.MustCompile(`(^|[^a-z])(test|testing|eval|evaluation)([^a-z]|$)`)},
}

// byWords sorts files into splits; without a word for any they are all for training.
func byWords(files []string) map[string][]string {
	splits := map[string][]string{}
	for _, file := range files {
		for _, s := range splitWords {
			if s.words.MatchString(strings.ToLower(file)) {
				splits[s.split] = append(splits[s.split], file)
				break
			}
		}
	}
	if len(splits) == 0 {
		splits["train"] = files
	}
	return splits
}

// matching are the files that one of the patterns fits.
func (f hfFolder) matching(patterns []string) []string {
	var files []string
	for _, pattern := range patterns {
		fits := globbed(pattern)
		for _, file := range f.files {
			if fits.MatchString(file) && !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files
}

// globbed is a pattern in which * stays within a folder and ** does not; a folder's name stands for all below it.
func globbed(pattern string) *regexp.Regexp {
	pattern = strings.TrimPrefix(pattern, "./")
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(`.*`)
			i++
		case pattern[i] == '*':
			b.WriteString(`[^/]*`)
		case pattern[i] == '?':
			b.WriteString(`[^/]`)
		case pattern[i] == '[' && strings.IndexByte(pattern[i:], ']') > 1:
			end := i + strings.IndexByte(pattern[i:], ']')
			b.WriteString("[" + strings.NewReplacer(`\`, `\\`, "!", "^").Replace(pattern[i+1:end]) + "]")
			i = end
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	fits, err := regexp.Compile("^" + b.String() + "(?:/.*)?$")
	if err != nil { // brackets that are no class
		fits = regexp.MustCompile("^" + regexp.QuoteMeta(pattern) + "$")
	}
	return fits
}

// source reads the files of the best format among them: a repository may hold one dataset in several.
func (f hfFolder) source(path string, files []string) (source, error) {
	s := source{path: path}
	for _, s.format = range []string{formatParquet, formatJSON, formatCSV, formatTSV} {
		for _, file := range files {
			if formatOf(file) == s.format {
				s.files = append(s.files, filepath.Join(f.root, filepath.FromSlash(file)))
			}
		}
		if len(s.files) > 0 {
			return s, nil
		}
	}
	return s, errors.New("it has no files that can be read")
}
