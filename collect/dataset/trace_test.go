package dataset

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const mooncake = `{"timestamp": 1000, "input_length": 10, "output_length": 5, "hash_ids": [7, 8, 9]}
{"timestamp": 1500, "input_length": 8, "output_length": 0, "hash_ids": [7, 8]}

{"timestamp": 3000, "input_length": 6, "output_length": 2, "hash_ids": [7, 1]}
{"timestamp": 2000, "input_length": 12, "output_length": 3, "hash_ids": [7, 8, 9]}
{"timestamp": 9000, "input_length": 3, "output_length": 1, "hash_ids": [4]}
`

func traceOf(t *testing.T, name, content string, change func(*Config)) *trace {
	t.Helper()
	c := Config{Name: name, Path: write(t, content), NumPrompts: AllPrompts, Seed: 1, Trace: TraceConfig{Speed: 1}}
	if change != nil {
		change(&c)
	}
	d, err := New(c, newWordTokenizer(false))
	if err != nil {
		t.Fatal(err)
	}
	return d.(*trace)
}

// shape is when each request is due, in milliseconds, and its lengths.
func shape(t *testing.T, d *trace) [][3]int {
	t.Helper()
	var out [][3]int
	offsets, err := Offsets(d, len(d.rows))
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range offsets {
		p := promptAt(t, d, i)
		out = append(out, [3]int{int(at.Milliseconds()), p.InputTokens, p.OutputTokens})
	}
	return out
}

func TestTraceForms(t *testing.T) {
	t.Parallel()
	all := [][3]int{{0, 10, 5}, {500, 8, 1}, {1000, 12, 3}, {2000, 6, 2}, {8000, 3, 1}}
	for _, c := range []struct {
		name, dataset, content string
		change                 func(*Config)
		want                   [][3]int
	}{
		{"Mooncake, sorted by time", "trace", mooncake, nil, all},
		{"at twice the speed", "trace", mooncake, func(c *Config) { c.Trace.Speed = 2 }, [][3]int{{0, 10, 5}, {250, 8, 1}, {500, 12, 3}, {1000, 6, 2}, {4000, 3, 1}}},
		{"a window", "trace", mooncake, func(c *Config) { c.Trace.Start, c.Trace.Length = 400*time.Millisecond, 1600*time.Millisecond }, [][3]int{{100, 8, 1}, {600, 12, 3}}},
		{"the first ones", "trace", mooncake, func(c *Config) { c.NumPrompts = 2 }, all[:2]},
		{"vLLM's name means seconds", "timed_trace", mooncake, func(c *Config) { c.NumPrompts = 2 }, [][3]int{{0, 10, 5}, {500_000, 8, 1}}},
		{"vLLM's multiplier", "timed_trace", mooncake, func(c *Config) { c.NumPrompts, c.Trace.UnitSeconds = 2, 0.001 }, all[:2]},
		{"Azure 2023", "trace", "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109", nil, [][3]int{{0, 374, 44}, {4314, 396, 109}}},
		{"Azure 2024", "trace", "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,2162,5\n2024-05-10 00:00:00.017335+00:00,2399,6\n", nil, [][3]int{{0, 2162, 5}, {7, 2399, 6}}},
		{"BurstGPT", "trace", "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,1087,230,1317,API log\n", nil, [][3]int{{0, 472, 18}, {40_000, 1087, 230}}},
		{"columns of one's own", "trace", "when,a,b,c\n1,2,3,4\n1.25,5,6,7\n", func(c *Config) { c.Trace.Timestamp, c.Trace.Input, c.Trace.Output = "when", "B", "c" }, [][3]int{{0, 3, 4}, {250, 6, 7}}},
		{"one model of BurstGPT, timed", "burstgpt", "Timestamp,Model,Request tokens,Response tokens\n1,A,1,1\n2,B,2,2\n3,B,3,0\n5,B,4,4\n", func(c *Config) { c.SelfTimed, c.Trace.Model = true, "B" }, [][3]int{{0, 2, 2}, {3000, 4, 4}}},
	} {
		if got := shape(t, traceOf(t, c.dataset, c.content, c.change)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Equal hashes are equal tokens at equal places, everything else differs; so a cache of whole blocks saves what it saved
// when the trace was recorded.
func TestTraceBlocks(t *testing.T) {
	t.Parallel()
	for _, ids := range []bool{false, true} {
		d := traceOf(t, "trace", mooncake, func(c *Config) { c.PromptTokenIDs, c.NumPrompts, c.Warmups = ids, 7, 2 })
		if d.block != 4 || d.Recipe()["block_size"] != 4 {
			t.Fatalf("blocks of %d tokens, want 4", d.block)
		}
		tokens := func(i int) []int {
			p := promptAt(t, d, i)
			if ids {
				return p.TokenIDs
			}
			out, err := d.tok.Encode(p.Text)
			if err != nil || len(out) != p.InputTokens {
				t.Fatalf("prompt %d has %d tokens, not %d (%v)", i, len(out), p.InputTokens, err)
			}
			return out
		}
		shared := func(a, b []int) int {
			n := 0
			for n < min(len(a), len(b)) && a[n] == b[n] {
				n++
			}
			return n
		}
		first := tokens(0) // blocks 7, 8 and half of 9
		for i, want := range []int{10, 8, 10, 4, 0, 0, 0} {
			if n := shared(first, tokens(i)); n != want {
				t.Errorf("ids %v: prompt %d shares %d tokens with the first, want %d", ids, i, n, want)
			}
		}
		if d.Len() != 7 {
			t.Errorf("%d prompts, want 5 and two warm-ups", d.Len())
		}
	}
}

// A block may be named by text, and stand in a column of CSV.
func TestTraceHashes(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"text":     `{"timestamp":0,"input_length":9,"output_length":1,"hash_ids":["a","b"]}` + "\n" + `{"timestamp":0,"input_length":9,"output_length":1,"hash_ids":["a","c"]}`,
		"large":    `{"timestamp":0,"input_length":9,"output_length":1,"hash_ids":[18446744073709551615,-4]}` + "\n" + `{"timestamp":0,"input_length":9,"output_length":1,"hash_ids":[18446744073709551615]}`,
		"CSV":      "timestamp,input_length,output_length,hash_ids\n0,9,1,\"[1, 2]\"\n0,9,1,1;3\n",
		"no block": `{"timestamp":0,"input_length":9,"output_length":1,"hash_ids":[1,2]}` + "\n" + `{"timestamp":0,"input_length":9,"output_length":1}` + "\n" + `{"timestamp":0,"input_length":9,"output_length":1,"hash_ids":null}`,
	} {
		d := traceOf(t, "trace", content, func(c *Config) { c.PromptTokenIDs = true; c.Trace.BlockSize = 5 })
		a, b := promptAt(t, d, 0).TokenIDs, promptAt(t, d, 1).TokenIDs
		if same := slices.Equal(a[:5], b[:5]); same != (name != "no block") || slices.Equal(a[5:], b[5:]) {
			t.Errorf("%s: %v and %v", name, a, b)
		}
	}
}

func TestTraceBlockSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows []arrival
		want int
	}{
		{[]arrival{{Input: 6758, To: 14}, {Input: 7322, To: 15}, {Input: 2290, To: 5}}, 512},
		{[]arrival{{Input: 100, To: 7}, {Input: 95, To: 6}}, 16},
		{[]arrival{{Input: 300, To: 3}, {Input: 290, To: 3}, {Input: 201, To: 3}}, 100},
		{[]arrival{{Input: 30, To: 1}}, 32},
		{[]arrival{{Input: 30}}, 1},
	} {
		if got := (&arrivals{rows: c.rows}).blockSize(); got != c.want {
			t.Errorf("%+v: %d, want %d", c.rows, got, c.want)
		}
	}
}

func TestTraceBadFiles(t *testing.T) {
	t.Parallel()
	const header = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
	for _, c := range []struct{ name, content, says string }{
		{"empty", "", "the file is empty"},
		{"header alone", header, "it holds no rows"},
		{"cut JSON", mooncake + `{"timestamp": 27000, "input_le`, "line 7: not JSON at byte 30"},
		{"no object", mooncake + "[1,2]", "line 7: not a JSON object"},
		{"other columns", "a,b\n1,2\n", `line 1: no column with the times among "a", "b"; name it with --timed-trace-label-timestamp`},
		{"no lengths", `{"timestamp":1,"text":"x"}`, `line 1: no column with the input lengths`},
		{"a row short", header + "2023-11-16 18:15:46,3\n", "line 2: 2 columns, where the first line has 3"},
		{"length", header + "2023-11-16 18:15:46,many,4\n", `line 2: ContextTokens "many"`},
		{"huge length", header + "2023-11-16 18:15:46,1e9,4\n", `line 2: ContextTokens "1e9"`},
		{"time", header + "yesterday,3,4\n", `line 2: TIMESTAMP "yesterday"`},
		{"mixed times", header + "5,3,4\n2023-11-16 18:15:46,3,4\n", `line 3: TIMESTAMP "2023`},
		{"mixed times", header + "2023-11-16 18:15:46,3,4\n5,3,4\n", `line 3: TIMESTAMP "5"`},
		{"endless time", header + "1e300,3,4\n", `line 2: TIMESTAMP "1e300"`},
		{"missing field", mooncake + `{"timestamp": 27000, "output_length": 3}`, `line 7: no "input_length"`},
		{"binary", "\x7fELF\x00\x01\x02\n", "line 1: binary data"},
		{"UTF-16", "\xff\xfet\x00i\x00\n\x00", "line 1: binary data"},
	} {
		path := write(t, c.content)
		_, err := New(Config{Name: "trace", Path: path, NumPrompts: AllPrompts, Trace: TraceConfig{Speed: 1}}, newWordTokenizer(false))
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want one line saying %q and naming the file", c.name, err, c.says)
		}
	}
	config := Config{Name: "trace", Path: write(t, mooncake), NumPrompts: 1, Trace: TraceConfig{Speed: 1, Start: time.Hour}}
	if _, err := New(config, newWordTokenizer(false)); err == nil || !strings.Contains(err.Error(), "--trace-start") {
		t.Errorf("an empty window gives %v", err)
	}
	config.Trace = TraceConfig{Speed: 0, Start: -1, Length: -1, BlockSize: -1, UnitSeconds: math.NaN()}
	config.Path = ""
	err := config.Validate()
	for _, flag := range []string{"--dataset-path", "--trace-speed", "--trace-start", "--trace-duration", "--timed-trace-chunk-hash-size", "--timed-trace-sec-multiplier"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%v does not name %s", err, flag)
		}
	}
}

func TestBurstGPT(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n")
	for i := 1; i <= 40; i++ {
		fmt.Fprintf(&b, "%d,%s,%d,%d,0,API log\n", i, []string{"ChatGPT", "GPT-4"}[i%2], 10+i, (i%4)*7)
	}
	path := write(t, b.String())
	make := func(n int, change func(*Config)) Dataset {
		c := Config{Name: "burstgpt", Path: path, NumPrompts: n, Seed: 4, Trace: TraceConfig{Speed: 1, Model: "GPT-4"}}
		if change != nil {
			change(&c)
		}
		d, err := New(c, newWordTokenizer(false))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	// Odd rows are GPT-4's, all with an answer.
	d, inputs, texts := make(60, nil), map[int]int{}, map[string]bool{}
	for i := range d.Len() {
		p := promptAt(t, d, i)
		row := p.InputTokens - 10
		if row%2 == 0 || p.OutputTokens != (row%4)*7 {
			t.Errorf("prompt %d: %d and %d tokens are no row of GPT-4's", i, p.InputTokens, p.OutputTokens)
		}
		inputs[row]++
		texts[p.Text] = true
	}
	if d.Len() != 60 || len(inputs) != 20 || len(texts) != 60 {
		t.Errorf("%d prompts, %d different, of %d rows; want 60, 60, 20", d.Len(), len(texts), len(inputs))
	}
	if n := make(60, func(c *Config) { c.Files.NoOversample = true }).Len(); n != 20 {
		t.Errorf("without oversampling %d prompts, want 20", n)
	}
	all := make(40, func(c *Config) { c.Trace.Model, c.Files.DisableShuffle = "", true })
	if p := promptAt(t, all, 3); p.InputTokens != 14 || p.OutputTokens != 1 {
		t.Errorf("the fourth row of all is %d, %d; want 14, 1", p.InputTokens, p.OutputTokens)
	}
	_, err := New(Config{Name: "burstgpt", Path: path, NumPrompts: 1, Trace: TraceConfig{Model: "GPT-5"}}, newWordTokenizer(false))
	if err == nil || !strings.Contains(err.Error(), `no row of the model "GPT-5"`) {
		t.Errorf("another model gives %v", err)
	}
}

// The real trace of Mooncake, where it is to be had: all of its requests, sorted, in 512-token blocks.
func TestTraceMooncake(t *testing.T) {
	dir := os.Getenv("LLMBENCH_TESTDATA")
	if dir == "" {
		t.Log("LLMBENCH_TESTDATA is not set: only the project's own fixtures are checked")
		return
	}
	d, err := New(Config{Name: "trace", Path: filepath.Join(dir, "mooncake_conversation_trace.jsonl"), NumPrompts: AllPrompts, Trace: TraceConfig{Speed: 1}}, newWordTokenizer(false))
	if err != nil {
		t.Fatal(err)
	}
	tr := d.(*trace)
	if tr.block != 512 || tr.Len() != 12_031 {
		t.Errorf("%d requests in blocks of %d tokens, want 12031 and 512", tr.Len(), tr.block)
	}
	if _, err := Offsets(tr, tr.Len()); err != nil {
		t.Error(err)
	}
	if p := promptAt(t, d, 3); p.InputTokens != 2290 || p.OutputTokens != 316 {
		t.Errorf("the fourth request has %d and %d tokens, want 2290 and 316", p.InputTokens, p.OutputTokens)
	}
}

func FuzzArrivals(f *testing.F) {
	f.Add([]byte(mooncake))
	f.Add([]byte("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n"))
	f.Add([]byte("Timestamp,Model,Request tokens,Response tokens\n5,GPT-4,4,18\n1,GPT-4,4,18\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &arrivalReader{timed: true, most: 1000}
		if eachText(strings.NewReader(string(data)), r.line) != nil {
			return
		}
		if size := r.out.blockSize(); size < 1 {
			t.Errorf("blocks of %d tokens", size)
		}
		for _, row := range r.out.rows {
			if row.At < 0 || row.Input < 1 || row.Output < 1 || row.From > row.To || int(row.To) > len(r.out.hashes) {
				t.Errorf("%+v", row)
			}
		}
	})
}
