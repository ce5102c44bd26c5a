package launch

import (
	"context"
	"io"
	"os"
	"strings"
	"time"
)

// tailBytes is how much of a log's end is looked at.
const tailBytes = 16 << 10

// Tail is the last lines of a file; "" for one that cannot be read or is empty.
func Tail(path string, lines int) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	if size, err := file.Seek(0, io.SeekEnd); err == nil {
		file.Seek(max(0, size-tailBytes), io.SeekStart)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSpace(strings.Join(all[max(0, len(all)-lines):], "\n"))
}

// followPause is the time between two looks at a log that grows.
const followPause = 100 * time.Millisecond

// Follow copies what a file gains until ctx ends; then the rest.
func Follow(ctx context.Context, path string, to io.Writer) {
	var file *os.File
	for ended := false; ; {
		if file == nil {
			file, _ = os.Open(path) // it may not be there yet
		}
		if file != nil {
			io.Copy(to, file)
		}
		if ended {
			break
		}
		select {
		case <-ctx.Done():
			ended = true
		case <-time.After(followPause):
		}
	}
	if file != nil {
		file.Close()
	}
}
