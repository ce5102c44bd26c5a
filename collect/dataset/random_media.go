package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"

	"llmbench/collect/dataset/media"
)

// MediaConfig shapes what the prompts of random-mm hold beside their text.
type MediaConfig struct {
	// Items of a request, give or take a share of ItemsRange.
	Items      int
	ItemsRange float64
	Limits     MediaLimits
	Buckets    []MediaBucket
}

func (c Config) validateRandomMedia() error {
	var p problems
	p.add(c.validateRandom())
	m := c.Media
	p.check(c.Files.Chat, "--dataset-name random-mm: pictures are parts of a chat; use a chat --backend, such as openai-chat or vllm-chat")
	p.check(!c.PromptTokenIDs, "--prompt-token-ids: a chat is text; leave it out")
	p.check(c.Random.BatchSize <= 1, "--random-batch-size: a chat is no batch; leave it out")
	p.check(m.Items >= 0 && m.Items <= mostItems, "--random-mm-base-items-per-request %d: must be between 0 and %d", m.Items, mostItems)
	p.check(m.ItemsRange >= 0 && m.ItemsRange <= 1, "--random-mm-num-mm-items-range-ratio %g: must be between 0 and 1", m.ItemsRange)
	if m.ItemsRange >= 0 && m.ItemsRange <= 1 {
		p.check(m.items().Most() <= m.room(), "--random-mm-base-items-per-request %d: --random-mm-limit-mm-per-prompt and --random-mm-bucket-config leave room for %d", m.Items, m.room())
	}
	return p.err()
}

// mostItems bounds the media of a request.
const mostItems = 1000

// items is the number of media of a request: the whole numbers around Items, all equally likely.
func (m MediaConfig) items() Lengths {
	n := float64(m.Items)
	return Uniform(int(math.Floor(n*(1-m.ItemsRange))), int(math.Ceil(n*(1+m.ItemsRange))))
}

// room is how many media a request has place for, of the kinds there are buckets of.
func (m MediaConfig) room() int {
	images, films := 0, 0
	for _, b := range m.Buckets {
		if b.film() {
			films = m.Limits.Video
		} else {
			images = m.Limits.Image
		}
	}
	return images + films
}

// randomMedia is random text with random pictures and films after it, as one message of a chat.
type randomMedia struct {
	Dataset
	config MediaConfig
	seed   int64
	items  Lengths
	noise  []*media.Noise // of each bucket
}

func newRandomMedia(c Config, tok Tokenizer) (Dataset, error) {
	text, err := newRandom(c, tok)
	if err != nil {
		return nil, err
	}
	d := &randomMedia{Dataset: text, config: c.Media, seed: c.Seed, items: c.Media.items()}
	for _, b := range c.Media.Buckets {
		n, err := media.NewNoise(b.Width, b.Height, uint64(c.Seed))
		if err != nil {
			return nil, fmt.Errorf("make random pictures: %w", err)
		}
		d.noise = append(d.noise, n)
	}
	return d, nil
}

// Prompt makes the i-th message. Its length in tokens is that of its text: what a picture counts for, the model decides.
func (d *randomMedia) Prompt(i int) (Prompt, error) {
	const ofMedia = 0x6d65646961
	p, err := d.Dataset.Prompt(i)
	if err != nil {
		return Prompt{}, err
	}
	rng := generator(d.seed^ofMedia, i)
	parts := []Part{{Text: p.Text}}
	left := d.config.Limits
	for range d.items.Draw(rng) {
		part, err := d.medium(rng, d.choose(rng, &left))
		if err != nil {
			return Prompt{}, err
		}
		parts = append(parts, part)
	}
	p.Text, p.Messages = "", []Message{{Role: "user", Parts: parts}}
	return p, nil
}

// choose draws a bucket by the shares of those whose kind still has a place.
func (d *randomMedia) choose(rng *rand.Rand, left *MediaLimits) int {
	place := func(b MediaBucket) *int {
		if b.film() {
			return &left.Video
		}
		return &left.Image
	}
	sum := 0.0
	for _, b := range d.config.Buckets {
		if *place(b) > 0 {
			sum += b.Share
		}
	}
	at, chosen := rng.Float64()*sum, -1
	for i, b := range d.config.Buckets {
		if *place(b) > 0 {
			chosen = i
			if at -= b.Share; at < 0 {
				break
			}
		}
	}
	*place(d.config.Buckets[chosen])--
	return chosen
}

func (d *randomMedia) medium(rng *rand.Rand, bucket int) (Part, error) {
	b, noise := d.config.Buckets[bucket], d.noise[bucket]
	if b.film() {
		film, err := noise.MP4(rng, b.Frames)
		return Part{Kind: PartVideo, URL: DataURL("video/mp4", film)}, err
	}
	picture, err := noise.JPEG(rng)
	return Part{Kind: PartImage, URL: DataURL("image/jpeg", picture)}, err
}

// Recipe is what decides the prompts beside the tokenizer and the seed.
func (d *randomMedia) Recipe() map[string]any {
	recipe := d.Dataset.Recipe()
	recipe["mm_items"], recipe["mm_limits"], recipe["mm_buckets"] = d.items.String(), d.config.Limits, d.config.Buckets
	return recipe
}
