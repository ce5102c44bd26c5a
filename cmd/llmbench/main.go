// Command llmbench puts a measured load on an LLM server, keeps every request and every token's arrival, and compares
// runs with SQL. This package is the command line alone: it parses, wires and prints.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"llmbench/collect"
	"llmbench/collect/dataset"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitThreshold   = 2
	exitRefused     = 3
	exitUsage       = 80
	exitInterrupted = 130
)

// exitError is an error with an exit code of its own. A silent one has been told already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usageError(err error) error { return &exitError{exitUsage, err} }

// errSilent ends a command whose failure has been printed already.
var errSilent = errors.New("")

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: arguments in, exit code out.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := newApp(ctx, stdin, stdout, stderr)
	err := a.execute(args)
	if err == nil {
		return exitOK
	}
	said := map[string]bool{"": true}
	for line := range strings.SplitSeq(err.Error()+advice(err), "\n") {
		if !said[line] {
			fmt.Fprintln(stderr, "llmbench: "+line)
		}
		said[line] = true
	}
	if coded, ok := errors.AsType[*exitError](err); ok {
		return coded.code
	}
	return exitFailed
}

// advice is what helps against what the system refused, whatever command met it.
func advice(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), "room"):
		return "; make room on that disk, or name a place on another"
	case strings.Contains(err.Error(), "name another"):
		return ""
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return "; choose a place where " + userName() + " may read and write, or have the permission given"
	case errors.Is(err, syscall.EMFILE):
		return "; raise the limit of open files with ulimit -n"
	}
	return ""
}

// userName is who runs the program, as far as the system tells.
func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return fmt.Sprintf("user %d", os.Getuid())
}

// vocabulary is what the grammar's help and defaults name.
func vocabulary() kong.Vars {
	return kong.Vars{
		"backends": backendNames(),
		"datasets": datasetNames(),
		"formats":  formatNames(),
		"faults":   faultNames(),
		"lengths":  dataset.LengthForms,
		"retry_on": collect.DefaultRetryOn,
		"imports":  importNames(),
		"exports":  exportNames(),
		"kinds":    kindNames(),
	}
}

// execute parses the arguments and runs the command they name.
func (a *app) execute(args []string) error {
	exited := false
	var grammar grammar
	parser, err := a.newParser(&grammar, kong.Name("llmbench"), kong.Description(description),
		kong.Writers(a.stdout, a.stderr), kong.Exit(func(int) { exited = true }),
		kong.ConfigureHelp(helpOptions), kong.Help(printHelp), kong.Bind(a))
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if args, err = benchCommand(args); err != nil {
		return usageError(err)
	}
	if args, err = sweepSettings(normalise(args)); err != nil {
		return fmt.Errorf("build the command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	if exited {
		return nil
	}
	if err != nil {
		return usageError(parseFault(err, parser.Model.Node, a.blame))
	}
	a.quiet, a.plain = grammar.Quiet, grammar.NoColor
	return parsed.Run(a)
}

// newParser parses commands with what the environment and the file of defaults give.
func (a *app) newParser(g *grammar, options ...kong.Option) (*kong.Kong, error) {
	defaults, err := a.readDefaults()
	if err != nil {
		return nil, usageError(err)
	}
	a.blame = defaults.blame
	parser, err := kong.New(g, append(options, vocabulary(), kong.Resolvers(defaults))...)
	if err != nil {
		return nil, fmt.Errorf("build the command line: %w", err)
	}
	parser.Model.HelpFlag.Help = "Show how a command is used."
	return parser, nil
}
