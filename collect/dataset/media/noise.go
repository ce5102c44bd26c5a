// Package media makes random pictures and films: noise, so that no two are alike, nothing compresses well, and no server
// can save work on them.
package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
)

// Noise makes pictures of one size. A picture of noise takes long to encode, some 50 ms for 1280x720, so most are put
// together from strips encoded once: JPEG can begin anew at the end of each row of blocks (a restart), and what stands
// between two restarts depends on nothing before it.
type Noise struct {
	width, height int
	head          []byte   // everything before the strips
	strips        [][]byte // to choose from; none where a picture is encoded whole
}

const (
	// blockSide is the side of the blocks that JPEG codes together when it keeps colour at half the resolution.
	blockSide = 16
	// stripChoices is how many strips there are to choose from for each row of blocks.
	stripChoices = 64
	// fewestRows of blocks make enough different pictures: 64^8.
	fewestRows = 8
	// quality is that of Pillow, which vLLM's benchmark encodes with.
	quality = 75
)

// NewNoise readies pictures of a size; equal seeds give equal pictures.
func NewNoise(width, height int, seed uint64) (*Noise, error) {
	n := &Noise{width: width, height: height}
	if n.rows() < fewestRows {
		return n, nil
	}
	rng := rand.New(rand.NewPCG(seed, uint64(width)))
	for range stripChoices {
		strip, err := encode(rng, width, blockSide)
		if err != nil {
			return nil, err
		}
		head, data, err := split(strip)
		if err != nil {
			return nil, err
		}
		n.head, n.strips = head, append(n.strips, data)
	}
	var err error
	n.head, err = restarting(n.head, width, height)
	return n, err
}

func (n *Noise) rows() int { return (n.height + blockSide - 1) / blockSide }

// JPEG makes a picture.
func (n *Noise) JPEG(rng *rand.Rand) ([]byte, error) {
	if n.strips == nil {
		return encode(rng, n.width, n.height)
	}
	out := make([]byte, 0, len(n.head)+n.rows()*(len(n.strips[0])+len(n.strips[0])/8))
	out = append(out, n.head...)
	for row := range n.rows() {
		if row > 0 {
			out = append(out, 0xff, 0xd0+byte((row-1)%8)) // restart
		}
		out = append(out, n.strips[rng.IntN(len(n.strips))]...)
	}
	return append(out, 0xff, 0xd9), nil // end of image
}

// encode makes a picture of independent random pixels.
func encode(rng *rand.Rand, width, height int) ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < len(picture.Pix); i += 4 {
		binary.LittleEndian.PutUint32(picture.Pix[i:], rng.Uint32()|0xff<<24)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode a picture of %dx%d: %w", width, height, err)
	}
	return out.Bytes(), nil
}

var errJPEG = errors.New("take a JPEG apart: not what the encoder is known to write")

// split takes a JPEG apart into what stands before its entropy-coded data and the data itself, without the end mark.
func split(picture []byte) (head, data []byte, err error) {
	at, err := find(picture, 0xda)
	if err != nil {
		return nil, nil, err
	}
	begin := at + 2 + int(binary.BigEndian.Uint16(picture[at+2:]))
	if begin > len(picture)-2 {
		return nil, nil, errJPEG
	}
	return picture[:begin], picture[begin : len(picture)-2], nil
}

// restarting makes the head of a strip that of a whole picture: with its height, and a restart after each row of blocks.
func restarting(head []byte, width, height int) ([]byte, error) {
	frame, err := find(head, 0xc0)
	if err != nil {
		return nil, err
	}
	scan, err := find(head, 0xda)
	if err != nil {
		return nil, err
	}
	blocks := (width + blockSide - 1) / blockSide
	out := append([]byte{}, head[:scan]...)
	binary.BigEndian.PutUint16(out[frame+5:], uint16(height))
	out = append(out, 0xff, 0xdd, 0, 4, byte(blocks>>8), byte(blocks))
	return append(out, head[scan:]...), nil
}

// find gives the place of the first segment of a kind.
func find(picture []byte, kind byte) (int, error) {
	for at := 2; at+4 <= len(picture) && picture[at] == 0xff; {
		if picture[at+1] == kind {
			return at, nil
		}
		at += 2 + int(binary.BigEndian.Uint16(picture[at+2:]))
	}
	return 0, errJPEG
}
