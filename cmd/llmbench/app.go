package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
)

// app is what the outside world is to a command: streams, and the process's environment.
type app struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	// quiet leaves notes out, plain colours.
	quiet, plain bool
	// notes, when set, takes what is for people in place of stderr.
	notes io.Writer
	// blame adds to what is said of a flag's value where that came from, when it was not typed.
	blame func(fault string) string
}

func newApp(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, getenv: os.Getenv}
}

// with is the same app under another context.
func (a *app) with(ctx context.Context) *app {
	b := *a
	b.ctx = ctx
	return &b
}

// note tells a person something on stderr.
func (a *app) note(format string, args ...any) {
	if a.quiet {
		return
	}
	to := a.stderr
	if a.notes != nil {
		to = a.notes
	}
	fmt.Fprintf(to, "llmbench: "+format+"\n", args...)
}

// warn takes notes of the packages below.
func (a *app) warn(text string) { a.note("%s", text) }

// terminal reports whether a stream is one, and how wide; 0 columns when it is none.
func terminal(stream any) (columns int, is bool) {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil || columns < 20 {
		columns = 80
	}
	return columns, true
}

// colour reports whether the stream may be coloured: a terminal, and nobody said NO_COLOR.
func (a *app) colour(stream any) bool {
	_, is := terminal(stream)
	return is && !a.plain && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

func backendNames() string { return strings.Join(protocol.Names(), ", ") }
func datasetNames() string { return strings.Join(dataset.Names(), ", ") }
