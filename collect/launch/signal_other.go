//go:build !unix

package launch

import (
	"os"
	"syscall"
)

// ownGroup does nothing where there are no process groups.
func ownGroup() *syscall.SysProcAttr { return nil }

func groupRuns(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

// terminate can only kill, and only the first process.
func terminate(pid int, members []process) { kill(pid, members) }

func kill(pid int, _ []process) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}
