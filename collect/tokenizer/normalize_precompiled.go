package tokenizer

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// precompiled is SentencePiece's table of replacements: a double array of its darts library, whose values are places in a
// block of texts that end in a zero byte. A unit of the array is, from the highest bit: 1 where it is a value; 21 bits of
// offset, and bit 9 shifts that by 8; bit 8, a value hangs on the node; 8 bits of label.
type precompiled struct {
	units []uint32
	texts string
	// begins marks bytes with which a replacement may begin; kept tells the ASCII that is left as it is.
	begins [256]bool
}

func newPrecompiled(data json.RawMessage) (normalizer, error) {
	var o struct {
		Map *string `json:"precompiled_charsmap"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("normalizer Precompiled: %w", err)
	}
	if o.Map == nil {
		return nil, errors.New("normalizer Precompiled: it has no precompiled_charsmap")
	}
	raw, err := base64.StdEncoding.DecodeString(*o.Map)
	if err != nil {
		return nil, fmt.Errorf("normalizer Precompiled: precompiled_charsmap: %w", err)
	}
	p, err := readCharsMap(raw)
	if err != nil {
		return nil, fmt.Errorf("normalizer Precompiled: precompiled_charsmap: %w", err)
	}
	return p, nil
}

// readCharsMap reads a length in bytes, the double array of that length, and the texts.
func readCharsMap(raw []byte) (*precompiled, error) {
	if len(raw) < 4 {
		return nil, fmt.Errorf("%d bytes, too few for a table", len(raw))
	}
	size, rest := int(binary.LittleEndian.Uint32(raw)), raw[4:]
	if size > len(rest) || size%4 != 0 || size == 0 {
		return nil, fmt.Errorf("its array of %d bytes does not fit into %d", size, len(rest))
	}
	if !utf8.Valid(rest[size:]) {
		return nil, errors.New("its texts are not UTF-8")
	}
	p := &precompiled{units: make([]uint32, size/4), texts: string(rest[size:])}
	for i := range p.units {
		p.units[i] = binary.LittleEndian.Uint32(rest[4*i:])
	}
	for b := 1; b < 256; b++ {
		at := offsetOf(p.units[0]) ^ b
		p.begins[b] = at < len(p.units) && labelOf(p.units[at]) == b
	}
	return p, nil
}

func offsetOf(unit uint32) int { return int(unit>>10) << (unit & (1 << 9) >> 6) }
func labelOf(unit uint32) int  { return int(unit & (1<<31 | 0xFF)) }
func hasValue(unit uint32) bool {
	return unit>>8&1 == 1
}

// replacement gives the text for the shortest beginning of key that has one. It stands for the whole key, whatever
// follows that beginning: so does the library.
func (p *precompiled) replacement(key string) (string, bool) {
	at := offsetOf(p.units[0])
	for i := 0; i < len(key) && key[i] != 0; i++ {
		at ^= int(key[i])
		if at >= len(p.units) || labelOf(p.units[at]) != int(key[i]) {
			return "", false
		}
		unit := p.units[at]
		at ^= offsetOf(unit)
		if !hasValue(unit) {
			continue
		}
		if at >= len(p.units) {
			return "", false
		}
		start := int(p.units[at] & (1<<31 - 1))
		if start >= len(p.texts) || !utf8.RuneStart(p.texts[start]) {
			return "", false
		}
		text, _, _ := strings.Cut(p.texts[start:], "\x00")
		return text, true
	}
	return "", false
}

// maxCluster is the length in bytes from which a grapheme cluster is taken character by character.
const maxCluster = 6

// normalize replaces grapheme clusters as a whole where they are short and begin with something the table has, else their
// characters one by one.
func (p *precompiled) normalize(text string) string {
	from := p.firstBegin(text)
	if from < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	clusters := graphemes.FromString(text)
	for clusters.Next() {
		cluster := clusters.Value()
		if len(cluster) < maxCluster {
			if to, ok := p.replacement(cluster); ok {
				b.WriteString(to)
				continue
			}
			if len(cluster) == 1 {
				b.WriteString(cluster)
				continue
			}
		}
		for i, r := range cluster {
			part := cluster[i : i+utf8.RuneLen(r)]
			if to, ok := p.replacement(part); ok {
				part = to
			}
			b.WriteString(part)
		}
	}
	return b.String()
}

// firstBegin gives the first place where a replacement may begin, -1 when there is none.
func (p *precompiled) firstBegin(text string) int {
	return slices.IndexFunc([]byte(text), func(b byte) bool { return p.begins[b] })
}
