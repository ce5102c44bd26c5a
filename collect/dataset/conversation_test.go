package dataset

import (
	"fmt"
	"strings"
	"testing"
)

// The whole conversation of a prompt is to be had, through whatever is put around the dataset.
func TestConversations(t *testing.T) {
	t.Parallel()
	path := write(t, file(talk(1, 1), talk(5, 6, 7, 8), talk(9, 10)))
	d := WithModels(made(t, Config{Name: "sharegpt", Path: path, NumPrompts: 20, Seed: 4}), []string{"a"}, true, 1)
	c, ok := AsConversations(d)
	if !ok {
		t.Fatal("no conversations")
	}
	for i := range d.Len() {
		turns, err := c.Conversation(i)
		if err != nil || len(turns) < 2 || turns[0].Content != promptAt(t, d, i).Text || turns[0].Role != "user" || turns[1].Role != "assistant" {
			t.Errorf("conversation %d: %+v, %v", i, turns, err)
		}
		if n := len(strings.Fields(turns[0].Content)); n == 5 && len(turns) != 4 || n == 9 && len(turns) != 2 {
			t.Errorf("conversation %d of %d words has %d turns", i, n, len(turns))
		}
	}
	bench := made(t, Config{Name: "mt_bench", Path: write(t, `{"turns":["one","two"]}`), NumPrompts: 1, Turns: TurnsConfig{OutputLen: 1}})
	if c, ok := AsConversations(bench); !ok {
		t.Error("mt_bench has no conversations")
	} else if turns, err := c.Conversation(0); err != nil || fmt.Sprint(turns) != fmt.Sprint([]Message{{Role: "user", Content: "one"}, {Role: "user", Content: "two"}}) {
		t.Errorf("%+v, %v", turns, err)
	}
	if _, ok := AsConversations(fields{}); ok {
		t.Error("a dataset without conversations gave them")
	}
}
