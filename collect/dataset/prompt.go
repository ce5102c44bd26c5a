// Package dataset says where prompts and their lengths come from: one file per dataset, one line in the registry.
// It never talks to the server under test and never sees a clock.
package dataset

import (
	"encoding/base64"
	"encoding/json"
)

// Message is one message of a chat. Its content is Content, or Parts where there are any.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
	// Parts make up a message that is more than text; each protocol spells them its own way.
	Parts []Part `json:"-"`
}

// Part is one piece of a message: text, or a medium.
type Part struct {
	Kind PartKind
	// Text is that of a part of PartText.
	Text string
	// URL of any other part: the medium itself as a data URL, or an address for the server to fetch it from.
	URL string
}

// PartKind is what a part is.
type PartKind uint8

// Kinds of parts.
const (
	PartText PartKind = iota
	PartImage
	PartVideo
	PartAudio
)

// DataURL holds a medium in its own address, such as data:image/jpeg;base64,...
func DataURL(mediaType string, data []byte) string {
	head := "data:" + mediaType + ";base64,"
	url := make([]byte, 0, len(head)+base64.StdEncoding.EncodedLen(len(data)))
	return string(base64.StdEncoding.AppendEncode(append(url, head...), data))
}

// Prompt is the input of one request.
type Prompt struct {
	// Text is the prompt; for chat backends it becomes one user message unless Messages is set.
	Text string
	// TokenIDs, when set, are sent instead of Text by backends that take ids.
	TokenIDs []int
	Messages []Message
	// Batch holds the inputs of one request where there are several: texts to embed, or a query and its documents.
	Batch []string
	// Audio is a sound file as it is on disk, AudioName its name, whose extension tells the format.
	Audio     []byte
	AudioName string
	// InputTokens is the length by the tokenizer in use, special tokens not counted in; 0 when there is none.
	InputTokens int
	// OutputTokens is the number of tokens to ask for (max_tokens).
	OutputTokens int
	// SessionID names the conversation, Turn counts from 0 within its Turns; "" and 0 for a request by itself.
	SessionID   string
	Turn, Turns int
	// Body holds fields of this request alone; they win over every other field of the body.
	Body map[string]json.RawMessage
}

// Dataset yields the prompts of a run. Prompt is a pure function of the dataset's configuration, its seed and i,
// 0 <= i < Len, and is safe for concurrent use: prompts are made a little ahead of their time, never all at once.
type Dataset interface {
	Len() int
	Prompt(i int) (Prompt, error)
	// Recipe describes the workload for the column workload: flags, asked lengths, content hash. Two datasets with
	// equal recipes, tokenizers and seeds yield equal prompts.
	Recipe() map[string]any
}

// Tokenizer is what datasets need of a tokenizer. Encode and Decode never add or expect special tokens.
type Tokenizer interface {
	Encode(text string) ([]int, error)
	Decode(ids []int) (string, error)
	// VocabSize is one more than the highest id.
	VocabSize() int
	// IsSpecial reports whether an id must not appear in a random prompt: special, unused or beyond the vocabulary.
	IsSpecial(id int) bool
}
