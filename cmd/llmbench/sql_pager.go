package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/peterh/liner"
	"golang.org/x/term"
)

// screen is the size of the terminal.
func (a *app) screen() (width, height int) {
	if file, ok := a.stdout.(*os.File); ok {
		if w, h, err := term.GetSize(int(file.Fd())); err == nil && w >= 20 {
			return w, h
		}
	}
	return 80, 24
}

// fits reports whether a text can be seen whole, with a line left for the prompt.
func fits(text []byte, width, height int) bool {
	lines := 0
	for line := range bytes.Lines(text) {
		if lines++; lines >= height || utf8.RuneCount(bytes.TrimRight(line, "\n")) > width {
			return false
		}
	}
	return true
}

// pagerProgram is $PAGER, else less; nil when it is switched off, not installed or cat.
func (t *conversation) pagerProgram() []string {
	if !t.pager {
		return nil
	}
	words := strings.Fields(t.app.getenv("PAGER"))
	if len(words) == 0 {
		words = []string{"less"}
	}
	path, err := exec.LookPath(words[0])
	if err != nil || words[0] == "cat" {
		return nil
	}
	return append([]string{path}, words[1:]...)
}

// page shows a text in the pager. Long lines are for scrolling sideways. Ctrl-C is the pager's while it runs.
func (t *conversation) page(program []string, text io.Reader) error {
	if t.plain != nil {
		if raw, err := liner.TerminalMode(); err == nil {
			defer func() { _ = raw.ApplyMode() }()
		}
		_ = t.plain.ApplyMode()
	}
	began := time.Now()
	defer func() { t.looking = time.Since(began) }()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGQUIT)
	defer signal.Stop(interrupts)
	pager := exec.CommandContext(t.app.ctx, program[0], program[1:]...)
	pager.Stdin, pager.Stdout, pager.Stderr = text, t.app.stdout, t.app.stderr
	pager.Env = os.Environ()
	if t.app.getenv("LESS") == "" {
		pager.Env = append(pager.Env, "LESS=-SFRX")
	}
	// A pager that is left before the end breaks its pipe: that is no error.
	if err := pager.Run(); err != nil && pager.ProcessState == nil {
		return fmt.Errorf("run the pager: %w; \\pager off does without", err)
	}
	return nil
}
