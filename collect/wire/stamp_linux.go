package wire

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel notes when a segment came (SO_TIMESTAMPNS), and recvmsg tells that of the last one it gave. So a stamp does
// not depend on when this process was scheduled, however busy the host is: at 500 streams on two cores a stamp taken
// after the read was milliseconds late. Linux before 4.14 does not tell for TCP; then the read is stamped.

// stampSegments asks the kernel for the times; where it cannot give them, reads are stamped.
func stampSegments(fd int) { _ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) }

// receiver reads sockets; it is used again for each.
type receiver struct {
	header  unix.Msghdr
	vector  unix.Iovec
	control [8]uint64 // words, for the alignment of its headers
}

// receive reads what the socket has into p and gives the wall clock's time at which the last of it came, 0 when it is not
// told. The socket does not block, so neither does the call: the scheduler need not know of it.
func (r *receiver) receive(fd int, p []byte) (n int, wallNS int64, err error) {
	r.vector.Base = unsafe.SliceData(p)
	r.vector.SetLen(len(p))
	r.header = unix.Msghdr{Iov: &r.vector, Iovlen: 1, Control: (*byte)(unsafe.Pointer(&r.control))}
	r.header.SetControllen(int(unsafe.Sizeof(r.control)))
	for {
		got, _, errno := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&r.header)), unix.MSG_DONTWAIT)
		switch errno {
		case 0:
			return int(got), r.wallNS(), nil
		case unix.EINTR:
		default:
			return 0, 0, errno
		}
	}
}

// wallNS finds the time in the control data: nothing else was asked for, so it is the first there or not at all.
func (r *receiver) wallNS() int64 {
	head := (*unix.Cmsghdr)(unsafe.Pointer(&r.control))
	if int(r.header.Controllen) < unix.CmsgSpace(int(unsafe.Sizeof(unix.Timespec{}))) || head.Level != unix.SOL_SOCKET || head.Type != unix.SCM_TIMESTAMPNS {
		return 0
	}
	at := (*unix.Timespec)(unsafe.Pointer(&r.control[unix.CmsgLen(0)/8]))
	return at.Nano()
}

// clock turns the kernel's times into the run's. It is read once a round, which is far too short for the wall clock to
// drift.
type clock struct {
	nowNS  int64
	wallNS int64
	// oldest bounds the age of a segment: what came before the last round was read in it.
	oldest time.Duration
	// set: the wall clock was set since the last round, and does not tell the age of anything.
	set bool
}

// tolerated is by how much the wall clock may run from the monotonic one between two rounds: it is slewed by at most
// 500 us in a second.
func tolerated(since time.Duration) time.Duration { return time.Millisecond + since/1000 }

// readClock reads both clocks in the round after last.
func readClock(nowNS func() int64, last time.Time) (clock, time.Time) {
	now := time.Now()
	since := now.Sub(last)
	drift := now.Round(0).Sub(last.Round(0)) - since // Round(0) leaves the wall clock's reading alone
	return clock{nowNS: nowNS(), wallNS: now.UnixNano(), oldest: since + tolerated(0), set: drift.Abs() > tolerated(since)}, now
}

// future is how far ahead of the reading of the clock a segment may be: it may come while others are read.
const future = 100 * time.Millisecond

// at gives the run's time of wallNS; false when that is not known.
func (c *clock) at(wallNS int64) (int64, bool) {
	age := c.wallNS - wallNS
	if wallNS == 0 || c.set || age > int64(c.oldest) || age < -int64(future) {
		return 0, false
	}
	return c.nowNS - age, true
}

// epollHeld waits for at most d, whole milliseconds, without telling the scheduler.
func epollHeld(epoll int, events []unix.EpollEvent, d time.Duration) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)),
		uintptr(d.Milliseconds()), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// nap sleeps without telling the scheduler.
func nap(d time.Duration) {
	span := unix.NsecToTimespec(int64(d))
	unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&span)), 0, 0)
}
