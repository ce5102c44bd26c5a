package chart

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/image/font/opentype"
)

// crooked is the built-in font with its tables at odd places, in a collection of one.
func crooked() []byte {
	const shift = 16 + 1
	out := append([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"), labelFont...)
	count := int(binary.BigEndian.Uint16(labelFont[4:]))
	for i := range count {
		place := out[16+12+16*i+8:]
		binary.BigEndian.PutUint32(place, binary.BigEndian.Uint32(place)+shift)
	}
	return slices.Insert(out, 16+12+16*count, 0)
}

func TestParseFonts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "font.ttc")
	check := func(name string, data []byte, want int) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		fonts := parseFonts(path)
		if len(fonts) != want {
			t.Fatalf("%s: %d fonts", name, len(fonts))
		}
		if want > 0 && !has(fonts[0], '无') {
			t.Errorf("%s: the font lost its glyphs", name)
		}
	}
	check("as it is", labelFont, 1)
	check("tables at odd places", crooked(), 1)
	check("cut short", crooked()[:4000], 0)
	check("no font", []byte("ttcf and nothing that one could draw with"), 0)
	check("empty", nil, 0)
	if _, err := opentype.ParseCollection(crooked()); err == nil {
		if c, _ := opentype.ParseCollection(crooked()); c != nil {
			if _, err := c.Font(0); err == nil {
				t.Error("the library reads tables at odd places now: aligned is not needed any more")
			}
		}
	}
}

func TestFindFonts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"DejaVuSans.ttf", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "Comic.ttf", "wqy-zenhei.ttc"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, path := range findFonts([]string{dir, filepath.Join(dir, "absent")}) {
		got = append(got, filepath.Base(path))
	}
	if want := []string{"NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "DejaVuSans.ttf", "NotoSansCJK-Bold.ttc"}; !slices.Equal(got, want) {
		t.Errorf("fonts in the order %q, want %q", got, want)
	}
}

func FuzzAligned(f *testing.F) {
	f.Add(labelFont)
	f.Add(crooked())
	f.Add([]byte("ttcf"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if font, err := opentype.Parse(aligned(data, firstFont(data))); err == nil {
			has(font, '无')
		}
	})
}
