package launch

import (
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// EndOrphans ends the servers of processes like this one that were killed, and names what it ended. It never touches those
// of a process that lives, nor of another pid namespace, where a pid means somebody else.
func EndOrphans() []string {
	here := namespace("self")
	var orphans []process
	for _, p := range processes() {
		owner := strings.TrimPrefix(marker(p.pid), ownerVariable+"=")
		parts := strings.Split(owner, ".")
		if len(parts) != 4 || parts[2] != here || namespace(strconv.Itoa(p.pid)) != here {
			continue
		}
		if pid, err := strconv.Atoi(parts[0]); err == nil && !livesSince(pid, parts[1]) {
			orphans = append(orphans, p)
		}
	}
	end(orphans)
	return texts(orphans)
}

// livesSince reports whether the pid is still that of the process which began then.
func livesSince(pid int, began string) bool {
	p, runs := readProcess(pid)
	return runs && strconv.FormatUint(p.began, 10) == began
}

func lives(p process) bool { return livesSince(p.pid, strconv.FormatUint(p.began, 10)) }

// end asks processes to end, and kills those that do not.
func end(orphans []process) {
	if len(orphans) == 0 {
		return
	}
	for _, p := range orphans {
		_ = syscall.Kill(p.pid, syscall.SIGTERM)
	}
	for deadline := time.Now().Add(strayLimit); time.Now().Before(deadline) && slices.ContainsFunc(orphans, lives); time.Sleep(stopPause) {
	}
	for _, p := range orphans {
		if lives(p) {
			_ = syscall.Kill(p.pid, syscall.SIGKILL)
		}
	}
}
