package simulate

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// What is read late has come when it came; deadlines and the end of the connection are net.Conn's.
func TestArrival(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	peer, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := wireListener{listener}.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	w := conn.(*wire)
	buffer := make([]byte, 16)
	before := time.Now()
	if _, err := peer.Write([]byte("GET /")); err != nil {
		t.Fatal(err)
	}
	n, err := w.Read(buffer)
	if err != nil || string(buffer[:n]) != "GET /" {
		t.Fatalf("%q, %v", buffer[:n], err)
	}
	const same = 50 * time.Microsecond // the two clocks are not read at one instant
	if at, after := w.received(), time.Now(); at.Before(before.Add(-same)) || at.After(after) {
		t.Errorf("received %s after it was sent, read after %s", at.Sub(before), after.Sub(before))
	}
	if err := w.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := w.Read(buffer); !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("past the deadline: %v", err)
	}
	if err := errors.Join(w.SetReadDeadline(time.Time{}), peer.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(buffer); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}
