package protocol

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func chatEvent(id, content, more string) string {
	return fmt.Sprintf(`{"id":%q,"choices":[{"index":0,"delta":{"content":%s}%s}]}`, id, content, more)
}

// running is usage as it comes with every chunk.
func running(n int) string {
	return fmt.Sprintf(`}],"usage":{"prompt_tokens":3,"total_tokens":%d,"completion_tokens":%d},"more":[{"a":1`, n+3, n)
}

// Whatever comes, a reader that knows events again says what one that parses each of them says.
func checkRepeat(t *testing.T, events ...string) (known int) {
	t.Helper()
	reader := newOpenAIReader(readChatChoice, "content")
	for i, data := range events {
		var got, want, lone Delta
		err := reader.Event(Event{Data: []byte(data)}, &got)
		wantErr := newOpenAIReader(readChatChoice, "content").Event(Event{Data: []byte(data)}, &want)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) || !reflect.DeepEqual(got, want) {
			t.Errorf("event %d %s:\ngot  %+v, %v\nwant %+v, %v", i, data, got, err, want, wantErr)
		}
		if reader.last.read([]byte(data), &lone) {
			known++
		}
	}
	return known
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	usage := `}],"usage":{"prompt_tokens":3,"completion_tokens":2},"more":[{"a":1`
	for _, c := range []struct {
		name   string
		events []string
		known  int
	}{
		{"another text", []string{chatEvent("a", `" one"`, ""), chatEvent("a", `" two"`, ""), chatEvent("a", `"字"`, "")}, 3},
		{"another id", []string{chatEvent("a", `"one"`, ""), chatEvent("b", `"one"`, "")}, 2},
		{"escapes", []string{chatEvent("a", `"one"`, ""), chatEvent("a", `"a\nb"`, ""), chatEvent("a", `"\""`, ""), chatEvent("a", `"c"`, "")}, 2},
		{"escape first", []string{chatEvent("a", `"a\nb"`, ""), chatEvent("a", `"one"`, "")}, 1},
		{"no text", []string{chatEvent("a", `"one"`, ""), chatEvent("a", `""`, ""), chatEvent("a", `null`, "")}, 1},
		{"a key in the text", []string{chatEvent("a", `"one"`, ""), chatEvent("a", `"x","content":"y"`, "")}, 1},
		{"two keys", []string{chatEvent("a", `"one"`, `,"content":"one"`), chatEvent("a", `"two"`, `,"content":"one"`)}, 0},
		{"finish", []string{chatEvent("a", `"one"`, `,"finish_reason":null`), chatEvent("a", `"one"`, `,"finish_reason":"stop"`)}, 1},
		{"a count", []string{chatEvent("a", `"one"`, usage), chatEvent("a", `"two"`, usage)}, 2},
		{"a running count", []string{chatEvent("a", `"one"`, running(1)), chatEvent("a", `"two"`, running(9)), chatEvent("a", `"two"`, running(10)), chatEvent("a", `"two"`, running(0))}, 4},
		{"no whole count", []string{chatEvent("a", `"one"`, running(1)), chatEvent("a", `"two"`, strings.ReplaceAll(running(1), ":1", ":1.5")), chatEvent("a", `"two"`, strings.ReplaceAll(running(1), ":1", ":-1"))}, 1},
		{"two counts", []string{chatEvent("a", `"one"`, running(1)+running(1)), chatEvent("a", `"two"`, running(1)+running(2))}, 0},
		{"a count before", []string{`{"usage":{"completion_tokens":1},"choices":[{"delta":{"content":"one"}}]}`, `{"usage":{"completion_tokens":22},"choices":[{"delta":{"content":"three"}}]}`}, 2},
		{"an error", []string{chatEvent("a", `"one"`, ""), `{"error":{"message":"content"}}`, "[DONE]", "null", "{"}, 1},
		{"a cut", []string{chatEvent("a", `"one"`, ""), chatEvent("a", `"one"`, "")[:40]}, 1},
		{"blanks", []string{strings.ReplaceAll(chatEvent("a", `"one"`, ""), ":", ": "), strings.ReplaceAll(chatEvent("a", `"two"`, ""), ":", ": ")}, 2},
	} {
		if known := checkRepeat(t, c.events...); known != c.known {
			t.Errorf("%s: %d known, want %d", c.name, known, c.known)
		}
	}
}

func FuzzRepeat(f *testing.F) {
	f.Add("a", " one", " two", "")
	f.Add("content", `"content":`, `\`, `,"finish_reason":"stop"`)
	f.Add("a", "1", "2", running(2))
	f.Fuzz(func(t *testing.T, id, one, two, more string) {
		quote := func(s string) string { return `"` + s + `"` }
		checkRepeat(t, chatEvent(id, quote(one), more), chatEvent(id, quote(two), more), chatEvent(id, quote(one+two), more), chatEvent(id, quote(two), ""))
	})
}
