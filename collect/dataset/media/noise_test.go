package media

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// grey gives the mean and deviation of the brightness of a part of a picture.
func grey(picture image.Image, part image.Rectangle) (mean, deviation float64) {
	n := float64(part.Dx() * part.Dy())
	var sum, squares float64
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			r, g, b, _ := picture.At(x, y).RGBA()
			v := float64(r+g+b) / 3 / 257
			sum, squares = sum+v, squares+v*v
		}
	}
	return sum / n, math.Sqrt(squares/n - sum*sum/n/n)
}

// Whatever its size and however it was put together, a picture is one to a decoder, of noise from edge to edge.
func TestJPEG(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {16, 16}, {256, 256}, {40, 128}, {333, 777}, {1280, 720}, {100, 127}} {
		n, err := NewNoise(size.X, size.Y, 7)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		first, err := n.JPEG(rng)
		if err != nil {
			t.Fatal(err)
		}
		picture := decode(t, first)
		if got := picture.Bounds().Size(); got != size {
			t.Fatalf("a picture of %v has the size %v", size, got)
		}
		for y := 0; y < size.Y && size.X >= 16; y += 16 {
			strip := image.Rect(0, y, size.X, min(y+16, size.Y))
			if mean, deviation := grey(picture, strip); deviation < 25 || mean < 90 || mean > 165 {
				t.Errorf("%v: row %d has the brightness %.0f and a deviation of %.0f; want noise", size, y, mean, deviation)
			}
		}
		second, err := n.JPEG(rng)
		if err != nil || bytes.Equal(first, second) {
			t.Errorf("%v: two pictures are alike (%v)", size, err)
		}
		again, err := NewNoise(size.X, size.Y, 7)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := again.JPEG(rand.New(rand.NewPCG(1, 2))); err != nil || !bytes.Equal(first, same) {
			t.Errorf("%v: equal seeds give different pictures (%v)", size, err)
		}
	}
}

func BenchmarkJPEG(b *testing.B) {
	n, err := NewNoise(1280, 720, 1)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		picture, err := n.JPEG(rng)
		if err != nil {
			b.Fatal(err)
		}
		size = len(picture)
	}
	b.ReportMetric(float64(size), "bytes")
}
