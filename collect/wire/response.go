// Package wire speaks HTTP/1.1 to the server under test over sockets of its own: one goroutine waits for all of them,
// reads whatever is ready, stamps it and only then looks at it. net/http costs a goroutine switch and a second, empty
// read for every chunk of every stream; at hundreds of streams that is more than everything else the client does. TLS,
// proxies and HTTP/2 are not spoken here: net/http does those.
package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// Head is what an answer says before its body.
type Head struct {
	Status      int
	ContentType string
	Location    string
	RetryAfter  string
}

// response parses one HTTP/1.1 answer from what each read brings. Body bytes are handed on in place, without the framing.
type response struct {
	head func(Head, int64)
	body func(p []byte, atNS int64) error

	state state
	line  []byte // the head, or a line of the framing, as far as it has come
	left  int64  // bytes of the body or of the chunk still to come
	// keep is true when the connection may be used again once the answer is complete.
	keep bool
}

type state uint8

const (
	inHead state = iota
	inBody
	inBodyToEnd // neither a length nor chunks: the end of the connection ends it
	inChunkSize
	inChunk
	inChunkEnd
	inTrailer
	complete
)

// Bounds of what is held in memory.
const (
	maxHead = 64 << 10
	maxLine = 4 << 10
)

var (
	errHeadTooLarge = fmt.Errorf("%w: a head of more than 64 KiB", ErrNotHTTP)
	errChunkSize    = fmt.Errorf("%w: bad chunk size", ErrNotHTTP)
	errChunkEnd     = fmt.Errorf("%w: a chunk without its end", ErrNotHTTP)
)

// reset readies r for the next answer on the same connection.
func (r *response) reset() {
	r.state, r.line, r.left, r.keep = inHead, r.line[:0], 0, true
}

// feed takes the bytes of one read. What follows the end of the answer is an error: nothing was asked for.
func (r *response) feed(p []byte, atNS int64) error {
	for len(p) > 0 {
		var err error
		switch r.state {
		case inHead:
			p, err = r.takeHead(p, atNS)
		case inBody, inChunk:
			p, err = r.takeBody(p, atNS)
		case inBodyToEnd:
			err = r.body(p, atNS)
			p = nil
		case inChunkSize, inChunkEnd, inTrailer:
			p, err = r.takeLine(p)
		case complete:
			r.keep = false
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// headEnd finds the blank line that ends a head, and where the body begins; -1 when it has not come. Lines end in CRLF,
// or in LF alone from servers written by hand.
func headEnd(p []byte) (end, next int) {
	end, next = -1, -1
	if i := bytes.Index(p, []byte("\n\r\n")); i >= 0 {
		end, next = i+1, i+3
	}
	if i := bytes.Index(p, []byte("\n\n")); i >= 0 && (end < 0 || i+1 < end) {
		end, next = i+1, i+2
	}
	return end, next
}

// takeHead collects the head up to its blank line. The usual case, all of it in one read, is parsed in place.
func (r *response) takeHead(p []byte, atNS int64) ([]byte, error) {
	before := len(r.line)
	if before == 0 {
		if end, next := headEnd(p); end >= 0 {
			return p[next:], r.parseHead(p[:end], atNS)
		}
	}
	r.line = append(r.line, p...)
	from := max(0, before-2)
	end, next := headEnd(r.line[from:])
	if end < 0 {
		if len(r.line) > maxHead {
			return nil, errHeadTooLarge
		}
		return nil, nil
	}
	rest := p[from+next-before:]
	head := r.line[:from+end]
	r.line = r.line[:0]
	return rest, r.parseHead(head, atNS)
}

// cutLine takes the first line off text, without its end.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), rest
}

// parseHead reads the status line and the fields that matter.
func (r *response) parseHead(head []byte, atNS int64) error {
	status, fields := cutLine(head)
	code, minor, err := parseStatus(status)
	if err != nil {
		return err
	}
	if code >= 100 && code < 200 { // 100 Continue and the like precede the answer
		r.state = inHead
		return nil
	}
	h := Head{Status: code}
	f := framing{length: -1, keep: minor >= 1}
	for len(fields) > 0 {
		var field []byte
		field, fields = cutLine(fields)
		if err := f.field(field, &h); err != nil {
			return err
		}
	}
	r.keep = f.keep
	r.begin(code, f)
	r.head(h, atNS)
	return nil
}

// begin chooses how the body ends (RFC 9112 §6.3).
func (r *response) begin(code int, f framing) {
	switch {
	case code == 204 || code == 304:
		r.state = complete
	case f.chunked:
		r.state = inChunkSize
	case f.length == 0:
		r.state = complete
	case f.length > 0:
		r.state, r.left = inBody, f.length
	default:
		r.state, r.keep = inBodyToEnd, false
	}
}

func parseStatus(line []byte) (code int, minor byte, err error) {
	// HTTP/1.1 200 OK
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' || (len(line) > 12 && line[12] != ' ') {
		return 0, 0, fmt.Errorf("%w: %.60q", ErrNotHTTP, line)
	}
	code, err = strconv.Atoi(string(line[9:12]))
	if err != nil || code < 100 || line[7] < '0' || line[7] > '9' {
		return 0, 0, fmt.Errorf("%w: status %.60q", ErrNotHTTP, line)
	}
	return code, line[7] - '0', nil
}

// framing is what the fields say of the body's end and of the connection's future.
type framing struct {
	length  int64
	chunked bool
	keep    bool
}

func (f *framing) field(line []byte, h *Head) error {
	name, value, ok := bytes.Cut(line, []byte{':'})
	if !ok || len(name) == 0 {
		return fmt.Errorf("%w: header field %.60q", ErrNotHTTP, line)
	}
	value = bytes.Trim(value, " \t")
	switch {
	case is(name, "content-length"):
		n, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("%w: Content-Length %.60q", ErrNotHTTP, value)
		}
		f.length = n
	case is(name, "transfer-encoding"):
		f.chunked = is(value, "chunked")
		if !f.chunked {
			return fmt.Errorf("%w: Transfer-Encoding %.60q", ErrNotHTTP, value)
		}
	case is(name, "connection"):
		f.keep = !is(value, "close") && (f.keep || is(value, "keep-alive"))
	case is(name, "content-type"):
		h.ContentType = contentType(value)
	case is(name, "location"):
		h.Location = string(value)
	case is(name, "retry-after"):
		h.RetryAfter = string(value)
	}
	return nil
}

// contentType avoids an allocation for the two types nearly every answer has.
func contentType(value []byte) string {
	switch string(value) {
	case "text/event-stream":
		return "text/event-stream"
	case "text/event-stream; charset=utf-8":
		return "text/event-stream; charset=utf-8"
	}
	return string(value)
}

// is compares names of fields, which have no case.
func is(name []byte, lower string) bool {
	return len(name) == len(lower) && bytes.EqualFold(name, []byte(lower))
}

func (r *response) takeBody(p []byte, atNS int64) ([]byte, error) {
	n := int64(len(p))
	if n > r.left {
		n = r.left
	}
	r.left -= n
	if r.left == 0 {
		if r.state == inChunk {
			r.state = inChunkEnd
		} else {
			r.state = complete
		}
	}
	return p[n:], r.body(p[:n], atNS)
}

// takeLine takes one line of the framing: a chunk's size, the end of a chunk, a trailer.
func (r *response) takeLine(p []byte) ([]byte, error) {
	end := bytes.IndexByte(p, '\n')
	if end < 0 {
		if r.line = append(r.line, p...); len(r.line) > maxLine {
			return nil, errChunkSize
		}
		return nil, nil
	}
	line := p[:end]
	if len(r.line) > 0 {
		r.line = append(r.line, line...)
		line = r.line
	}
	err := r.endLine(bytes.TrimSuffix(line, []byte{'\r'}))
	r.line = r.line[:0]
	return p[end+1:], err
}

func (r *response) endLine(line []byte) error {
	switch r.state {
	case inChunkEnd:
		if len(line) > 0 {
			return errChunkEnd
		}
		r.state = inChunkSize
	case inTrailer:
		if len(line) == 0 {
			r.state = complete
		}
	default:
		size, err := chunkSize(line)
		if err != nil {
			return err
		}
		r.left, r.state = size, inChunk
		if size == 0 {
			r.state = inTrailer
		}
	}
	return nil
}

// chunkSize reads a hexadecimal size; extensions after a semicolon mean nothing here.
func chunkSize(line []byte) (int64, error) {
	line, _, _ = bytes.Cut(line, []byte{';'})
	line = bytes.Trim(line, " \t")
	if len(line) == 0 || len(line) > 15 {
		return 0, errChunkSize
	}
	var n int64
	for _, c := range line {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | int64(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | int64(c-'a'+10)
		case 'A' <= c && c <= 'F':
			n = n<<4 | int64(c-'A'+10)
		default:
			return 0, errChunkSize
		}
	}
	return n, nil
}

// end tells the parser that the connection has ended: regular only where that is how the body ends.
func (r *response) end() error {
	switch {
	case r.state == complete:
		return nil
	case r.state == inBodyToEnd:
		r.state = complete
		return nil
	case r.state == inHead && len(r.line) == 0:
		return ErrNoAnswer
	case r.state == inHead && !bytes.HasPrefix(r.line, []byte("HTTP/1.")):
		return fmt.Errorf("%w: %.60q", ErrNotHTTP, r.line)
	}
	return ErrBrokenOff
}

// Errors of an answer.
var (
	ErrNotHTTP   = errors.New("malformed HTTP response")
	ErrNoAnswer  = errors.New("the server closed the connection without an answer")
	ErrBrokenOff = errors.New("the connection was closed in the middle of the answer")
)
