package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuOf reads the CPU clock of another process, which counts user and system time of all its threads. Its clock id is
// made as clock_getcpuclockid(3) makes it: the complement of the pid above three bits, of which 2 asks for the
// scheduler's count in nanoseconds.
func cpuOf(pid int) (time.Duration, bool) {
	const scheduled = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
