package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
)

// run is the merged run's row.
func (m *merge) run() Run {
	runs := make([]Run, len(m.shards))
	for i, s := range m.shards {
		runs[i] = s.Run
	}
	first := slices.MinFunc(runs, func(a, b Run) int { return a.BeganAt.Compare(b.BeganAt) })
	r := Run{
		RunID: NewRunID(first.BeganAt), Source: "merge", BeganAt: first.BeganAt, TimeBase: first.TimeBase,
		DCU: agreed(runs, func(r *Run) *string { return r.DCU }), DCUCount: agreed(runs, func(r *Run) *int64 { return r.DCUCount }),
		TP: agreed(runs, func(r *Run) *int64 { return r.TP }), PP: agreed(runs, func(r *Run) *int64 { return r.PP }),
		DP: agreed(runs, func(r *Run) *int64 { return r.DP }), Model: first.Model, Backend: first.Backend,
		DType: agreed(runs, func(r *Run) *string { return r.DType }), Engine: agreed(runs, func(r *Run) *string { return r.Engine }),
		EngineVersion: agreed(runs, func(r *Run) *string { return r.EngineVersion }),
		BaseURL:       agreed(runs, func(r *Run) *string { return r.BaseURL }), Env: agreed(runs, func(r *Run) *string { return r.Env }),
		MaxModelLen: agreed(runs, func(r *Run) *int64 { return r.MaxModelLen }), ModelRoot: agreed(runs, func(r *Run) *string { return r.ModelRoot }),
		Dataset:     agreed(runs, func(r *Run) *string { return r.Dataset }),
		DatasetPath: agreed(runs, func(r *Run) *string { return r.DatasetPath }),
		Burstiness:  agreed(runs, func(r *Run) *Rate { return r.Burstiness }), Seed: agreed(runs, func(r *Run) *int64 { return r.Seed }),
		IgnoreEOS: agreed(runs, func(r *Run) *bool { return r.IgnoreEOS }), Sampling: agreed(runs, func(r *Run) *string { return r.Sampling }),
		Tokenizer: agreed(runs, func(r *Run) *string { return r.Tokenizer }), SLO: agreed(runs, func(r *Run) *string { return r.SLO }),
		NumPrompts:     added(runs, func(r *Run) *int64 { return r.NumPrompts }),
		RequestRate:    added(runs, func(r *Run) *Rate { return r.RequestRate }),
		MaxConcurrency: added(runs, func(r *Run) *int64 { return r.MaxConcurrency }),
		Completed:      &m.tally.completed, Failed: &m.tally.failed, DurationNS: &m.tally.doneNS,
		SchedP99NS:     worst(runs, func(r *Run) *int64 { return r.SchedP99NS }),
		GCPauseMaxNS:   worst(runs, func(r *Run) *int64 { return r.GCPauseMaxNS }),
		ClientCPU:      worst(runs, func(r *Run) *float64 { return r.ClientCPU }),
		QueueHighWater: worst(runs, func(r *Run) *int64 { return r.QueueHighWater }),
		WriteNS:        added(runs, func(r *Run) *int64 { return r.WriteNS }),
		WriteMaxNS:     worst(runs, func(r *Run) *int64 { return r.WriteMaxNS }),
		ClientVerdict:  worstVerdict(runs),
		Tags:           agreedTags(runs),
	}
	r.LagP50NS, r.LagP99NS, r.LagMaxNS = m.lags()
	r.Workload, r.WorkloadID, r.Findings, r.Extra = mergedTexts(runs)
	return r
}

// status is interrupted when any shard was.
func (m *merge) status() string {
	for _, s := range m.shards {
		if s.Run.Status != RunComplete {
			return RunInterrupted
		}
	}
	return RunComplete
}

// lags are computed from the rows: a percentile of all is none of the shards'.
func (m *merge) lags() (p50, p99, most *int64) {
	n := len(m.lagNS)
	if n == 0 {
		return nil, nil, nil
	}
	slices.Sort(m.lagNS)
	at := func(p float64) *int64 { return &m.lagNS[min(n-1, int(p*float64(n)))] }
	return at(0.5), at(0.99), &m.lagNS[n-1]
}

// agreed is what every run says, nil when one says something else or nothing.
func agreed[T comparable](runs []Run, at func(*Run) *T) *T {
	first := at(&runs[0])
	for i := range runs {
		if v := at(&runs[i]); v == nil || *v != *first {
			return nil
		}
	}
	return first
}

// added is the sum, nil when one run does not say.
func added[T int64 | Rate](runs []Run, at func(*Run) *T) *T {
	var sum T
	for i := range runs {
		v := at(&runs[i])
		if v == nil {
			return nil
		}
		sum += *v
	}
	return &sum
}

// worst is the largest that any run says.
func worst[T int64 | float64](runs []Run, at func(*Run) *T) (most *T) {
	for i := range runs {
		if v := at(&runs[i]); v != nil && (most == nil || *v > *most) {
			most = v
		}
	}
	return most
}

func worstVerdict(runs []Run) (verdict *string) {
	verdicts := []string{"ok", "suspect", "saturated"}
	for _, r := range runs {
		if r.ClientVerdict != nil && (verdict == nil || slices.Index(verdicts, *r.ClientVerdict) > slices.Index(verdicts, *verdict)) {
			verdict = r.ClientVerdict
		}
	}
	return verdict
}

func agreedTags(runs []Run) map[string]string {
	tags := make(map[string]string)
	for key, value := range runs[0].Tags {
		if !slices.ContainsFunc(runs, func(r Run) bool { v, ok := r.Tags[key]; return !ok || v != value }) {
			tags[key] = value
		}
	}
	if len(tags) == 0 {
		return nil
	}
	return tags
}

// mergedTexts are the JSON columns: one element a shard, and the id of a workload that only the same shards have again.
func mergedTexts(runs []Run) (workload, workloadID, findings, extra *string) {
	ids, id := []string{}, sha256.New()
	var workloads, allFindings []*json.RawMessage
	workloadIDs := []string{}
	for _, r := range runs {
		ids = append(ids, r.RunID)
		workloads, allFindings = append(workloads, raw(r.Workload)), append(allFindings, raw(r.Findings))
		workloadIDs = append(workloadIDs, text(r.WorkloadID))
	}
	slices.Sort(workloadIDs)
	for _, one := range workloadIDs {
		io.WriteString(id, one+"\n")
	}
	if !slices.ContainsFunc(runs, func(r Run) bool { return r.WorkloadID == nil }) {
		workloadID = new(hex.EncodeToString(id.Sum(nil))[:16])
	}
	if slices.ContainsFunc(runs, func(r Run) bool { return r.Findings != nil }) {
		findings = jsonOf(map[string]any{"shards": allFindings})
	}
	return jsonOf(map[string]any{"shards": workloads}), workloadID, findings, jsonOf(map[string]any{"merged": ids})
}

func raw(s *string) *json.RawMessage {
	if s == nil || !json.Valid([]byte(*s)) {
		return nil
	}
	return new(json.RawMessage(*s))
}

func jsonOf(v any) *string {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return new(string(data))
}
