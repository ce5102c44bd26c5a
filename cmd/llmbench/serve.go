package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"llmbench/collect"
	"llmbench/collect/launch"
)

// serveCmd runs one server.
type serveCmd struct {
	Command  []string `arg:"" name:"command" help:"The server's command, after --."`
	Port     int      `help:"Port at which it is ready; that of the command, else 8000, when not given."`
	BaseURL  string   `name:"base-url" help:"Address at which it is ready, when it is not this host's."`
	DCUCount int      `name:"dcu-count" help:"Accelerators to let it see."`
	TP       int      `name:"tp" help:"Tensor parallel size: so many accelerators."`
	Log      string   `help:"File for what it says." default:"server.log" type:"path"`
	launchOptions
}

// Help is shown by serve --help.
func (serveCmd) Help() string {
	return `Starts the command as a process group of its own, shows the settings it starts with and its log, and says when it lists its
models. Ctrl-C ends it: SIGTERM, then SIGKILL, to every process that it started.`
}

// Run serves until Ctrl-C, SIGTERM or the server's own end, which is a failure.
func (c *serveCmd) Run(a *app) error {
	flags := launchFlags{ServeCmd: shellWords(c.Command), launchOptions: c.launchOptions}
	base := c.base(flags.ServeCmd)
	_, _, err := checkBase(base)
	if err := errors.Join(err, flags.validate()); err != nil {
		return usageError(err)
	}
	log, err := filepath.Abs(c.Log)
	if err != nil {
		return err
	}
	if err := os.Remove(log); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	ctx, stop := signal.NotifyContext(a.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	following, endFollowing := context.WithCancel(context.Background())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		launch.Follow(following, log, a.stdout)
	}()
	defer func() { endFollowing(); <-followed }()
	server, err := a.with(ctx).serve(serverStart{flags: flags, args: c.Command, values: c.values(), target: collect.Target{BaseURL: base}, log: log})
	if err != nil {
		if ctx.Err() != nil {
			return &exitError{exitInterrupted, err}
		}
		return err
	}
	a.note("serving at %s; Ctrl-C ends it", base)
	select {
	case <-server.Died():
	case <-ctx.Done():
	}
	fault := server.Err()
	if ctx.Err() != nil {
		fault = nil
	}
	err = errors.Join(fault, server.end(a))
	if err == nil {
		a.note("ended, with all its children")
	}
	return err
}

func (c *serveCmd) base(command string) string {
	port, named := portOf(command)
	switch {
	case c.BaseURL != "":
		return strings.TrimRight(c.BaseURL, "/")
	case c.Port != 0:
		port = c.Port
	case !named:
		port = 8000
	}
	return "http://127.0.0.1:" + strconv.Itoa(port)
}

func (c *serveCmd) values() map[string]string {
	values := map[string]string{}
	if c.TP > 0 {
		values["tp"] = strconv.Itoa(c.TP)
	}
	if c.DCUCount > 0 {
		values["dcu_count"] = strconv.Itoa(c.DCUCount)
	}
	return values
}
