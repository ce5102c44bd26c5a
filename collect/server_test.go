package collect

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// statuses answers one request after the other; 0 refuses the connection, and the last one repeats.
type statuses struct {
	codes []int
	asked int
}

func (s *statuses) RoundTrip(*http.Request) (*http.Response, error) {
	code := s.codes[min(s.asked, len(s.codes)-1)]
	s.asked++
	if code == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: code, Status: http.StatusText(code), Body: io.NopCloser(strings.NewReader(""))}, nil
}

func TestWaitReady(t *testing.T) {
	for _, c := range []struct {
		codes    []int
		patience time.Duration
		waited   time.Duration
		says     string
	}{
		{[]int{200}, 10 * time.Second, 0, ""},
		{[]int{0, 503, 200}, 10 * time.Second, 2 * time.Second, ""},
		{[]int{0, 404}, 10 * time.Second, time.Second, ""}, // no list, but there
		{[]int{0}, 3500 * time.Millisecond, 3 * time.Second, "connection refused"},
		{[]int{503}, 0, 0, "Service Unavailable"},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			err := WaitReady(t.Context(), &http.Client{Transport: &statuses{codes: c.codes}}, Target{BaseURL: "http://test"}, c.patience)
			if waited := time.Since(began); waited != c.waited {
				t.Errorf("%v: waited %v, want %v", c.codes, waited, c.waited)
			}
			if (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v: %v, want %q", c.codes, err, c.says)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	for code, says := range map[int]string{200: "", 404: "/start_profile answers Not Found", 0: "connection refused"} {
		err := Command(t.Context(), &http.Client{Transport: &statuses{codes: []int{code}}}, Target{BaseURL: "http://test"}, "/start_profile")
		if (err != nil) != (says != "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%d: %v, want %q", code, err, says)
		}
	}
}
