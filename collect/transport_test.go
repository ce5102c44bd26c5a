package collect

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// over runs a load of n requests at once against a handler served over TLS or plainly, and gives its records.
func over(t *testing.T, serve func(*httptest.Server), change func(*Config, *httptest.Server), n int) *kept {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, completion(r.Proto, "stop", "")+doneEvent)
	}))
	serve(server)
	t.Cleanup(server.Close)
	backend, err := protocol.Lookup("vllm")
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Target: Target{BaseURL: server.URL, Endpoint: backend.Endpoint}, Backend: backend, Protocol: protocol.Config{Stream: true},
		Arrivals: Arrivals{Rate: 1000, Burstiness: 1}, KeepText: true}
	change(&config, server)
	sink := &kept{}
	if _, err := New(config, prompts(n), sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return sink
}

func trusting(c *Config, s *httptest.Server) {
	c.Target.RootCAs = x509.NewCertPool()
	c.Target.RootCAs.AddCert(s.Certificate())
}

func TestTLSAndHTTP2(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		serve  func(*httptest.Server)
		change func(*Config, *httptest.Server)
		says   string // the protocol, or what the failure says
	}{
		{"trusted authority", (*httptest.Server).StartTLS, trusting, "HTTP/1.1"},
		{"unknown authority", (*httptest.Server).StartTLS, func(*Config, *httptest.Server) {}, "certificate"},
		{"any certificate", (*httptest.Server).StartTLS, func(c *Config, _ *httptest.Server) { c.Target.Insecure = true }, "HTTP/1.1"},
		{"HTTP/2", func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }, func(c *Config, s *httptest.Server) { trusting(c, s); c.Target.HTTP2 = true }, "HTTP/2.0"},
		{"HTTP/2 that the server lacks", (*httptest.Server).StartTLS, func(c *Config, s *httptest.Server) { trusting(c, s); c.Target.HTTP2 = true }, ""},
		{"HTTP/2 without TLS", func(s *httptest.Server) {
			s.Config.Protocols = new(http.Protocols)
			s.Config.Protocols.SetUnencryptedHTTP2(true)
			s.Start()
		}, func(c *Config, _ *httptest.Server) { c.Target.HTTP2 = true }, "HTTP/2.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sink := over(t, c.serve, c.change, 2)
			rec := sink.records[0]
			if !strings.HasPrefix(c.says, "HTTP/") {
				if rec.Status != store.StatusConnectError || !strings.Contains(rec.Error.V, c.says) {
					t.Errorf("%s: %s, want a connect error that says %q", rec.Status, rec.Error.V, c.says)
				}
				return
			}
			if rec.Status != store.StatusOK || rec.OutputText.V != c.says {
				t.Errorf("%s %s: %q, want an answer over %s", rec.Status, rec.Error.V, rec.OutputText.V, c.says)
			}
		})
	}
}

// Connections stand before the load over TLS too, unless they are to be cold.
func TestWarmConnections(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		sink := over(t, (*httptest.Server).StartTLS, func(c *Config, s *httptest.Server) {
			trusting(c, s)
			c.ColdConnections, c.MaxConcurrency = cold, 1
		}, 1)
		if rec := sink.records[0]; rec.Status != store.StatusOK || rec.ConnectionReused.V == cold {
			t.Errorf("cold %v: %s, connection used before: %v", cold, rec.Status, rec.ConnectionReused.V)
		}
	}
}

// Warming opens as many connections as it was asked for: the server answers none before all have come.
func TestHTTPCarrierWarms(t *testing.T) {
	t.Parallel()
	const n = 5
	var came sync.WaitGroup
	came.Add(n)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		came.Done()
		came.Wait()
	}))
	defer server.Close()
	e := New(Config{Target: Target{BaseURL: server.URL}}, prompts(n), nil)
	c := e.newHTTPCarrier()
	c.warm(n)
	came.Wait()
	if err := c.close(); err != nil {
		t.Error(err)
	}
}
