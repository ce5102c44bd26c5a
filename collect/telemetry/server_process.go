package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"

	psnet "github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// ServerProcess is the process of this host that listens where a URL points.
type ServerProcess struct {
	PID     int32
	Command string
	// Environ is its environment, NAME=VALUE, nil when it belongs to somebody else.
	Environ []string
}

// ErrElsewhere: the server is not a process of this host that can be seen, as in a container of its own.
var ErrElsewhere = errors.New("the server is no process of this host that can be seen")

// IsLocal tells whether a URL points to this host.
func IsLocal(baseURL string) bool {
	u, err := url.Parse(baseURL)
	if err != nil {
		return false
	}
	if u.Hostname() == "localhost" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	if ip == nil {
		return u.Hostname() == hostName()
	}
	if ip.IsLoopback() {
		return true
	}
	own, _ := net.InterfaceAddrs()
	for _, a := range own {
		if n, ok := a.(*net.IPNet); ok && n.IP.Equal(ip) {
			return true
		}
	}
	return false
}

// FindServer looks for the process behind a URL of this host.
func FindServer(ctx context.Context, baseURL string) (*ServerProcess, error) {
	u, err := url.Parse(baseURL)
	if err != nil || !IsLocal(baseURL) {
		return nil, ErrElsewhere
	}
	port, err := portOf(u)
	if err != nil {
		return nil, err
	}
	listening, err := psnet.ConnectionsWithContext(ctx, "tcp")
	if err != nil {
		return nil, fmt.Errorf("look for who listens on port %d: %w", port, err)
	}
	for _, c := range listening {
		if c.Status == "LISTEN" && int(c.Laddr.Port) == port && c.Pid != 0 {
			return describeProcess(ctx, c.Pid)
		}
	}
	return nil, ErrElsewhere
}

func portOf(u *url.URL) (int, error) {
	switch {
	case u.Port() != "":
		return strconv.Atoi(u.Port())
	case u.Scheme == "https":
		return 443, nil
	}
	return 80, nil
}

func describeProcess(ctx context.Context, pid int32) (*ServerProcess, error) {
	p, err := process.NewProcessWithContext(ctx, pid)
	if err != nil {
		return nil, ErrElsewhere
	}
	found := &ServerProcess{PID: pid}
	found.Command, _ = p.CmdlineWithContext(ctx)
	found.Environ, _ = p.EnvironWithContext(ctx)
	return found, nil
}
