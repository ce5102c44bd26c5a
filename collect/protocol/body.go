package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"llmbench/collect/dataset"
)

// body is a JSON object under construction. Setting a key again replaces its value and keeps its place, so that the
// order on the wire is the same for every request of a run.
type body struct {
	keys   []string
	values map[string]json.RawMessage
	err    error
}

func newBody() *body { return &body{values: make(map[string]json.RawMessage, 12)} }

// set encodes v under key. HTML escaping is off: it would lengthen prompts on the wire for nothing.
func (b *body) set(key string, v any) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		b.err = fmt.Errorf("encode body field %q: %w", key, err)
		return
	}
	b.raw(key, bytes.TrimRight(out.Bytes(), "\n"))
}

func (b *body) raw(key string, v json.RawMessage) {
	if _, known := b.values[key]; !known {
		b.keys = append(b.keys, key)
	}
	b.values[key] = v
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
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		b.set(key, parameters[key])
	}
}

// extra adds --extra-body and the fields of this prompt alone. An object given where the body has one is merged into
// it key by key: who asks for one more sampling parameter does not mean to lose the length of the answer.
func (b *body) extra(c *Config, p *dataset.Prompt) {
	for _, extra := range []map[string]json.RawMessage{c.ExtraBody, p.Body} {
		for _, key := range slices.Sorted(maps.Keys(extra)) {
			b.raw(key, mergeObjects(b.values[key], extra[key]))
		}
	}
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

// object sets a nested object under key.
func (b *body) object(key string, o *body) {
	object, err := o.bytes()
	if err != nil {
		b.err = err
		return
	}
	b.raw(key, object)
}

// bytes gives the finished object, or the first error of a set.
func (b *body) bytes() ([]byte, error) {
	if b.err != nil {
		return nil, b.err
	}
	out := []byte{'{'}
	for i, key := range b.keys {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, fmt.Errorf("encode body field name %q: %w", key, err)
		}
		out = append(append(append(out, name...), ':'), b.values[key]...)
	}
	return append(out, '}'), nil
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
