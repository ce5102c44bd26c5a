//go:build unix && !linux

package launch

import "syscall"

// ownGroup puts the server into a process group of its own.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func groupRuns(group int) bool { return syscall.Kill(-group, 0) == nil }
