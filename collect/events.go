package collect

import (
	"bytes"
	"errors"

	"llmbench/collect/protocol"
)

// maxEventBytes bounds what one event may hold in memory: a server that never ends a line must not take the client down.
const maxEventBytes = 16 << 20

var errEventTooLarge = errors.New("an event of more than 16 MiB")

// eventParser cuts a byte stream into server-sent events as the WHATWG standard has them: lines end in CRLF, LF or CR,
// comments begin with a colon, several data lines are joined by LF, a blank line ends the event, a BOM is skipped. It is
// fed what each read brought with the time of that read, so framing never waits for more than has come. An event that
// lies within one feed is handed on without being copied. A line that begins with a brace is no field of the standard's;
// it is an error some servers send without framing it (ScaleLLM), and is taken for data.
//
// The time of an event is that of the read that brought the end of its last data line: some servers send the blank line
// in a packet of its own, which is not when the token arrived.
type eventParser struct {
	// handle gets each event; its data is valid during the call. An error stops the feed.
	handle func(ev protocol.Event, atNS int64) error
	// lines is true where each line is an event by itself (NDJSON).
	lines bool

	line   []byte // a line's beginning, carried over from earlier feeds
	data   []byte // data lines of the event under way
	held   int    // how many there were
	name   []byte
	named  string // the last name handed on, so that a name like the last costs nothing
	atNS   int64
	skipLF bool // the last feed ended in CR: an LF that follows belongs to it
	began  bool
}

// reset readies p for another stream, keeping its buffers unless a large event has swollen them.
func (p *eventParser) reset() {
	const keep = 64 << 10
	if cap(p.line) > keep {
		p.line = nil
	}
	if cap(p.data) > keep {
		p.data = nil
	}
	*p = eventParser{handle: p.handle, lines: p.lines, line: p.line[:0], data: p.data[:0], name: p.name[:0], named: p.named}
}

// feed takes the bytes of one read.
func (p *eventParser) feed(b []byte, atNS int64) error {
	if p.skipLF && len(b) > 0 {
		p.skipLF = false
		if b[0] == '\n' {
			b = b[1:]
		}
	}
	for len(b) > 0 {
		end, next := lineEnd(b)
		if end < 0 {
			p.line = append(p.line, b...)
			return p.tooLarge()
		}
		if next == end+1 && next == len(b) && b[end] == '\r' {
			p.skipLF = true
		}
		line := b[:end]
		if len(p.line) > 0 {
			p.line = append(p.line, line...)
			line = p.line
		}
		rest := b[next:]
		err := p.endLine(line, rest, atNS)
		p.line = p.line[:0]
		if err != nil {
			return err
		}
		b = rest
	}
	return nil
}

// lineEnd finds the first line of b: its end, and where the next one begins. -1 when there is no end in b.
func lineEnd(b []byte) (end, next int) {
	end = bytes.IndexByte(b, '\n')
	head := b
	if end >= 0 {
		head = b[:end]
	}
	if cr := bytes.IndexByte(head, '\r'); cr >= 0 {
		if cr+1 < len(b) && b[cr+1] == '\n' {
			return cr, cr + 2
		}
		return cr, cr + 1
	}
	return end, end + 1
}

var bom = []byte("\xef\xbb\xbf")

// endLine takes one whole line. rest is what follows in the same read: when the blank line is already there, a single
// data line is handed on in place.
func (p *eventParser) endLine(line, rest []byte, atNS int64) error {
	if !p.began {
		p.began = true
		line = bytes.TrimPrefix(line, bom)
	}
	if len(line) == 0 {
		return p.dispatch()
	}
	if p.lines {
		p.atNS = atNS
		return p.emit(line)
	}
	field, value := cutField(line)
	switch string(field) {
	case "data":
		p.atNS = atNS
		if p.held == 0 && len(rest) > 0 && (rest[0] == '\n' || rest[0] == '\r') {
			return p.emit(value)
		}
		if p.held > 0 {
			p.data = append(p.data, '\n')
		}
		p.data = append(p.data, value...)
		p.held++
		return p.tooLarge()
	case "event":
		p.name = append(p.name[:0], value...)
	default:
		if line[0] == '{' {
			err := p.dispatch()
			if p.atNS = atNS; err == nil {
				err = p.emit(line)
			}
			return err
		}
	}
	return nil
}

// cutField splits "field: value"; one blank after the colon belongs to neither. A comment has an empty field.
func cutField(line []byte) (field, value []byte) {
	field, value, _ = bytes.Cut(line, []byte{':'})
	return field, bytes.TrimPrefix(value, []byte{' '})
}

func (p *eventParser) dispatch() error {
	if p.held == 0 {
		p.name = p.name[:0]
		return nil
	}
	return p.emit(p.data)
}

func (p *eventParser) emit(data []byte) error {
	ev := protocol.Event{Data: data}
	if len(p.name) > 0 {
		if string(p.name) != p.named {
			p.named = string(p.name)
		}
		ev.Name = p.named
	}
	err := p.handle(ev, p.atNS)
	p.data, p.held, p.name = p.data[:0], 0, p.name[:0]
	return err
}

// end closes the stream. The standard drops an event that no blank line ended; servers that forget the last blank line
// exist, and nothing that came may be lost, so it is handed on.
func (p *eventParser) end(atNS int64) error {
	if len(p.line) > 0 {
		line := p.line
		p.line = nil
		if err := p.endLine(line, nil, atNS); err != nil {
			return err
		}
	}
	return p.dispatch()
}

func (p *eventParser) tooLarge() error {
	if len(p.line)+len(p.data) > maxEventBytes {
		return errEventTooLarge
	}
	return nil
}
