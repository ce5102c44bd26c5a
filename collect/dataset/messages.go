package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/valyala/fastjson"
)

// chatExample makes an example of a list of messages as the chat API spells them.
func chatExample(list *fastjson.Value) (example, error) {
	messages, err := readMessages(list)
	if err != nil {
		return example{}, err
	}
	ex := example{messages: messages, turns: messages}
	if last := messages[len(messages)-1]; last.Role == "assistant" {
		ex.messages, ex.answer = messages[:len(messages)-1], textOf(last)
	}
	if len(ex.messages) == 0 {
		return example{}, errors.New("a chat needs a message of the user")
	}
	return ex, nil
}

func readMessages(list *fastjson.Value) ([]Message, error) {
	var messages []Message
	for i, v := range list.GetArray() {
		m, err := readMessage(v)
		if err != nil {
			return nil, fmt.Errorf("message %d: %w", i+1, err)
		}
		messages = append(messages, m)
	}
	if len(messages) == 0 {
		return nil, errors.New("a chat without messages")
	}
	return messages, nil
}

func readMessage(v *fastjson.Value) (Message, error) {
	m := Message{Role: string(v.GetStringBytes("role"))}
	if m.Role == "" {
		return m, errors.New(`no "role"`)
	}
	content := v.Get("content")
	switch {
	case content == nil:
		return m, errors.New(`no "content"`)
	case content.Type() == fastjson.TypeString:
		m.Content = string(content.GetStringBytes())
	case content.Type() == fastjson.TypeArray:
		for i, p := range content.GetArray() {
			part, err := readPart(p)
			if err != nil {
				return m, fmt.Errorf("part %d of its content: %w", i+1, err)
			}
			m.Parts = append(m.Parts, part)
		}
		if !hasMedia(m) { // every server takes a text, and so does a template
			m = Message{Role: m.Role, Content: textOf(m)}
		}
	case content.Type() != fastjson.TypeNull:
		return m, fmt.Errorf("its content is a JSON %s", content.Type())
	}
	return m, nil
}

func hasMedia(m Message) bool {
	return slices.ContainsFunc(m.Parts, func(p Part) bool { return p.Kind != PartText })
}

// partKinds are the chat API's names of the parts that carry an address, {"type": "image_url", "image_url": {"url": ...}}, and
// the short forms {"type": "image", "image": "..."}.
var partKinds = map[string]PartKind{
	"image_url": PartImage, "image": PartImage, "video_url": PartVideo, "video": PartVideo, "audio_url": PartAudio, "audio": PartAudio,
}

func readPart(v *fastjson.Value) (Part, error) {
	kind := string(v.GetStringBytes("type"))
	if kind == "text" {
		return Part{Text: string(v.GetStringBytes("text"))}, nil
	}
	medium, known := partKinds[kind]
	if !known {
		return Part{}, fmt.Errorf("its type is %q; use text, image_url, video_url or audio_url", kind)
	}
	address := v.Get(kind)
	if address != nil && address.Type() == fastjson.TypeObject {
		address = address.Get("url")
	}
	if address == nil || len(address.GetStringBytes()) == 0 {
		return Part{}, fmt.Errorf("no address in its %q", kind)
	}
	return Part{Kind: medium, URL: addressOf(string(address.GetStringBytes()))}, nil
}

// parseCount also takes 512.0, which tables of floats have.
func parseCount(text string) (int, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != math.Trunc(v) || v < 1 || v > mostTokens {
		return 0, fmt.Errorf("%q is no number of tokens between 1 and %d", text, mostTokens)
	}
	return int(v), nil
}
