package dataset

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// elements cuts an array of JSON into its elements without reading what they mean: it counts brackets outside strings.
type elements struct {
	in *bufio.Reader
	// at is the place of the next byte.
	at     int64
	number int
	row    []byte
	// depth, quoted and escaped are where the scan stands within an element.
	depth           int
	quoted, escaped bool
}

// eachElement hands out the elements of the array that in begins with, with their place in the file and their number.
func eachElement(in *bufio.Reader, at int64, take func(at int64, row []byte, element int) error) error {
	e := &elements{in: in, at: at}
	if _, err := e.next(); err != nil { // the bracket
		return err
	}
	for {
		b, err := e.skip(e.number == 0)
		if err != nil {
			return err
		}
		if b == ']' {
			return e.end()
		}
		e.number++
		from := e.at - 1
		if err := e.element(b); err != nil {
			return err
		}
		if err := take(from, e.row, e.number); err != nil {
			return err
		}
	}
}

func (e *elements) next() (byte, error) {
	b, err := e.in.ReadByte()
	e.at++
	if err == io.EOF {
		return 0, fmt.Errorf("cut off at byte %d, in element %d: the array does not end", e.at-1, e.number)
	}
	return b, err
}

func blank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// skip goes to the next element, past the comma that stands before all but the first; it gives the element's first byte, or
// the bracket that ends the array.
func (e *elements) skip(first bool) (byte, error) {
	comma := first
	for {
		b, err := e.next()
		switch {
		case err != nil:
			return 0, err
		case blank(b):
		case b == ',' && !comma:
			comma = true
		case b == ']' && (!comma || first):
			return b, nil
		case b == ',' || b == ']' || b == '}' || !comma:
			return 0, fmt.Errorf("not JSON at byte %d: %q after element %d", e.at, string(rune(b)), e.number)
		default:
			return b, nil
		}
	}
}

// element takes the bytes from first to the element's end into row.
func (e *elements) element(first byte) error {
	e.row = append(e.row[:0], first)
	e.depth, e.quoted, e.escaped = 0, false, false
	ended := e.step(first)
	for !ended || !e.done() {
		if len(e.row) > longestRow {
			return rowError("element", e.number, errTooLong)
		}
		if _, err := e.in.Peek(1); err != nil {
			_, err = e.next() // says where it is cut off
			return err
		}
		ahead, _ := e.in.Peek(e.in.Buffered())
		n := 0
		for ended = false; n < len(ahead) && !ended; n++ {
			if n += e.plain(ahead[n:]); n == len(ahead) {
				break
			}
			ended = e.step(ahead[n])
		}
		e.row = append(e.row, ahead[:n]...)
		e.at += int64(n)
		_, _ = e.in.Discard(n) // what was peeked is there
	}
	return nil
}

// plain is how many bytes of ahead are within a string, and nothing but text: most of a dataset is.
func (e *elements) plain(ahead []byte) int {
	if !e.quoted || e.escaped {
		return 0
	}
	const near = 256 // or a far quote would be looked for from every backslash
	n := 0
	for n < len(ahead) {
		piece := ahead[n:min(n+near, len(ahead))]
		quote := bytes.IndexByte(piece, '"')
		if quote >= 0 {
			piece = piece[:quote]
		}
		if slash := bytes.IndexByte(piece, '\\'); slash >= 0 {
			return n + slash
		}
		if n += len(piece); quote >= 0 {
			return n
		}
	}
	return n
}

// step takes one byte in; it is true where the element may end behind it.
func (e *elements) step(b byte) bool {
	switch {
	case e.escaped:
		e.escaped = false
	case e.quoted && b == '\\':
		e.escaped = true
	case b == '"':
		e.quoted = !e.quoted
	case e.quoted:
	case b == '{' || b == '[':
		e.depth++
	case b == '}' || b == ']':
		e.depth--
	}
	return e.depth == 0 && !e.quoted
}

// done looks whether the element ends here: what follows it is a comma, the array's end or a blank.
func (e *elements) done() bool {
	ahead, err := e.in.Peek(1)
	return err == nil && (blank(ahead[0]) || ahead[0] == ',' || ahead[0] == ']' || ahead[0] == '}')
}

// end makes sure that nothing follows the array.
func (e *elements) end() error {
	for {
		b, err := e.in.ReadByte()
		e.at++
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case !blank(b):
			return fmt.Errorf("not JSON at byte %d: %q after the end of the array", e.at, string(rune(b)))
		}
	}
}
