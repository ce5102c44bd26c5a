package sweep

import (
	"fmt"
	"strings"
	"testing"
)

const whole = `
name: grid
repeats: 5
flags:
  ignore_eos: true
  goodput: [ttft:500, tpot:50]
  extra-body: '{"a": 1}'
product:
  tp: [4, 8]
  lens: [512:512, 1024:1024]
zip:
  request-rate: [1, 2.50]
  num-prompts: [60, 120]
points:
  - {tp: 8, lens: 4096:128}
exclude:
  - {tp: 4, lens: 1024:1024}
serve-cmd: |
  vllm serve -tp {{.tp}}
slo: [p99_ttft_ms<=1000, success_rate>=0.95]
`

func TestParse(t *testing.T) {
	f, err := Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, got any, want string) {
		t.Helper()
		if text := fmt.Sprint(got); text != want {
			t.Errorf("%s is %s, want %s", what, text, want)
		}
	}
	check("name", f.Name, "grid")
	check("repeats", f.Repeats, "5")
	check("flags", f.Flags, `[{ignore-eos true 5} {goodput ttft:500 6} {goodput tpot:50 6} {extra-body {"a": 1} 7}]`)
	check("product", f.Product, "[{tp [{tp 4 9} {tp 8 9}]} {lens [{lens 512:512 10} {lens 1024:1024 10}]}]")
	check("zip", f.Zip, "[[{request-rate [{request-rate 1 12} {request-rate 2.50 12}]} {num-prompts [{num-prompts 60 13} {num-prompts 120 13}]}]]")
	check("points", f.Points, "[[{tp 8 15} {lens 4096:128 15}]]")
	check("exclude", f.Exclude, "[[{tp [{tp 4 17}]} {lens [{lens 1024:1024 17}]}]]")
	check("options", len(f.Options), "3")
	check("command", f.Options[0].Value, "vllm serve -tp {{.tp}}")
	if f, err := Parse(nil); err != nil || f.Repeats != 1 {
		t.Errorf("an empty plan gives %v, %v", f, err)
	}
}

func TestParseErrors(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
	check("product:\n  tp: []\n", "line 2: product.tp: an empty list")
	check("product: [1, 2]\n", "line 1: product: must be a map")
	check("name: x\nrepeats: many\n", `line 2: repeats: "many" is not a number above 0`)
	check("repeats: 0\n", "repeats")
	check("flags:\n  tp:\n", "flags.tp: has no value")
	check("flags:\n  extra-body: {a: 1}\n", "line 2: flags.extra-body: must be a value or a list")
	check("points:\n  - {tp: [1, 2]}\n", "line 2: points: tp has 2 values, a point has one")
	check("a: [1\n", "not YAML")
	check("name: a\n---\nname: b\n", "one plan a file")
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("zip: [{a: 1}]\npoints: {b: c}\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse([]byte(text))
		if err != nil {
			return
		}
		size := 1
		for _, a := range file.Product {
			size *= len(a.Values)
		}
		if len(file.Zip) > 3 || size > 1000 {
			return
		}
		points, err := file.Expand()
		if err == nil && len(points) == 0 {
			t.Error("a plan without points and without an error")
		}
	})
}
