package collect

import (
	"math"

	"llmbench/collect/protocol"
	"llmbench/store"
)

// tokens keeps how many tokens a chunk has, where every chunk tells: by itself, or by a running count in its usage. A
// count that stands still is a chunk without a token of its own; one that falls counts something else.
func (x *exchange) tokens(d *protocol.Delta) {
	n, told := int64(d.Tokens), d.Tokens > 0
	if d.Usage.Output > 0 {
		if grown := x.choice(d); !told {
			n, told = grown, true
		}
	}
	x.counted += n
	carriesToken := d.Kind != store.KindRole && d.Kind != store.KindFinish
	if carriesToken && !told || n < 0 || n > math.MaxInt32 {
		x.perChunk = false
	}
	if !x.perChunk {
		x.rec.NTokens = nil
		return
	}
	if x.rec.NTokens == nil {
		x.rec.NTokens = make([]int32, 0, cap(x.rec.TNS))
	}
	x.rec.NTokens = append(x.rec.NTokens, int32(n))
}

// choice takes the running count of one choice into that of the answer and says by how much it has grown.
func (x *exchange) choice(d *protocol.Delta) int64 {
	const most = 1 << 10
	i := min(max(d.Index, 0), most)
	for len(x.choices) <= i {
		x.choices = append(x.choices, 0)
	}
	grown := d.Usage.Output - x.choices[i]
	x.choices[i] = d.Usage.Output
	x.usage.Output = 0
	for _, n := range x.choices {
		x.usage.Output += n
	}
	return grown
}

// count settles the token counts. Usage is the truth, then the sum of what every chunk told; where there is neither the
// recorder counts the text.
func (x *exchange) count() {
	if x.usage.Output == 0 && x.perChunk {
		x.usage.Output = x.counted
	}
	if x.usage.Prompt > 0 {
		x.rec.PromptTokens = store.Int(x.usage.Prompt)
		x.rec.PromptTokensSource = store.String(store.CountedByUsage)
		x.rec.CachedTokens = store.NullInt{V: x.usage.Cached, Valid: x.usage.CachedKnown}
	}
	if x.usage.Output > 0 {
		x.rec.OutputTokens = store.Int(x.usage.Output)
		x.rec.OutputTokensSource = store.String(store.CountedByUsage)
	}
}
