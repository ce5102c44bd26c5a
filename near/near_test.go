package near

import "testing"

func TestDistance(t *testing.T) {
	t.Parallel()
	check := func(a, b string, want int) {
		t.Helper()
		for _, pair := range [][2]string{{a, b}, {b, a}} {
			if got := distance(pair[0], pair[1], 2); min(got, 3) != want {
				t.Errorf("from %q to %q: %d, want %d", pair[0], pair[1], got, want)
			}
		}
	}
	check("", "", 0)
	check("a", "a", 0)
	check("a", "b", 1)
	check("a", "", 1)
	check("ab", "ba", 1)
	check("abc", "acb", 1)
	check("abcd", "bacx", 2)
	check("kitten", "sitting", 3)
	check("abc", "abcdef", 3)
	check("", "abcd", 3)
}

func TestOneOf(t *testing.T) {
	t.Parallel()
	check := func(word, want string, names ...string) {
		t.Helper()
		if got := OneOf(word, names); got != want {
			t.Errorf("%q: %s\nwant %s", word, got, want)
		}
	}
	latencies := []string{"ttft", "tpot", "itl", "e2el"}
	check("ttff", "did you mean ttft? There are ttft, tpot, itl, e2el", latencies...)
	check("TPOT", "did you mean tpot? There are ttft, tpot, itl, e2el", latencies...)
	check("lag", "use one of ttft, tpot, itl, e2el", latencies...)
	check("x", "use one of ttft, tpot, itl, e2el", latencies...)
	check("prompt_lenght", "did you mean prompt-length? There are prompt-length, gaps", "prompt-length", "gaps")
	check("run", "did you mean runs? There are man, runs", "man", "runs")
	check("abcd", "did you mean xabcd, bbcd or abcde? There are xabcd, bbcd, abcde, abcdf", "xabcd", "bbcd", "abcde", "abcdf")
	check("tensor", "did you mean tensorrt-llm? There are tgi, tensorrt-llm", "tgi", "tensorrt-llm")
	many := make([]string, maxListed+1)
	for i := range many {
		many[i] = "metric"
	}
	check("metrik", "did you mean metric?", many...)
}
