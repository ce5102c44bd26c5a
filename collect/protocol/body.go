package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"llmbench/collect/dataset"
)

// body is a JSON object under construction. Setting a key again replaces its value and keeps its place, so that the
// order on the wire is the same for every request of a run. A body is used again once its bytes are taken: bodies are
// built while the load runs, and what they leave behind the client pays for.
type body struct {
	fields []bodyField
	text   bytes.Buffer // the values' encodings, one behind the other
	encode *json.Encoder
	err    error
}

// bodyField is a key and where its value lies in the text.
type bodyField struct {
	key      string
	from, to int
}

var bodies = sync.Pool{New: func() any {
	b := new(body)
	b.encode = json.NewEncoder(&b.text)
	// HTML escaping would lengthen prompts on the wire for nothing.
	b.encode.SetEscapeHTML(false)
	return b
}}

func newBody() *body {
	b := bodies.Get().(*body)
	b.fields, b.err = b.fields[:0], nil
	b.text.Reset()
	return b
}

// set encodes v under key.
func (b *body) set(key string, v any) {
	from := b.text.Len()
	if err := b.encode.Encode(v); err != nil {
		b.text.Truncate(from)
		b.err = fmt.Errorf("encode body field %q: %w", key, err)
		return
	}
	b.put(key, from, b.text.Len()-1) // without the line feed
}

// raw sets an encoded value.
func (b *body) raw(key string, v json.RawMessage) {
	from := b.text.Len()
	b.text.Write(v)
	b.put(key, from, b.text.Len())
}

func (b *body) put(key string, from, to int) {
	for i := range b.fields {
		if b.fields[i].key == key {
			b.fields[i].from, b.fields[i].to = from, to
			return
		}
	}
	b.fields = append(b.fields, bodyField{key, from, to})
}

// value is what stands under key, nil for nothing. It is valid until the next set.
func (b *body) value(key string) json.RawMessage {
	for _, f := range b.fields {
		if f.key == key {
			return b.text.Bytes()[f.from:f.to]
		}
	}
	return nil
}

// rest adds the fields that win over the protocol's own, weakest first: sampling, ignore_eos, --extra-body, and the
// fields of this prompt alone (the order of vLLM's benchmark).
func (b *body) rest(c *Config, p *dataset.Prompt) {
	b.sampling(c.Sampling)
	if c.IgnoreEOS {
		b.set("ignore_eos", true)
	}
	b.extra(c, p)
}

// sampling adds parameters in the order of their names.
func (b *body) sampling(parameters map[string]any) {
	for _, key := range sortedKeys(parameters) {
		b.set(key, parameters[key])
	}
}

// extra adds --extra-body and the fields of this prompt alone. An object given where the body has one is merged into
// it key by key: who asks for one more sampling parameter does not mean to lose the length of the answer.
func (b *body) extra(c *Config, p *dataset.Prompt) {
	for _, extra := range []map[string]json.RawMessage{c.ExtraBody, p.Body} {
		for _, key := range sortedKeys(extra) {
			b.raw(key, mergeObjects(b.value(key), extra[key]))
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	if len(m) == 0 { // nearly always, and sorting nothing allocates
		return nil
	}
	return slices.Sorted(maps.Keys(m))
}

// mergeObjects lays over on under where both are objects, its keys sorted, over's new ones last; else it is over.
func mergeObjects(under, over json.RawMessage) json.RawMessage {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(under, &a) != nil || json.Unmarshal(over, &b) != nil || len(a) == 0 || b == nil {
		return over
	}
	merged := newBody()
	for _, key := range slices.Sorted(maps.Keys(a)) {
		merged.raw(key, a[key])
	}
	for _, key := range slices.Sorted(maps.Keys(b)) {
		merged.raw(key, b[key])
	}
	object, err := merged.bytes()
	if err != nil {
		return over
	}
	return object
}

// object sets a nested object under key, and ends o.
func (b *body) object(key string, o *body) {
	defer bodies.Put(o)
	if o.err != nil {
		b.err = o.err
		return
	}
	from := b.text.Len()
	b.text.Grow(o.size())
	b.text.Write(o.append(b.text.AvailableBuffer()))
	b.put(key, from, b.text.Len())
}

// bytes gives the finished object, or the first error of a set, and ends b.
func (b *body) bytes() ([]byte, error) {
	defer bodies.Put(b)
	if b.err != nil {
		return nil, b.err
	}
	return b.append(make([]byte, 0, b.size())), nil
}

// size is at least the length of the object's encoding where no key has to be quoted.
func (b *body) size() int {
	size := len("{}")
	for _, f := range b.fields {
		size += len(`"":,`) + len(f.key) + f.to - f.from
	}
	return size
}

func (b *body) append(out []byte) []byte {
	out = append(out, '{')
	for i, f := range b.fields {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendKey(out, f.key), ':')
		out = append(out, b.text.Bytes()[f.from:f.to]...)
	}
	return append(out, '}')
}

// appendKey quotes a key. Nearly all are words; a user's may be anything.
func appendKey(out []byte, key string) []byte {
	for _, c := range []byte(key) {
		if !('a' <= c && c <= 'z' || c == '_' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			quoted, _ := json.Marshal(key) // a string can always be encoded
			return append(out, quoted...)
		}
	}
	return append(append(append(out, '"'), key...), '"')
}

// textOf is the prompt for a server that takes one text.
func textOf(p *dataset.Prompt) (string, error) {
	switch {
	case p.Text != "":
	case p.TokenIDs != nil:
		return "", errors.New("the prompt is token ids alone, which this backend cannot send; use one that takes them (vllm, sglang, llama.cpp)")
	case p.Batch != nil:
		return "", errors.New("the prompt is a batch of texts, which this backend cannot send; use one that embeds or ranks (openai-embeddings, vllm-pooling, vllm-rerank)")
	case p.Messages != nil:
		return "", errors.New("the prompt is a chat, which this backend cannot send; use one that takes messages (openai-chat, vllm-chat)")
	}
	return p.Text, nil
}
