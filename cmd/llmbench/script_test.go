package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"llmbench/collect/simulate"
	"llmbench/store/s3/s3test"
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

// bucketScript starts a real S3 server for the rest of the script, with the bucket bench, and sets what the AWS tools read.
func bucketScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: bucket")
	}
	dir := ts.MkAbs("s3")
	ts.Check(os.Mkdir(dir, 0o777))
	server, stop, err := s3test.Run(dir)
	ts.Check(err)
	ts.Defer(stop)
	for _, pair := range bucketEnv(server) {
		name, value, _ := strings.Cut(pair, "=")
		ts.Setenv(name, value)
	}
}

// bucketEnv is what the AWS tools read to find a server.
func bucketEnv(server *s3test.Server) []string {
	return []string{"AWS_ENDPOINT_URL=" + server.Endpoint, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=" + server.AccessKey, "AWS_SECRET_ACCESS_KEY=" + server.SecretKey}
}

// serveScript starts a simulated engine for the rest of the script and puts its address into $NAME: serve NAME
// [FAULT | ttft=DURATION]. A slow first token leaves a slow client, as under the race detector, within its own limits.
func serveScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve NAME [fault]")
	}
	config := simulate.Default()
	config.Fixed = &simulate.FixedTiming{TTFT: 5 * time.Millisecond, ITL: time.Millisecond}
	if len(args) > 1 {
		config.Fault = args[1]
		if slow, ok := strings.CutPrefix(args[1], "ttft="); ok {
			ttft, err := time.ParseDuration(slow)
			ts.Check(err)
			config.Fault, config.Fixed.TTFT = "", ttft
		}
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
