package protocol

import (
	"errors"
	"slices"
	"strings"

	"llmbench/collect/dataset"
)

// chatPooling embeds a chat: vLLM's way to embed pictures, whose /v1/embeddings takes messages in place of an input.
type chatPooling struct {
	pooling
	// shape fits a message to what a model was trained on; nil sends it as it is.
	shape func(dataset.Message) dataset.Message
}

var _ Protocol = chatPooling{}

var (
	embeddingsChat    = chatPooling{pooling: vllmPooling}
	embeddingsCLIP    = chatPooling{vllmPooling, mediaAlone}
	embeddingsVLM2Vec = chatPooling{vllmPooling, represented}
)

// Body sends the prompt's messages, or its text as one message.
func (t chatPooling) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	shaped := *p
	if t.shape != nil && slices.ContainsFunc(p.Messages, illustrated) {
		shaped.Messages = slices.Clone(p.Messages)
		for i, m := range shaped.Messages {
			shaped.Messages[i] = t.shape(m)
		}
	}
	messages, err := chatMessages(&shaped, chatPart)
	if err != nil {
		return nil, err
	}
	b := newBody()
	b.set("model", c.Model)
	b.set("messages", messages)
	for _, f := range t.own {
		b.set(f.key, f.value)
	}
	b.extra(c, p)
	return b.bytes()
}

func isMedium(p dataset.Part) bool { return p.Kind != dataset.PartText }

func illustrated(m dataset.Message) bool { return slices.ContainsFunc(m.Parts, isMedium) }

// mediaAlone is for CLIP, which embeds a text or a picture, never both.
func mediaAlone(m dataset.Message) dataset.Message {
	m.Parts = slices.DeleteFunc(slices.Clone(m.Parts), func(p dataset.Part) bool { return !isMedium(p) })
	return m
}

// represented is VLM2Vec's instruction: the picture first, then what is to be embedded of it.
func represented(m dataset.Message) dataset.Message {
	asked := "Represent the given image."
	var media, texts []dataset.Part
	for _, p := range m.Parts {
		if isMedium(p) {
			media = append(media, p)
		} else if strings.TrimSpace(p.Text) != "" {
			texts = append(texts, p)
		}
	}
	if len(texts) > 0 {
		asked = "Represent the given image with the following question: "
		for _, p := range texts {
			asked += p.Text
		}
	}
	m.Parts = append(media, dataset.Part{Text: asked})
	return m
}

// infinity is the embedding server of that name: an input is a text, or the address of one medium with what it is.
type infinity struct {
	pooling
	// clip leaves the text of a prompt with a medium out.
	clip bool
}

var _ Protocol = infinity{}

// Body sends the prompt's text; the medium where there is no text, or the model takes one of them alone.
func (t infinity) Body(c *Config, p *dataset.Prompt) ([]byte, error) {
	text, media := split(p)
	if p.Messages == nil || len(media) == 0 || text != "" && !t.clip {
		plain := *p
		if p.Messages != nil {
			plain.Text, plain.Messages = text, nil
		}
		return t.pooling.Body(c, &plain)
	}
	if len(media) > 1 {
		return nil, errors.New("several media in one prompt; this backend embeds one")
	}
	b := newBody()
	b.set("model", c.Model)
	b.set("input", media[0].URL)
	b.set("modality", modalities[media[0].Kind])
	b.extra(c, p)
	return b.bytes()
}

var modalities = map[dataset.PartKind]string{dataset.PartImage: "image", dataset.PartVideo: "video", dataset.PartAudio: "audio"}

// split gives the text of a chat and its media.
func split(p *dataset.Prompt) (text string, media []dataset.Part) {
	for _, m := range p.Messages {
		text += m.Content
		for _, part := range m.Parts {
			if isMedium(part) {
				media = append(media, part)
			} else {
				text += part.Text
			}
		}
	}
	return text, media
}
