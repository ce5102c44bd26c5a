package sweep

import (
	"fmt"
	"strings"
)

// Names that stand for several flags of collect.
const (
	// KeyBatch is so many requests, all sent at once.
	KeyBatch = "batch"
	// KeyLens is INPUT:OUTPUT, tokens of a prompt and tokens to ask for.
	KeyLens = "lens"
)

// Flags are the flags of collect that the setting stands for.
func (s Setting) Flags() ([]Setting, error) {
	one := func(key, value string) Setting { return Setting{Key: key, Value: value, Line: s.Line} }
	switch s.Key {
	case KeyBatch:
		return []Setting{one("num-prompts", s.Value), one("request-rate", "inf")}, nil
	case KeyLens:
		in, out, ok := strings.Cut(s.Value, ":")
		if !ok || in == "" || out == "" {
			return nil, at(s, "lens %s: must be INPUT:OUTPUT, such as 512:128", s.Value)
		}
		return []Setting{one("input-len", in), one("output-len", out)}, nil
	}
	return []Setting{s}, nil
}

// Arg is the setting as an argument of the command line.
func (s Setting) Arg() string { return fmt.Sprintf("--%s=%s", s.Key, s.Value) }
