package telemetry

import (
	"context"
	"os"
	"sync/atomic"
)

type costKey struct{}

// withCost lets programs that are run under ctx add their CPU time to ns.
func withCost(ctx context.Context, ns *atomic.Int64) context.Context {
	return context.WithValue(ctx, costKey{}, ns)
}

func addCost(ctx context.Context, state *os.ProcessState) {
	if ns, ok := ctx.Value(costKey{}).(*atomic.Int64); ok && state != nil {
		ns.Add(int64(state.UserTime() + state.SystemTime()))
	}
}
