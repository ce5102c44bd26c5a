package protocol

import (
	"bytes"
	"fmt"

	"github.com/valyala/fastjson"
)

type value = fastjson.Value

var done = []byte("[DONE]")

// jsonReader is what all readers have in common: an event is a JSON object, an error object in any of the shapes
// servers use, or the end mark. Its parser is reused.
type jsonReader struct{ parser fastjson.Parser }

// event reads the data of one event; object gets it when it is an object without an error.
func (r *jsonReader) event(ev Event, d *Delta, object func(*value, *Delta)) error {
	if bytes.Equal(bytes.TrimSpace(ev.Data), done) {
		d.Done = true
		return nil
	}
	return r.whole(ev.Data, d, object)
}

// whole reads one object. llama.cpp sends null events before a batch; they mean nothing.
func (r *jsonReader) whole(body []byte, d *Delta, object func(*value, *Delta)) error {
	v, err := r.parser.ParseBytes(body)
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	switch v.Type() {
	case fastjson.TypeNull:
		return nil
	case fastjson.TypeObject:
		if d.Err = errorIn(v); d.Err == "" {
			object(v, d)
		}
		return nil
	}
	return fmt.Errorf("a JSON %s where an object was expected", v.Type())
}

// errorIn is the message of an error object, "" where v is none. Servers that have an error field in every answer leave
// it null or empty.
func errorIn(v *value) string {
	if e := v.Get("error"); e != nil && e.Type() != fastjson.TypeNull && string(e.GetStringBytes()) != "" || e.GetObject() != nil {
		return errorMessage(v)
	}
	// vLLM before 0.6 and some gateways: {"object":"error","message":...}
	if string(v.GetStringBytes("object")) == "error" {
		return errorMessage(v)
	}
	return ""
}

// errorMessage finds the text of an error object in the shapes servers use: {"error":{"message":...}},
// {"error":"..."}, {"message":...}; else the object itself.
func errorMessage(v *value) string {
	for _, path := range [][]string{{"error", "message"}, {"error"}, {"message"}, {"detail"}} {
		if s := v.GetStringBytes(path...); len(s) > 0 {
			return string(s)
		}
	}
	return v.String()
}

// ErrorText gives the message of an error answer: that of its JSON where it is JSON of a known shape, the beginning of
// the body otherwise.
func ErrorText(body []byte) string {
	const most = 500
	var p fastjson.Parser
	if v, err := p.ParseBytes(body); err == nil && v.Type() == fastjson.TypeObject {
		body = []byte(errorMessage(v))
	}
	text := bytes.TrimSpace(bytes.ToValidUTF8(body, []byte("?")))
	if len(text) > most {
		return string(bytes.ToValidUTF8(text[:most], nil)) + "..."
	}
	return string(text)
}
