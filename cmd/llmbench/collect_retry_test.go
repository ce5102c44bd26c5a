package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"llmbench/report"
	"llmbench/store"
)

// busyAtFirst is a server that refuses its first n completions, and asks to come again at once.
func busyAtFirst(t *testing.T, n int64) string {
	t.Helper()
	target, err := url.Parse(simulated(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	var refused atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/completions" && refused.Add(1) <= n {
			w.Header().Set("Retry-After", "0")
			http.Error(w, "busy", http.StatusTooManyRequests)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Without --retries a refusal is a failure; with it an attempt, which the summary leaves out and the report tells.
func TestRetriesFromTheCommandLine(t *testing.T) {
	t.Parallel()
	load := []string{"--num-prompts", "3", "--max-concurrency", "1", "--random-input-len", "4", "--random-output-len", "2"}
	none := collected(t, t.TempDir(), 0, append(load, "--base-url", busyAtFirst(t, 2))...)
	if s := none.Summary; s.Completed != 1 || s.Failed != 2 || *s.Retried != 0 {
		t.Errorf("without retries: %+v", s)
	}
	entry := collected(t, t.TempDir(), 0, append(load, "--base-url", busyAtFirst(t, 3), "--retries", "2", "--save-detailed", "--result-dir", t.TempDir())...)
	if s := entry.Summary; s.Completed != 2 || s.Failed != 1 || *s.Retried != 2 || *entry.Run.Completed != 2 || *entry.Run.Failed != 1 {
		t.Errorf("with retries: %+v", s)
	}
	var attempts []int64
	for rec, err := range store.ReadRecords(entry.Files) {
		if err != nil {
			t.Fatal(err)
		}
		attempts = append(attempts, rec.Attempt)
		if ok := rec.Status == store.StatusOK; ok != (len(rec.TNS) > 0) || ok != (rec.OutputText.V != "") {
			t.Errorf("attempt %d of request %d is %s with %d chunks", rec.Attempt, rec.RequestID, rec.Status, len(rec.TNS))
		}
	}
	serving, err := newApp(t.Context(), nil, nil, nil).serving(entry, []string{"ttft"}, []float64{99})
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := report.WriteServing(&page, *serving); err != nil {
		t.Fatal(err)
	}
	if len(attempts) != 5 || !strings.Contains(page.String(), "Retried attempts:                        2 ") {
		t.Errorf("attempts %v, report:\n%s", attempts, page.String())
	}
}
