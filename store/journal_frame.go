package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// A journal is an Arrow IPC stream with a checksum that Arrow itself does not have. An Arrow message is
//
//	ffffffff, length of head, head, body
//
// where the head is padded to a multiple of eight bytes. The last eight of that padding are the CRC-32C of the head
// before them and the CRC-32C of the body; other readers of Arrow skip them like all padding. The checksum is not
// a luxury: a damaged head makes the Arrow library allocate whatever lengths it finds there, and a power cut may
// leave zeros where rows should be.
const (
	frameMark     = 0xffffffff
	framePrefix   = 8
	frameChecks   = 8
	frameBoundary = 8
	maxFrameHead  = 1 << 20 // that of our schema has about 4 KiB
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frameWriter is the end of an ipc.Writer that appends checked messages to a buffer.
type frameWriter struct{ to *bytes.Buffer }

var _ ipc.PayloadWriter = (*frameWriter)(nil)

// Start does nothing: a stream begins with its first message.
func (w *frameWriter) Start() error { return nil }

// Close writes no end mark: a journal may always go on.
func (w *frameWriter) Close() error { return nil }

// WritePayload appends one message.
func (w *frameWriter) WritePayload(p ipc.Payload) error {
	meta := p.Meta()
	defer meta.Release()
	padding := -meta.Len() & (frameBoundary - 1)
	var prefix [framePrefix]byte
	binary.LittleEndian.PutUint32(prefix[:], frameMark)
	binary.LittleEndian.PutUint32(prefix[4:], uint32(meta.Len()+padding+frameChecks))
	w.to.Write(prefix[:])
	headAt := w.to.Len()
	w.to.Write(meta.Bytes())
	w.to.Write(make([]byte, padding+frameChecks))
	bodyAt := w.to.Len()
	if err := p.SerializeBody(w.to); err != nil {
		w.to.Truncate(headAt - framePrefix)
		return err
	}
	frame := w.to.Bytes()
	checks := frame[bodyAt-frameChecks : bodyAt]
	binary.LittleEndian.PutUint32(checks, crc32.Checksum(frame[headAt:bodyAt-frameChecks], castagnoli))
	binary.LittleEndian.PutUint32(checks[4:], crc32.Checksum(frame[bodyAt:], castagnoli))
	return nil
}

// errBadFrame ends a stream at bytes that are no message.
var errBadFrame = errors.New("no message, or a damaged one")

// frameReader reads checked messages. It gives io.EOF behind the last, io.ErrUnexpectedEOF when the last is cut
// short, and errBadFrame when what follows is none. A message whose body alone is damaged is left out and counted.
type frameReader struct {
	from io.Reader
	left int64 // bytes not yet read
	good int64 // bytes up to the end of the last whole message
	bad  int64 // messages left out
	body []byte
}

var _ ipc.MessageReader = (*frameReader)(nil)

// Retain does nothing: the garbage collector sees to the memory.
func (r *frameReader) Retain() {}

// Release does nothing.
func (r *frameReader) Release() {}

// Message gives the next whole message, which is good until the next call.
func (r *frameReader) Message() (*ipc.Message, error) {
	for {
		head, bodyCheck, err := r.head()
		if err != nil {
			return nil, err
		}
		message := ipc.NewMessage(memory.NewBufferBytes(head), memory.NewBufferBytes(nil))
		if message.BodyLen() < 0 {
			return nil, errBadFrame
		}
		if err := r.read(&r.body, message.BodyLen()); err != nil {
			return nil, err
		}
		r.good += framePrefix + int64(len(head)) + frameChecks + int64(len(r.body))
		if crc32.Checksum(r.body, castagnoli) == bodyCheck {
			return ipc.NewMessage(memory.NewBufferBytes(head), memory.NewBufferBytes(r.body)), nil
		}
		r.bad++
	}
}

// head reads a message up to its body, and the checksum the body must have.
func (r *frameReader) head() (head []byte, bodyCheck uint32, err error) {
	if r.left == 0 {
		return nil, 0, io.EOF
	}
	var prefix []byte
	if err := r.read(&prefix, framePrefix); err != nil {
		return nil, 0, err
	}
	mark, length := binary.LittleEndian.Uint32(prefix), binary.LittleEndian.Uint32(prefix[4:])
	if mark == 0 && length == 0 { // zeros where a power cut took the rest
		return nil, 0, io.ErrUnexpectedEOF
	}
	if mark != frameMark || length <= frameChecks || length > maxFrameHead || length%frameBoundary != 0 {
		return nil, 0, errBadFrame
	}
	if err := r.read(&head, int64(length)); err != nil {
		return nil, 0, err
	}
	head, checks := head[:length-frameChecks], head[length-frameChecks:]
	if crc32.Checksum(head, castagnoli) != binary.LittleEndian.Uint32(checks) {
		return nil, 0, errBadFrame
	}
	return head, binary.LittleEndian.Uint32(checks[4:]), nil
}

// read fills *into with the next n bytes, and never allocates for more than are there.
func (r *frameReader) read(into *[]byte, n int64) error {
	if n > r.left {
		r.left = 0
		return io.ErrUnexpectedEOF
	}
	if int64(cap(*into)) < n {
		*into = make([]byte, n)
	}
	*into = (*into)[:n]
	got, err := io.ReadFull(r.from, *into)
	r.left -= int64(got)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
