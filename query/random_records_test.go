package query

import (
	"math/rand/v2"
	"slices"

	"llmbench/store"
)

// randomRecords makes requests of every kind: phases, failures, chats with role and finish events, reasoning, chunks
// of several tokens, unknown counts and times.
func randomRecords(seed uint64, n int) []store.Record {
	rng := rand.New(rand.NewPCG(seed, 1))
	var all []store.Record
	for i := range int64(n) {
		last := randomRecord(rng, i)
		for rng.Float64() < 0.2 {
			before := randomRecord(rng, i)
			before.Phase, before.Attempt = last.Phase, last.Attempt
			before.Status = []string{store.StatusHTTPError, store.StatusTruncated}[rng.IntN(2)]
			last.Attempt++
			all = append(all, before)
		}
		all = append(all, last)
	}
	return all
}

// retried reports whether another attempt follows; attempts stand in their order.
func retried(records []store.Record, i int) bool {
	return i+1 < len(records) && records[i+1].RequestID == records[i].RequestID
}

func randomRecord(rng *rand.Rand, id int64) store.Record {
	ms := func(most float64) int64 { return int64(rng.Float64() * most * 1e6) }
	chance := func(p float64) bool { return rng.Float64() < p }
	r := store.Record{Request: store.Request{RequestID: id, Phase: store.PhaseMeasured, Status: store.StatusOK}}
	intended := ms(5000)
	sent := intended + ms(50)
	r.IntendedNS, r.SlotNS, r.SentNS = store.Int(intended), store.Int(intended), store.Int(sent)
	r.PromptTokens = store.Int(int64(rng.IntN(1000)))
	r.HTTPStatus = store.Int(200)

	t := ms(200)
	kinds := randomKinds(rng)
	for i, kind := range kinds {
		r.TNS = append(r.TNS, t)
		t += ms(30)
		if chance(0.05) {
			t += ms(2000)
		}
		if kind != store.KindText {
			r.OddChunk, r.OddKind = append(r.OddChunk, int32(i)), append(r.OddKind, kind)
		}
	}
	tokens := tokenArrivals(r)
	output := int64(len(tokens))
	if chance(0.3) {
		output = int64(rng.IntN(3 * (len(kinds) + 1)))
	}
	r.OutputTokens = store.Int(output)
	if chance(0.3) {
		r.NTokens = make([]int32, len(kinds))
		for _, i := range tokens {
			r.NTokens[i] = int32(rng.IntN(4))
		}
	}
	if len(tokens) > 0 {
		r.FirstTokenNS = store.Int(sent + r.TNS[tokens[0]])
	}
	r.DoneNS = store.Int(sent + t)
	if len(kinds) > 0 {
		r.LastTokenNS = store.Int(sent + r.TNS[len(kinds)-1])
	}
	r.Request.Chunks = int64(len(kinds))
	spoil(rng, &r)
	return r
}

// spoil makes some requests fail or belong to another phase, and takes away some of what is known.
func spoil(rng *rand.Rand, r *store.Record) {
	chance := func(p float64) bool { return rng.Float64() < p }
	switch {
	case chance(0.1):
		r.Phase = store.PhaseWarmup
	case chance(0.1):
		r.Phase = store.PhaseProbe
	}
	if chance(0.2) {
		failures := []string{store.StatusHTTPError, store.StatusTruncated, store.StatusIdleTimeout, store.StatusConnectError}
		r.Status = failures[rng.IntN(len(failures))]
	}
	if chance(0.05) {
		r.IntendedNS, r.SlotNS = store.NullInt{}, store.NullInt{}
	}
	if chance(0.05) {
		r.DoneNS = store.NullInt{}
	}
	if chance(0.05) {
		r.OutputTokens = store.NullInt{}
	}
	if chance(0.05) {
		r.PromptTokens = store.NullInt{}
	}
	if r.RequestID%5 == 3 {
		r.CachedTokens = store.Int(int64(rng.IntN(300)))
	}
	if chance(0.05) {
		r.TNS, r.NTokens, r.OddChunk, r.OddKind, r.Request.Chunks = nil, nil, nil, nil, 0
	}
}

// randomKinds are the chunks of one answer as servers send them, and some that none should.
func randomKinds(rng *rand.Rand) []store.Kind {
	text := make([]store.Kind, rng.IntN(30))
	switch rng.IntN(8) {
	case 0, 1: // completions
		return text
	case 2, 3: // a chat
		return slices.Concat([]store.Kind{store.KindRole}, text, []store.Kind{store.KindFinish})
	case 4: // reasoning
		kinds := slices.Concat([]store.Kind{store.KindRole}, text, text, []store.Kind{store.KindFinish})
		for i := 1; i <= len(text); i++ {
			kinds[i] = store.KindReasoning
		}
		return kinds
	case 5: // tokens without text, and several roles
		kinds := slices.Concat([]store.Kind{store.KindRole, store.KindRole}, text)
		for i := 2; i < len(kinds); i += 3 {
			kinds[i] = store.KindEmpty
		}
		return kinds
	case 6: // a finish in the middle
		return slices.Concat(text, []store.Kind{store.KindFinish}, text, []store.Kind{store.KindFinish})
	}
	all := []store.Kind{store.KindText, store.KindReasoning, store.KindTool, store.KindEmpty, store.KindRole, store.KindFinish}
	for i := range text {
		text[i] = all[rng.IntN(len(all))]
	}
	return text
}
