package wire

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestClock(t *testing.T) {
	t.Parallel()
	const nowNS, wallNS = 5_000_000, int64(1_700_000_000_000_000_000)
	c := clock{nowNS: nowNS, wallNS: wallNS, oldest: time.Millisecond}
	for _, tc := range []struct {
		name   string
		wallNS int64
		want   int64
		told   bool
	}{
		{"earlier", wallNS - 1000, nowNS - 1000, true},
		{"while others were read", wallNS + 1000, nowNS + 1000, true},
		{"not told", 0, 0, false},
		{"before the last round", wallNS - 2e6, 0, false},
		{"far ahead", wallNS + 1e9, 0, false},
	} {
		if got, told := c.at(tc.wallNS); got != tc.want || told != tc.told {
			t.Errorf("%s: %d, %v, want %d, %v", tc.name, got, told, tc.want, tc.told)
		}
	}
	c.set = true
	if _, told := c.at(wallNS - 1000); told {
		t.Error("a clock that was set tells the time")
	}
}

func TestReadClock(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, at := readClock(func() int64 { return 7 }, now)
	if c.nowNS != 7 || c.set || c.wallNS != at.UnixNano() || at.Before(now) {
		t.Errorf("%+v at %v", c, at)
	}
	past := now.Add(-time.Hour)
	if tolerated(time.Hour) < 3*time.Second || tolerated(0) > time.Millisecond {
		t.Error("an hour may differ by seconds, a moment by a millisecond")
	}
	if c, _ := readClock(func() int64 { return 7 }, past); c.set || c.oldest < time.Hour {
		t.Errorf("an hour later: %+v", c)
	}
}

// A segment is stamped with its coming, however late it is read.
func TestReceive(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	peer, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	fd, err := takeOver(conn)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	stampSegments(fd)
	var r receiver
	buffer := make([]byte, 16)
	if _, _, err := r.receive(fd, buffer); err != unix.EAGAIN {
		t.Fatalf("nothing has come: %v", err)
	}
	before := time.Now().UnixNano()
	if _, err := peer.Write([]byte("token")); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 10_000); err != nil {
		t.Fatal(err)
	}
	came := time.Now().UnixNano()
	n, wallNS, err := r.receive(fd, buffer)
	if err != nil || string(buffer[:n]) != "token" {
		t.Fatalf("%q, %v", buffer[:n], err)
	}
	if wallNS != 0 && (wallNS < before || wallNS > came) { // 0: the kernel does not tell
		t.Errorf("stamped %d ns after it was sent, readable after %d ns", wallNS-before, came-before)
	}
	_ = peer.Close()
	if _, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 10_000); err != nil {
		t.Fatal(err)
	}
	if n, _, err := r.receive(fd, buffer); n != 0 || err != nil {
		t.Errorf("at the end: %d, %v", n, err)
	}
}
