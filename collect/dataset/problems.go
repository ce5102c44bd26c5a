package dataset

import (
	"errors"
	"fmt"
)

// problems gathers what is wrong with a configuration, in flag names.
type problems []error

func (p *problems) check(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

// tokens checks a number of tokens.
func (p *problems) tokens(flag string, n, least int) {
	p.check(n >= least && n <= mostTokens, "--%s %d: must be between %d and %d", flag, n, least, mostTokens)
}

func (p *problems) add(err error) {
	if err != nil {
		*p = append(*p, err)
	}
}

func (p *problems) err() error { return errors.Join(*p...) }
