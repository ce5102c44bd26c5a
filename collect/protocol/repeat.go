package protocol

import (
	"bytes"

	"llmbench/store"
)

// repeat knows an event again that differs from an earlier one of its stream in its text and its counts alone, as nearly
// all do: id, model, time and the rest stand there in the same bytes. Comparing them costs a tenth of parsing them.
// Whatever is not the same byte by byte is parsed.
type repeat struct {
	key   string // what precedes the text: "text":
	holes []hole
	tail  []byte // what follows the last hole
	delta Delta  // what the event said
	raw   []byte // the event
}

// hole is where repetitions differ.
type hole struct {
	before []byte // what stands there since the last hole
	what   holding
}

type holding uint8

const (
	holdsText holding = iota
	holdsOutput
	holdsTotal // of no interest, but it differs
)

// counts are the keys of the numbers that differ.
var counts = []struct {
	key  []byte
	what holding
}{{[]byte(`"completion_tokens":`), holdsOutput}, {[]byte(`"total_tokens":`), holdsTotal}}

// read gives what the event says if it is a repetition.
func (r *repeat) read(data []byte, d *Delta) bool {
	if len(r.holes) == 0 || !bytes.HasSuffix(data, r.tail) {
		return false
	}
	was := *d
	*d = r.delta
	rest := data
	for i := range r.holes {
		h := &r.holes[i]
		var ok bool
		if rest, ok = bytes.CutPrefix(rest, h.before); ok {
			rest, ok = h.read(rest, d)
		}
		if !ok {
			*d = was
			return false
		}
	}
	if len(rest) != len(r.tail) {
		*d = was
		return false
	}
	return true
}

// read takes what is in the hole off the beginning of data.
func (h *hole) read(data []byte, d *Delta) (rest []byte, ok bool) {
	if h.what == holdsText {
		n := plainLength(data)
		d.Text = data[:n]
		return data[n:], n > 0
	}
	number, n := leadingNumber(data)
	if h.what == holdsOutput {
		d.Usage.Output = number
	}
	return data[n:], n > 0
}

// plainLength is how much of the text at the beginning of data is the same in JSON as it is: a quote ends it, a backslash
// or a control character mean something else.
func plainLength(data []byte) int {
	for i, c := range data {
		if c == '"' || c == '\\' || c < ' ' {
			return i
		}
	}
	return len(data)
}

// leadingNumber reads the whole number at the beginning of data and says how long it is, 0 for none.
func leadingNumber(data []byte) (number int64, n int) {
	const mostDigits = 18
	for n < len(data) && n <= mostDigits && '0' <= data[n] && data[n] <= '9' {
		number = number*10 + int64(data[n]-'0')
		n++
	}
	if n > mostDigits || n > 1 && data[0] == '0' {
		return 0, 0
	}
	return number, n
}

// learn takes an event that was parsed into d. Only a chunk of text can be known again, and only where the places of what
// differs are beyond doubt.
func (r *repeat) learn(data []byte, d *Delta) {
	if d.Kind != store.KindText || d.Finish != "" || d.Err != "" || d.Done || d.ServerID != "" || plainLength(d.Text) != len(d.Text) {
		return
	}
	r.holes = r.holes[:0]
	r.raw = append(r.raw[:0], data...)
	r.delta = *d
	text, ok := valueAt(r.raw, []byte(r.key))
	if !ok || !bytes.HasPrefix(r.raw[text:], []byte{'"'}) || !bytes.HasPrefix(r.raw[text+1:], d.Text) || !bytes.HasPrefix(r.raw[text+1+len(d.Text):], []byte{'"'}) {
		return
	}
	r.delta.Text = nil
	r.open(text+1, len(d.Text), holdsText)
}

// open makes the holes, that of the text at its place among the counts.
func (r *repeat) open(text, length int, what holding) {
	type place struct {
		at, length int
		what       holding
	}
	places := [3]place{{text, length, what}}
	n := 1
	for _, c := range counts {
		at, ok := valueAt(r.raw, c.key)
		if !ok {
			if bytes.Contains(r.raw, c.key) {
				return
			}
			continue
		}
		_, digits := leadingNumber(r.raw[at:])
		if end := at + digits; digits == 0 || end == len(r.raw) || r.raw[end] != ',' && r.raw[end] != '}' {
			return
		}
		places[n] = place{at, digits, c.what}
		n++
	}
	for i := 1; i < n; i++ { // three at most
		for j := i; j > 0 && places[j].at < places[j-1].at; j-- {
			places[j], places[j-1] = places[j-1], places[j]
		}
	}
	from := 0
	for _, p := range places[:n] {
		r.holes = append(r.holes, hole{r.raw[from:p.at], p.what})
		from = p.at + p.length
	}
	r.tail = r.raw[from:]
}

// valueAt is where the value of a key begins that stands in data once.
func valueAt(data, key []byte) (at int, ok bool) {
	at = bytes.Index(data, key)
	if at < 0 || bytes.Contains(data[at+1:], key) {
		return 0, false
	}
	for at += len(key); at < len(data) && data[at] == ' '; at++ {
	}
	return at, true
}
