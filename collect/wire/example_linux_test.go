package wire_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"llmbench/collect/wire"
)

// answer gathers one answer; the calls come one at a time.
type answer struct {
	status int
	body   []byte
	end    chan error
}

func (a *answer) Sent(int64, bool)          {}
func (a *answer) Again()                    {}
func (a *answer) Wrote(int64)               {}
func (a *answer) Spent()                    {}
func (a *answer) Head(h wire.Head, _ int64) { a.status = h.Status }
func (a *answer) End(err error, _ int64)    { a.end <- err }

func (a *answer) Body(p []byte, _ int64) error {
	a.body = append(a.body, p...)
	return nil
}

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	address, began := server.Listener.Addr().String(), time.Now()
	client, err := wire.NewClient(wire.Config{
		Dial:   func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", address) },
		NowNS:  func() int64 { return int64(time.Since(began)) },
		Limits: wire.Limits{Total: 10 * time.Second},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	a := &answer{end: make(chan error, 1)}
	client.Send(&wire.Request{Data: []byte("GET / HTTP/1.1\r\nHost: " + address + "\r\n\r\n"), Answer: a})
	if err := <-a.end; err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d %s\n", a.status, a.body)
	// Output:
	// 200 hello
}
