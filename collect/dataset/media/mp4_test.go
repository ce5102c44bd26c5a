package media

import (
	"encoding/binary"
	"image"
	"math/rand/v2"
	"slices"
	"testing"
)

// boxes reads a file as a player does, by its lengths: the content of every box by its path.
func boxes(t *testing.T, data []byte, path string, found map[string][]byte) {
	t.Helper()
	for len(data) > 0 {
		if len(data) < 8 {
			t.Fatalf("%s ends in the middle of a box", path)
		}
		n, kind := int(binary.BigEndian.Uint32(data)), string(data[4:8])
		if n < 8 || n > len(data) {
			t.Fatalf("%s/%s says it is %d bytes of %d", path, kind, n, len(data))
		}
		found[path+"/"+kind] = data[8:n]
		if slices.Contains([]string{"moov", "trak", "mdia", "minf", "stbl"}, kind) {
			boxes(t, data[8:n], path+"/"+kind, found)
		}
		data = data[n:]
	}
}

func TestMP4(t *testing.T) {
	t.Parallel()
	n, err := NewNoise(160, 128, 3)
	if err != nil {
		t.Fatal(err)
	}
	const frames = 5
	data, err := n.MP4(rand.New(rand.NewPCG(1, 1)), frames)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	boxes(t, data, "", found)
	const tables = "/moov/trak/mdia/minf/stbl/"
	sizes, at := found[tables+"stsz"], int(binary.BigEndian.Uint32(found[tables+"stco"][8:]))
	if count := binary.BigEndian.Uint32(sizes[8:]); count != frames {
		t.Fatalf("%d frames, want %d", count, frames)
	}
	for i := range frames {
		size := int(binary.BigEndian.Uint32(sizes[12+4*i:]))
		if got := decode(t, data[at:at+size]).Bounds().Size(); got != image.Pt(160, 128) {
			t.Errorf("frame %d has the size %v", i, got)
		}
		at += size
	}
	if at != len(data) {
		t.Errorf("the frames end at %d, the file at %d", at, len(data))
	}
	if duration, scale := binary.BigEndian.Uint32(found["/moov/mvhd"][16:]), binary.BigEndian.Uint32(found["/moov/mvhd"][12:]); duration != frames || scale != FramesPerSecond {
		t.Errorf("%d units of 1/%d s, want %d of 1/30", duration, scale, frames)
	}
}
