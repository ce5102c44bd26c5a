// Package launch starts a server under test as a process group of its own, waits until it is ready, and ends it with all of its
// children, those included that went their own way. What a server says goes to a file.
package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Config says how to start a server.
type Config struct {
	// Args is the program and its arguments. A line for the shell is {"sh", "-c", line}.
	Args []string
	// Env are variables as KEY=VALUE, beside those of this process.
	Env []string
	// Log is the file for what the server says on both streams. It is appended to.
	Log string
	// Address is host:port where the server is to listen on this host; "" when that is not known. It must be free before the
	// start and is free after Stop.
	Address string
	// Ready gives an error as long as the server does not answer.
	Ready func(ctx context.Context) error
	// ReadyLimit and StopLimit bound the waits for it to come and to go.
	ReadyLimit, StopLimit time.Duration
}

// Pauses between looks.
const (
	readyPause = 200 * time.Millisecond
	goneLimit  = 10 * time.Second // the kernel's time to end what was killed
)

// Server is a running server. Its methods belong to one goroutine; Died and Err to any.
type Server struct {
	config Config
	cmd    *exec.Cmd
	began  time.Time
	log    *os.File
	marker string

	died     chan struct{}
	waited   error // set before died is closed
	stopOnce sync.Once
	stopped  Stopped
	stopErr  error
}

// Start starts the server and waits until it is ready. When it dies or does not get ready in time nothing is left of it, and
// the error ends with the last lines of its log.
func Start(ctx context.Context, c Config) (*Server, error) {
	if c.Address != "" && listening(c.Address) {
		return nil, fmt.Errorf("start the server: something listens on %s already; end it or choose another port", c.Address)
	}
	s, err := begin(c)
	if err != nil {
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		stopped, stopErr := s.Stop()
		return nil, errors.Join(fmt.Errorf("%w%s%s", err, stopped.suffix(), s.tailText()), stopErr)
	}
	return s, nil
}

func begin(c Config) (*Server, error) {
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	s := &Server{config: c, log: log, marker: newMarker(), died: make(chan struct{}), began: time.Now()}
	s.cmd = exec.Command(c.Args[0], c.Args[1:]...)
	s.cmd.Env = append(append(os.Environ(), c.Env...), s.marker)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = ownGroup()
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the server: %w", err), log.Close())
	}
	go func() {
		s.waited = s.cmd.Wait()
		close(s.died)
	}()
	return s, nil
}

func (s *Server) awaitReady(ctx context.Context) error {
	deadline := time.NewTimer(s.config.ReadyLimit)
	defer deadline.Stop()
	for {
		err := s.config.Ready(ctx)
		if s.Err() != nil {
			return s.Err()
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.died:
			return s.Err()
		case <-deadline.C:
			return fmt.Errorf("the server was not ready after %s: %w", s.config.ReadyLimit, err)
		case <-time.After(readyPause):
		}
	}
}

// Died is closed when the server's first process has ended.
func (s *Server) Died() <-chan struct{} { return s.died }

// Err says how the server ended by itself; nil while it runs.
func (s *Server) Err() error {
	select {
	case <-s.died:
	default:
		return nil
	}
	how := "exit status 0"
	if s.waited != nil {
		how = s.waited.Error()
	}
	return fmt.Errorf("the server ended by itself after %s: %s", time.Since(s.began).Round(100*time.Millisecond), how)
}

// Log is the path of the file with what the server says.
func (s *Server) Log() string { return s.config.Log }

// PID is the server's first process, whose group has the same number.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// tailText is the end of the log for an error of several lines.
func (s *Server) tailText() string {
	tail := Tail(s.config.Log, 12)
	if tail == "" {
		return "; its log " + s.config.Log + " is empty"
	}
	return fmt.Sprintf("; the end of its log %s:\n%s", s.config.Log, tail)
}

// DeathText is Err with the end of the log.
func (s *Server) DeathText() error {
	if s.Err() == nil {
		return nil
	}
	return fmt.Errorf("%w%s", s.Err(), s.tailText())
}

// Stopped says what it took to end a server.
type Stopped struct {
	Took time.Duration
	// Killed are the processes that did not end when asked to, as "pid (name)".
	Killed []string
	// Strays are processes, killed or not, that outlived the server's first one.
	Strays []string
}

func (s Stopped) suffix() string {
	if len(s.Killed) == 0 {
		return ""
	}
	return fmt.Sprintf(" (killed: %s)", strings.Join(s.Killed, ", "))
}

// listening reports whether something takes connections there.
func listening(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// FreePort finds a port that nothing listens on.
func FreePort(host string) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return 0, fmt.Errorf("find a free port on %s: %w", host, err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
