package simulate

import (
	"io"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// arrivals reads a socket and keeps when the kernel got what was read last. On a busy host requests of a burst wait
// milliseconds until this process reads them; an engine whose timing is to be known counts from their arrival.
type arrivals struct {
	raw  syscall.RawConn
	mu   sync.Mutex // net/http reads ahead while a handler runs
	last time.Time  // zero: not told
}

// latest is zero where the kernel did not tell.
func (a *arrivals) latest() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

func (a *arrivals) watch(raw syscall.RawConn) {
	// Where the kernel does not tell (Linux before 4.14 for TCP), requests count from when they were read.
	_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) })
	a.raw = raw
}

func (a *arrivals) usable() bool { return a.raw != nil }

// read is net.Conn's Read, deadlines and all.
func (a *arrivals) read(b []byte) (n int, err error) {
	var told [64]byte
	toldN := 0
	if waitErr := a.raw.Read(func(fd uintptr) bool {
		for {
			n, toldN, _, _, err = unix.Recvmsg(int(fd), b, told[:], unix.MSG_DONTWAIT)
			if err != unix.EINTR {
				return err != unix.EAGAIN
			}
		}
	}); waitErr != nil {
		return 0, waitErr
	}
	a.mu.Lock()
	a.last = arrivalOf(told[:toldN])
	a.mu.Unlock()
	if n <= 0 && err == nil && len(b) > 0 {
		err = io.EOF
	}
	return max(n, 0), err
}

// arrivalOf finds the wall clock's time in control messages and gives it as a reading that times of this process may be
// subtracted from. The wall clock may have been set since; nobody waits longer than longest.
func arrivalOf(told []byte) time.Time {
	const longest = time.Minute
	messages, err := unix.ParseSocketControlMessage(told)
	if err != nil {
		return time.Time{}
	}
	for _, m := range messages {
		if m.Header.Level != unix.SOL_SOCKET || m.Header.Type != unix.SCM_TIMESTAMPNS || len(m.Data) < int(unsafe.Sizeof(unix.Timespec{})) {
			continue
		}
		var at unix.Timespec
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&at)), unsafe.Sizeof(at)), m.Data)
		now := time.Now()
		if age := time.Duration(now.UnixNano() - at.Nano()); age >= 0 && age < longest {
			return now.Add(-age)
		}
	}
	return time.Time{}
}
