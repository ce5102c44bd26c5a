//go:build !linux

package collect

import (
	"context"
	"time"
)

// pausePrecisely waits for d, or until ctx ends, as precisely as the runtime's timers do.
func pausePrecisely(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
