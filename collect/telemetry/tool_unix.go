//go:build unix

package telemetry

import (
	"os/exec"
	"syscall"
)

// ownGroup lets the program be killed together with what it started.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
