package tokenizer

import "unicode/utf8"

// An expression is compiled to instructions of a machine that tries one way and keeps, on a stack, where it could have gone
// another. A run of characters of one set, which is what these expressions consist of, is one instruction and one place on
// the stack, however long.

type opcode uint8

const (
	opSet      opcode = iota // one character of set
	opRun                    // min to max characters of set
	opFork                   // go on at to, and if that fails with the next instruction
	opForkLast               // go on with the next instruction, and if that fails at to
	opJump                   // go on at to
	opLook                   // the instructions up to to must match here, or must not
	opAtomic                 // the instructions up to to, tried once
	opBehind                 // the character before is of set, or is not
	opStart
	opEnd
	opTextEnd
	opMatch
)

type instruction struct {
	op       opcode
	mode     mode
	negate   bool // of opLook and opBehind
	line     bool // of opStart and opEnd
	set      *runeSet
	min, max int
	to       int
}

// program is a compiled expression.
type program struct {
	code  []instruction
	first *runeSet // what a match can begin with; nil when it can be empty
}

func compileRegex(expression string, f flavour) (*program, error) {
	n, err := parseRegex(expression, f)
	if err != nil {
		return nil, err
	}
	p := &program{}
	p.add(n)
	p.emit(instruction{op: opMatch})
	if len(p.code) > 10_000 {
		return nil, errSyntax
	}
	p.first = n.first()
	return p, nil
}

func (p *program) emit(i instruction) int {
	p.code = append(p.code, i)
	return len(p.code) - 1
}

func (p *program) add(n *node) {
	switch n.kind {
	case setNode:
		p.emit(instruction{op: opSet, set: n.set})
	case listNode:
		for _, s := range n.subs {
			p.add(s)
		}
	case choiceNode:
		p.addChoice(n.subs)
	case repeatNode:
		p.addRepeat(n)
	case lookNode, atomicNode:
		op := opLook
		if n.kind == atomicNode {
			op = opAtomic
		}
		p.addBlock(instruction{op: op, negate: n.negate}, n.subs[0])
	case behindNode:
		p.emit(instruction{op: opBehind, set: n.set, negate: n.negate})
	case startNode:
		p.emit(instruction{op: opStart, line: n.line})
	case endNode:
		p.emit(instruction{op: opEnd, line: n.line})
	case textEndNode:
		p.emit(instruction{op: opTextEnd})
	}
}

// addBlock writes an instruction over the instructions of n.
func (p *program) addBlock(head instruction, n *node) {
	at := p.emit(head)
	p.add(n)
	p.emit(instruction{op: opMatch})
	p.code[at].to = len(p.code)
}

func (p *program) addChoice(subs []*node) {
	var jumps []int
	for i, s := range subs {
		if i == len(subs)-1 {
			p.add(s)
			break
		}
		fork := p.emit(instruction{op: opForkLast})
		p.add(s)
		jumps = append(jumps, p.emit(instruction{op: opJump}))
		p.code[fork].to = len(p.code)
	}
	for _, at := range jumps {
		p.code[at].to = len(p.code)
	}
}

func (p *program) addRepeat(n *node) {
	if set := n.subs[0].single(); set != nil {
		p.emit(instruction{op: opRun, set: set, min: n.min, max: n.max, mode: n.mode})
		return
	}
	if n.mode == possessive {
		plain := *n
		plain.mode = greedy
		p.addBlock(instruction{op: opAtomic}, &plain)
		return
	}
	for range n.min {
		p.add(n.subs[0])
	}
	fork := opForkLast // once more if possible
	if n.mode == lazy {
		fork = opFork
	}
	if n.max < 0 {
		at := p.emit(instruction{op: fork})
		p.add(n.subs[0])
		p.emit(instruction{op: opJump, to: at})
		p.code[at].to = len(p.code)
		return
	}
	var forks []int
	for range n.max - n.min {
		forks = append(forks, p.emit(instruction{op: fork}))
		p.add(n.subs[0])
	}
	for _, at := range forks {
		p.code[at].to = len(p.code)
	}
}

// first gives the set of characters a match of n can begin with, nil when it can be empty.
func (n *node) first() *runeSet {
	switch n.kind {
	case setNode:
		return n.set
	case atomicNode:
		return n.subs[0].first()
	case repeatNode:
		if n.min > 0 {
			return n.subs[0].first()
		}
		return nil
	case choiceNode:
		return unionOfFirst(n.subs, true)
	case listNode:
		return unionOfFirst(n.subs, false)
	}
	return nil
}

// unionOfFirst is the set that any of subs can begin with (alternatives), or those up to the first that cannot be empty.
func unionOfFirst(subs []*node, alternatives bool) *runeSet {
	set := newRuneSet()
	for _, s := range subs {
		first := s.first()
		if first == nil && !alternatives && s.kind == repeatNode { // may be left out
			if first = s.subs[0].first(); first == nil {
				return nil
			}
			set.union(first)
			continue
		}
		if first == nil {
			return nil
		}
		set.union(first)
		if !alternatives {
			return set
		}
	}
	if alternatives {
		return set
	}
	return nil
}

// spans finds matches one after the other. An empty match is taken only where no match has just ended.
func (p *program) spans(found []span, text string, s *scratch) ([]span, error) {
	m := &s.machine
	m.p, m.text, m.stack = p, text, m.stack[:0]
	last := -1 // end of the match before
	for i := 0; i <= len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if n = max(n, 1); p.first != nil && !(i < len(text) && p.first.has(r)) {
			i += n
			continue
		}
		end := m.match(i)
		if end < 0 || end == i && last == i {
			i += n
			continue
		}
		found = append(found, span{i, end})
		i, last = end, end
	}
	m.text = ""
	return found, nil
}

// frame is a place to go back to: at pc, with the text from at on. A run may be shortened down to low, or with a lazy mode
// be lengthened, one character at a time.
type frame struct {
	pc, at  int
	low     int // of a run; -1 for a fork
	counted int // characters that a lazy run has taken
}

type machine struct {
	p     *program
	text  string
	stack []frame
}

// match gives the end of the match that begins at i, -1 when there is none.
func (m *machine) match(i int) int { return m.run(0, i) }

func (m *machine) run(pc, i int) int {
	base := len(m.stack)
	for {
		next, at, ok := m.step(pc, i)
		if ok && next >= 0 {
			pc, i = next, at
			continue
		}
		if ok {
			m.stack = m.stack[:base]
			return at
		}
		if pc, i, ok = m.back(base); !ok {
			return -1
		}
	}
}

// back takes the last other way, if there is one above base.
func (m *machine) back(base int) (pc, i int, ok bool) {
	for len(m.stack) > base {
		f := &m.stack[len(m.stack)-1]
		pc, i = f.pc, f.at
		switch in := &m.p.code[pc]; {
		case f.low < 0:
			m.stack = m.stack[:len(m.stack)-1]
			return pc, i, true
		case in.mode == lazy:
			if r, n := utf8.DecodeRuneInString(m.text[i:]); n > 0 && in.set.has(r) && f.counted != in.max {
				f.at, f.counted = i+n, f.counted+1
				return pc + 1, f.at, true
			}
		case i > f.low:
			_, n := utf8.DecodeLastRuneInString(m.text[:i])
			f.at = i - n
			return pc + 1, f.at, true
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	return 0, 0, false
}

// step carries out one instruction; next is -1 at the end of the program.
func (m *machine) step(pc, i int) (next, at int, ok bool) {
	in := &m.p.code[pc]
	switch in.op {
	case opSet:
		if i >= len(m.text) {
			return 0, 0, false
		}
		r, n := rune(m.text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(m.text[i:])
		}
		return pc + 1, i + n, in.set.has(r)
	case opRun:
		return m.stepRun(pc, i)
	case opFork:
		m.stack = append(m.stack, frame{pc + 1, i, -1, 0})
		return in.to, i, true
	case opForkLast:
		m.stack = append(m.stack, frame{in.to, i, -1, 0})
		return pc + 1, i, true
	case opJump:
		return in.to, i, true
	case opLook:
		return in.to, i, (m.run(pc+1, i) >= 0) != in.negate
	case opAtomic:
		end := m.run(pc+1, i)
		return in.to, end, end >= 0
	case opMatch:
		return -1, i, true
	}
	return pc + 1, i, m.holds(in, i)
}

// holds decides instructions that take no character.
func (m *machine) holds(in *instruction, i int) bool {
	switch in.op {
	case opBehind:
		r, n := utf8.DecodeLastRuneInString(m.text[:i])
		return (n > 0 && in.set.has(r)) != in.negate
	case opStart:
		return i == 0 || in.line && i < len(m.text) && m.text[i-1] == '\n'
	case opEnd:
		return i == len(m.text) || in.line && m.text[i] == '\n'
	}
	return i == len(m.text) || m.text[i:] == "\n"
}

func (m *machine) stepRun(pc, i int) (next, at int, ok bool) {
	in := &m.p.code[pc]
	most := in.max
	if in.mode == lazy {
		most = in.min
	}
	count, low, text := 0, i, m.text
	for i < len(text) && count != most {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		if !in.set.has(r) {
			break
		}
		i += n
		if count++; count == in.min {
			low = i
		}
	}
	if count < in.min {
		return 0, 0, false
	}
	if in.mode == greedy && i > low || in.mode == lazy {
		m.stack = append(m.stack, frame{pc, i, low, count})
	}
	return pc + 1, i, true
}
