package collect

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestUnreachable(t *testing.T) {
	proxied := func(*http.Request) (*url.URL, error) {
		return &url.URL{Scheme: "http", User: url.UserPassword("me", "secret"), Host: "proxy:3128"}, nil
	}
	check := func(target Target, met, want string) {
		t.Helper()
		got := target.unreachable(errors.New(met)).Error()
		if !strings.HasPrefix(got, "connect to "+target.BaseURL+": ") || !strings.Contains(got, want) || strings.Contains(got, "secret") {
			t.Errorf("%s: %q, want %q", met, got, want)
		}
	}
	plain, secure := Target{BaseURL: "http://gpu1:8000"}, Target{BaseURL: "https://gpu1:8000"}
	check(plain, "dial tcp: connect: connection refused", "is the server running there?")
	check(plain, "dial tcp: lookup gpu1: no such host", "--host")
	check(plain, "dial tcp: lookup gpu1 on 127.0.0.1:53: read udp 127.0.0.1:53: connection refused", "name it in /etc/hosts")
	check(plain, `Get "http://gpu1:8000/v1/models": EOF`, "--base-url https://")
	check(secure, "http: server gave HTTP response to HTTPS client", "--base-url http://")
	check(secure, "tls: failed to verify certificate: x509: unknown authority", "--ca-file")
	check(secure, "unexpected EOF", "unexpected EOF")
	check(Target{BaseURL: "http://gpu1:8000", Proxy: proxied}, "connection refused", "through the proxy proxy:3128 of the environment, NO_PROXY=gpu1 goes around it")
}
