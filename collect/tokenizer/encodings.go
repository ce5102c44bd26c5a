package tokenizer

import (
	"fmt"
	"slices"
	"strings"
)

// encoding is what a tiktoken file does not tell. Sources: tiktoken's list of OpenAI's encodings, and the tokenizer classes
// that Qwen, Kimi, GLM and Llama publish with their models.
type encoding struct {
	name    string
	tokens  int // in the file, special tokens not counted
	pattern string
	// composed: text is brought into form NFC first, before special tokens are looked for in it.
	composed bool
	// before are the special tokens in front of a prompt.
	before []string
	// specials in the order of their ids, from first on; "" leaves an id out.
	first    int
	specials []string
	// reserve is what ids up to last are called that have no name; %d is the id, or its number when from is not 0.
	reserve    string
	last, from int
}

// Split patterns, in Rust's syntax.
const (
	patternGPT2   = `'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`
	patternCL100K = `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
	patternO200K  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|` +
		`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|` +
		`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	patternKimi = `[\p{Han}]+|` +
		`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|` +
		`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|` +
		`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	patternLlama3 = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	patternQwen   = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

const endOfText = "<|endoftext|>"

// encodings are recognised by the file's name, longest first, else by the number of tokens.
var encodings = []encoding{
	{name: "o200k_harmony", tokens: -1, pattern: patternO200K, first: 199998, specials: []string{"<|startoftext|>", endOfText, "", "",
		"<|return|>", "<|constrain|>", "", "<|channel|>", "<|start|>", "<|end|>", "<|message|>", "", "", "", "<|call|>"},
		reserve: "<|reserved_%d|>", last: 201087},
	{name: "cl100k_base", tokens: 100256, pattern: patternCL100K, first: 100257,
		specials: append([]string{endOfText, "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"}, append(make([]string, 15), "<|endofprompt|>")...)},
	{name: "o200k_base", tokens: 199998, pattern: patternO200K, first: 199999,
		specials: append([]string{endOfText}, append(make([]string, 18), "<|endofprompt|>")...)},
	{name: "p50k_base", tokens: 50280, pattern: patternGPT2, first: 50256, specials: []string{endOfText}},
	{name: "p50k_edit", tokens: -1, pattern: patternGPT2, first: 50256, specials: append([]string{endOfText}, append(make([]string, 24), "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>")...)},
	{name: "r50k_base", tokens: 50256, pattern: patternGPT2, first: 50256, specials: []string{endOfText}},
	{name: "gpt2", tokens: -1, pattern: patternGPT2, first: 50256, specials: []string{endOfText}},
	{name: "multilingual", tokens: 50257, pattern: patternGPT2, first: 50257, specials: []string{endOfText, "<|startoftranscript|>"}},
	{name: "qwen", tokens: 151643, pattern: patternQwen, composed: true, first: 151643, specials: []string{endOfText, "<|im_start|>", "<|im_end|>"},
		reserve: "<|extra_%d|>", last: 151850, from: 151646},
	{name: "kimi", tokens: 163584, pattern: patternKimi, first: 163584, specials: []string{"[BOS]", "[EOS]"}, reserve: "<|reserved_token_%d|>", last: 163839},
	{name: "llama3", tokens: 128000, pattern: patternLlama3, before: []string{"<|begin_of_text|>"}, first: 128000, specials: []string{"<|begin_of_text|>", "<|end_of_text|>", "", "", "", "",
		"<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>"}, reserve: "<|reserved_special_token_%d|>", last: 128255},
	{name: "llama4", tokens: 200000, pattern: patternO200K, before: []string{"<|begin_of_text|>"}, first: 200000, specials: []string{"<|begin_of_text|>", "<|end_of_text|>"}},
	{name: "glm4", tokens: 151329, pattern: patternLlama3, before: []string{"[gMASK]", "<sop>"}, first: 151329, specials: []string{endOfText, "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>",
		"<|system|>", "<|user|>", "<|assistant|>", "<|observation|>"}},
}

// findEncoding knows an encoding by the name of its file, else by the number of tokens in it.
func findEncoding(file string, tokens int) (encoding, bool) {
	file = strings.ToLower(file)
	for _, e := range encodings {
		if strings.Contains(file, e.name) {
			return e, true
		}
	}
	i := slices.IndexFunc(encodings, func(e encoding) bool { return e.tokens == tokens })
	if i < 0 {
		return encoding{}, false
	}
	return encodings[i], true
}

func encodingNames() []string {
	names := make([]string, len(encodings))
	for i, e := range encodings {
		names[i] = e.name + ".tiktoken"
	}
	return names
}

// special gives the special tokens by id.
func (e encoding) special() map[int]addedToken {
	tokens := map[int]addedToken{}
	for i, text := range e.specials {
		if text != "" {
			tokens[e.first+i] = addedToken{Content: text, Special: true, Normalized: e.composed}
		}
	}
	return e.reserved(tokens)
}

// reserved adds the tokens that have no name of their own.
func (e encoding) reserved(tokens map[int]addedToken) map[int]addedToken {
	for id := e.first; e.reserve != "" && id <= e.last; id++ {
		if _, named := tokens[id]; !named {
			tokens[id] = addedToken{Content: fmt.Sprintf(e.reserve, id-e.from), Special: true, Normalized: e.composed}
		}
	}
	return tokens
}
