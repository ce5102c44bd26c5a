package calibrate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// plainClient is the client one writes in an hour, for ours to be held against: net/http with enough idle connections, a
// goroutine a stream, bufio.Scanner for lines, encoding/json for events.
type plainClient struct {
	http *http.Client
	url  string
}

func newPlainClient(url string, streams int) *plainClient {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, streams
	return &plainClient{&http.Client{Transport: transport}, url + "/v1/completions"}
}

// run sends the load, at most load.Streams at once, and gives what Send gives.
func (c *plainClient) run(prefix string, load Load) ([]Request, error) {
	requests, errs := make([]Request, load.Requests), make([]error, load.Requests)
	slots := make(chan struct{}, load.Streams)
	var wg sync.WaitGroup
	for i := range requests {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			requests[i], errs[i] = c.one(fmt.Sprintf("%s%d", prefix, i), load.Tokens)
		})
	}
	wg.Wait()
	c.http.CloseIdleConnections()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return requests, nil
}

func (c *plainClient) one(id string, tokens int) (Request, error) {
	r := Request{ID: id}
	body, err := json.Marshal(map[string]any{"model": "simulated", "prompt": "calibrate", "max_tokens": tokens, "stream": true,
		"ignore_eos": true, "stream_options": map[string]any{"include_usage": true}})
	if err != nil {
		return r, err
	}
	req, err := http.NewRequest(http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Request-Id", id)
	r.SentNS = time.Now().UnixNano()
	resp, err := c.http.Do(req)
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || data == "[DONE]" {
			continue
		}
		nowNS := time.Now().UnixNano()
		var event struct {
			Choices []struct {
				Text         string  `json:"text"`
				FinishReason *string `json:"finish_reason"`
			} `json:"choices"`
		}
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			return r, err
		}
		if len(event.Choices) > 0 {
			r.ArrivalsNS = append(r.ArrivalsNS, nowNS)
		}
	}
	return r, lines.Err()
}
