package tokenizer

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wholeClass reads a class that is in no other.
func (p *regexParser) wholeClass() (*node, error) {
	start := p.at
	set, err := p.class()
	if err != nil {
		return nil, err
	}
	key := p.text[start:p.at]
	if known, ok := p.classes[key]; ok && !p.fold {
		return &node{kind: setNode, set: known}, nil
	}
	if !p.fold {
		p.classes[key] = set
	}
	return &node{kind: setNode, set: set}, nil
}

// character reads a literal character or an escape that stands for one of a set.
func (p *regexParser) character() (*node, error) {
	if p.take(`\`) {
		set, one, err := p.escape()
		if err != nil {
			return nil, err
		}
		if set == nil {
			set = p.literal(one)
		}
		return &node{kind: setNode, set: set}, nil
	}
	r, err := p.next()
	if err != nil {
		return nil, err
	}
	return &node{kind: setNode, set: p.literal(r)}, nil
}

func (p *regexParser) literal(r rune) *runeSet {
	set := newRuneSet()
	set.addRange(r, r)
	if p.fold {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			set.addRange(f, f)
		}
	}
	return set
}

// escape reads what follows a backslash: a set, or else one character.
func (p *regexParser) escape() (set *runeSet, one rune, err error) {
	c, err := p.next()
	if err != nil {
		return nil, 0, err
	}
	switch c {
	case 's', 'd', 'w', 'h':
		return escapeSet(c, p.flavour), 0, nil
	case 'S', 'D', 'W', 'H':
		return escapeSet(unicode.ToLower(c), p.flavour).complement(), 0, nil
	case 'p', 'P':
		set, err := p.property(c == 'P')
		return set, 0, err
	case 'x', 'u':
		one, err := p.hex(c)
		return nil, one, err
	}
	if i := strings.IndexRune("tnrfvae", c); i >= 0 {
		return nil, rune("\t\n\r\f\v\a\x1b"[i]), nil
	}
	if c < utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
		return nil, 0, errSyntax
	}
	return nil, c, nil
}

// hex reads the digits of \xHH, \x{H...} and \uHHHH.
func (p *regexParser) hex(kind rune) (rune, error) {
	digits := ""
	if p.take("{") {
		body, rest, closed := strings.Cut(p.text[p.at:], "}")
		if !closed {
			return 0, errSyntax
		}
		digits, p.at = body, len(p.text)-len(rest)
	} else {
		n := 2
		if kind == 'u' {
			n = 4
		}
		if p.at+n > len(p.text) {
			return 0, errSyntax
		}
		digits = p.text[p.at : p.at+n]
		p.at += n
	}
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || v > unicode.MaxRune || kind == 'x' && len(digits) == 2 && v >= utf8.RuneSelf && p.text[p.at-1] != '}' {
		return 0, errSyntax // \x80 and up are bytes to Ruby
	}
	return rune(v), nil
}

// property reads {Name}. ^ negates.
func (p *regexParser) property(negate bool) (*runeSet, error) {
	if p.fold || !p.take("{") { // the classes are not closed under folding
		return nil, errSyntax
	}
	name, rest, closed := strings.Cut(p.text[p.at:], "}")
	if !closed {
		return nil, errSyntax
	}
	p.at = len(p.text) - len(rest)
	name, not := strings.CutPrefix(name, "^")
	set, err := propertySet(name)
	if err != nil {
		return nil, err
	}
	if not != negate {
		set = set.complement()
	}
	return set, nil
}

// class reads a class whose bracket has been taken: members, ranges, classes in it, and intersections by &&.
func (p *regexParser) class() (*runeSet, error) {
	if p.depth++; p.depth > 100 {
		return nil, errSyntax
	}
	defer func() { p.depth-- }()
	negate := p.take("^")
	var whole *runeSet
	set, empty := newRuneSet(), true
	for {
		switch {
		case p.take("]"):
			if empty {
				return nil, errSyntax // a bracket that stands for itself, perhaps
			}
			if whole != nil {
				set = whole.intersect(set)
			}
			if negate {
				set = set.complement()
			}
			return set, nil
		case p.take("&&"):
			if whole != nil {
				set = whole.intersect(set)
			}
			whole, set = set, newRuneSet()
		case p.take("[:"):
			return nil, errSyntax
		case p.take("["):
			inner, err := p.class()
			if err != nil {
				return nil, err
			}
			set.union(inner)
		default:
			if err := p.member(set); err != nil {
				return nil, err
			}
		}
		empty = false
	}
}

// member reads a character, a range or an escape of a class.
func (p *regexParser) member(set *runeSet) error {
	low, escaped, err := p.classRune(set)
	if err != nil || escaped {
		return err
	}
	if !p.peek("-") || strings.HasPrefix(p.text[p.at:], "-]") {
		set.union(p.literal(low))
		return nil
	}
	p.at++
	if p.peek("[") {
		return errSyntax
	}
	high, escaped, err := p.classRune(set)
	if err != nil || escaped || high < low {
		return errSyntax
	}
	if p.fold && (high-low > 0x100) {
		return errSyntax
	}
	set.addRange(low, high)
	for r := low; p.fold && r <= high; r++ {
		set.union(p.literal(r))
	}
	return nil
}

// classRune reads one character; a set behind a backslash is added and told by escaped.
func (p *regexParser) classRune(set *runeSet) (r rune, escaped bool, err error) {
	if !p.take(`\`) {
		r, err = p.next()
		return r, false, err
	}
	if p.take("b") {
		return '\b', false, nil
	}
	inner, r, err := p.escape()
	if inner != nil {
		set.union(inner)
	}
	return r, inner != nil, err
}
