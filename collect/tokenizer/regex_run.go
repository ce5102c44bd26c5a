package tokenizer

import "unicode/utf8"

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
