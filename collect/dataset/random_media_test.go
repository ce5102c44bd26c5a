package dataset

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"math"
	"slices"
	"strings"
	"testing"
)

var oneImage = MediaConfig{Items: 1, Limits: MediaLimits{Image: 255, Video: 1}, Buckets: []MediaBucket{{32, 48, 1, 1}}}

func mediaConfig(n int, m MediaConfig) Config {
	return Config{Name: "random-mm", NumPrompts: n, Seed: 5, Media: m, Files: FilesConfig{Chat: true}, Random: RandomConfig{InputLen: 12, OutputLen: 3, PrefixLen: 2}}
}

// contents takes a data URL apart.
func contents(t *testing.T, p Part) (kind string, data []byte) {
	t.Helper()
	head, text, _ := strings.Cut(p.URL, ",")
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return head, data
}

func TestRandomMedia(t *testing.T) {
	t.Parallel()
	tok := newWordTokenizer(false)
	config := oneImage
	config.Items, config.ItemsRange = 2, 0.5
	config.Buckets = []MediaBucket{{32, 48, 1, 0.75}, {16, 16, 3, 0.25}}
	d, err := New(mediaConfig(60, config), tok)
	if err != nil {
		t.Fatal(err)
	}
	counts, kinds, seen := map[int]int{}, map[PartKind]int{}, map[string]bool{}
	for i := range d.Len() {
		p := promptAt(t, d, i)
		if p.Text != "" || len(p.Messages) != 1 || p.Messages[0].Role != "user" || p.InputTokens != 14 || p.OutputTokens != 3 {
			t.Fatalf("prompt %d is no message of 14 tokens: %+v", i, p.InputTokens)
		}
		parts := p.Messages[0].Parts
		if ids, err := tok.Encode(parts[0].Text); err != nil || parts[0].Kind != PartText || len(ids) != 14 {
			t.Fatalf("prompt %d begins with %d tokens (%v)", i, len(ids), err)
		}
		counts[len(parts)-1]++
		films := 0
		for _, part := range parts[1:] {
			kinds[part.Kind]++
			if seen[part.URL] {
				t.Errorf("prompt %d holds a medium that was there before", i)
			}
			seen[part.URL] = true
			head, data := contents(t, part)
			switch part.Kind {
			case PartImage:
				picture, err := jpeg.Decode(bytes.NewReader(data))
				if err != nil || head != "data:image/jpeg;base64" || picture.Bounds().Size() != image.Pt(48, 32) {
					t.Errorf("prompt %d: no picture of 48x32: %v", i, err)
				}
			case PartVideo:
				films++
				if head != "data:video/mp4;base64" || string(data[4:8]) != "ftyp" || bytes.Count(data, []byte{0xff, 0xd8, 0xff}) != 3 {
					t.Errorf("prompt %d: no film of 3 frames: %s", i, head)
				}
			}
		}
		if films > 1 {
			t.Errorf("prompt %d holds %d films, its limit is 1", i, films)
		}
	}
	if len(counts) != 3 || counts[1] == 0 || counts[2] == 0 || counts[3] == 0 {
		t.Errorf("numbers of media %v, want 1 to 3", counts)
	}
	if share := float64(kinds[PartVideo]) / float64(kinds[PartVideo]+kinds[PartImage]); math.Abs(share-0.22) > 0.12 {
		t.Errorf("%v: a share of %.2f films, want about 0.22", kinds, share)
	}
}

// When a kind has no place left, the other fills up.
func TestRandomMediaLimits(t *testing.T) {
	t.Parallel()
	m := MediaConfig{Items: 3, Limits: MediaLimits{Image: 2, Video: 1}, Buckets: []MediaBucket{{8, 8, 1, 0.99}, {8, 8, 2, 0.01}}}
	d, err := New(mediaConfig(20, m), newWordTokenizer(false))
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Len() {
		var kinds []PartKind
		for _, part := range promptAt(t, d, i).Messages[0].Parts[1:] {
			kinds = append(kinds, part.Kind)
		}
		if slices.Sort(kinds); !slices.Equal(kinds, []PartKind{PartImage, PartImage, PartVideo}) {
			t.Errorf("prompt %d holds %v, want two pictures and a film", i, kinds)
		}
	}
}

func TestRandomMediaRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*Config)
		says   string
	}{
		{func(c *Config) { c.Files.Chat = false }, "openai-chat"},
		{func(c *Config) { c.PromptTokenIDs = true }, "--prompt-token-ids"},
		{func(c *Config) { c.Random.BatchSize = 2 }, "--random-batch-size"},
		{func(c *Config) { c.Media.Items = -1 }, "--random-mm-base-items-per-request"},
		{func(c *Config) { c.Media.ItemsRange = 2 }, "--random-mm-num-mm-items-range-ratio"},
		{func(c *Config) { c.Media.Limits.Image = 0 }, "leave room for 0"},
		{func(c *Config) { c.Media.Items, c.Media.ItemsRange = 200, 1 }, "leave room for 255"},
		{func(c *Config) { c.Path = "x" }, "--dataset-path"},
	} {
		config := mediaConfig(1, oneImage)
		c.change(&config)
		if err := config.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v does not say %q", err, c.says)
		}
	}
}

func TestMediaBuckets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]MediaBucket{
		"{(256, 256, 1): 0.5, (720, 1280, 1): 0.5, (720, 1280, 16): 0.0}": {{256, 256, 1, 0.5}, {720, 1280, 1, 0.5}},
		"{(8,9,1):3,(8,9,4):1,}":  {{8, 9, 1, 0.75}, {8, 9, 4, 0.25}},
		`{"(8, 9, 1)": 1e0}`:      {{8, 9, 1, 1}},
		" {\n(1,1,1) :\t1e-3 }\n": {{1, 1, 1, 1}},
	} {
		if got, err := ParseMediaBuckets(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"": "must be as", "{": "must be as", "(1,1,1):1": "must be as", "{(1,1):1}": "must be as", "{(1,1,1)}": "must be as", "{(1,1,1):x}": "must be as",
		"{1,1,1:1}": "must be as", "{}": "no bucket", "{(1,1,1):0}": "no bucket", "{(0,1,1):1}": "height and width", "{(1,99999,1):1}": "height and width",
		"{(1,1,0):1}": "frames must", "{(9000,9000,9):1}": "frames must", "{(1,1,1):-1}": "share -1", "{(1,1,1):inf}": "share +Inf", "{(1,1,1):nan}": "share NaN",
	} {
		if got, err := ParseMediaBuckets(text); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, %v; want %q", text, got, err, says)
		}
	}
	var l MediaLimits
	if err := l.UnmarshalText([]byte(`{"image": 3}`)); err != nil || l != (MediaLimits{Image: 3}) {
		t.Errorf("%+v, %v", l, err)
	}
	for _, text := range []string{"", "3", `{"audio": 1}`, `{"image": -1}`} {
		if err := l.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func FuzzMediaBuckets(f *testing.F) {
	f.Add("{(256, 256, 1): 0.5, (720, 1280, 16): 0.5}")
	f.Fuzz(func(t *testing.T, text string) {
		buckets, err := ParseMediaBuckets(text)
		if err != nil {
			return
		}
		sum := 0.0
		for _, b := range buckets {
			sum += b.Share
			if b.check() != nil || b.Share <= 0 {
				t.Errorf("%q: %+v", text, b)
			}
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Errorf("%q: shares of %g in all", text, sum)
		}
	})
}
