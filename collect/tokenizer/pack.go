package tokenizer

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// An id of Approximate holds the token itself. The two highest bits in use say how:
//
//	word   10 | upper 1 | blank 1 | letters 4 | 5 bits per letter, up to 9
//	bytes  01 | length 3 | 8 bits per byte, up to 7
//	run    11 | count 6 | character 21
//
// Words of the list have their place in it for an id.
const (
	packedBytes = 1 << 60
	packedWord  = 2 << 60
	packedRun   = 3 << 60
	packedKinds = 3 << 60
)

var wordPlaces = sync.OnceValue(func() map[string]int {
	places := make(map[string]int, len(commonWords))
	for i, w := range commonWords {
		places[" "+w] = i
	}
	return places
})

func pack(token string) int {
	if place, ok := wordPlaces()[token]; ok {
		return place
	}
	if id, ok := packWord(token); ok {
		return id
	}
	if len(token) <= maxTokenBytes {
		id := len(token)
		for i := range maxTokenBytes {
			id <<= 8
			if i < len(token) {
				id |= int(token[i])
			}
		}
		return packedBytes | id
	}
	r, _ := utf8.DecodeRuneInString(token)
	return packedRun | utf8.RuneCountInString(token)<<21 | int(r)
}

func packWord(token string) (id int, ok bool) {
	letters := strings.TrimPrefix(token, " ")
	if letters == "" || len(letters) > maxWordLetters {
		return 0, false
	}
	for i := range maxWordLetters {
		id <<= 5
		if i >= len(letters) {
			continue
		}
		c := letters[i] | 0x20
		if c < 'a' || c > 'z' || i > 0 && c != letters[i] {
			return 0, false
		}
		id |= int(c - 'a')
	}
	id |= len(letters) << 45
	if len(letters) < len(token) {
		id |= 1 << 49
	}
	if letters[0] < 'a' {
		id |= 1 << 50
	}
	return packedWord | id, true
}

// unpack gives the token of an id; ok is false for numbers that pack never gives.
func unpack(id int) (token string, ok bool) {
	switch {
	case id < 0 || id > packedKinds|(packedBytes-1):
		return "", false
	case id < len(commonWords):
		return " " + commonWords[id], true
	}
	switch id & packedKinds {
	case packedWord:
		token = unpackWord(id)
	case packedBytes:
		token = unpackBytes(id)
	case packedRun:
		r, count := rune(id&(1<<21-1)), id>>21&(1<<6-1)
		token = strings.Repeat(string(r), count)
	}
	if token == "" || pack(token) != id {
		return "", false
	}
	return token, true
}

func unpackWord(id int) string {
	n := min(id>>45&15, maxWordLetters)
	var b strings.Builder
	if id>>49&1 == 1 {
		b.WriteByte(' ')
	}
	for i := range n {
		c := byte('a' + id>>(5*(maxWordLetters-1-i))&31)
		if i == 0 && id>>50&1 == 1 {
			c -= 0x20
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unpackBytes(id int) string {
	n := id >> 56 & 7
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(id >> (8 * (maxTokenBytes - 1 - i)))
	}
	return string(b)
}
