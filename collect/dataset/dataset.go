package dataset

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Config is everything a dataset is made from. Fields of other datasets are ignored.
type Config struct {
	Name       string
	Path       string
	NumPrompts int
	Seed       int64
	Random     RandomConfig
	Files      FilesConfig
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
}

var registry = map[string]entry{
	"random":   {newRandom, Config.validateRandom},
	"sharegpt": {newShareGPT, Config.validateShareGPT},
}

// Names lists the datasets in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }

// Validate reports every problem, in flag names.
func (c Config) Validate() error {
	var errs []error
	if c.NumPrompts < 1 || c.NumPrompts > mostPrompts {
		errs = append(errs, fmt.Errorf("--num-prompts %d: must be between 1 and %d", c.NumPrompts, mostPrompts))
	}
	e, known := registry[c.Name]
	if !known {
		return errors.Join(append(errs, fmt.Errorf("--dataset-name %q is not known; use one of %s", c.Name, strings.Join(Names(), ", ")))...)
	}
	return errors.Join(append(errs, e.validate(c))...)
}

// New makes the dataset c names.
func New(c Config, tok Tokenizer) (Dataset, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return registry[c.Name].make(c, tok)
}
