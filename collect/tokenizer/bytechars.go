package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// Byte-level tokenizers write every byte as one printable character: bytes that are printable in Latin-1 as themselves, the
// others, in order, as U+0100 and up. The table is GPT-2's.
var (
	charOfByte [256]rune
	byteOfChar [324]int16 // -1: no byte is written as this character
)

func init() {
	for i := range byteOfChar {
		byteOfChar[i] = -1
	}
	next := rune(256)
	for b := range 256 {
		c := rune(b)
		printable := b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE
		if !printable {
			c, next = next, next+1
		}
		charOfByte[b], byteOfChar[c] = c, int16(b)
	}
}

// byteChars writes the bytes of text as characters.
func byteChars(text string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/2)
	for i := range len(text) {
		b.WriteRune(charOfByte[text[i]])
	}
	return b.String()
}

// appendRaw appends the bytes that token's characters stand for; ok is false, and dst as it was, when one stands for none.
func appendRaw[T string | []byte](dst []byte, token T) (_ []byte, ok bool) {
	before := len(dst)
	for i := 0; i < len(token); {
		c, n := rune(token[i]), 1
		if c >= utf8.RuneSelf {
			if c, n = twoByteRune(token[i:]); n == 0 {
				return dst[:before], false
			}
		}
		if int(c) >= len(byteOfChar) || byteOfChar[c] < 0 {
			return dst[:before], false
		}
		dst = append(dst, byte(byteOfChar[c]))
		i += n
	}
	return dst, true
}

// twoByteRune decodes a rune of two bytes; all characters of the table have one or two. n is 0 when it is none.
func twoByteRune[T string | []byte](s T) (r rune, n int) {
	if len(s) < 2 || s[0] < 0xC2 || s[0] > 0xDF || s[1]&0xC0 != 0x80 {
		return 0, 0
	}
	return rune(s[0]&0x1F)<<6 | rune(s[1]&0x3F), 2
}
