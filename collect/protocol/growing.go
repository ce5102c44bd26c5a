package protocol

import "bytes"

// growingText finds what is new in texts of which each holds all that came before it. A server may be set to send only
// the new part, which shows as soon as a text does not begin with the last one; from then on each is taken as it is.
type growingText struct {
	last  []byte
	parts bool // each text is a part, not the whole
}

// grow gives the new part of text. It is valid as long as text is.
func (g *growingText) grow(text []byte) []byte {
	if g.parts || !bytes.HasPrefix(text, g.last) {
		g.parts = true
		return text
	}
	fresh := text[len(g.last):]
	g.last = append(g.last, fresh...)
	return fresh
}
