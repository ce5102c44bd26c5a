//go:build !linux

package simulate

// newPreciseWaiter: no precise way is known on this system.
func newPreciseWaiter() waiter { return nil }
