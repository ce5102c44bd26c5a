package tokenizer

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
