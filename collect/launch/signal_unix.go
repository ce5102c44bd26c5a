//go:build unix

package launch

import "syscall"

// terminate asks the group and its members outside the group to end.
func terminate(group int, members []process) { signalAll(group, members, syscall.SIGTERM) }

// kill ends them.
func kill(group int, members []process) { signalAll(group, members, syscall.SIGKILL) }

// signalAll ignores errors: who is gone already is what is wanted, and who stays is found by the next look.
func signalAll(group int, members []process, signal syscall.Signal) {
	_ = syscall.Kill(-group, signal)
	for _, m := range members {
		if m.group != group {
			_ = syscall.Kill(m.pid, signal)
		}
	}
}
