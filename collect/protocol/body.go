package protocol

import (
	"bytes"
	"encoding/json"
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
	for _, key := range slices.Sorted(maps.Keys(c.Sampling)) {
		b.set(key, c.Sampling[key])
	}
	if c.IgnoreEOS {
		b.set("ignore_eos", true)
	}
	for _, extra := range []map[string]json.RawMessage{c.ExtraBody, p.Body} {
		for _, key := range slices.Sorted(maps.Keys(extra)) {
			b.raw(key, extra[key])
		}
	}
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

// stream asks for a stream and for the token counts at its end.
func (b *body) stream(c *Config) {
	b.set("stream", c.Stream)
	if c.Stream {
		b.set("stream_options", map[string]any{"include_usage": true})
	}
}
