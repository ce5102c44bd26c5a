package tokenizer

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The regular expressions of tokenizers are written for two engines that agree on almost everything: Oniguruma with Ruby's
// syntax (tokenizer.json) and Rust's fancy-regex (tiktoken). This parser reads the part of their language that patterns for
// splitting text are made of; what it does not know is errSyntax, and a general engine takes over.

// flavour is what the two engines read differently.
type flavour struct {
	// countPossessive: {1,3}+ is possessive, not a repetition of a repetition.
	countPossessive bool
	// lineAnchors: ^ and $ match at every line.
	lineAnchors bool
}

var (
	ruby = flavour{lineAnchors: true}
	rust = flavour{countPossessive: true}
)

// errSyntax: the expression is broken, or has something that is not known here.
var errSyntax = errors.New("not a simple expression")

// nodeKind says what a node of a parsed expression is.
type nodeKind uint8

const (
	setNode     nodeKind = iota // one character of set
	listNode                    // subs one after the other
	choiceNode                  // the first of subs that leads to a match
	repeatNode                  // subs[0], min to max times
	lookNode                    // subs[0] must match from here on, or must not (negate), and takes nothing
	atomicNode                  // subs[0], never tried another way
	behindNode                  // the character before must be of set, or must not (negate)
	startNode                   // the start of the text, or of a line
	endNode                     // the end of the text, or of a line
	textEndNode                 // the end of the text, or before a line end there
)

// mode says which number of repetitions is tried first, and whether others are tried at all.
type mode uint8

const (
	greedy mode = iota
	lazy
	possessive
)

type node struct {
	kind     nodeKind
	set      *runeSet
	subs     []*node
	min, max int // max is -1 without limit
	mode     mode
	negate   bool
	line     bool
}

// maxRepeat bounds counted repetitions of groups, which are written out.
const maxRepeat = 64

type regexParser struct {
	text    string
	at      int
	flavour flavour
	fold    bool // letters match in either case
	depth   int
	classes map[string]*runeSet // by their text: expressions repeat them
}

func parseRegex(expression string, f flavour) (*node, error) {
	p := &regexParser{text: expression, flavour: f, classes: map[string]*runeSet{}}
	n, err := p.choice()
	if err == nil && p.at < len(p.text) {
		err = errSyntax
	}
	return n, err
}

func (p *regexParser) take(prefix string) bool {
	if strings.HasPrefix(p.text[p.at:], prefix) {
		p.at += len(prefix)
		return true
	}
	return false
}

func (p *regexParser) peek(chars string) bool {
	return p.at < len(p.text) && strings.IndexByte(chars, p.text[p.at]) >= 0
}

// next takes a character.
func (p *regexParser) next() (rune, error) {
	r, n := utf8.DecodeRuneInString(p.text[p.at:])
	if n == 0 || r == utf8.RuneError && n == 1 {
		return 0, errSyntax
	}
	p.at += n
	return r, nil
}

// choice reads alternatives up to the end of the group. A flag set in the middle holds to the group's end.
func (p *regexParser) choice() (*node, error) {
	if p.depth++; p.depth > 100 {
		return nil, errSyntax
	}
	fold := p.fold
	defer func() { p.fold, p.depth = fold, p.depth-1 }()
	var subs []*node
	for {
		n, err := p.list()
		if err != nil {
			return nil, err
		}
		subs = append(subs, n)
		if !p.take("|") {
			break
		}
	}
	if len(subs) == 1 {
		return subs[0], nil
	}
	return &node{kind: choiceNode, subs: subs}, nil
}

func (p *regexParser) list() (*node, error) {
	n := &node{kind: listNode}
	for p.at < len(p.text) && !p.peek("|)") {
		if p.take("(?i)") {
			p.fold = true
			continue
		}
		sub, err := p.atom()
		if err != nil {
			return nil, err
		}
		if sub, err = p.repeats(sub); err != nil {
			return nil, err
		}
		n.subs = append(n.subs, sub)
	}
	return n, nil
}

// repeats reads the quantifiers behind an atom.
func (p *regexParser) repeats(sub *node) (*node, error) {
	for {
		low, high, counted, ok := p.quantifier()
		if !ok {
			return sub, nil
		}
		if high >= 0 && low > high || (low > maxRepeat || high > maxRepeat) && sub.kind != setNode {
			return nil, errSyntax
		}
		n := &node{kind: repeatNode, subs: []*node{sub}, min: low, max: high}
		switch {
		case p.take("?"):
			n.mode = lazy
			if counted && high == low { // Ruby reads {n}? as an option
				return nil, errSyntax
			}
		case !p.peek("+"):
		case counted && !p.flavour.countPossessive: // repeated again, by the next turn
		default:
			p.at++
			n.mode = possessive
		}
		if sub.kind != setNode && high != 1 && sub.empty() {
			return nil, errSyntax // a group that matches nothing, again and again
		}
		sub = n
	}
}

func (p *regexParser) quantifier() (low, high int, counted, ok bool) {
	switch {
	case p.take("*"):
		return 0, -1, false, true
	case p.take("+"):
		return 1, -1, false, true
	case p.take("?"):
		return 0, 1, false, true
	case !p.peek("{"):
		return 0, 0, false, false
	}
	body, rest, closed := strings.Cut(p.text[p.at+1:], "}")
	first, second, ranged := strings.Cut(body, ",")
	low, err := strconv.Atoi(first)
	if first == "" && ranged && second != "" {
		low, err = 0, nil
	}
	high = low
	if err == nil && ranged {
		if high = -1; second != "" {
			high, err = strconv.Atoi(second)
		}
	}
	if !closed || err != nil || low < 0 || low > 1000 || high > 1000 {
		return 0, 0, false, false // a brace that stands for itself
	}
	p.at = len(p.text) - len(rest)
	return low, high, true, true
}

func (p *regexParser) atom() (*node, error) {
	switch {
	case p.take("(?:"), p.take("(?i:"), p.take("(?>"), p.take("(?="), p.take("(?!"), p.take("(?<="), p.take("(?<!"):
		return p.group()
	case p.take("(?"):
		return nil, errSyntax
	case p.take("("):
		n, err := p.choice()
		return n, errors.Join(err, p.closeGroup())
	case p.take("["):
		return p.wholeClass()
	case p.take("."):
		dot := newRuneSet()
		dot.addRange('\n', '\n')
		return &node{kind: setNode, set: dot.complement()}, nil
	case p.take("^"):
		return &node{kind: startNode, line: p.flavour.lineAnchors}, nil
	case p.take("$"):
		return &node{kind: endNode, line: p.flavour.lineAnchors}, nil
	case p.take(`\A`):
		return &node{kind: startNode}, nil
	case p.take(`\z`):
		return &node{kind: endNode}, nil
	case p.take(`\Z`):
		return &node{kind: textEndNode}, nil
	case p.peek("*+?"):
		return nil, errSyntax
	}
	return p.character()
}

func (p *regexParser) closeGroup() error {
	if !p.take(")") {
		return errSyntax
	}
	return nil
}

// group reads what follows an opening that has been taken.
func (p *regexParser) group() (*node, error) {
	opening := p.text[:p.at]
	opening = opening[strings.LastIndexByte(opening, '('):]
	fold := p.fold
	p.fold = fold || opening == "(?i:"
	sub, err := p.choice()
	p.fold = fold
	if err := errors.Join(err, p.closeGroup()); err != nil {
		return nil, err
	}
	n := &node{subs: []*node{sub}, negate: strings.HasSuffix(opening, "!")}
	switch opening {
	case "(?>":
		n.kind = atomicNode
	case "(?=", "(?!":
		n.kind = lookNode
	case "(?<=", "(?<!":
		one := sub.single()
		if one == nil {
			return nil, errSyntax
		}
		n.kind, n.set, n.subs = behindNode, one, nil
	default:
		return sub, nil
	}
	return n, nil
}

// empty reports whether a node can match nothing.
func (n *node) empty() bool {
	switch n.kind {
	case setNode:
		return false
	case listNode:
		return !slices.ContainsFunc(n.subs, func(s *node) bool { return !s.empty() })
	case choiceNode:
		return slices.ContainsFunc(n.subs, (*node).empty)
	case repeatNode:
		return n.min == 0 || n.subs[0].empty()
	case atomicNode:
		return n.subs[0].empty()
	}
	return true
}

// single gives the set of a node that matches exactly one character, else nil.
func (n *node) single() *runeSet {
	switch {
	case n.kind == setNode:
		return n.set
	case n.kind == listNode && len(n.subs) == 1:
		return n.subs[0].single()
	}
	return nil
}
