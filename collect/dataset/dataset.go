package dataset

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"llmbench/near"
)

// Config is everything a dataset is made from. Fields of other datasets are ignored.
type Config struct {
	Name string
	Path string
	// NumPrompts counts the warm-ups in. A dataset that comes to an end may have fewer. Of conversations it is their number.
	NumPrompts int
	// Warmups is how many of them, the last ones, the load never sends.
	Warmups int
	Seed    int64
	// PromptTokenIDs makes datasets of random prompts give token ids instead of text.
	PromptTokenIDs bool
	Random         RandomConfig
	Media          MediaConfig
	Files          FilesConfig
	Custom         CustomConfig
	Turns          TurnsConfig
	Sonnet         SonnetConfig
	Prefix         PrefixConfig
	Trace          TraceConfig
	Sessions       SessionsConfig
	// NoReranker makes random-rerank's requests for servers that embed.
	NoReranker bool
	// SelfTimed asks a dataset that can do without for the times of its requests.
	SelfTimed bool
	HF        HFConfig
	// OutputLen fixes the tokens to ask for where the dataset would take them from its own answers (--sharegpt-output-len,
	// --output-len); 0 leaves it to the dataset.
	OutputLen int
}

// Bounds of what is taken for a slip of the finger.
const (
	mostPrompts = 100_000_000
	mostTokens  = 10_000_000
)

// Maker makes a dataset. Everything that can be wrong with the configuration or the file is said here, before any load.
type Maker func(Config, Tokenizer) (Dataset, error)

// entry is one line of the registry: how a dataset is made and which of its flags can be wrong.
type entry struct {
	make     Maker
	validate func(Config) error
	// whole is true when answers are wanted in full: what a model says to such prompts means nothing, and the asked lengths
	// are what is measured.
	whole bool
	// timed is true when the number of requests is the dataset's own, as their times are.
	timed bool
	// made prompts are made to a length, and may be changed to have it.
	made bool
	// templated prompts go through a chat template where the backend takes texts.
	templated bool
	// shares is true where prompts have beginnings in common, which a prefix cache is to find.
	shares bool
	// talks is true where whole conversations can be held.
	talks bool
	// rows is true where prompts are rows of a file, which comes to an end.
	rows bool
}

var registry = map[string]entry{
	"burstgpt":           {make: newBurstGPT, validate: Config.validateBurstGPT, made: true, rows: true},
	"custom":             {make: newCustom, validate: Config.validateCustom, templated: true, talks: true, rows: true},
	"custom_audio":       {make: newCustomAudio, validate: Config.validateCustom, rows: true},
	"custom_image":       {make: newCustomImage, validate: Config.validateCustom, rows: true},
	"hf":                 {make: newHF, validate: Config.validateHF, templated: true, talks: true, rows: true},
	"mt_bench":           {make: newTurns, validate: Config.validateTurns, templated: true, talks: true, rows: true},
	"prefix_repetition":  {make: newPrefixRepetition, validate: Config.validatePrefixes, made: true, shares: true},
	"random":             {make: newRandom, validate: Config.validateRandom, whole: true, made: true},
	"random-mm":          {make: newRandomMedia, validate: Config.validateRandomMedia, whole: true},
	"random-rerank":      {make: newRerank, validate: Config.validateRerank},
	"sharegpt":           {make: newShareGPT, validate: Config.validateShareGPT, talks: true, rows: true},
	"sonnet":             {make: newSonnet, validate: Config.validateSonnet, templated: true},
	"spec_bench":         {make: newTurns, validate: Config.validateTurns, templated: true, talks: true, rows: true},
	"speed_bench":        {make: newSpeedBench, validate: Config.validateTurns, templated: true, talks: true, rows: true},
	"synthetic-sessions": {make: newSynthetic, validate: Config.validateSynthetic, whole: true, templated: true, talks: true, shares: true},
	"timed_trace":        {make: newTrace, validate: Config.validateTrace, whole: true, timed: true, made: true, shares: true, rows: true},
	"trace":              {make: newTrace, validate: Config.validateTrace, whole: true, timed: true, made: true, shares: true, rows: true},
}

// Names lists the datasets in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }

// Canonical is the name by which the registry knows a dataset: names with _ may be spelled with -, as some clients have them.
func Canonical(name string) string {
	if spelled := strings.ReplaceAll(name, "-", "_"); registry[name].make == nil && registry[spelled].make != nil {
		return spelled
	}
	return name
}

// load is the number of prompts without the warm-ups.
func (c Config) load() int { return c.NumPrompts - c.Warmups }

// Whole reports whether a dataset wants answers of the whole length.
func Whole(name string) bool { return registry[name].whole }

// Shares reports whether the prompts of a dataset have beginnings in common on purpose.
func Shares(name string) bool { return registry[name].shares }

// OwnTimes reports whether a dataset's requests have times of their own, and are all to be sent unless fewer are asked for.
func OwnTimes(name string) bool { return registry[name].timed }

// Ends reports whether a dataset comes to an end, so that all of it can be asked for.
func Ends(name string) bool { return registry[name].rows }

// AllPrompts, as the number of prompts, is all that a dataset has which comes to an end.
const AllPrompts = mostRows

// Templated reports whether the prompts of a dataset are meant to go through a chat template.
func Templated(name string) bool { return registry[name].templated }

// Validate reports every problem, in flag names.
func (c Config) Validate() error {
	var errs []error
	e, known := registry[c.Name]
	switch {
	case c.NumPrompts == -1 && known && !e.rows:
		errs = append(errs, fmt.Errorf("%s -1: all rows are sent of a dataset that has some; %s has no end, give a number", c.counted(), c.Name))
	case c.NumPrompts < 1 || c.NumPrompts > mostPrompts:
		errs = append(errs, fmt.Errorf("%s %d: must be between 1 and %d", c.counted(), c.NumPrompts, mostPrompts))
	}
	if !known {
		return errors.Join(append(errs, fmt.Errorf("--dataset-name %q is not known; %s", c.Name, near.OneOf(c.Name, Names())))...)
	}
	if c.Sessions.Hold && c.Name != syntheticSessions {
		if !e.talks {
			errs = append(errs, fmt.Errorf("--sessions: the dataset %s has no conversations; use one of %s", c.Name, strings.Join(Talks(), ", ")))
		}
		errs = append(errs, c.validateTalks())
	}
	return errors.Join(append(errs, e.validate(c))...)
}

// counted is the flag that NumPrompts comes from.
func (c Config) counted() string {
	if (c.Sessions.Hold || c.Name == syntheticSessions) && c.Sessions.Requests == 0 {
		return "--sessions"
	}
	return "--num-prompts"
}

// New makes the dataset c names.
func New(c Config, tok Tokenizer) (Dataset, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	ds, err := registry[c.Name].make(c, tok)
	if rows, ok := ds.(*sampled); ok && err == nil && c.Sessions.Hold {
		return newRecorded(rows)
	}
	return ds, err
}
