package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"llmbench/collect/tokenizer"
	"llmbench/report"
)

// tokenizeCmd shows how a tokenizer counts.
type tokenizeCmd struct {
	Tokenizer string   `help:"tokenizer.json, tiktoken file, folder of a model, name of a model in a local cache, or 'server'." required:"" group:"data"`
	Special   bool     `help:"Add the special tokens that a server adds to a prompt." group:"data"`
	Decode    bool     `help:"Take ids and print their text, with nothing added; special tokens are written out." group:"data"`
	Format    string   `help:"How to print: ${enum}; text is ids with blanks between and their number, or the text of --decode." default:"text" enum:"text,json" group:"data"`
	BaseURL   string   `name:"base-url" help:"Server to ask with --tokenizer server." default:"http://127.0.0.1:8000" group:"server"`
	Model     string   `help:"Model to ask the server for." group:"server"`
	Text      []string `arg:"" optional:"" sep:"none" help:"Text, or ids with --decode; - or nothing takes standard input, byte for byte."`
}

// Help is shown by tokenize --help.
func (tokenizeCmd) Help() string {
	return `Prints the ids with blanks between on the first line and their number on the second.`
}

// counter is what tokenizers of every source can do for this command.
type counter interface {
	Encode(text string) ([]int, error)
	Decode(ids []int) (string, error)
}

// Run prints ids, or with --decode a text.
func (c *tokenizeCmd) Run(a *app) error {
	text, err := c.input(a)
	if err != nil {
		return err
	}
	tok, err := c.find(a)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(a.stdout, 1<<16)
	if c.Decode {
		err = c.printText(out, tok, text)
	} else {
		err = c.printIDs(out, tok, text)
	}
	return errors.Join(err, out.Flush())
}

func (c *tokenizeCmd) find(a *app) (counter, error) {
	if c.Tokenizer != "server" {
		found, err := tokenizer.Find(a.ctx, tokenizer.Options{Path: c.Tokenizer, Caches: a.modelCaches()})
		if err != nil {
			return nil, fmt.Errorf("--tokenizer: %w", err)
		}
		return found.Any, nil
	}
	base, credentials, err := checkBase(strings.TrimRight(c.BaseURL, "/"))
	if err != nil {
		return nil, usageError(err)
	}
	header, err := (&collectCmd{}).header(a, credentials)
	if err != nil {
		return nil, usageError(err)
	}
	client := &http.Client{Timeout: time.Minute}
	server, err := tokenizer.NewServer(a.ctx, client, base, c.Model, header)
	if err != nil {
		return nil, fmt.Errorf("--tokenizer server: %w", err)
	}
	return server, nil
}

// input is the argument, or standard input to its end. A person at a terminal is told what is awaited.
func (c *tokenizeCmd) input(a *app) (string, error) {
	switch {
	case len(c.Text) > 1 && !c.Decode:
		return "", usageError(fmt.Errorf("%d texts: give one, in quotes", len(c.Text)))
	case len(c.Text) > 0 && c.Text[0] != "-":
		return strings.Join(c.Text, " "), nil
	}
	if _, is := terminal(a.stdin); is && len(c.Text) == 0 {
		return "", usageError(errors.New("no text: give it as an argument, or - for standard input"))
	}
	data, err := io.ReadAll(a.stdin)
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	return string(data), nil
}

// specialEncoder is a tokenizer that knows the special tokens of a prompt.
type specialEncoder interface {
	EncodeSpecial(text string) ([]int, error)
}

func (c *tokenizeCmd) printIDs(out *bufio.Writer, tok counter, text string) error {
	encode := tok.Encode
	if c.Special {
		special, ok := tok.(specialEncoder)
		if !ok {
			return errors.New("--special: this tokenizer does not tell the special tokens of a prompt")
		}
		encode = special.EncodeSpecial
	}
	ids, err := encode(text)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return json.NewEncoder(out).Encode(struct {
			IDs   []int `json:"ids"`
			Count int   `json:"count"`
		}{ids, len(ids)})
	}
	var number []byte
	for i, id := range ids {
		if i > 0 {
			out.WriteByte(' ')
		}
		number = strconv.AppendInt(number[:0], int64(id), 10)
		out.Write(number)
	}
	_, err = fmt.Fprintf(out, "\n%d\n", len(ids))
	return err
}

// printText prints the text of ids exactly, with no line end behind it.
func (c *tokenizeCmd) printText(out *bufio.Writer, tok counter, text string) error {
	ids, err := readIDs(text)
	if err != nil {
		return err
	}
	decoded, err := tok.Decode(ids)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return report.WriteJSON(out, struct {
			Text string `json:"text"`
		}{decoded})
	}
	_, err = out.WriteString(decoded)
	return err
}

// readIDs reads numbers with white space or commas between them. What tokenize printed is taken as it is: a second line that
// holds nothing but the number of ids on the first is no id.
func readIDs(text string) ([]int, error) {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '[' || r == ']' || r <= ' ' })
	ids := make([]int, len(fields))
	for i, field := range fields {
		id, err := strconv.Atoi(field)
		if err != nil || id < 0 {
			return nil, fmt.Errorf("--decode: %q, at place %d, is no id; give whole numbers with blanks between", field, i+1)
		}
		ids[i] = id
	}
	first, second, _ := strings.Cut(strings.TrimRight(text, "\r\n"), "\n")
	count, err := strconv.Atoi(strings.TrimSpace(second))
	if err == nil && len(strings.Fields(first)) == len(ids)-1 && count == len(ids)-1 {
		ids = ids[:count]
	}
	return ids, nil
}
