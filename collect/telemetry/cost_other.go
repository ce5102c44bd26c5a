//go:build !linux

package telemetry

import "time"

// threadCPU is 0 where a thread has no clock of its own: only the programs that are run are counted.
func threadCPU() time.Duration { return 0 }
