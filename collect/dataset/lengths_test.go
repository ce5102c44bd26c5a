package dataset

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func parseLengths(t *testing.T, text string, typical int) Lengths {
	t.Helper()
	l, err := ParseLengths(text, typical)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return l
}

// sample draws n lengths.
func sample(l Lengths, n int) []float64 {
	rng, out := generator(3, 0), make([]float64, n)
	for i := range out {
		out[i] = float64(l.Draw(rng))
	}
	return out
}

func meanOf(v []float64) (mean, stddev float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		stddev += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, math.Sqrt(stddev)
}

// The oracle is the textbook's mean and deviation of each distribution.
func TestLengthsMoments(t *testing.T) {
	t.Parallel()
	const n = 50_000
	for _, c := range []struct {
		text         string
		mean, stddev float64
	}{
		{"512", 512, 0},
		{"uniform", 1000, math.Sqrt((1999*1999 - 1) / 12.0)},
		{"uniform:min=11,max=20", 15.5, math.Sqrt(99 / 12.0)},
		{"normal", 1000, 250},
		{"normal:mean=500,stdev=50", 500, 50},
		{"normal:mean=7,stddev=0", 7, 0},
		{"lognormal", 1000, 500},
		{"lognormal:mean=2000,stddev=3000", 2000, 3000},
		{"lognormal:median=400,sigma=0.5", 400 * math.Exp(0.125), 400 * math.Exp(0.125) * math.Sqrt(math.Expm1(0.25))},
		{"gamma:mean=800,stddev=400", 800, 400},
		{"exponential", 1000, 1000},
		{"poisson:mean=30", 30, math.Sqrt(30)},
		{"poisson", 1000, math.Sqrt(1000)},
		{"choice:100=3,200", 125, math.Sqrt(0.75*25*25 + 0.25*75*75)},
		{"choice:128=60%,512=30%,4096=10%", 640, math.Sqrt(0.6*512*512 + 0.3*128*128 + 0.1*3456*3456)},
	} {
		l := parseLengths(t, c.text, 1000)
		mean, stddev := meanOf(sample(l, n))
		// Six standard errors, and what rounding adds to a deviation.
		if margin := 6 * c.stddev / math.Sqrt(n); math.Abs(mean-c.mean) > margin+0.5 {
			t.Errorf("%s: mean %.1f, want %.1f", c.text, mean, c.mean)
		}
		if math.Abs(stddev-c.stddev) > 0.05*c.stddev+1e-9 {
			t.Errorf("%s: standard deviation %.1f, want %.1f", c.text, stddev, c.stddev)
		}
	}
}

// A cut distribution keeps its shape within its bounds: it is the whole one without what lies outside.
func TestLengthsCut(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"normal:mean=100,stddev=60", "lognormal:mean=100,stddev=80", "gamma:mean=100,stddev=70", "exponential:mean=100", "poisson:mean=100"} {
		const least, most = 90, 110
		cut := sample(parseLengths(t, text+",min=90,max=110", 1), 10_000)
		whole := slices.DeleteFunc(sample(parseLengths(t, text, 1), 150_000), func(v float64) bool { return v < least || v > most })
		if slices.Min(cut) != least || slices.Max(cut) != most {
			t.Errorf("%s: from %g to %g, want both bounds", text, slices.Min(cut), slices.Max(cut))
		}
		a, _ := meanOf(cut)
		b, deviation := meanOf(whole)
		if margin := 6 * deviation * math.Sqrt(1/float64(len(cut))+1/float64(len(whole))); math.Abs(a-b) > margin {
			t.Errorf("%s: mean %.3f within the bounds, want %.3f", text, a, b)
		}
	}
}

// The weight of n is n^-alpha.
func TestLengthsZipf(t *testing.T) {
	t.Parallel()
	const draws = 100_000
	l := parseLengths(t, "zipf:alpha=1.3,min=2,max=12", 1)
	counts, sum := map[int]float64{}, 0.0
	for _, v := range sample(l, draws) {
		counts[int(v)]++
	}
	for n := 2; n <= 12; n++ {
		sum += math.Pow(float64(n), -1.3)
	}
	for n := 2; n <= 12; n++ {
		want := math.Pow(float64(n), -1.3) / sum
		if got := counts[n] / draws; math.Abs(got-want) > 6*math.Sqrt(want/draws) {
			t.Errorf("%d has a share of %.4f, want %.4f", n, got, want)
		}
	}
	if len(counts) != 11 {
		t.Errorf("%d lengths, want 11", len(counts))
	}
	if mean, _ := meanOf(sample(parseLengths(t, "zipf", 1024), draws)); math.Abs(mean-1024) > 30 {
		t.Errorf("without parameters the mean is %.0f, want that of --random-input-len, 1024", mean)
	}
}

// The text names everything: it reads back as the same distribution, whatever the typical length.
func TestLengthsText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"512", "uniform", "normal", "lognormal", "lognormal:median=9,sigma=1", "gamma", "exponential:max=4000", "poisson", "zipf", "choice:3=1,4=2", "normal:stddev=0"} {
		l := parseLengths(t, text, 700)
		again := parseLengths(t, l.String(), 1)
		if l.String() != again.String() || l.Least() != again.Least() || l.Most() != again.Most() || !l.Given() {
			t.Errorf("%s: %s reads back as %s", text, l, again)
		}
		if text != "normal:stddev=0" && !slices.Equal(sample(l, 100), sample(again, 100)) {
			t.Errorf("%s: %s draws other lengths when read back", text, l)
		}
	}
	var none Lengths
	if none.Given() || none.Draw(generator(1, 1)) != 0 || none.String() != "0" {
		t.Errorf("the zero value is %s", none)
	}
}

func TestLengthsRefused(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                                 "is no distribution",
		"0":                                "between 1 and",
		"-4":                               "between 1 and",
		"gauss":                            "use one of exponential, gamma",
		"normal:200":                       "KEY=NUMBER",
		"normal:mean=x":                    "KEY=NUMBER",
		"normal:mean=nan":                  "between 1 and",
		"normal:alpha=2":                   "it takes mean, stddev, min, max",
		"normal:mean=-4":                   "mean=-4: must be between",
		"uniform:min=9,max=8":              "min=9 is above max=8",
		"uniform:min=0":                    "min=0: must be between",
		"zipf:alpha=1":                     "alpha=1: must be between",
		"lognormal:mean=5,median=4":        "give mean and stddev, or median and sigma",
		"lognormal:stddev=5,sigma=1":       "give mean and stddev, or median and sigma",
		"normal:mean=10,stddev=1,min=900":  "next to nothing",
		"poisson:mean=10,min=900":          "next to nothing",
		"choice:":                          "LENGTH=WEIGHT",
		"choice:5=0":                       "LENGTH=WEIGHT",
		"choice:a=1":                       "LENGTH=WEIGHT",
		"file:":                            "give a path",
		"file:/nowhere/lengths.txt":        "/nowhere/lengths.txt",
		"file:" + write(t, ""):             "holds no lengths",
		"file:" + write(t, "5\nx\n"):       `line 2: "x": must be a whole number`,
		"file:" + write(t, "5\n7 8\n"):     `line 2: "7 8": must be`,
		"file:" + write(t, "5\n0\n"):       `line 2: "0": must be`,
		"file:" + write(t, "5\n\x00\n"):    "line 2: binary data",
		"file:" + write(t, "a,b\n1,2\n"):   "several columns (\"a\", \"b\")",
		"file:" + write(t, "a,b\n1\n"):     "line 2: 1 columns, where the first line has 2",
		"file:" + write(t, `a`+"\n"+`"1`):  "line 2: a quote that does not end",
		"file:" + write(t, "{\"a\":1}\n{"): "line 2: not JSON at byte 1",
		"file:" + write(t, "a\n1\n") + ",column=c":               `line 2: no column "c" among "a"`,
		"file:" + write(t, "{\"a\":1}\n{\"b\":1}") + ",column=a": `line 2: no "a"`,
	} {
		if l, err := ParseLengths(text, 100); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, %v; want one line saying %q", text, l, err, says)
		}
	}
}

func TestLengthsFromFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, content, column string }{
		{"a number a line", "10\n20\n\n30\n", ""},
		{"CSV of one column", "input\n10\n20\n30\n", ""},
		{"CSV", "TIMESTAMP,\"Context, tokens\",x\n1,10,\n1,20,\n1,30.0,", "context, tokens"},
		{"JSONL", "{\"t\":1,\"n\":10}\n{\"n\":20,\"t\":1}\n{\"n\":30}\n", "n"},
	} {
		spec := "file:" + write(t, c.content)
		if c.column != "" {
			spec += ",column=" + c.column
		}
		l := parseLengths(t, spec, 1)
		mean, stddev := meanOf(sample(l, 30_000))
		if l.Least() != 10 || l.Most() != 30 || math.Abs(mean-20) > 0.3 || math.Abs(stddev-8.165) > 0.1 {
			t.Errorf("%s: %d to %d, mean %.2f, deviation %.2f; want 10 to 30, 20, 8.16", c.name, l.Least(), l.Most(), mean, stddev)
		}
	}
}

// Two distributions of one file are those of its rows, which belong together.
func TestLengthsOfOneRow(t *testing.T) {
	t.Parallel()
	path := write(t, "in,out\n10,1\n20,2\n30,3\n")
	d := makeRandom(t, newWordTokenizer(false), 1, 300, RandomConfig{InputLen: 1, OutputLen: 1,
		InputDist: parseLengths(t, "file:"+path+",column=in", 1), OutputDist: parseLengths(t, "file:"+path+",column=out", 1)})
	seen := map[int]int{}
	for i := range d.Len() {
		p := promptAt(t, d, i)
		if p.InputTokens != 10*p.OutputTokens {
			t.Fatalf("prompt %d: %d and %d tokens are not from one row", i, p.InputTokens, p.OutputTokens)
		}
		seen[p.OutputTokens]++
	}
	if len(seen) != 3 || seen[1] < 60 || seen[2] < 60 || seen[3] < 60 {
		t.Errorf("rows drawn %v times, want about 100 each", seen)
	}
}

func TestLengthMix(t *testing.T) {
	t.Parallel()
	m, err := ParseLengthMix("64|10,32:70; 1024,256|20:30;")
	if err != nil {
		t.Fatal(err)
	}
	rng, short := generator(5, 0), 0
	const n = 20_000
	for range n {
		in, out := m.Draw(rng)
		switch {
		case in < 200 && out == 32:
			short++
		case in != 1024 || out < 100 || out > 400:
			t.Fatalf("%d, %d is of neither pair", in, out)
		}
	}
	if share := float64(short) / n; math.Abs(share-0.7) > 0.02 {
		t.Errorf("the first pair has a share of %.3f, want 0.7", share)
	}
	for _, text := range []string{"", "64:3", "64,32", "64,32:x", "64,32:0", "64,32:-1", "a,32:1", "64,0:1", "64|x,32:1", "64|,3:1"} {
		if _, err := ParseLengthMix(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// A file of one endless line is refused in bounded memory, with its place.
func TestLongLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "long")
	if err := os.WriteFile(path, []byte("5\n7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 3<<30); err != nil { // a hole of 3 GB, which takes no space
		t.Fatal(err)
	}
	_, err := ParseLengths("file:"+path, 1)
	if err == nil || !strings.Contains(err.Error(), "line 3: longer than 64 MB") || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func FuzzLengths(f *testing.F) {
	for _, text := range []string{"512", "uniform:min=1,max=9", "normal:mean=5,stddev=2,min=1", "lognormal:median=4,sigma=0.5", "gamma", "zipf:alpha=1.2", "poisson:mean=3", "choice:4=1,5=2%", "exponential:max=3", "file:5\n7\n", "file:a,b\n1,2\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if content, is := strings.CutPrefix(text, "file:"); is { // not any file there is, but one of this content
			text = "file:" + write(t, content)
		}
		l, err := ParseLengths(text, 100)
		if err != nil {
			return
		}
		rng := generator(1, 1)
		for range 20 {
			if n := l.Draw(rng); n < l.Least() || n > l.Most() || n < 1 {
				t.Fatalf("%s draws %d, not between %d and %d", l, n, l.Least(), l.Most())
			}
		}
	})
}

func FuzzLengthMix(f *testing.F) {
	f.Add("64|10,32|8:70;1024,256:30")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseLengthMix(text)
		if err != nil {
			return
		}
		if in, out := m.Draw(generator(1, 1)); in < 1 || out < 1 {
			t.Errorf("%q draws %d, %d", text, in, out)
		}
	})
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("a,\"b,c\"\n1,2\n"))
	f.Add([]byte("{\"a\":1}\n{\"a\":\"2\"}"))
	f.Add([]byte("\ufeffa\r\n\r\n1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var tab table
		_ = eachText(strings.NewReader(string(data)), func(line []byte) error {
			is, err := tab.row(line)
			if err != nil || !is {
				return err
			}
			for _, c := range tab.columns {
				if _, err := tab.cell(c); err != nil && !tab.json {
					t.Errorf("column %q: %v", c, err)
				}
			}
			return nil
		})
	})
}
