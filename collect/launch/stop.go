package launch

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	stopPause = 50 * time.Millisecond
	// strayLimit is how long children may outlive the server's first process.
	strayLimit = 5 * time.Second
	// strayNoted is how long they may without a word: a shell ends before its child.
	strayNoted = 500 * time.Millisecond
)

// Stop ends the server and everything it started: SIGTERM to its process group and to children outside it, SIGKILL to what is
// left when the limit has passed. It returns when none of them runs and nothing listens at the address; that they could not
// be got rid of is an error. A second call gives the first one's result.
func (s *Server) Stop() (Stopped, error) {
	s.stopOnce.Do(func() { s.stopped, s.stopErr = s.stop() })
	return s.stopped, s.stopErr
}

func (s *Server) stop() (Stopped, error) {
	began := time.Now()
	defer s.log.Close()
	var out Stopped
	members := s.family()
	terminate(s.PID(), members)
	members = s.awaitGone(s.config.StopLimit, func(left []process, since time.Duration) {
		if since > strayNoted {
			out.Strays = texts(left)
		}
	})
	if len(members) > 0 {
		out.Killed = texts(members)
		kill(s.PID(), members)
		members = s.awaitGone(goneLimit, nil)
	}
	<-s.orGone()
	out.Took = time.Since(began)
	if len(members) > 0 {
		return out, fmt.Errorf("stop the server: %s cannot be killed", strings.Join(texts(members), ", "))
	}
	return out, s.awaitFree()
}

// orGone is closed when the first process was waited for, or will not be in time.
func (s *Server) orGone() <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-s.died:
		case <-time.After(goneLimit):
		}
	}()
	return gone
}

// awaitGone waits until no process of the server runs and gives those that still do after the limit, or after strayLimit
// without the first one. seen is told who is left and for how long the first process has been gone.
func (s *Server) awaitGone(limit time.Duration, seen func(left []process, since time.Duration)) []process {
	deadline := time.Now().Add(limit)
	var gone time.Time
	for {
		left := s.family()
		if len(left) == 0 {
			return nil
		}
		if gone.IsZero() && !slices.ContainsFunc(left, func(p process) bool { return p.pid == s.PID() }) {
			gone = time.Now()
		}
		if seen != nil && !gone.IsZero() {
			seen(left, time.Since(gone))
		}
		if time.Now().After(deadline) || !gone.IsZero() && time.Since(gone) > strayLimit {
			return left
		}
		time.Sleep(stopPause)
	}
}

// awaitFree waits until nothing listens at the server's address.
func (s *Server) awaitFree() error {
	for deadline := time.Now().Add(goneLimit); s.config.Address != "" && listening(s.config.Address); time.Sleep(stopPause) {
		if time.Now().After(deadline) {
			return fmt.Errorf("stop the server: its processes are gone and something still listens on %s", s.config.Address)
		}
	}
	return nil
}

func texts(members []process) []string {
	out := make([]string, 0, len(members))
	for _, m := range members {
		out = append(out, fmt.Sprintf("%d (%s)", m.pid, m.name))
	}
	return out
}
