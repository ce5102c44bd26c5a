package collect

import "golang.org/x/sys/unix"

// ConnectionLimit raises the limit of open files as far as this process may, and gives how many connections that leaves
// room for beside the other files of a run; 0 where the system does not tell.
func ConnectionLimit() int {
	const otherFiles, most = 64, 1 << 30
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	if l.Cur < l.Max && unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: l.Max, Max: l.Max}) == nil {
		l.Cur = l.Max
	}
	return max(1, int(min(l.Cur, most))-otherFiles)
}
