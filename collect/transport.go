package collect

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Timeouts bound one request; 0 means none. Each has a status of its own.
type Timeouts struct {
	Connect   time.Duration // until a connection stands
	FirstByte time.Duration // from sending to the first byte of the answer
	Idle      time.Duration // between two reads of the answer
	Total     time.Duration // from sending to the end
}

func (t Timeouts) validate() error {
	var errs []error
	for _, limit := range []struct {
		flag string
		d    time.Duration
	}{{"connect", t.Connect}, {"first-byte", t.FirstByte}, {"idle", t.Idle}, {"total", t.Total}} {
		if limit.d < 0 {
			errs = append(errs, fmt.Errorf("--timeout-%s %s: must not be below 0; 0 means no limit", limit.flag, limit.d))
		}
	}
	return errors.Join(errs...)
}

// Target is the server under test.
type Target struct {
	// BaseURL is where the server is, such as http://host:8000; Endpoint is the path of requests below it.
	BaseURL  string
	Endpoint string
	// Header goes with every request: an API key, mostly.
	Header http.Header
	// Insecure takes any certificate.
	Insecure bool
	// RootCAs are the authorities to trust; nil means the system's.
	RootCAs *x509.CertPool
	// HTTP2 speaks HTTP/2 and nothing else, over TLS or, to an http:// address, without (prior knowledge).
	HTTP2 bool
	// Proxy chooses a proxy for a request, as http.Transport.Proxy; nil means none.
	Proxy func(*http.Request) (*url.URL, error)
}

// URL is where requests go. Like vLLM's benchmark it is the plain join of base and endpoint.
func (t Target) URL() string { return t.BaseURL + t.Endpoint }

// NewTransport makes the HTTP transport of a run.
//
// Defaults of net/http that would falsify a measurement are turned off: two idle connections per host (98 of 100 requests
// would dial anew), gzip (a compressing proxy batches tokens), HTTP/2 (one TCP connection for all streams; a slow one
// blocks the rest), and a limit of connections, which would be a hidden queue. HTTP/2 on request excludes HTTP/1.1, so
// that a server that lacks it is an error and not another measurement.
func NewTransport(t Target, connections int, timeouts Timeouts) *http.Transport {
	dialer := &net.Dialer{Timeout: timeouts.Connect, KeepAlive: 30 * time.Second}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!t.HTTP2)
	protocols.SetHTTP2(t.HTTP2)
	protocols.SetUnencryptedHTTP2(t.HTTP2)
	return &http.Transport{
		Proxy:               t.Proxy,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: t.Insecure, RootCAs: t.RootCAs},
		TLSHandshakeTimeout: timeouts.Connect,
		MaxIdleConns:        0,
		MaxIdleConnsPerHost: max(connections, 256),
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true,
		Protocols:           protocols,
		ReadBufferSize:      32 << 10,
		WriteBufferSize:     16 << 10,
	}
}
