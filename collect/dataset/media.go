package dataset

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/valyala/fastjson"
)

// fileScheme stands before the path of a medium until its prompt is made, and it is read.
const fileScheme = "file:"

// withMedia makes a chat of an example with the medium in v, or all in a list of them, behind its text. Nothing and null leave
// it as it is.
func withMedia(ex example, kind PartKind, v *fastjson.Value) (example, error) {
	var parts []Part
	list := []*fastjson.Value{v}
	if v != nil && v.Type() == fastjson.TypeArray {
		list = v.GetArray()
	}
	for _, item := range list {
		if item == nil || item.Type() == fastjson.TypeNull {
			continue
		}
		url, err := mediumURL(item)
		if err != nil {
			return ex, err
		}
		parts = append(parts, Part{Kind: kind, URL: url})
	}
	if len(parts) == 0 {
		return ex, nil
	}
	if ex.messages == nil {
		ex.messages, ex.text = []Message{{Role: "user", Content: ex.text}}, ""
	}
	last := &ex.messages[len(ex.messages)-1]
	if last.Parts == nil {
		last.Parts, last.Content = []Part{{Text: last.Content}}, ""
	}
	last.Parts = append(last.Parts, parts...)
	return ex, nil
}

// mediumURL is the address of a medium: of {"bytes": base64, "path": ...} as the hub's tables have it, or of a text that is an
// address or a path beside the dataset.
func mediumURL(v *fastjson.Value) (string, error) {
	if v.Type() == fastjson.TypeObject {
		if data := v.GetStringBytes("bytes"); len(data) > 0 {
			return base64URL(data)
		}
		v = v.Get("path")
	}
	if v == nil || v.Type() != fastjson.TypeString || len(v.GetStringBytes()) == 0 {
		return "", errors.New("neither bytes nor a path of a medium")
	}
	return addressOf(string(v.GetStringBytes())), nil
}

// addressOf tells a path from an address.
func addressOf(text string) string {
	if strings.HasPrefix(text, "data:") || strings.Contains(text, "://") {
		return strings.TrimPrefix(text, "file://")
	}
	return fileScheme + text
}

// base64URL is a data URL of bytes that are in base64 already, and of the type their first bytes tell.
func base64URL(data []byte) (string, error) {
	head := make([]byte, 48)
	n, err := base64.StdEncoding.Decode(head, data[:min(len(data), 64)&^3])
	if err != nil {
		return "", fmt.Errorf("bytes that are not base64: %w", err)
	}
	return "data:" + mediaType(head[:n]) + ";base64," + string(data), nil
}

// signatures are how the media that models take begin.
var signatures = []struct {
	at    int
	begin string
	media string
}{
	{0, "\x89PNG\r\n\x1a\n", "image/png"}, {0, "\xff\xd8\xff", "image/jpeg"}, {0, "GIF8", "image/gif"}, {8, "WEBP", "image/webp"}, {0, "BM", "image/bmp"},
	{8, "WAVE", "audio/wav"}, {0, "fLaC", "audio/flac"}, {0, "OggS", "audio/ogg"}, {0, "ID3", "audio/mpeg"}, {0, "\xff\xfb", "audio/mpeg"},
	{4, "ftyp", "video/mp4"}, {0, "\x1aE\xdf\xa3", "video/webm"},
}

func mediaType(head []byte) string {
	for _, s := range signatures {
		if len(head) > s.at && bytes.HasPrefix(head[s.at:], []byte(s.begin)) {
			return s.media
		}
	}
	return "application/octet-stream"
}

// mostMedium bounds a medium: it is sent in one request.
const mostMedium = 512 << 20

// localMedia makes sure that the files of a chat's media are there.
func localMedia(messages []Message, dir string) error {
	return eachLocal(messages, dir, func(_ *Part, path string) error {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return err
		case info.IsDir() || info.Size() > mostMedium:
			return fmt.Errorf("%s is a folder, or above %d MB", path, mostMedium>>20)
		}
		return nil
	})
}

// readMedia puts the media themselves in the place of the paths of their files.
func readMedia(messages []Message, dir string) error {
	return eachLocal(messages, dir, func(part *Part, path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		part.URL = DataURL(mediaType(data[:min(len(data), 48)]), data)
		return nil
	})
}

func eachLocal(messages []Message, dir string, visit func(part *Part, path string) error) error {
	for _, m := range messages {
		for i := range m.Parts {
			path, local := strings.CutPrefix(m.Parts[i].URL, fileScheme)
			if !local {
				continue
			}
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, filepath.FromSlash(path))
			}
			if err := visit(&m.Parts[i], path); err != nil {
				return err
			}
		}
	}
	return nil
}
