package report

import (
	"context"

	"llmbench/query"
	"llmbench/store"
)

// AskServing asks a session on one run for all that its report shows: the metrics, such as ttft, with the percentiles, 0 to
// 100, in the order given.
func AskServing(ctx context.Context, session *query.Session, entry store.Entry, metrics []string, percentiles []float64) (*Serving, error) {
	s := &Serving{Run: entry.Run}
	if entry.Summary != nil {
		s.Summary = *entry.Summary
	}
	for _, ask := range []func(context.Context, *query.Session) error{s.askFailures, s.askCounts, s.askProbes, s.askConversations, s.askBeside} {
		if err := ask(ctx, session); err != nil {
			return nil, err
		}
	}
	stats, err := session.Latency(ctx, metrics, percentiles)
	s.Latencies = Latencies(stats, metrics, percentiles)
	return s, err
}

// Latencies puts the statistics of one run in the order asked for. A metric without a sample keeps its section, with
// nothing known.
func Latencies(stats []query.LatencyStats, metrics []string, percentiles []float64) []Latency {
	out := make([]Latency, 0, len(metrics))
	for _, metric := range metrics {
		l := Latency{Metric: metric}
		for _, p := range percentiles {
			l.Percentiles = append(l.Percentiles, Percentile{P: p})
		}
		for _, s := range stats {
			if s.Metric != metric || s.Samples == 0 {
				continue
			}
			l.MeanMS, l.MedianMS, l.StdMS = &s.MeanMS, &s.MedianMS, &s.StdMS
			for i := range l.Percentiles {
				l.Percentiles[i].MS = &s.ValuesMS[i]
			}
		}
		out = append(out, l)
	}
	return out
}

// askFailures takes those of measured requests.
func (s *Serving) askFailures(ctx context.Context, session *query.Session) error {
	failures, err := session.Failures(ctx)
	for _, f := range failures {
		if f.Phase != store.PhaseMeasured {
			continue
		}
		text := ""
		if f.Error != nil {
			text = *f.Error
		}
		s.Failures = append(s.Failures, Failure{Status: f.Status, HTTPStatus: f.HTTPStatus, Error: text, Count: f.Count, Retried: f.Retried})
	}
	return err
}

func (s *Serving) askCounts(ctx context.Context, session *query.Session) error {
	counts, err := session.OutputCounts(ctx)
	for _, count := range counts {
		s.OutputCounts = append(s.OutputCounts, TokenCount{Source: count.Source, Requests: count.Requests})
	}
	return err
}

func (s *Serving) askProbes(ctx context.Context, session *query.Session) error {
	probes, err := session.Probes(ctx)
	for _, p := range probes {
		s.Probes = &Probes{Completed: p.Completed, Failed: p.Failed, MedianMS: p.MedianMS, P99MS: p.P99MS, MaxMS: p.MaxMS}
	}
	return err
}

func (s *Serving) askConversations(ctx context.Context, session *query.Session) error {
	all, err := session.Conversations(ctx)
	for _, from := range all {
		s.Conversations = &Conversations{Held: from.Held, Completed: from.Completed, Unknown: from.Unknown, MeanTurns: from.MeanTurns, MedianMS: from.MedianMS}
		for _, t := range from.Turns {
			s.Conversations.Turns = append(s.Conversations.Turns,
				Turn{Turn: t.Turn, Requests: t.Requests, MedianTTFTMS: t.MedianTTFTMS, P99MS: t.P99MS, MedianE2ELMS: t.MedianE2ELMS, HitRate: t.HitRate})
		}
	}
	return err
}

// askBeside takes what was sampled beside the load.
func (s *Serving) askBeside(ctx context.Context, session *query.Session) error {
	devices, err := session.Devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range devices {
		s.Accelerators = &Accelerators{Count: d.Count, UtilPct: d.UtilPct, MemUsedBytes: d.MemUsedBytes, TempC: d.TempC, PowerCount: d.PowerCount, MeanW: d.MeanW,
			EnergyJ: d.EnergyJ, JPerToken: d.JPerToken, TokensPerJ: d.TokensPerJ,
			CoveredRatio: d.CoveredRatio, CappedRatio: d.CappedRatio, ThrottledRatio: d.ThrottledRatio}
	}
	counters, err := session.ServerCounters(ctx)
	for _, c := range counters {
		s.Engine = &Engine{Preemptions: c.Preemptions, MaxRunning: c.MaxRunning, MaxWaiting: c.MaxWaiting, MaxCacheUsage: c.MaxCacheUsage,
			Drafts: c.Drafts, DraftTokens: c.DraftTokens, AcceptedTokens: c.AcceptedTokens,
			AcceptanceRatio: c.AcceptanceRatio, AcceptanceLength: c.AcceptanceLength}
	}
	return err
}
