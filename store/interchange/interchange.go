// Package interchange reads and writes the result files of other tools: one file per format, one line in the registry.
// What a file does not say stays NULL; a chunk is never called a token; the numbers a tool computed itself are kept
// apart from ours. It measures and computes nothing.
package interchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"
	"time"

	"llmbench/near"
)

// Format is a foreign format that can be imported.
type Format struct {
	Name string
	// About says in a few words which tool writes it.
	About string

	// recognise tells the format from the beginning of a file.
	recognise func(head []byte) bool
	// read gives the runs of a file, in order. An error ends the sequence.
	read func(Source) iter.Seq2[*Run, error]
}

// formats is the registry, in the order in which auto asks them.
var formats = []Format{
	vllmFormat,
	sglangFormat,
	aiperfFormat,
	guidellmFormat,
	genaiperfFormat,
	inferenceperfFormat,
	evalscopeFormat,
	seedCSVFormat,
}

// Formats lists what can be imported.
func Formats() []Format { return formats }

// FormatNames lists the names Find knows, "auto" first.
func FormatNames() []string {
	names := []string{Auto}
	for _, f := range formats {
		names = append(names, f.Name)
	}
	return names
}

// Auto is the name of the format that is recognised from the file.
const Auto = "auto"

// ErrUnknown: no format recognises the file.
var ErrUnknown = errors.New("its format is not known")

// Source is a file to import.
type Source struct {
	Path string
	// Zone is where local dates without a zone were written.
	Zone *time.Location

	modified time.Time
}

// headBytes is how much of a file is looked at to recognise it.
const headBytes = 64 << 10

// Read gives the runs of a file in the named format, or in the one it is recognised by. A run without a time of its own
// began when its file was written.
func Read(source Source, name string) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		format, err := source.open(name)
		if err != nil {
			yield(nil, err)
			return
		}
		for run, err := range format.read(source) {
			if err != nil {
				yield(nil, fmt.Errorf("read %s as %s: %w", source.Path, format.Name, err))
				return
			}
			if run.BeganAt.IsZero() {
				run.dateBy(source.modified)
			}
			run.Source = "import:" + format.Name
			if !yield(run, nil) {
				return
			}
		}
	}
}

// open looks at the file and finds its format.
func (s *Source) open(name string) (Format, error) {
	head, modified, err := readHead(s.Path)
	if err != nil {
		return Format{}, err
	}
	s.modified = modified
	if s.Zone == nil {
		s.Zone = time.Local
	}
	for _, f := range formats {
		if f.Name == name || name == Auto && f.recognise(head) {
			return f, nil
		}
	}
	if name != Auto {
		return Format{}, fmt.Errorf("format %q is not known; %s", name, near.OneOf(name, FormatNames()))
	}
	return Format{}, fmt.Errorf("import %s: %w; name it: %s", s.Path, ErrUnknown, strings.Join(FormatNames()[1:], ", "))
}

func readHead(path string) (head []byte, modified time.Time, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, modified, fmt.Errorf("import: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("it is a folder")}
	}
	if err != nil {
		return nil, modified, fmt.Errorf("import: %w", err)
	}
	head = make([]byte, headBytes)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, modified, fmt.Errorf("import: %w", err)
	}
	if n == 0 {
		return nil, modified, fmt.Errorf("import %s: the file is empty", path)
	}
	return head[:n], info.ModTime(), nil
}

// leadingKeys are the keys of the object that the text begins with, as far as the text goes.
func leadingKeys(text []byte) map[string]bool {
	keys := map[string]bool{}
	decoder := json.NewDecoder(bytes.NewReader(plainJSON(text)))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return keys
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			break
		}
		keys[fmt.Sprint(key)] = true
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			break
		}
	}
	return keys
}

// hasKeys makes a recogniser: a file that begins with an object of these keys.
func hasKeys(want ...string) func([]byte) bool {
	return func(head []byte) bool {
		keys := leadingKeys(head)
		for _, key := range want {
			if !keys[key] {
				return false
			}
		}
		return true
	}
}
