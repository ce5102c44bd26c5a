package dataset

import (
	"encoding/json"

	"github.com/valyala/fastjson"
)

// FilesConfig is what the datasets that come from files have in common.
type FilesConfig struct {
	// NoOversample keeps a dataset with too few prompts short instead of drawing from it again.
	NoOversample bool
	// DisableShuffle keeps the order of the file.
	DisableShuffle bool
	// NoLengthFilter keeps what vLLM's length filter would drop.
	NoLengthFilter bool
	// Template makes one text of a chat where the backend takes texts; nil sends prompts as they are.
	Template Template
	// Chat is true when prompts are sent as messages: no template is applied then.
	Chat bool
	// Tables reads the files that this package cannot; nil leaves it at JSON and CSV.
	Tables Tables
	// CountAhead counts all prompts before the load, for a tokenizer that must not be asked during it.
	CountAhead bool
	// Audio is true when the backend takes sound files.
	Audio bool
}

// Template makes one text of a chat, up to where the model's answer begins.
type Template interface {
	Render(messages []Message) (string, error)
	// Hash is for the identity of a workload.
	Hash() string
}

// example is what a dataset sees in a row: a text or a chat, and how long the answer is to be.
type example struct {
	text     string
	messages []Message
	// output is the number of tokens to ask for; 0 asks for as many as answer has.
	output int
	answer string
	// sound is the address of a sound file, for backends that take one beside the text.
	sound string
	// turns is the whole conversation, where there is more of it than the prompt.
	turns []Message
	body  map[string]json.RawMessage
}

// reader makes an example of a row; use is false for a row that does not belong to the sample. It must not keep row.
type reader func(row *fastjson.Value) (ex example, use bool, err error)

// recipe is how a dataset makes prompts of its rows.
type recipe struct {
	read reader
	// templated datasets go through the chat template for backends that take texts.
	templated bool
	// filter is vLLM's length filter; nil keeps all.
	filter func(input, output int) bool
	// wanted says in an error what a row must be to be used.
	wanted string
	// selective recipes do not use every row, so that all must be looked at.
	selective bool
	// dir is where the paths of media begin.
	dir string
	// facts are what the dataset adds to the recipe of the workload.
	facts map[string]any
}
