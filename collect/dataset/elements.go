package dataset

import (
	"bufio"
	"errors"
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
	depth, quoted := 0, false
	for b := first; ; {
		switch {
		case quoted && b == '\\':
			escaped, err := e.next()
			if err != nil {
				return err
			}
			e.row = append(e.row, escaped)
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			depth--
		}
		if depth == 0 && !quoted {
			if done, err := e.done(); done || err != nil {
				return err
			}
		}
		if len(e.row) > longestRow {
			return rowError("element", e.number, errTooLong)
		}
		var err error
		if b, err = e.next(); err != nil {
			return err
		}
		e.row = append(e.row, b)
	}
}

// done looks whether the element ends here: what follows it is a comma, the array's end or a blank.
func (e *elements) done() (bool, error) {
	ahead, err := e.in.Peek(1)
	if errors.Is(err, io.EOF) {
		_, err = e.next()
		return false, err
	}
	return err == nil && (blank(ahead[0]) || ahead[0] == ',' || ahead[0] == ']' || ahead[0] == '}'), err
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
