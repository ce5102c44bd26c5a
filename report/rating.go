package report

import (
	"errors"
	"fmt"
	"strings"
)

// Thresholds rate one latency, in milliseconds. Below ExcellentMS is excellent, below GoodMS good, above
// NeedsWorkMS needs work; what lies between the last two is fair.
type Thresholds struct {
	ExcellentMS float64
	GoodMS      float64
	NeedsWorkMS float64
}

// RatingScale is a guide, not a law: the scale DCU users print beside their results.
type RatingScale struct {
	TTFT Thresholds
	TPOT Thresholds
}

// DefaultRatingScale is the scale in use among DCU users.
func DefaultRatingScale() RatingScale {
	return RatingScale{
		TTFT: Thresholds{ExcellentMS: 100, GoodMS: 200, NeedsWorkMS: 500},
		TPOT: Thresholds{ExcellentMS: 50, GoodMS: 100, NeedsWorkMS: 200},
	}
}

// ParseRatingScale reads METRIC=EXCELLENT,GOOD,NEEDS WORK in milliseconds: ttft=100,200,500. What is not given stays.
func ParseRatingScale(given []string) (RatingScale, error) {
	scale := DefaultRatingScale()
	var errs []error
	for _, text := range given {
		name, list, _ := strings.Cut(text, "=")
		t := map[string]*Thresholds{"ttft": &scale.TTFT, "tpot": &scale.TPOT}[name]
		var parsed Thresholds
		n, err := fmt.Sscanf(list, "%g,%g,%g", &parsed.ExcellentMS, &parsed.GoodMS, &parsed.NeedsWorkMS)
		if t == nil || n != 3 || err != nil {
			errs = append(errs, fmt.Errorf("--rating %q: give ttft=100,200,500 or tpot=50,100,200: excellent below the first, good below the second, needs work above the third, in ms", text))
			continue
		}
		*t = parsed
	}
	return scale, errors.Join(append(errs, scale.Validate())...)
}

// Validate reports thresholds that are not above 0 or do not rise.
func (s RatingScale) Validate() error {
	return errors.Join(s.TTFT.validate("TTFT"), s.TPOT.validate("TPOT"))
}

func (t Thresholds) validate(name string) error {
	if t.ExcellentMS > 0 && t.ExcellentMS <= t.GoodMS && t.GoodMS <= t.NeedsWorkMS {
		return nil
	}
	return fmt.Errorf("--rating, scale of %s: want 0 < excellent <= good <= needs work, not %g, %g, %g",
		name, t.ExcellentMS, t.GoodMS, t.NeedsWorkMS)
}

// Rate gives excellent, good, fair or needs work; n/a for an unknown latency.
func (t Thresholds) Rate(latencyMS *float64) string {
	switch {
	case latencyMS == nil || *latencyMS != *latencyMS:
		return unknown
	case *latencyMS < t.ExcellentMS:
		return "excellent"
	case *latencyMS < t.GoodMS:
		return "good"
	case *latencyMS > t.NeedsWorkMS:
		return "needs work"
	}
	return "fair"
}

// Line rates a run's mean latencies in one line of text. Means, because the scale was made with them.
func (s RatingScale) Line(meanTTFTMS, meanTPOTMS *float64) string {
	say := func(name string, t Thresholds, ms *float64) string {
		return fmt.Sprintf("%s %s (mean %s)", name, t.Rate(ms), commonScale("ms", ms).format(ms))
	}
	return "Rating: " + say("TTFT", s.TTFT, meanTTFTMS) + ", " + say("TPOT", s.TPOT, meanTPOTMS)
}
