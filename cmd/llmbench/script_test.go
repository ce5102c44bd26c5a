package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"llmbench/collect/simulate"
)

// exits runs a command and checks its exit code: exits 80 llmbench collect ... Its output is then looked at with stdout
// and stderr as after exec.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("%s exits %d, want %d", strings.Join(args[1:], " "), code, want)
	}
}

// serveScript starts a simulated engine for the rest of the script and puts its address into $NAME: serve NAME [FAULT].
func serveScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve NAME [fault]")
	}
	config := simulate.Default()
	config.Fixed = &simulate.FixedTiming{TTFT: 5 * time.Millisecond, ITL: time.Millisecond}
	if len(args) > 1 {
		config.Fault = args[1]
	}
	server, err := simulate.New(config)
	ts.Check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	ts.Defer(func() {
		stop()
		ts.Check(<-ended)
	})
	ts.Setenv(args[0], fmt.Sprintf("http://%s", listener.Addr()))
}
