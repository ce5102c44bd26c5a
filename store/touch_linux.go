package store

import "golang.org/x/sys/unix"

// touchNow lets the file system set the time. A network file system then takes its server's clock, where os.Chtimes
// would send this host's.
func touchNow(path string) error {
	now := unix.Timespec{Nsec: unix.UTIME_NOW}
	return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{now, now}, 0)
}
