package main

import (
	"image"
	_ "image/png" // of the pictures
	"os"
	"path/filepath"
	"testing"
)

// The pictures of the README are what docs/images.sh makes of docs/warehouse, to the eye: processors differ in the last bit
// of a number, and so in the edge of a line.
func TestImages(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	r := newReader(t, root)
	script, err := os.ReadFile(filepath.Join(root, "docs", "images.sh"))
	if err == nil {
		err = os.WriteFile(filepath.Join(r.dir, "docs", "images.sh"), script, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.shell("plot", "LANGUAGES=en docs/images.sh made"); err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(r.dir, "made", "*.png"))
	if err != nil || len(made) < 3 {
		t.Fatalf("made %v: %v", made, err)
	}
	for _, path := range made {
		name := filepath.Base(path)
		got, kept := pixels(t, path), pixels(t, filepath.Join(root, "docs", "images", name))
		if got.Bounds() != kept.Bounds() {
			t.Errorf("docs/images/%s is %v, and would be %v now; run docs/images.sh", name, kept.Bounds(), got.Bounds())
			continue
		}
		if d := difference(got, kept); d > 0.002 {
			t.Errorf("docs/images/%s is not what docs/images.sh makes now: %.2g of the brightness differs; run it", name, d)
		}
	}
}

func pixels(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, _, err := image.Decode(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return picture
}

// difference is the mean difference of two pictures' green, which eyes see best, from 0 to 1.
func difference(a, b image.Image) float64 {
	sum, n := 0.0, 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			_, p, _, _ := a.At(x, y).RGBA()
			_, q, _, _ := b.At(x, y).RGBA()
			sum, n = sum+float64(max(p, q)-min(p, q))/0xffff, n+1
		}
	}
	return sum / float64(n)
}
