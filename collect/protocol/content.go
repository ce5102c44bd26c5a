package protocol

import (
	"errors"
	"fmt"
	"strings"

	"llmbench/collect/dataset"
)

// wireMessage is a message on the wire. Content is a string wherever it is text alone: every server takes a string, several
// refuse the list of parts.
type wireMessage struct {
	Role    string   `json:"role"`
	Content any      `json:"content"`
	Images  []string `json:"images,omitempty"` // ollama's
}

// partSpelling is how an API spells one part of a message of a role.
type partSpelling func(role string, p dataset.Part) (any, error)

// chatOf is the prompt as a chat: its messages, or its text as one message of the user.
func chatOf(p *dataset.Prompt) ([]dataset.Message, error) {
	if p.Messages != nil {
		return p.Messages, nil
	}
	text, err := textOf(p)
	return []dataset.Message{{Role: "user", Content: text}}, err
}

func chatMessages(p *dataset.Prompt, spell partSpelling) ([]wireMessage, error) {
	messages, err := chatOf(p)
	if err != nil {
		return nil, err
	}
	out := make([]wireMessage, len(messages))
	for i, m := range messages {
		if out[i], err = spellMessage(m, spell); err != nil {
			return nil, fmt.Errorf("message %d: %w", i, err)
		}
	}
	return out, nil
}

func spellMessage(m dataset.Message, spell partSpelling) (wireMessage, error) {
	if len(m.Parts) == 0 {
		return wireMessage{Role: m.Role, Content: m.Content}, nil
	}
	parts := make([]any, len(m.Parts))
	for i, p := range m.Parts {
		var err error
		if parts[i], err = spell(m.Role, p); err != nil {
			return wireMessage{}, err
		}
	}
	return wireMessage{Role: m.Role, Content: parts}, nil
}

// The parts of OpenAI's APIs. A medium of chat is an object with its address, one of responses the address itself.
type (
	textPart struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	soundPart struct {
		Type  string `json:"type"`
		Sound sound  `json:"input_audio"`
	}
	sound struct {
		Data   string `json:"data"`
		Format string `json:"format"`
	}
	address struct {
		URL string `json:"url"`
	}
)

// chatPart spells a part for chat. OpenAI itself takes images and sound inline; video_url and audio_url are vLLM's and
// SGLang's.
func chatPart(_ string, p dataset.Part) (any, error) {
	switch p.Kind {
	case dataset.PartImage:
		return map[string]any{"type": "image_url", "image_url": address{p.URL}}, nil
	case dataset.PartVideo:
		return map[string]any{"type": "video_url", "video_url": address{p.URL}}, nil
	case dataset.PartAudio:
		if s, inline := soundOf(p.URL); inline {
			return soundPart{"input_audio", s}, nil
		}
		return map[string]any{"type": "audio_url", "audio_url": address{p.URL}}, nil
	}
	return textPart{"text", p.Text}, nil
}

// responsesPart spells a part for responses, where what the model said before has a type of its own.
func responsesPart(role string, p dataset.Part) (any, error) {
	switch p.Kind {
	case dataset.PartImage:
		return map[string]any{"type": "input_image", "image_url": p.URL}, nil
	case dataset.PartVideo:
		return nil, errors.New("a video, which this backend cannot send; use one with chat (openai-chat, vllm-chat)")
	case dataset.PartAudio:
		s, inline := soundOf(p.URL)
		if !inline {
			return nil, errors.New("sound at an address, which this backend cannot send; use one with chat (openai-chat, vllm-chat)")
		}
		return soundPart{"input_audio", s}, nil
	}
	if role == "assistant" {
		return textPart{"output_text", p.Text}, nil
	}
	return textPart{"input_text", p.Text}, nil
}

// ollamaMessages have their texts in one and their images beside it, in base64 alone.
func ollamaMessages(p *dataset.Prompt) ([]wireMessage, error) {
	messages, err := chatOf(p)
	if err != nil {
		return nil, err
	}
	out := make([]wireMessage, len(messages))
	for i, m := range messages {
		out[i].Role, out[i].Content = m.Role, m.Content
		var texts []string
		for _, part := range m.Parts {
			if part.Kind == dataset.PartText {
				texts = append(texts, part.Text)
				continue
			}
			_, data, inline := splitDataURL(part.URL)
			if part.Kind != dataset.PartImage || !inline {
				return nil, fmt.Errorf("message %d: ollama takes text and images inline, no other media", i)
			}
			out[i].Images = append(out[i].Images, data)
		}
		if len(m.Parts) > 0 {
			out[i].Content = strings.Join(texts, "\n")
		}
	}
	return out, nil
}

// soundOf is the sound of a data URL with its format as OpenAI names it.
func soundOf(url string) (s sound, inline bool) {
	mediaType, data, inline := splitDataURL(url)
	format := strings.TrimPrefix(strings.TrimPrefix(mediaType, "audio/"), "x-")
	if format == "mpeg" {
		format = "mp3"
	}
	return sound{data, format}, inline
}

// splitDataURL takes data:TYPE;...;base64,DATA apart.
func splitDataURL(url string) (mediaType, data string, is bool) {
	rest, is := strings.CutPrefix(url, "data:")
	head, data, comma := strings.Cut(rest, ",")
	mediaType, _, _ = strings.Cut(head, ";")
	return mediaType, data, is && comma && strings.HasSuffix(head, ";base64")
}
