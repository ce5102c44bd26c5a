package dataset

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/valyala/fastjson"
)

// readASR sends the sound of a row. Rows outside the bounds of the seconds are left out.
func readASR(c HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	sound := row.Get("audio")
	if sound == nil {
		return ex, false, fmt.Errorf(`no column "audio"; it has %s`, columnNames(row))
	}
	if ex.sound, err = mediumURL(sound); err != nil {
		return ex, false, fmt.Errorf(`column "audio": %w`, err)
	}
	if c.MinAudioS == 0 && c.MaxAudioS == 0 {
		return ex, true, nil
	}
	data, err := mediumBytes(ex.sound, "")
	if err != nil {
		return ex, false, err
	}
	seconds, err := audioSeconds(data)
	if err != nil {
		return ex, false, fmt.Errorf("--asr-min-audio-len-sec, --asr-max-audio-len-sec: %w", err)
	}
	return ex, seconds >= c.MinAudioS && (c.MaxAudioS == 0 || seconds <= c.MaxAudioS), nil
}

// mediumBytes are those of a data URL or of a file.
func mediumBytes(url, dir string) ([]byte, error) {
	if path, local := strings.CutPrefix(url, fileScheme); local {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, filepath.FromSlash(path))
		}
		return os.ReadFile(path)
	}
	head, data, ok := strings.Cut(url, ",")
	if !ok || !strings.HasPrefix(head, "data:") {
		return nil, fmt.Errorf("%.80s: an address; sound must be a file or part of the dataset", url)
	}
	return base64.StdEncoding.DecodeString(data)
}

// soundExtension tells the format of a sound by the end of a name: that of its file, or of its media type.
func soundExtension(url string) string {
	if path, local := strings.CutPrefix(url, fileScheme); local {
		return filepath.Ext(path)
	}
	head, _, _ := strings.Cut(url, ";")
	switch head {
	case "data:audio/flac":
		return ".flac"
	case "data:audio/ogg":
		return ".ogg"
	case "data:audio/mpeg":
		return ".mp3"
	}
	return ".wav"
}

// audioSeconds is the length of a WAV or FLAC file, from its head.
func audioSeconds(data []byte) (float64, error) {
	switch mediaType(data[:min(len(data), 48)]) {
	case "audio/wav":
		return wavSeconds(data)
	case "audio/flac":
		return flacSeconds(data)
	}
	return 0, errors.New("the length of a sound is known of WAV and FLAC alone")
}

// wavSeconds divides the data chunk by the bytes of a second, which the format chunk tells.
func wavSeconds(data []byte) (float64, error) {
	perSecond := 0.0
	for at := 12; at+8 <= len(data); {
		name, size := string(data[at:at+4]), int(binary.LittleEndian.Uint32(data[at+4:]))
		at += 8
		switch {
		case name == "fmt " && at+12 <= len(data):
			perSecond = float64(binary.LittleEndian.Uint32(data[at+8:]))
		case name == "data" && perSecond > 0:
			return float64(min(size, len(data)-at)) / perSecond, nil
		}
		at += size + size%2
	}
	return 0, errors.New("a WAV file without its length")
}

// flacSeconds reads the block STREAMINFO, which comes first: 20 bits of rate, 36 bits of samples.
func flacSeconds(data []byte) (float64, error) {
	const info = 8 // the mark and the block's head
	if len(data) < info+18 {
		return 0, errors.New("a FLAC file without its length")
	}
	bits := binary.BigEndian.Uint64(data[info+10:])
	rate, samples := bits>>44, bits&(1<<36-1)
	if rate == 0 || samples == 0 {
		return 0, errors.New("a FLAC file without its length")
	}
	return float64(samples) / float64(rate), nil
}

// readCustomAudio sends a sound beside the dataset, with a prompt where there is one.
func readCustomAudio(row *fastjson.Value) (ex example, use bool, err error) {
	ex.text = string(row.GetStringBytes("prompt"))
	sound := row.Get("audio")
	if sound == nil {
		return ex, false, fmt.Errorf(`no column "audio"; it has %s`, columnNames(row))
	}
	ex.sound, err = mediumURL(sound)
	return ex, true, err
}

// soundInChat sends sound as a part of a chat, behind the text where there is one.
func soundInChat(read reader) reader {
	return func(row *fastjson.Value) (ex example, use bool, err error) {
		if ex, use, err = read(row); err != nil || ex.sound == "" {
			return ex, use, err
		}
		said := Message{Role: "user"}
		if ex.text != "" {
			said.Parts = []Part{{Text: ex.text}}
		}
		said.Parts = append(said.Parts, Part{Kind: PartAudio, URL: ex.sound})
		ex.messages, ex.text, ex.sound = []Message{said}, "", ""
		return ex, use, nil
	}
}
