package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"llmbench/collect/calibrate"
)

// engineProcess is `llmbench simulate` in a process of its own.
type engineProcess struct {
	command *exec.Cmd
	url     string
	said    string // its first line, which tells the address
}

var _ calibrate.Server = (*engineProcess)(nil)

// startEngine starts a simulated engine on a free port and waits for its address. It ends with ctx, with this process,
// or by End.
func startEngine(ctx context.Context, stderr io.Writer, flags ...string) (*engineProcess, error) {
	self, err := exec.LookPath(os.Args[0])
	if err != nil {
		if self, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
	}
	command := exec.CommandContext(ctx, self, append([]string{"simulate", "--port=0"}, flags...)...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 10 * time.Second
	command.SysProcAttr = endWithParent()
	command.Stderr = stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a simulated engine: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start a simulated engine: %w", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, url, ok := strings.Cut(strings.TrimSpace(line), " at ")
	if err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("start a simulated engine: it said %q", line), command.Wait())
	}
	return &engineProcess{command, url, line}, nil
}

// URL is where it listens.
func (p *engineProcess) URL() string { return p.url }

// CPU is how long the process has run.
func (p *engineProcess) CPU() (time.Duration, bool) { return cpuOf(p.command.Process.Pid) }

// End asks the process to stop and waits until it has.
func (p *engineProcess) End() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the simulated engine: %w", err)
	}
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("stop the simulated engine: %w", err)
	}
	return nil
}
