//go:build !linux

package collect

// ConnectionLimit does not know the limit of other systems: 0.
func ConnectionLimit() int { return 0 }
