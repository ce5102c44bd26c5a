package main

import (
	"strings"
	"testing"

	"llmbench/report"
	"llmbench/store"
)

func TestRemedy(t *testing.T) {
	t.Parallel()
	check := func(status string, code int64, text, want string) {
		t.Helper()
		f := report.Failure{Status: status, Error: text}
		if code > 0 {
			f.HTTPStatus = &code
		}
		got := remedy(f)
		if !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s %d %q: %q, want %q", status, code, text, got, want)
		}
	}
	check(store.StatusHTTPError, 401, "Unauthorized", "OPENAI_API_KEY")
	check(store.StatusHTTPError, 404, "Not Found", "--endpoint")
	check(store.StatusHTTPError, 400, "This model's maximum context length is 4096 tokens", "longer context")
	check(store.StatusHTTPError, 400, "unknown field min_tokens", "--extra-body")
	check(store.StatusHTTPError, 429, "", "--retries")
	check(store.StatusHTTPError, 503, "", "--retries")
	check(store.StatusHTTPError, 500, "", "log")
	check(store.StatusHTTPError, 302, "", "")
	check(store.StatusConnectError, 0, "socket: too many open files", "ulimit -n")
	check(store.StatusConnectError, 0, "connect: cannot assign requested address", "ports")
	check(store.StatusConnectError, 0, "tls: failed to verify certificate: x509: ...", "--insecure")
	check(store.StatusConnectError, 0, "connection refused", "still up")
	check(store.StatusConnectTimeout, 0, "", "--timeout-connect")
	check(store.StatusFirstByteTimeout, 0, "", "--timeout-first-byte")
	check(store.StatusIdleTimeout, 0, "", "--timeout-idle")
	check(store.StatusTotalTimeout, 0, "", "--timeout-total")
	check(store.StatusTruncated, 200, "", "log")
	check(store.StatusCancelled, 0, "", "")
}
