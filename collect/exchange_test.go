package collect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// step is what one read brought, and when.
type step struct {
	atNS int64
	data string
}

// replay runs an answer through an exchange and gives the record.
func replay(t *testing.T, backend string, err error, steps ...step) *store.Record {
	t.Helper()
	b, lookupErr := protocol.Lookup(backend)
	if lookupErr != nil {
		t.Fatal(lookupErr)
	}
	x := newExchange(new(store.Record), &b, true, true)
	x.begin(x.rec, 1000)
	last := int64(1000)
	for _, s := range steps {
		last = s.atNS
		if feedErr := x.body([]byte(s.data), s.atNS); feedErr != nil {
			x.end(feedErr, s.atNS)
			return x.rec
		}
	}
	x.end(err, last+1)
	return x.rec
}

func completion(text, finish, usage string) string {
	if finish != "null" {
		finish = `"` + finish + `"`
	}
	if usage != "" {
		usage = `,"usage":` + usage
	}
	return fmt.Sprintf("data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"text\":%q,\"finish_reason\":%s}]%s}\n\n", text, finish, usage)
}

func delta(delta, finish string) string {
	if finish != "null" {
		finish = `"` + finish + `"`
	}
	return fmt.Sprintf("data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n", delta, finish)
}

const (
	usageOf3  = "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":2}}}\n\n"
	doneEvent = "data: [DONE]\n\n"
)

func TestExchangeCompletions(t *testing.T) {
	rec := replay(t, "vllm", nil, step{3000, completion("a", "null", "")}, step{4000, completion("b", "null", "")},
		step{6000, completion("c", "length", "")}, step{6500, usageOf3}, step{6600, doneEvent})
	checkRecord(t, rec, want{status: "ok", tNS: []int64{2000, 3000, 5000}, first: 3000, last: 6000, output: 3, source: "usage", finish: "length", text: "abc"})
	if rec.PromptTokens != store.Int(7) || rec.CachedTokens != store.Int(2) || rec.ServerRequestID != store.String("c1") {
		t.Errorf("prompt %v, cached %v, id %v", rec.PromptTokens, rec.CachedTokens, rec.ServerRequestID)
	}
}

// llama.cpp: the last token's event comes before a finish event without text, which carries the usage and choices.
func TestExchangeFinishAlone(t *testing.T) {
	rec := replay(t, "openai", nil, step{2000, completion("a", "null", "")}, step{3000, completion("", "length", `{"prompt_tokens":2,"completion_tokens":4}`)}, step{3100, doneEvent})
	checkRecord(t, rec, want{status: "ok", tNS: []int64{1000, 2000}, first: 2000, last: 3000, output: 4, source: "usage", finish: "length", text: "a",
		odd: map[int32]store.Kind{1: store.KindFinish}})
}

func TestExchangeChatKinds(t *testing.T) {
	rec := replay(t, "openai-chat", nil,
		step{2000, delta(`{"role":"assistant","content":""}`, "null")},
		step{3000, delta(`{"reasoning_content":"hm"}`, "null")},
		step{4000, delta(`{"content":""}`, "null")},
		step{5000, delta(`{"content":"x"}`, "null")},
		step{6000, delta(`{"tool_calls":[{"index":0}]}`, "null")},
		step{6500, delta(`{"role":"assistant","content":""}`, "null")},
		step{7000, delta(`{}`, "stop")}, step{7100, usageOf3}, step{7200, doneEvent})
	checkRecord(t, rec, want{status: "ok", tNS: []int64{1000, 2000, 3000, 4000, 5000, 5500, 6000}, first: 3000, last: 7000, output: 3, source: "usage", finish: "stop", text: "hmx",
		odd: map[int32]store.Kind{0: store.KindRole, 1: store.KindReasoning, 2: store.KindEmpty, 4: store.KindTool, 5: store.KindEmpty, 6: store.KindFinish}})
}

// ollama: zero usage on every event is filler, the last one counts; several events come in one read.
func TestExchangeZeroUsage(t *testing.T) {
	zero := `{"prompt_tokens":0,"completion_tokens":0}`
	rec := replay(t, "openai", nil, step{2000, completion("a", "null", zero)}, step{3000, completion("b", "null", zero) + completion("", "length", zero) + usageOf3 + doneEvent})
	checkRecord(t, rec, want{status: "ok", tNS: []int64{1000, 2000, 2000}, first: 2000, last: 3000, output: 3, source: "usage", finish: "length", text: "ab",
		odd: map[int32]store.Kind{2: store.KindFinish}})
}

// A server that counts as it goes tells how many tokens each chunk has.
func TestExchangeTokensPerChunk(t *testing.T) {
	usage := func(n int) string { return fmt.Sprintf(`{"prompt_tokens":7,"completion_tokens":%d}`, n) }
	rec := replay(t, "vllm", nil, step{2000, completion("a", "null", usage(1))}, step{3000, completion("bcd", "null", usage(4))},
		step{4000, completion("e", "stop", usage(5))}, step{4100, doneEvent})
	if want := []int32{1, 3, 1}; !slices.Equal(rec.NTokens, want) {
		t.Errorf("tokens per chunk %v, want %v", rec.NTokens, want)
	}
	if rec.OutputTokens != store.Int(5) {
		t.Errorf("output tokens %v, want 5", rec.OutputTokens)
	}
}

func TestExchangeVerdicts(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		stream string
		status string
		says   string
	}{
		{"[DONE] without a finish reason", nil, completion("a", "null", "") + doneEvent, "ok", ""},
		{"finish reason without [DONE]", nil, completion("a", "stop", ""), "ok", ""},
		{"neither", nil, completion("a", "null", ""), "truncated", "without a finish reason"},
		{"broken off", &statusError{store.StatusTruncated, "reset"}, completion("a", "null", ""), "truncated", "reset"},
		{"error object inside the stream", nil, completion("a", "null", "") + "data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n" + doneEvent, "stream_error", "out of memory"},
		{"error object and [DONE] alone", nil, "data: {\"error\":{\"message\":\"queue is full\",\"code\":429}}\n\n" + doneEvent, "stream_error", "queue is full"},
		{"error as a string", nil, "data: {\"error\":\"boom\"}\n\n", "stream_error", "boom"},
		{"[DONE] alone", nil, doneEvent, "stream_error", "without a single choice"},
		{"nothing", nil, "", "truncated", "empty"},
		{"data: null first", nil, "data: null\n\n" + completion("a", "stop", "") + doneEvent, "ok", ""},
		{"comments", nil, ":\n\n: ping\n\n" + completion("a", "stop", "") + doneEvent, "ok", ""},
		{"null error", nil, strings.Replace(completion("a", "stop", ""), `"id"`, `"error":null,"id"`, 1), "ok", ""},
		{"not JSON", nil, "data: <html>\n\n", "stream_error", "event 1"},
		{"a progress report is no token", nil, strings.Replace(completion("", "null", ""), `"id"`, `"prompt_progress":{},"id"`, 1) + completion("a", "stop", ""), "ok", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := replay(t, "vllm", c.err, step{2000, c.stream})
			if rec.Status != c.status || !strings.Contains(rec.Error.V, c.says) || rec.Error.Valid != (c.status != "ok") {
				t.Errorf("status %q, error %q; want %q saying %q", rec.Status, rec.Error.V, c.status, c.says)
			}
			if rec.Bytes != int64(len(c.stream)) {
				t.Errorf("%d bytes, want %d", rec.Bytes, len(c.stream))
			}
		})
	}
}

func TestExchangeProgressIsNoChunk(t *testing.T) {
	rec := replay(t, "vllm", nil, step{2000, strings.Replace(completion("", "null", ""), `"id"`, `"prompt_progress":{},"id"`, 1)}, step{3000, completion("a", "stop", "")})
	checkRecord(t, rec, want{status: "ok", tNS: []int64{2000}, first: 3000, last: 3000, finish: "stop", text: "a"})
}

// want is what a record should hold; zero values are not looked at for output.
type want struct {
	status      string
	tNS         []int64
	first, last int64
	output      int64
	source      string
	finish      string
	text        string
	odd         map[int32]store.Kind
}

func checkRecord(t *testing.T, rec *store.Record, w want) {
	t.Helper()
	if rec.Status != w.status {
		t.Errorf("status %q (%s), want %q", rec.Status, rec.Error.V, w.status)
	}
	if !slices.Equal(rec.TNS, w.tNS) || rec.Request.Chunks != int64(len(w.tNS)) {
		t.Errorf("chunks at %v (%d), want %v", rec.TNS, rec.Request.Chunks, w.tNS)
	}
	if rec.FirstTokenNS != store.Int(w.first) || rec.LastTokenNS != store.Int(w.last) {
		t.Errorf("first token %v, last %v; want %d, %d", rec.FirstTokenNS, rec.LastTokenNS, w.first, w.last)
	}
	if w.output > 0 && (rec.OutputTokens != store.Int(w.output) || rec.OutputTokensSource != store.String(w.source)) {
		t.Errorf("output tokens %v by %v, want %d by %s", rec.OutputTokens, rec.OutputTokensSource, w.output, w.source)
	}
	if rec.FinishReason != store.String(w.finish) || rec.OutputText != store.String(w.text) {
		t.Errorf("finish %v, text %v; want %q, %q", rec.FinishReason, rec.OutputText, w.finish, w.text)
	}
	odd := map[int32]store.Kind{}
	for i, index := range rec.OddChunk {
		odd[index] = rec.OddKind[i]
	}
	if len(odd) != len(w.odd) || len(rec.OddChunk) != len(rec.OddKind) {
		t.Errorf("odd chunks %v, want %v", odd, w.odd)
	}
	for index, kind := range w.odd {
		if odd[index] != kind {
			t.Errorf("chunk %d is %v, want %v", index, odd[index], kind)
		}
	}
}
