package simulate

import (
	"fmt"
	"strings"
)

// Tokenizer is what the engine needs of a tokenizer. Encode and Decode neither add nor expect special tokens; all methods
// are safe for concurrent use.
type Tokenizer interface {
	Encode(text string) ([]int, error)
	Decode(ids []int) (string, error)
	// VocabSize is one more than the highest id.
	VocabSize() int
	// IsSpecial reports whether an id must not appear in generated text.
	IsSpecial(id int) bool
}

// WordTokenizer is the engine's own tokenizer. Its ids:
//
//	0-255      the bytes, so that every text can be encoded
//	256-931    pairs of lower-case letters: aa, ab, ... zz
//	932-4095   words with a blank before them: common ones, a few of other scripts, then made of syllables
//
// Encoding takes the longest token at each place. A word token holds no blank but its first byte, so text made of word
// tokens encodes to exactly the tokens it was made of, and every text decodes to itself. Bytes and pairs count as special:
// they may join into other tokens or split a rune.
type WordTokenizer struct {
	texts   []string
	ids     map[string]int
	longest int // bytes of a word token
}

var _ Tokenizer = (*WordTokenizer)(nil)

const (
	firstPair = 256
	firstWord = firstPair + 26*26
	vocabSize = 4096
)

// NewWordTokenizer builds it, always the same.
func NewWordTokenizer() *WordTokenizer {
	t := &WordTokenizer{ids: make(map[string]int, vocabSize)}
	for b := range 256 {
		t.add(string([]byte{byte(b)}))
	}
	for i := range 26 * 26 {
		t.add(string([]byte{'a' + byte(i/26), 'a' + byte(i%26)}))
	}
	for word := range strings.FieldsSeq(commonWords) {
		t.add(" " + word)
	}
	// Two syllables give 4000 words, more than are missing.
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	syllable := func(i int) string {
		return string([]byte{consonants[i/len(vowels)], vowels[i%len(vowels)]})
	}
	const syllables = len(consonants) * len(vowels)
	for i := 0; len(t.texts) < vocabSize; i++ {
		t.add(" " + syllable(i%syllables) + syllable((i/syllables+i)%syllables))
	}
	return t
}

func (t *WordTokenizer) add(text string) {
	if _, ok := t.ids[text]; ok {
		return
	}
	t.ids[text] = len(t.texts)
	t.texts = append(t.texts, text)
	t.longest = max(t.longest, len(text))
}

// Encode never fails.
func (t *WordTokenizer) Encode(text string) ([]int, error) {
	ids := make([]int, 0, len(text)/4+1)
	for len(text) > 0 {
		id, n := t.first(text)
		ids = append(ids, id)
		text = text[n:]
	}
	return ids, nil
}

// first finds the longest token text begins with.
func (t *WordTokenizer) first(text string) (id, n int) {
	n = min(2, len(text))
	if text[0] == ' ' {
		n = min(t.longest, len(text))
		if blank := strings.IndexByte(text[1:n], ' '); blank >= 0 {
			n = blank + 1
		}
	}
	for ; n > 1; n-- {
		if id, ok := t.ids[text[:n]]; ok {
			return id, n
		}
	}
	return int(text[0]), 1
}

// Decode fails on an id outside the vocabulary.
func (t *WordTokenizer) Decode(ids []int) (string, error) {
	var b strings.Builder
	for _, id := range ids {
		if id < 0 || id >= len(t.texts) {
			return "", fmt.Errorf("decode token %d: the vocabulary has %d", id, len(t.texts))
		}
		b.WriteString(t.texts[id])
	}
	return b.String(), nil
}

// VocabSize is 4096.
func (t *WordTokenizer) VocabSize() int { return len(t.texts) }

// IsSpecial is true of all but the words.
func (t *WordTokenizer) IsSpecial(id int) bool { return id < firstWord || id >= len(t.texts) }

const commonWords = `the of and to in is that it was for on are as with his they be at one have this from or had by not
word but what some we can out other were all there when up use your how said an each she which do their time if will way
about many then them would write like so these her long make thing see him two has look more day could go come did number
sound no most people my over know water than call first who may down side been now find any new work part take get place
made live where after back little only round man year came show every good me give our under name very through just form
sentence great think say help low line differ turn cause much mean before move right boy old too same tell does set three
want air well also play small end put home read hand port large spell add even land here must big high such follow act why
ask men change went light kind off need house picture try us again animal point mother world near build self earth father
head stand own page should country found answer school grow study still learn plant cover food sun four between state keep
eye never last let thought city tree cross farm hard start might story saw far sea draw left late run while press close
night real life few north open seem together next white children begin got walk example ease paper group always music those
both mark often letter until mile river car feet care second book carry took science eat room friend began idea fish
mountain stop once base hear horse cut sure watch color face wood main enough plain girl usual young ready above ever red
list though feel talk bird soon body dog family direct pose leave song measure door product black short class wind question
happen complete ship area half rock order fire south problem piece told knew pass since top whole king space heard best
hour better true during hundred five remember step early hold west ground interest reach fast verb sing listen six table
travel less morning ten simple several vowel toward war lay against pattern slow center love person money serve appear road
map rain rule govern pull cold notice voice unit power town fine certain fly fall lead cry dark machine note wait plan figure
star box noun field rest correct able pound done beauty drive stood contain front teach week final gave green quick develop
ocean warm free minute strong special mind behind clear tail produce fact street inch multiply nothing course stay wheel full
force blue object decide surface deep moon island foot system busy test record boat common gold possible plane stead dry
wonder laugh thousand ago ran check game shape equate hot miss brought heat snow tire bring yes distant fill east paint
language among naïve café größe fiancée señor привет мир 東京 大阪 你好 世界 안녕 🙂 🚀`
