package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MediaBucket is a kind of picture or film, and how often it is drawn.
type MediaBucket struct {
	Height int `json:"height"`
	Width  int `json:"width"`
	// Frames is 1 for a picture and more for a film.
	Frames int     `json:"frames"`
	Share  float64 `json:"share"`
}

func (b MediaBucket) film() bool { return b.Frames > 1 }

// MediaLimits is the most pictures and films a request may hold.
type MediaLimits struct {
	Image int `json:"image"`
	Video int `json:"video"`
}

// Bounds of a medium that a request could carry.
const (
	mostSide   = 16_384
	mostFrames = 10_000
	mostPixels = 256 << 20 // of all frames
	mostShare  = 1e9
)

// UnmarshalText takes {"image": 255, "video": 1}; a kind that is not named has no place.
func (l *MediaLimits) UnmarshalText(text []byte) error {
	var given map[string]int
	if err := json.Unmarshal(text, &given); err != nil {
		return fmt.Errorf(`%.60q: must be as {"image": 255, "video": 1}`, text)
	}
	for kind, most := range given {
		if kind != "image" && kind != "video" || most < 0 {
			return fmt.Errorf(`%q: %d: must be "image" or "video" with a number of at least 0`, kind, most)
		}
	}
	l.Image, l.Video = given["image"], given["video"]
	return nil
}

// ParseMediaBuckets reads vLLM's form, a literal of Python: {(HEIGHT, WIDTH, FRAMES): SHARE, ...}. Shares are made to add
// up to 1; a bucket with a share of 0 is left out.
func ParseMediaBuckets(text string) ([]MediaBucket, error) {
	left := strings.TrimSpace(text)
	if !strings.HasPrefix(left, "{") || !strings.HasSuffix(left, "}") {
		return nil, badBucket(text)
	}
	left = left[1 : len(left)-1]
	var (
		buckets []MediaBucket
		sum     float64
	)
	for strings.TrimSpace(left) != "" {
		size, rest, _ := strings.Cut(left, ":")
		share, more, _ := strings.Cut(rest, ",")
		b, ok := parseBucket(size, share)
		if !ok {
			return nil, badBucket(left)
		}
		if err := b.check(); err != nil {
			return nil, err
		}
		if b.Share > 0 {
			buckets, sum = append(buckets, b), sum+b.Share
		}
		left = more
	}
	if sum == 0 {
		return nil, errors.New("no bucket has a share above 0")
	}
	for i := range buckets {
		buckets[i].Share /= sum
	}
	return buckets, nil
}

func badBucket(part string) error {
	return fmt.Errorf("%.60q: must be as {(256, 256, 1): 0.5, (720, 1280, 16): 0.5}, height, width and frames with their share", strings.TrimSpace(part))
}

// parseBucket reads (HEIGHT, WIDTH, FRAMES), in quotes where the whole is JSON, and the share.
func parseBucket(size, share string) (b MediaBucket, ok bool) {
	size = strings.Trim(strings.TrimSpace(size), `"'`)
	numbers := strings.Split(strings.TrimSuffix(strings.TrimPrefix(size, "("), ")"), ",")
	if len(numbers) != 3 || !strings.HasPrefix(size, "(") || !strings.HasSuffix(size, ")") {
		return b, false
	}
	for i, to := range []*int{&b.Height, &b.Width, &b.Frames} {
		var err error
		if *to, err = strconv.Atoi(strings.TrimSpace(numbers[i])); err != nil {
			return b, false
		}
	}
	var err error
	b.Share, err = strconv.ParseFloat(strings.TrimSpace(share), 64)
	return b, err == nil
}

func (b MediaBucket) check() error {
	switch {
	case min(b.Height, b.Width) < 1 || max(b.Height, b.Width) > mostSide:
		return fmt.Errorf("(%d, %d, %d): height and width must be between 1 and %d", b.Height, b.Width, b.Frames, mostSide)
	case b.Frames < 1 || b.Frames > mostFrames || b.Height*b.Width > mostPixels/b.Frames:
		return fmt.Errorf("(%d, %d, %d): frames must be between 1 and %d, and hold at most %d pixels together", b.Height, b.Width, b.Frames, mostFrames, mostPixels)
	case !(b.Share >= 0 && b.Share <= mostShare):
		return fmt.Errorf("(%d, %d, %d): the share %g must be between 0 and %g", b.Height, b.Width, b.Frames, b.Share, float64(mostShare))
	}
	return nil
}
