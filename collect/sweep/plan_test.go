package sweep

import (
	"slices"
	"strings"
	"testing"
)

func axis(key string, values ...string) Axis {
	a := Axis{Key: key}
	for _, v := range values {
		a.Values = append(a.Values, Setting{Key: key, Value: v})
	}
	return a
}

func labels(points []Point) string {
	var out []string
	for _, p := range points {
		out = append(out, p.Label())
	}
	return strings.Join(out, " ")
}

func TestExpand(t *testing.T) {
	check := func(p Plan, want string) {
		t.Helper()
		p.Repeats = 1
		points, err := p.Expand()
		got := labels(points)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("expands to\n%s\nwant\n%s", got, want)
		}
	}
	two := []Axis{axis("tp", "4", "8"), axis("batch", "1", "2")}
	check(Plan{}, "all")
	check(Plan{Product: two}, "tp=4,batch=1 tp=4,batch=2 tp=8,batch=1 tp=8,batch=2")
	check(Plan{Product: two[:1], Zip: [][]Axis{{axis("request-rate", "1", "2"), axis("num-prompts", "60", "120")}}},
		"tp=4,request-rate=1,num-prompts=60 tp=4,request-rate=2,num-prompts=120 tp=8,request-rate=1,num-prompts=60 tp=8,request-rate=2,num-prompts=120")
	check(Plan{Points: [][]Setting{{{Key: "tp", Value: "1"}}, {{Key: "tp", Value: "2"}}}}, "tp=1 tp=2")
	check(Plan{Product: two, Points: [][]Setting{{{Key: "tp", Value: "8"}, {Key: "batch", Value: "64"}}, {{Key: "tp", Value: "4"}, {Key: "batch", Value: "1"}}}},
		"tp=4,batch=1 tp=4,batch=2 tp=8,batch=1 tp=8,batch=2 tp=8,batch=64")
	check(Plan{Product: two, Exclude: [][]Axis{{axis("tp", "4"), axis("batch", "2", "3")}}}, "tp=4,batch=1 tp=8,batch=1 tp=8,batch=2")
	check(Plan{Product: two, Exclude: [][]Axis{{axis("tp", "5")}}}, "error: exclude: no point has tp=5")
	check(Plan{Product: two, Exclude: [][]Axis{{axis("dp", "5")}}}, "error: exclude: dp is not swept")
	check(Plan{Product: two, Exclude: [][]Axis{{axis("tp", "4", "8")}}}, "error: exclude: no point is left")
	check(Plan{Product: two, Flags: []Setting{{Key: "tp", Value: "1", Line: 3}}}, "error: line 3: tp: is swept and fixed at the same time")
	check(Plan{Product: append(slices.Clone(two), two[0])}, "error: tp: is swept twice")
	check(Plan{Zip: [][]Axis{{axis("tp", "4", "8"), axis("dcu", "A")}}}, "error: zip: tp has 2 values and dcu has 1")
	check(Plan{Product: []Axis{{Key: "tp"}}}, "error: tp: an empty list")
	if _, err := (Plan{Repeats: 0}).Expand(); err == nil {
		t.Error("no repeat at all is taken")
	}
}

func TestOrderInterleaves(t *testing.T) {
	points, err := Plan{Repeats: 1, Product: []Axis{axis("batch", "1", "2"), axis("tp", "4", "8")}}.Expand()
	if err != nil {
		t.Fatal(err)
	}
	check := func(decides func(string) bool, keep bool, want string) {
		t.Helper()
		var got []string
		for _, v := range Order(points, decides, 2, keep) {
			var steps []string
			for _, s := range v.Steps {
				steps = append(steps, s.Point.Value("tp")+"/"+s.Point.Value("batch")+"/"+string(rune('0'+s.Repeat)))
			}
			got = append(got, v.Server.Label()+": "+strings.Join(steps, " "))
		}
		if text := strings.Join(got, "\n"); text != want {
			t.Errorf("order\n%s\nwant\n%s", text, want)
		}
	}
	byTP := func(key string) bool { return key == "tp" }
	check(func(string) bool { return false }, false, "all: 4/1/1 8/1/1 4/2/1 8/2/1 4/1/2 8/1/2 4/2/2 8/2/2")
	check(byTP, false, "tp=4: 4/1/1 4/2/1\ntp=8: 8/1/1 8/2/1\ntp=4: 4/1/2 4/2/2\ntp=8: 8/1/2 8/2/2")
	check(byTP, true, "tp=4: 4/1/1 4/2/1 4/1/2 4/2/2\ntp=8: 8/1/1 8/2/1 8/1/2 8/2/2")
}

func TestLeft(t *testing.T) {
	points, _ := Plan{Repeats: 1, Product: []Axis{axis("tp", "4", "8"), axis("batch", "1", "2")}}.Expand()
	visits := Order(points, func(key string) bool { return key == "tp" }, 1, false)
	left := Left(visits, func(s Step) bool { return s.Point.Value("tp") == "4" || s.Point.Value("batch") == "1" })
	if len(left) != 1 || len(left[0].Steps) != 1 || left[0].Steps[0].Point.Label() != "tp=8,batch=2" {
		t.Errorf("left is %v", left)
	}
}

// Runs on one server never share a seed; the same load on another server does.
func TestSeeds(t *testing.T) {
	byTP := func(key string) bool { return key == "tp" }
	points, _ := Plan{Repeats: 1, Product: []Axis{axis("tp", "4", "8"), axis("batch", "1", "2", "4")}}.Expand()
	seen := map[int64]string{}
	for _, v := range Order(points, byTP, 3, false) {
		for _, s := range v.Steps {
			load := s.Point.Value("batch") + "/" + string(rune('0'+s.Repeat))
			seed := s.Seed(byTP)
			if known, twice := seen[seed]; twice && known != load || seed < 0 {
				t.Errorf("%s and %s share the seed %d", known, load, seed)
			}
			seen[seed] = load
		}
	}
	if len(seen) != 9 {
		t.Errorf("%d seeds, want one for each of 3 loads x 3 repeats", len(seen))
	}
}

func TestFlags(t *testing.T) {
	check := func(key, value, want string) {
		t.Helper()
		var got []string
		flags, err := Setting{Key: key, Value: value}.Flags()
		for _, f := range flags {
			got = append(got, f.Arg())
		}
		if err != nil {
			got = []string{"error: " + err.Error()}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s %s is %s, want %s", key, value, text, want)
		}
	}
	check("tp", "4", "--tp=4")
	check("batch", "16", "--num-prompts=16 --request-rate=inf")
	check("lens", "512:128", "--input-len=512 --output-len=128")
	check("lens", "512", "error: lens 512: must be INPUT:OUTPUT, such as 512:128")
	check("lens", ":5", "error: lens :5: must be INPUT:OUTPUT, such as 512:128")
}
