package launch

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// ownerVariable marks every process of a server in its environment, which children inherit even when they leave the group and
// the session. Its value names the process that started the server: pid, when that began, and the pid namespace in which
// these numbers hold.
const ownerVariable = "LLMBENCH_SERVED_BY"

// ownGroup puts the server into a process group of its own, and lets the kernel end it should this process be killed.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// process is one that runs; a zombie does not.
type process struct {
	pid, parent, group int
	began              uint64 // clock ticks since boot
	name               string
}

// serial tells the servers of one process apart, which several goroutines may start.
var serial atomic.Int64

func newMarker() string {
	return fmt.Sprintf("%s=%s.%d", ownerVariable, ownerOf(os.Getpid()), serial.Add(1))
}

// ownerOf names a process for good: a pid alone may be given to another.
func ownerOf(pid int) string {
	p, _ := readProcess(pid)
	return fmt.Sprintf("%d.%d.%s", pid, p.began, namespace("self"))
}

func namespace(pid string) string {
	link, err := os.Readlink("/proc/" + pid + "/ns/pid")
	if err != nil {
		return "?"
	}
	return strings.Trim(strings.TrimPrefix(link, "pid:"), "[]")
}

// family are the processes of the server that run: of its group, marked by it, or descended from it.
func (s *Server) family() []process {
	all := processes()
	in := map[int]bool{}
	for changed := true; changed; {
		changed = false
		for _, p := range all {
			if !in[p.pid] && (p.pid == s.PID() || p.group == s.PID() || in[p.parent]) {
				in[p.pid], changed = true, true
			}
		}
	}
	return slices.DeleteFunc(all, func(p process) bool { return !in[p.pid] && marker(p.pid) != s.marker })
}

// marker is the process's, with its name; "" when it has none or it is none of our business.
func marker(pid int) string {
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		return ""
	}
	for pair := range bytes.SplitSeq(environ, []byte{0}) {
		if bytes.HasPrefix(pair, []byte(ownerVariable+"=")) {
			return string(pair)
		}
	}
	return ""
}

func processes() []process {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil
	}
	var out []process
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			if p, runs := readProcess(pid); runs {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(a, b process) int { return a.pid - b.pid })
	return out
}

// readProcess reads /proc/PID/stat: pid (name) state ppid pgrp ..., where the name may hold blanks and brackets.
func readProcess(pid int) (p process, runs bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, false
	}
	return parseStat(string(text))
}

func parseStat(text string) (p process, runs bool) {
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return process{}, false
	}
	fields := strings.Fields(text[end+1:])
	if len(fields) < 20 {
		return process{}, false
	}
	p.name = text[open+1 : end]
	p.pid, _ = strconv.Atoi(strings.TrimSpace(text[:open]))
	p.parent, _ = strconv.Atoi(fields[1])
	p.group, _ = strconv.Atoi(fields[2])
	p.began, _ = strconv.ParseUint(fields[19], 10, 64)
	return p, fields[0] != "Z" && fields[0] != "X"
}
