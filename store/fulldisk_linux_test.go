package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

// disksEnv names the folder in which this test binary, started again, fills disks.
const disksEnv = "LLMBENCH_STORE_TEST_DISKS"

func init() { children[disksEnv] = fillDisks }

// smallDisk is a folder that takes so much and then is full.
type smallDisk interface {
	// limit empties the folder and lets it take n more of its unit.
	limit(n int) error
	// lift lets it take as much as anybody likes.
	lift() error
}

// tmpfsDisk is a file system in memory, of n pages or n inodes. Only one who may mount has it, or who may make a
// namespace of his own for that.
type tmpfsDisk struct {
	dir    string
	option string
}

func (d *tmpfsDisk) limit(n int) error {
	_ = syscall.Unmount(d.dir, 0)
	return syscall.Mount("tmpfs", d.dir, "tmpfs", 0, fmt.Sprintf(d.option, n))
}

func (d *tmpfsDisk) lift() error {
	return syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, "size=1g,nr_inodes=10000")
}

// fileSizeDisk lets no file grow beyond n KiB, which everybody may ask the system for.
type fileSizeDisk struct{ dir string }

func (d *fileSizeDisk) limit(n int) error {
	if err := errors.Join(os.RemoveAll(d.dir), os.Mkdir(d.dir, 0o777)); err != nil {
		return err
	}
	return setFileSize(uint64(n) << 10)
}

func (d *fileSizeDisk) lift() error { return setFileSize(math.MaxUint64) }

func setFileSize(bytes uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: math.MaxUint64})
}

// errNoMount tells that this process may not mount.
const errNoMount = 3

// fillDisks tells what goes wrong on disks of every size, and how many of them were too small for the whole story.
func fillDisks(dir string) int {
	signal.Ignore(syscall.SIGXFSZ)
	kind, path, _ := strings.Cut(dir, ":")
	var disk smallDisk = &fileSizeDisk{path}
	sizes, step := 180, 6
	switch kind {
	case "pages":
		disk, sizes, step = &tmpfsDisk{path, "size=%dk"}, 480, 4
	case "inodes":
		disk, sizes, step = &tmpfsDisk{path, "nr_inodes=%d"}, 40, 1
	}
	records := newDice(3).records(60)
	full, whole := 0, 0
	for size := step; size < sizes; size += step {
		if err := disk.limit(size); errors.Is(err, syscall.EPERM) {
			return errNoMount
		} else if err != nil {
			fmt.Println(err)
			return 1
		}
		kept, err := fillDisk(disk, filepath.Join(path, "warehouse"), records)
		if err != nil {
			fmt.Printf("%s %d: %v\n", kind, size, err)
			return 1
		}
		if kept < len(records) {
			full++
		} else {
			whole++
		}
	}
	fmt.Println("full", full, "whole", whole)
	if full < 5 || whole < 5 {
		fmt.Println("the sizes do not cover it")
		return 1
	}
	return 0
}

// fillDisk writes a run until the disk is full, in whatever phase that is, looks at the warehouse while it is, and
// makes room: every row whose Append did not fail must be there. It gives how many those were.
func fillDisk(disk smallDisk, dir string, records []*Record) (accepted int, err error) {
	accepted, err = writeUntilFull(dir, records)
	if err != nil {
		return 0, err
	}
	if _, _, err := listRuns(dir); err != nil {
		return 0, fmt.Errorf("while it is full: %w", err)
	}
	if err := disk.lift(); err != nil {
		return 0, err
	}
	runs, said, err := listRuns(dir)
	if err != nil {
		return 0, err
	}
	switch {
	case accepted == 0 && len(runs) == 0:
		return 0, nil
	case len(runs) != 1:
		return 0, fmt.Errorf("%d rows were accepted and %d runs are listed: %q", accepted, len(runs), said)
	}
	var got []*Record
	for r, err := range ReadRecords(runs[0].Files) {
		if err != nil {
			return 0, err
		}
		got = append(got, r)
	}
	if len(got) < accepted || !reflect.DeepEqual(got, records[:len(got)]) {
		return 0, fmt.Errorf("%d rows were accepted and %d are kept, or others: %q", accepted, len(got), said)
	}
	return accepted, nil
}

// writeUntilFull gives how many rows were taken by an Append without an error.
func writeUntilFull(dir string, records []*Record) (accepted int, err error) {
	w, err := Open(context.Background(), dir, Options{})
	if err != nil {
		return 0, err
	}
	defer w.Close()
	writer, err := w.Begin(context.Background(), sampleRun("full"))
	if err != nil {
		return 0, nil
	}
	defer writer.Abort()
	for accepted < len(records) {
		if writer.Append(records[accepted:accepted+5]) != nil {
			return accepted, nil
		}
		accepted += 5
	}
	_, _ = writer.Finish(context.Background(), sampleRun("full"))
	return accepted, nil
}

func listRuns(dir string) (runs []Entry, said []string, err error) {
	w, err := Open(context.Background(), dir, Options{Warn: func(note string) { said = append(said, note) }})
	if err != nil {
		return nil, said, err
	}
	defer w.Close()
	runs, err = w.Runs(context.Background())
	return runs, said, err
}

// TestFullDisk fills disks of every size, and with that a disk in every phase of a run. Real ones where this process
// may mount; else files that may grow so far.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pages", "inodes", "file size"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), disksEnv+"="+kind+":"+t.TempDir())
			if kind != "file size" {
				c.SysProcAttr = &syscall.SysProcAttr{
					Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
					UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
					GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
				}
			}
			out, err := c.CombinedOutput()
			exit, _ := errors.AsType[*exec.ExitError](err)
			if errors.Is(err, syscall.EPERM) || exit != nil && exit.ExitCode() == errNoMount {
				t.Log("this process may not mount; the file sizes have to do")
				return
			}
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			t.Logf("%s", out)
		})
	}
}
