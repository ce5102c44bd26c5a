package dataset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/valyala/fastjson"

	"llmbench/near"
)

// HFConfig shapes the dataset hf: one of Hugging Face's hub that lies on this disk.
type HFConfig struct {
	// Name is the dataset's on the hub, where the path does not tell.
	Name          string
	Subset, Split string
	// OutputLen is the number of tokens to ask for; 0 leaves it to the dataset.
	OutputLen int
	// PromptColumn and OutputColumn are for datasets that are not known; images in ImageColumn are sent along.
	PromptColumn, OutputColumn, ImageColumn string
	// MinDistance and MaxDistance bound how much an edit of the blazedit datasets changes.
	MinDistance, MaxDistance float64
	// Categories are the files of the function calling leaderboard.
	Categories []string
	// MinAudioS and MaxAudioS bound the seconds of a sound; MaxAudioS 0 is no bound.
	MinAudioS, MaxAudioS float64
	// Caches are where datasets are looked up by name, in this order.
	Caches []string
}

// hfKnown is a dataset whose columns we know, as vLLM's benchmark reads it.
type hfKnown struct {
	// names are those on the hub, all with the same columns; titles are what their cards call them.
	names, titles []string
	// subset and split are taken where none is asked for.
	subset, split string
	columns       []string
	// output is the number of tokens to ask for; 0 asks for as many as the answer has.
	output int
	// templated prompts go through the chat template where the backend takes texts.
	templated bool
	// limits are those of the length filter: of the prompt and of both. Where there are none all prompts are kept; where the
	// length is fixed the filter is off, unless always.
	limits *filterLimits
	always bool
	// selective datasets do not use every row.
	selective bool
	// files chooses among the folder's, instead of by split.
	files func(c HFConfig, f hfFolder) ([]string, error)
	read  func(c HFConfig, row *fastjson.Value) (ex example, use bool, err error)
}

func (c Config) validateHF() error {
	h := c.HF
	errs := []error{c.needsPath("a file or folder of Parquet, JSONL, JSON or CSV")}
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(h.OutputLen >= 0 && h.OutputLen <= mostTokens, "--hf-output-len %d: must be between 1 and %d", h.OutputLen, mostTokens)
	check(h.MinDistance >= 0 && h.MinDistance <= h.MaxDistance && h.MaxDistance <= 1, "--blazedit-min-distance %g, --blazedit-max-distance %g: must be in order, between 0 and 1", h.MinDistance, h.MaxDistance)
	check(h.MinAudioS >= 0, "--asr-min-audio-len-sec %g: must not be below 0", h.MinAudioS)
	check(h.MaxAudioS == 0 || h.MaxAudioS >= h.MinAudioS, "--asr-max-audio-len-sec %g: must not be below --asr-min-audio-len-sec", h.MaxAudioS)
	return errors.Join(errs...)
}

// newHF reads a dataset of the hub from this disk.
func newHF(c Config, tok Tokenizer) (Dataset, error) {
	folder, err := openHF(c.Path, c.HF.Caches)
	if err != nil {
		return nil, fmt.Errorf("read dataset %s: %w", c.Path, err)
	}
	known, err := c.known(folder)
	if err != nil {
		return nil, err
	}
	from, err := c.hfSource(folder, known)
	if err != nil {
		return nil, fmt.Errorf("read dataset %s: %w", c.Path, err)
	}
	from.columns = known.columns
	return newSampled(c, from, tok, c.hfRecipe(known, folder.root))
}

func (c Config) hfSource(folder hfFolder, known hfKnown) (source, error) {
	if known.files == nil {
		return folder.choose(c.Path, c.HF.Subset, c.HF.Split, known)
	}
	files, err := known.files(c.HF, folder)
	if err != nil {
		return source{}, err
	}
	return folder.source(c.Path, files)
}

func (c Config) hfRecipe(known hfKnown, root string) recipe {
	output := known.output
	if c.HF.OutputLen > 0 {
		output = c.HF.OutputLen
	}
	r := recipe{templated: known.templated, selective: known.selective, facts: c.hfFacts(known), wanted: "it has none", dir: root}
	if known.limits != nil && (output == 0 || known.always) && !c.Files.NoLengthFilter {
		r.filter = known.limits.filter(output > 0)
		r.wanted = fmt.Sprintf("none has %d to %d prompt tokens and at most %d with the answer (--no-length-filter keeps others)", filterLeast, known.limits.prompt, known.limits.total)
	}
	r.read = func(row *fastjson.Value) (ex example, use bool, err error) {
		if row.Type() != fastjson.TypeObject {
			return ex, false, fmt.Errorf("not an object with columns but a JSON %s", row.Type())
		}
		if ex, use, err = known.read(c.HF, row); output > 0 {
			ex.output = output
		}
		return ex, use, err
	}
	return r
}

func (c Config) hfFacts(known hfKnown) map[string]any {
	facts := map[string]any{}
	for name, value := range map[string]string{"subset": c.HF.Subset, "split": c.HF.Split} {
		if value != "" {
			facts[name] = value
		}
	}
	if known.names != nil {
		facts["hf_name"] = known.names[0]
	} else {
		facts["prompt_column"], facts["output_column"], facts["image_column"] = c.HF.PromptColumn, c.HF.OutputColumn, c.HF.ImageColumn
	}
	if c.HF.OutputLen > 0 {
		facts["output_len"] = c.HF.OutputLen
	}
	if c.Files.NoLengthFilter {
		facts["no_length_filter"] = true
	}
	if known.facts() {
		facts["blazedit_distance"] = []float64{c.HF.MinDistance, c.HF.MaxDistance}
		facts["bfcl_categories"] = c.HF.Categories
		facts["audio_s"] = []float64{c.HF.MinAudioS, c.HF.MaxAudioS}
	}
	return facts
}

// facts reports whether further flags decide which rows are used.
func (k hfKnown) facts() bool { return k.selective || k.files != nil }

// known finds the dataset among those known: by the name given, by its path, by its card. A prompt column that is named makes
// it one of the user's own.
func (c Config) known(folder hfFolder) (hfKnown, error) {
	if c.HF.PromptColumn != "" {
		return c.unknown()
	}
	if c.HF.Name != "" {
		known, ok := lookupHF(c.HF.Name)
		if !ok {
			return hfKnown{}, unknownHF(c.HF.Name)
		}
		return known, nil
	}
	for _, name := range append(pathNames(c.Path, folder.root), folder.card.names...) {
		if known, ok := lookupHF(name); ok {
			return known, nil
		}
	}
	return hfKnown{}, fmt.Errorf("read dataset %s: neither its path nor its README.md tells which of the hub's it is; say so with --hf-name, or name its columns with --hf-prompt-column and --hf-output-column", c.Path)
}

// lookupHF knows a dataset by its name on the hub, with or without its owner, or by its title.
func lookupHF(name string) (hfKnown, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, k := range hfRegistry {
		for _, full := range k.names {
			full = strings.ToLower(full)
			if _, short, _ := strings.Cut(full, "/"); name == full || name == short {
				return k, true
			}
		}
		if name != "" && slices.Contains(k.titles, name) {
			return k, true
		}
	}
	return hfKnown{}, false
}

func unknownHF(name string) error {
	if question := near.Question(name, hfNames()); question != "" {
		return fmt.Errorf("--hf-name %q is not known; %s llmbench dataset hf lists those that are", name, question)
	}
	return fmt.Errorf("--hf-name %q is not known; name its columns with --hf-prompt-column and --hf-output-column, or see llmbench dataset hf", name)
}

// HFEntry is a dataset of the hub that is known by its name. Subset and Split are those taken where none is asked for, ""
// where it has but one; OutputTokens is 0 where as many are asked for as the recorded answer has.
type HFEntry struct {
	Name         string   `json:"name"`
	Subset       string   `json:"subset,omitempty"`
	Split        string   `json:"split,omitempty"`
	OutputTokens int      `json:"output_tokens,omitempty"`
	Columns      []string `json:"columns"`
}

// KnownHF lists them.
func KnownHF() []HFEntry {
	var all []HFEntry
	for _, k := range hfRegistry {
		for _, name := range k.names {
			all = append(all, HFEntry{name, k.subset, k.split, k.output, k.columns})
		}
	}
	return all
}

func hfNames() []string {
	var names []string
	for _, k := range hfRegistry {
		names = append(names, k.names...)
	}
	return names
}

var remoteName = regexp.MustCompile(`url *= *\S*/datasets/([^/\s]+/[^/\s]+?)(?:\.git)?\s`)

// pathNames are what a path says of the dataset's name: the path itself, the folder of the cache it is in, the remote of a
// clone, the last folder, the file.
func pathNames(path, root string) []string {
	names := []string{filepath.ToSlash(path)}
	for dir := root; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if repo, ok := strings.CutPrefix(filepath.Base(dir), "datasets--"); ok {
			names = append(names, strings.Replace(repo, "--", "/", 1))
		}
	}
	if config, err := os.ReadFile(filepath.Join(root, ".git", "config")); err == nil {
		if match := remoteName.FindStringSubmatch(string(config)); match != nil {
			names = append(names, match[1])
		}
	}
	if absolute, err := filepath.Abs(root); err == nil {
		names = append(names, filepath.Base(filepath.Dir(absolute))+"/"+filepath.Base(absolute), filepath.Base(absolute))
	}
	return append(names, stem(filepath.ToSlash(path)))
}

// unknown is a dataset of the columns that the user names.
func (c Config) unknown() (hfKnown, error) {
	if c.HF.OutputColumn == "" && c.HF.OutputLen == 0 {
		return hfKnown{}, errors.New("--hf-prompt-column: say how many tokens to ask for, with --hf-output-len or --hf-output-column")
	}
	images := []string{"image", "images"}
	if c.HF.ImageColumn != "" {
		images = []string{c.HF.ImageColumn}
	}
	columns := columns{prompt: c.HF.PromptColumn, promptFlag: "--hf-prompt-column", output: c.HF.OutputColumn, outputFlag: "--hf-output-column"}
	return hfKnown{templated: true, columns: append([]string{c.HF.PromptColumn, c.HF.OutputColumn}, images...),
		read: func(h HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
			if ex, err = columns.prompted(row); err != nil {
				return ex, false, err
			}
			if h.OutputLen == 0 {
				if ex.output, ex.answer, err = columns.answered(row, ex); err != nil {
					return ex, false, err
				}
			}
			for _, name := range images {
				if ex, err = withMedia(ex, PartImage, row.Get(name)); err != nil {
					return ex, false, fmt.Errorf("column %q: %w", name, err)
				}
			}
			return ex, true, nil
		}}, nil
}

// answered takes the tokens to ask for from a column of numbers, or the answer from one of texts.
func (c columns) answered(row *fastjson.Value, ex example) (output int, answer string, err error) {
	if v := row.Get(c.output); v != nil && v.Type() == fastjson.TypeString {
		if n, err := parseCount(string(v.GetStringBytes())); err == nil { // as CSV has numbers
			return n, "", nil
		}
		return 0, string(v.GetStringBytes()), nil
	}
	output, err = c.asked(row, ex)
	return output, ex.answer, err
}
