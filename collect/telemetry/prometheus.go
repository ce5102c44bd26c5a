// Package telemetry reads what servers and machines tell of themselves beside the answers: one file per source. It
// decides nothing and averages nothing; whoever asks says when.
package telemetry

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Sample is the value of one time series at one moment. Histograms and summaries are several: NAME_bucket with the label
// le, NAME with the label quantile, NAME_sum and NAME_count, as they stand on the page.
type Sample struct {
	Name   string
	Labels map[string]string
	Value  float64
}

// Prometheus is a page of metrics in Prometheus' text format, such as a server's /metrics.
type Prometheus struct {
	URL    string
	Header http.Header
	Client *http.Client
}

// place is the address without a password.
func (p Prometheus) place() string {
	u, err := url.Parse(p.URL)
	if err != nil {
		return "the page"
	}
	return u.Redacted()
}

// pageBytes bounds a page; a server with a thousand LoRA names has some megabytes.
const pageBytes = 32 << 20

// Read takes the page as it stands, in the order of the names.
func (p Prometheus) Read(ctx context.Context) ([]Sample, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	for key, values := range p.Header {
		req.Header[key] = values
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := p.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read metrics: %s answers %s", p.place(), resp.Status)
	}
	samples, err := ParsePrometheus(io.LimitReader(resp.Body, pageBytes))
	if err != nil {
		return nil, fmt.Errorf("read metrics of %s: %w", p.place(), err)
	}
	return samples, nil
}

// ParsePrometheus reads the text format. A page with an error in it is none: a series cut short would be a wrong number.
func ParsePrometheus(page io.Reader) ([]Sample, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(page)
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, name := range slices.Sorted(maps.Keys(families)) {
		for _, m := range families[name].GetMetric() {
			samples = appendMetric(samples, name, m)
		}
	}
	return samples, nil
}

func appendMetric(samples []Sample, name string, m *dto.Metric) []Sample {
	labels := map[string]string{}
	for _, pair := range m.GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	add := func(suffix string, value float64, label, text string) {
		l := labels
		if label != "" {
			l = maps.Clone(labels)
			l[label] = text
		}
		samples = append(samples, Sample{Name: name + suffix, Labels: l, Value: value})
	}
	switch {
	case m.Counter != nil:
		add("", m.Counter.GetValue(), "", "")
	case m.Gauge != nil:
		add("", m.Gauge.GetValue(), "", "")
	case m.Untyped != nil:
		add("", m.Untyped.GetValue(), "", "")
	case m.Histogram != nil:
		for _, b := range m.Histogram.GetBucket() {
			add("_bucket", float64(b.GetCumulativeCount()), "le", bound(b.GetUpperBound()))
		}
		add("_sum", m.Histogram.GetSampleSum(), "", "")
		add("_count", float64(m.Histogram.GetSampleCount()), "", "")
	case m.Summary != nil:
		for _, q := range m.Summary.GetQuantile() {
			add("", q.GetValue(), "quantile", bound(q.GetQuantile()))
		}
		add("_sum", m.Summary.GetSampleSum(), "", "")
		add("_count", float64(m.Summary.GetSampleCount()), "", "")
	}
	return samples
}

// bound writes a bucket's bound as the format does.
func bound(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Sum adds up the series of one name over all labels; false when there is none.
func Sum(samples []Sample, name string) (float64, bool) {
	sum, found := 0.0, false
	for _, s := range samples {
		if s.Name == name {
			sum, found = sum+s.Value, true
		}
	}
	return sum, found
}
