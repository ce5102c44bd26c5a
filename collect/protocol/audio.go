package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"path/filepath"
	"strings"

	"llmbench/collect/dataset"
	"llmbench/store"
)

// audio is OpenAI's /v1/audio/transcriptions and /v1/audio/translations: a form with a sound file.
type audio struct {
	// vllm adds the fields vLLM's benchmark sends and OpenAI does not know: a length limit and usage in the stream.
	vllm bool
}

var _ Protocol = audio{}

// formBoundary parts the fields of a form. It is constant, so that the header is equal for all requests.
const formBoundary = "llmbench-form-2c1f6c0d9b7e4a8a93d5e0f1b6a74c38"

// ContentType makes audio's bodies forms.
func (audio) ContentType() string { return "multipart/form-data; boundary=" + formBoundary }

// Body sends the prompt's sound and, as vLLM's benchmark does, English as its language; --extra-body and the fields of
// the prompt can say otherwise.
func (t audio) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	if len(p.Audio) == 0 {
		return nil, errors.New("the prompt has no sound; use a dataset with sound")
	}
	b := newBody()
	b.set("model", c.Model)
	b.set("language", "en")
	b.set("stream", c.Stream)
	if t.vllm {
		b.set("max_completion_tokens", p.OutputTokens)
		if c.Stream {
			b.set("stream_include_usage", true)
			b.set("stream_continuous_usage_stats", true)
		}
	}
	b.sampling(c.Sampling)
	b.extra(c, p)
	if b.err != nil {
		return nil, b.err
	}
	return audioForm(b, p)
}

// audioForm writes the fields of b as text, a string without its quotes, and the sound as a file.
func audioForm(b *body, p *dataset.Prompt) ([]byte, error) {
	if bytes.Contains(p.Audio, []byte(formBoundary)) {
		return nil, errors.New("the sound contains the boundary of the form it is sent in")
	}
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	if err := form.SetBoundary(formBoundary); err != nil {
		return nil, err
	}
	for _, f := range b.fields {
		key, value := f.key, b.value(f.key)
		text := string(value)
		if text == "null" {
			continue
		}
		if text[0] == '"' {
			if err := json.Unmarshal(value, &text); err != nil {
				return nil, fmt.Errorf("encode form field %q: %w", key, err)
			}
		}
		if err := form.WriteField(key, text); err != nil {
			return nil, fmt.Errorf("encode form field %q: %w", key, err)
		}
	}
	if err := soundFile(form, p); err != nil {
		return nil, fmt.Errorf("encode the sound: %w", err)
	}
	if err := form.Close(); err != nil {
		return nil, fmt.Errorf("encode the form: %w", err)
	}
	return out.Bytes(), nil
}

// soundTypes are the media types of the formats servers take; the extension is what most of them go by.
var soundTypes = map[string]string{".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg", ".m4a": "audio/mp4", ".webm": "audio/webm"}

func soundFile(form *multipart.Writer, p *dataset.Prompt) error {
	name := filepath.Base(p.AudioName)
	if p.AudioName == "" {
		name = "audio.wav"
	}
	kind := soundTypes[strings.ToLower(filepath.Ext(name))]
	if kind == "" {
		kind = "application/octet-stream"
	}
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", name)},
		"Content-Type":        {kind},
	})
	if err != nil {
		return err
	}
	_, err = part.Write(p.Audio)
	return err
}

func (audio) Reader() Reader { return &audioReader{openAIReader{choice: readChatChoice}} }

// audioReader reads vLLM's streams, which are those of chat, and OpenAI's, whose events have a type. A whole answer has
// its text at the top.
type audioReader struct{ openAIReader }

func (r *audioReader) Event(ev Event, d *Delta) error { return r.json.event(ev, d, r.object) }

func (r *audioReader) Whole(body []byte, d *Delta) error { return r.json.whole(body, d, r.object) }

func (r *audioReader) object(v *value, d *Delta) {
	kind := v.GetStringBytes("type")
	switch {
	case string(kind) == "transcript.text.delta":
		d.chunk(v.GetStringBytes("delta"))
	case string(kind) == "transcript.text.done":
		d.Choice, d.Kind, d.Done = true, store.KindFinish, true
		audioUsage(v, &d.Usage)
	case v.Exists("text") && !v.Exists("choices"):
		d.chunk(v.GetStringBytes("text"))
		audioUsage(v, &d.Usage)
	default:
		r.openAIReader.object(v, d)
	}
}

// audioUsage reads OpenAI's count. vLLM's whole answers count seconds instead.
func audioUsage(v *value, u *Usage) {
	u.Prompt, u.Output = v.GetInt64("usage", "input_tokens"), v.GetInt64("usage", "output_tokens")
}
