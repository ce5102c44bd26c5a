package protocol

import (
	"strings"
	"testing"

	"llmbench/collect/dataset"
)

// media is a chat with every kind of part.
func media(parts ...dataset.Part) dataset.Prompt {
	return dataset.Prompt{OutputTokens: 5, Messages: []dataset.Message{{Role: "system", Content: "s"}, {Role: "user", Parts: parts}}}
}

var (
	words   = dataset.Part{Text: "a <b>"}
	picture = dataset.Part{Kind: dataset.PartImage, URL: dataset.DataURL("image/jpeg", []byte("ji"))}
	distant = dataset.Part{Kind: dataset.PartImage, URL: "http://h/i.png"}
	film    = dataset.Part{Kind: dataset.PartVideo, URL: dataset.DataURL("video/mp4", []byte("v"))}
	noise   = dataset.Part{Kind: dataset.PartAudio, URL: dataset.DataURL("audio/x-wav", []byte("w"))}
	radio   = dataset.Part{Kind: dataset.PartAudio, URL: "http://h/a.mp3"}
)

func TestParts(t *testing.T) {
	const (
		chatHead      = `{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":`
		chatTail      = `}],"max_completion_tokens":5,"stream":false}`
		responsesHead = `{"model":"m","input":[{"role":"system","content":"s"},{"role":"user","content":`
		responsesTail = `}],"max_output_tokens":5,"stream":false}`
	)
	for _, c := range []struct {
		name, backend string
		prompt        dataset.Prompt
		want          string
	}{
		{"chat: images, inline and at an address", "openai-chat", media(words, picture, distant),
			chatHead + `[{"type":"text","text":"a <b>"},{"image_url":{"url":"data:image/jpeg;base64,amk="},"type":"image_url"},{"image_url":{"url":"http://h/i.png"},"type":"image_url"}]` + chatTail},
		{"chat: a video before the text", "openai-chat", media(film, words),
			chatHead + `[{"type":"video_url","video_url":{"url":"data:video/mp4;base64,dg=="}},{"type":"text","text":"a <b>"}]` + chatTail},
		{"chat: sound, inline and at an address", "openai-chat", media(noise, radio),
			chatHead + `[{"type":"input_audio","input_audio":{"data":"dw==","format":"wav"}},{"audio_url":{"url":"http://h/a.mp3"},"type":"audio_url"}]` + chatTail},
		{"responses", "openai-responses", media(words, picture, noise),
			responsesHead + `[{"type":"input_text","text":"a <b>"},{"image_url":"data:image/jpeg;base64,amk=","type":"input_image"},{"type":"input_audio","input_audio":{"data":"dw==","format":"wav"}}]` + responsesTail},
		{"responses: what the model said", "openai-responses",
			dataset.Prompt{OutputTokens: 5, Messages: []dataset.Message{{Role: "assistant", Parts: []dataset.Part{words}}}},
			`{"model":"m","input":[{"role":"assistant","content":[{"type":"output_text","text":"a <b>"}]}],"max_output_tokens":5,"stream":false}`},
		{"ollama", "ollama-chat", media(words, picture, words),
			`{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"a <b>\na <b>","images":["amk="]}],"stream":false,"truncate":false,"shift":false,"options":{"num_predict":5}}`},
	} {
		b, err := Lookup(c.backend)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Protocol.Body(&Config{Model: "m"}, &c.prompt)
		if err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", c.name, got, err, c.want)
		}
	}
}

// What a backend has no form for is refused, never left out.
func TestPartsRefused(t *testing.T) {
	for _, c := range []struct {
		backend string
		prompt  dataset.Prompt
		says    string
	}{
		{"vllm", media(picture), "a chat, which this backend cannot send"},
		{"sglang", media(picture), "a chat, which this backend cannot send"},
		{"llama.cpp-native", media(picture), "a chat, which this backend cannot send"},
		{"openai-embeddings", media(picture), "a chat, which this backend cannot send"},
		{"openai-responses", media(film), "message 1: a video"},
		{"openai-responses", media(radio), "message 1: sound at an address"},
		{"ollama-chat", media(noise), "message 1: ollama takes text and images"},
		{"ollama-chat", media(distant), "message 1: ollama takes text and images"},
	} {
		b, err := Lookup(c.backend)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := b.Protocol.Body(&Config{}, &c.prompt); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s, %v; want an error saying %q", c.backend, body, err, c.says)
		}
	}
}
