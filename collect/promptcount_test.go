package collect

import "testing"

func TestPromptCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		counts  [][2]int64 // the client's, the server's
		special int
		want    string
	}{
		{"none", nil, 1, ""},
		{"equal", [][2]int64{{5, 5}, {7, 7}}, 1, ""},
		{"special tokens", [][2]int64{{5, 6}, {7, 8}}, 1, ""},
		{"a template", [][2]int64{{5, 18}, {7, 20}}, 1, "the server counted +13 prompt tokens in each of 2 requests"},
		{"fewer", [][2]int64{{5, 4}}, 0, "the server counted -1 prompt tokens in each of 1 requests"},
		{"now and then", [][2]int64{{50, 50}, {50, 48}, {100, 108}}, 0, "the server counted -2 to +8 prompt tokens in 2 of 3 requests, +3.0% in all"},
		{"special tokens now and then", [][2]int64{{50, 50}, {50, 51}}, 1, "the server counted +0 to +1 prompt tokens in 1 of 2 requests, +1.0% in all"},
	} {
		var p PromptCounts
		for _, pair := range c.counts {
			p.add(pair[0], pair[1])
		}
		if got := p.Finding(c.special); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
