package telemetry

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

func TestParsePrometheus(t *testing.T) {
	t.Parallel()
	// The forms that vLLM, SGLang, llama.cpp and TGI use: labels, none, exponents, a histogram, no TYPE line.
	page := `# HELP vllm:prompt_tokens_total Number of prefill tokens processed.
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{engine="0",model_name="Qwen/Qwen2.5 \"x\""} 8.128902e+06
llamacpp:requests_deferred 0
# TYPE wait summary
wait{quantile="0.5"} 0.25
wait_sum 3
wait_count 4
# TYPE ttft histogram
ttft_bucket{le="0.001"} 1
ttft_bucket{le="+Inf"} 3
ttft_sum 1.5
ttft_count 3
`
	got, err := ParsePrometheus(strings.NewReader(page))
	none := map[string]string{}
	want := []Sample{
		{"llamacpp:requests_deferred", none, 0},
		{"ttft_bucket", map[string]string{"le": "0.001"}, 1},
		{"ttft_bucket", map[string]string{"le": "+Inf"}, 3},
		{"ttft_sum", none, 1.5},
		{"ttft_count", none, 3},
		{"vllm:prompt_tokens_total", map[string]string{"engine": "0", "model_name": `Qwen/Qwen2.5 "x"`}, 8128902},
		{"wait", map[string]string{"quantile": "0.5"}, 0.25},
		{"wait_sum", none, 3},
		{"wait_count", none, 4},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v\nwant %v", got, err, want)
	}
}

func TestReadPage(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			_, _ = w.Write([]byte("up{key=\"" + r.Header.Get("Authorization") + "\"} 1\n"))
		case "/page":
			_, _ = w.Write([]byte("<html>hello</html>"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	read := func(path string) ([]Sample, error) {
		return Prometheus{URL: server.URL + path, Header: http.Header{"Authorization": {"Bearer k"}}, Client: server.Client()}.Read(t.Context())
	}
	if got, err := read("/metrics"); err != nil || len(got) != 1 || got[0].Labels["key"] != "Bearer k" {
		t.Errorf("got %v, %v", got, err)
	}
	for path, want := range map[string]string{"/page": "metrics of ", "/none": "404"} {
		if got, err := read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, %v", path, got, err)
		}
	}
}

func TestPrefixCacheBetween(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after string
		want          PrefixCache
		ok            bool
	}{
		"vllm, two engines": {
			"vllm:prefix_cache_queries_total{engine=\"0\"} 100\nvllm:prefix_cache_hits_total{engine=\"0\"} 10\n",
			"vllm:prefix_cache_queries_total{engine=\"0\"} 200\nvllm:prefix_cache_queries_total{engine=\"1\"} 50\nvllm:prefix_cache_hits_total{engine=\"0\"} 30\n",
			PrefixCache{150, 20}, true,
		},
		"sglang, no hit yet":  {"", "sglang:prompt_tokens_total 70\n", PrefixCache{70, 0}, true},
		"started anew":        {"vllm:prefix_cache_queries_total 100\n", "vllm:prefix_cache_queries_total 40\n", PrefixCache{-60, 0}, false},
		"an engine without":   {"", "llamacpp:prompt_tokens_total 70\n", PrefixCache{}, false},
		"no page at all":      {"", "", PrefixCache{}, false},
		"nothing was queried": {"vllm:prefix_cache_queries_total 7\n", "vllm:prefix_cache_queries_total 7\n", PrefixCache{}, true},
	} {
		parse := func(page string) []Sample {
			samples, err := ParsePrometheus(strings.NewReader(page))
			if err != nil {
				t.Fatal(err)
			}
			return samples
		}
		if got, ok := PrefixCacheBetween(parse(c.before), parse(c.after)); got != c.want || ok != c.ok {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, ok, c.want, c.ok)
		}
	}
}

func FuzzParsePrometheus(f *testing.F) {
	f.Add("a{b=\"c\"} 1 2\n# TYPE h histogram\nh_bucket{le=\"1\"} 3\n")
	f.Add("x NaN\ny +Inf\n")
	f.Fuzz(func(t *testing.T, page string) {
		samples, err := ParsePrometheus(strings.NewReader(page))
		if err != nil && samples != nil {
			t.Errorf("%d samples beside %v", len(samples), err)
		}
		for _, s := range samples {
			if s.Name == "" {
				t.Errorf("a sample without a name: %+v", s)
			}
		}
	})
}
