package media

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// FramesPerSecond is the pace of films.
const FramesPerSecond = 30

// MP4 makes a film of so many pictures: each frame is a JPEG by itself (Motion JPEG), which every decoder built on FFmpeg
// reads: OpenCV, decord, PyAV, torchcodec. An encoder of what films mostly are, H.264, would be a C library.
func (n *Noise) MP4(rng *rand.Rand, frames int) ([]byte, error) {
	pictures := make([][]byte, frames)
	for i := range pictures {
		var err error
		if pictures[i], err = n.JPEG(rng); err != nil {
			return nil, err
		}
	}
	return film(pictures, n.width, n.height), nil
}

// film writes an ISO base media file (ISO/IEC 14496-12): its type, its one track's tables, and the frames.
func film(pictures [][]byte, width, height int) []byte {
	begin := box("ftyp", []byte("isom"), u32(0x200), []byte("isomiso2mp41"))
	// The tables hold the place of the frames, whose own size they decide; so they are made twice.
	tables := movie(pictures, width, height, 0)
	tables = movie(pictures, width, height, len(begin)+len(tables)+8)
	return slices.Concat(begin, tables, box("mdat", pictures...))
}

// movie is the box of all tables; at is the place of the first frame in the file.
func movie(pictures [][]byte, width, height, at int) []byte {
	n := len(pictures)
	var sizes []byte
	for _, p := range pictures {
		sizes = append(sizes, u32(len(p))...)
	}
	samples := box("stbl",
		box("stsd", u32(0), u32(1), entry(width, height)),
		box("stts", u32(0), u32(1), u32(n), u32(1)),
		box("stsc", u32(0), u32(1), u32(1), u32(n), u32(1)),
		box("stsz", u32(0), u32(0), u32(n), sizes),
		box("stco", u32(0), u32(1), u32(at)))
	information := box("minf",
		box("vmhd", u32(1), make([]byte, 8)),
		box("dinf", box("dref", u32(0), u32(1), box("url ", u32(1)))),
		samples)
	media := box("mdia",
		box("mdhd", u32(0), u32(0), u32(0), u32(FramesPerSecond), u32(n), u32(0x55c40000)), // of no language
		box("hdlr", u32(0), u32(0), []byte("vide"), make([]byte, 12), []byte("\x00")),
		information)
	track := box("trak",
		box("tkhd", u32(3), u32(0), u32(0), u32(1), u32(0), u32(n), make([]byte, 16), matrix(), u32(width<<16), u32(height<<16)),
		media)
	return box("moov",
		box("mvhd", u32(0), u32(0), u32(0), u32(FramesPerSecond), u32(n), u32(0x10000), u32(0x1000000), make([]byte, 8), matrix(), make([]byte, 24), u32(2)),
		track)
}

// entry says what the frames are: visual MPEG-4 whose elementary stream is JPEG (object type 0x6c, ISO/IEC 14496-1).
func entry(width, height int) []byte {
	// Each descriptor is a tag, its length, its content.
	config := []byte{0x04, 13, 0x6c, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	stream := slices.Concat([]byte{0x03, byte(3 + len(config) + 3), 0, 1, 0}, config, []byte{0x06, 1, 2})
	size := []byte{byte(width >> 8), byte(width), byte(height >> 8), byte(height)}
	return box("mp4v",
		make([]byte, 6), []byte{0, 1}, make([]byte, 16), size,
		u32(0x480000), u32(0x480000), u32(0), []byte{0, 1}, make([]byte, 32), []byte{0, 24, 0xff, 0xff},
		box("esds", u32(0), stream))
}

// matrix leaves pictures where they are.
func matrix() []byte {
	return slices.Concat(u32(0x10000), u32(0), u32(0), u32(0), u32(0x10000), u32(0), u32(0), u32(0), u32(0x40000000))
}

func u32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// box is a length, a kind, and what is in it.
func box(kind string, parts ...[]byte) []byte {
	n := 8
	for _, p := range parts {
		n += len(p)
	}
	out := make([]byte, 0, n)
	out = append(append(out, u32(n)...), kind...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
