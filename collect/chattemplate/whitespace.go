package chattemplate

import (
	"errors"
	"fmt"
	"strings"
)

// flatten settles the whitespace of a template as Jinja does with trim_blocks and lstrip_blocks, which is how chat templates
// are run: - strips all blanks on its side, the newline after a statement or a comment goes, and so do the blanks between
// the begin of a line and one. The result has the template's text as expressions and no whitespace to decide about, for the
// library loses blanks at a tag that follows another tag: "x: {{ y }}{%- endif %}" comes out without the one after the colon.
func flatten(source string) (string, error) {
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source)
	f := flattener{rest: strings.TrimSuffix(source, "\n"), lineBegins: true}
	for f.rest != "" {
		if err := f.step(); err != nil {
			return "", err
		}
	}
	return f.out.String(), nil
}

type flattener struct {
	out  strings.Builder
	rest string
	// lineBegins says that the rest begins a line.
	lineBegins bool
}

// step takes the text up to a tag, and the tag.
func (f *flattener) step() error {
	at := tagAt(f.rest)
	if at < 0 {
		f.text(f.rest)
		f.rest = ""
		return nil
	}
	text, open := f.rest[:at], f.rest[at:at+2]
	f.rest = f.rest[at+2:]
	sign := f.sign()
	switch {
	case sign == '-':
		text = strings.TrimRight(text, blanks)
	case sign == 0 && open != "{{":
		text = f.unindent(text)
	}
	f.text(text)
	if open == "{#" {
		return f.comment()
	}
	inner, err := f.inner(open)
	if err != nil {
		return err
	}
	if open == "{%" && strings.TrimSpace(inner) == "raw" {
		return f.raw()
	}
	f.out.WriteString(open + " " + inner + " " + closing(open))
	return nil
}

// blanks are what Python's strip takes for them, as far as templates have them.
const blanks = " \t\n\r\v\f"

func tagAt(s string) int {
	for i := 0; ; i++ {
		j := strings.IndexByte(s[i:], '{')
		if j < 0 || i+j+1 >= len(s) {
			return -1
		}
		i += j
		if c := s[i+1]; c == '{' || c == '%' || c == '#' {
			return i
		}
	}
}

func closing(open string) string {
	if open == "{{" {
		return "}}"
	}
	return open[1:] + "}"
}

// sign takes a - or + off the begin of the rest.
func (f *flattener) sign() byte {
	if f.rest != "" && (f.rest[0] == '-' || f.rest[0] == '+') {
		sign := f.rest[0]
		f.rest = f.rest[1:]
		return sign
	}
	return 0
}

// unindent strips the blanks between the begin of a line and the tag that follows text.
func (f *flattener) unindent(text string) string {
	line := strings.LastIndexByte(text, '\n') + 1
	if (line > 0 || f.lineBegins) && strings.Trim(text[line:], blanks) == "" {
		return text[:line]
	}
	return text
}

// text writes literal text as an expression.
func (f *flattener) text(s string) {
	if s == "" {
		return
	}
	f.out.WriteString(`{{ "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `" }}`)
}

// after settles what follows a tag: sign is the one at its end; a newline is taken along after all but expressions.
func (f *flattener) after(sign byte, newline bool) {
	whole := f.rest
	switch {
	case sign == '-':
		f.rest = strings.TrimLeft(f.rest, blanks)
	case sign == 0 && newline:
		f.rest = strings.TrimPrefix(f.rest, "\n")
	}
	taken := whole[:len(whole)-len(f.rest)]
	f.lineBegins = strings.HasSuffix(taken, "\n")
}

func (f *flattener) comment() error {
	end := strings.Index(f.rest, "#}")
	if end < 0 {
		return errors.New("a comment does not end")
	}
	sign := lastSign(f.rest[:end])
	f.rest = f.rest[end+2:]
	f.after(sign, true)
	return nil
}

func lastSign(s string) byte {
	if s != "" && (s[len(s)-1] == '-' || s[len(s)-1] == '+') {
		return s[len(s)-1]
	}
	return 0
}

// inner takes the inside of a tag off the rest, and its end. Braces within it are set apart, or the library would take two
// of them for the end.
func (f *flattener) inner(open string) (string, error) {
	end := closing(open)
	var b strings.Builder
	depth := 0
	for i := 0; i < len(f.rest); i++ {
		c := f.rest[i]
		switch {
		case c == '\'' || c == '"':
			n := quoted(f.rest[i:])
			if n < 0 {
				return "", fmt.Errorf("a string does not end: %.40q", f.rest[i:])
			}
			b.WriteString(f.rest[i : i+n])
			i += n - 1
			continue
		case depth == 0 && strings.HasPrefix(f.rest[i:], end):
			f.rest = f.rest[i+2:]
			f.after(0, open == "{%")
			return b.String(), nil
		case depth == 0 && (c == '-' || c == '+') && strings.HasPrefix(f.rest[i+1:], end) && (c == '-' || open == "{%"):
			f.rest = f.rest[i+3:]
			f.after(c, open == "{%")
			return b.String(), nil
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		}
		b.WriteByte(c)
		if c == '{' || c == '}' {
			b.WriteByte(' ')
		}
	}
	return "", fmt.Errorf("a tag does not end: %.40q", open+f.rest)
}

// quoted is the length of the string literal that s begins with; -1 when it does not end.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return -1
}

// raw takes the text up to endraw as it is.
func (f *flattener) raw() error {
	for from := 0; ; {
		i := strings.Index(f.rest[from:], "{%")
		if i < 0 {
			return errors.New("a raw block does not end")
		}
		from += i
		tag := flattener{rest: f.rest[from+2:]}
		sign := tag.sign()
		inner, err := tag.inner("{%")
		if err != nil || strings.TrimSpace(inner) != "endraw" {
			from += 2
			continue
		}
		text := f.rest[:from]
		switch {
		case sign == '-':
			text = strings.TrimRight(text, blanks)
		case sign == 0:
			text = f.unindent(text)
		}
		f.text(text)
		f.rest, f.lineBegins = tag.rest, tag.lineBegins
		return nil
	}
}
