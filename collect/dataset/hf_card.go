package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"llmbench/near"
)

// hfCard is what the README.md of a dataset says of it for machines.
type hfCard struct {
	// configs are patterns of files by subset and split; nil when the card says nothing of them.
	configs map[string]map[string][]string
	// chosen is the subset that the card calls the default.
	chosen string
	// names are what the dataset may be called, most certain first: the names in which its own text loads it, and its title.
	names []string
}

// frontMatter is the YAML at the head of a card.
type frontMatter struct {
	PrettyName string `yaml:"pretty_name"`
	Configs    []struct {
		Name    string `yaml:"config_name"`
		Default bool   `yaml:"default"`
		Dir     string `yaml:"data_dir"`
		Files   any    `yaml:"data_files"`
	} `yaml:"configs"`
}

// readCard gives an empty card for a file that is not there.
func readCard(path string) (hfCard, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return hfCard{}, nil
	}
	if err != nil {
		return hfCard{}, err
	}
	return parseCard(string(data))
}

func parseCard(text string) (hfCard, error) {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	var card hfCard
	body := text
	var front frontMatter
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		head, after, closed := strings.Cut(rest, "\n---")
		if !closed {
			return card, errors.New("its front matter does not end")
		}
		body = after
		if err := yaml.Unmarshal([]byte(head), &front); err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			return card, fmt.Errorf("its front matter is not YAML: %s", first)
		}
	}
	for _, c := range front.Configs {
		patterns, err := dataFiles(c.Files)
		if err != nil {
			return card, fmt.Errorf("its configs: %s: %w", c.Name, err)
		}
		if patterns == nil && c.Dir != "" {
			patterns = map[string][]string{"train": {c.Dir}}
		}
		if patterns == nil {
			continue
		}
		if card.configs == nil {
			card.configs = map[string]map[string][]string{}
		}
		card.configs[c.Name] = patterns
		if c.Default {
			card.chosen = c.Name
		}
	}
	card.names = append(namesIn(body), front.PrettyName)
	return card, nil
}

// loading finds the names under which a card's own text loads or links the dataset.
var loading = regexp.MustCompile(`(?:load_dataset\(\s*["']|huggingface\.co/datasets/)([A-Za-z0-9][\w.-]*/[\w.-]*\w)`)

func namesIn(body string) []string {
	var names []string
	for _, match := range loading.FindAllStringSubmatch(body, -1) {
		names = append(names, match[1])
	}
	return names
}

// dataFiles reads the three forms that data_files has: a pattern, a list of them, or a list of {split, path}.
func dataFiles(v any) (map[string][]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return map[string][]string{"train": {v}}, nil
	case []any:
		splits := map[string][]string{}
		for _, item := range v {
			split, paths, err := dataFile(item)
			if err != nil {
				return nil, err
			}
			splits[split] = append(splits[split], paths...)
		}
		return splits, nil
	}
	return nil, errors.New("data_files is neither a pattern nor a list")
}

func dataFile(v any) (split string, paths []string, err error) {
	switch v := v.(type) {
	case string:
		return "train", []string{v}, nil
	case map[string]any:
		split, _ = v["split"].(string)
		if split == "" {
			split = "train"
		}
		switch path := v["path"].(type) {
		case string:
			return split, []string{path}, nil
		case []any:
			for _, p := range path {
				if s, ok := p.(string); ok {
					paths = append(paths, s)
				}
			}
			return split, paths, nil
		}
	}
	return "", nil, errors.New("data_files has an entry without a path")
}

// config chooses the subset: the one named, else the card's default, the known dataset's own, or the only one.
func (c hfCard) config(subset, known string) (map[string][]string, error) {
	if subset != "" {
		config, ok := c.configs[subset]
		if !ok {
			return nil, fmt.Errorf("--hf-subset %q is not among its subsets; %s", subset, near.OneOf(subset, slices.Sorted(maps.Keys(c.configs))))
		}
		return config, nil
	}
	for _, name := range []string{known, c.chosen, "default"} {
		if config, ok := c.configs[name]; ok && name != "" {
			return config, nil
		}
	}
	if len(c.configs) == 1 {
		for _, config := range c.configs {
			return config, nil
		}
	}
	return nil, fmt.Errorf("it has the subsets %s; choose one with --hf-subset", sortedKeys(c.configs))
}

func sortedKeys[V any](m map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
