package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"llmbench/collect/calibrate"
	"llmbench/report"
	"llmbench/store"
)

// calibrateCmd measures the client itself.
type calibrateCmd struct {
	Steps  []int         `help:"Streams in flight, one step each." default:"1,16,64,128,256,500,1000"`
	Flood  bool          `help:"End with a step without pauses." default:"true" negatable:""`
	Burst  bool          `help:"Begin all streams of a step at once, as --max-concurrency does; else spread over the length of one."`
	TTFT   time.Duration `name:"ttft" help:"The engine's time to first token." default:"50ms"`
	ITL    time.Duration `name:"itl" help:"The engine's time between tokens." default:"10ms"`
	Tokens int           `help:"Tokens of each stream." default:"128"`
	Format string        `help:"How to print: ${enum}." default:"table" enum:"table,json"`
}

// Help is shown by calibrate --help.
func (calibrateCmd) Help() string {
	return `Starts a simulated engine in a process of its own, climbs the steps, and holds every stamp of the client against the engine's
log of what it sent and when. The largest load that passes is stored; collect says when a load is above it.
Client and engine share this host's cores, so a client alone on its host is at least as true.`
}

// Run climbs, prints and stores.
func (c *calibrateCmd) Run(a *app) error {
	dir, err := os.MkdirTemp("", "llmbench-calibrate-")
	if err != nil {
		return fmt.Errorf("make a folder for the truth log: %w", err)
	}
	config := c.config(a, dir)
	if err := errors.Join(config.Validate(), c.validate()); err != nil {
		return errors.Join(usageError(err), os.RemoveAll(dir))
	}
	result, err := calibrate.Climb(a.ctx, config)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	result.Host, result.CPUs, result.ToolVersion = hostName(), runtime.NumCPU(), version
	if err := report.WriteCalibration(a.stdout, result, c.Format); err != nil {
		return err
	}
	path, err := a.calibrationPath()
	if err != nil {
		return err
	}
	if err := store.SaveCalibration(path, result); err != nil {
		return err
	}
	a.note("calibration stored in %s", path)
	return nil
}

func (c *calibrateCmd) validate() error {
	var errs []error
	if c.TTFT <= 0 || c.ITL <= 0 {
		errs = append(errs, fmt.Errorf("--ttft %s --itl %s: must be above 0", c.TTFT, c.ITL))
	}
	if c.Tokens < 2 {
		errs = append(errs, fmt.Errorf("--tokens %d: must be at least 2, for there to be a gap", c.Tokens))
	}
	return errors.Join(errs...)
}

func (c *calibrateCmd) config(a *app, dir string) calibrate.Config {
	return calibrate.Config{
		Steps: c.Steps, Flood: c.Flood, Burst: c.Burst, Dir: dir,
		Timing: calibrate.Timing{TTFT: c.TTFT, ITL: c.ITL, Tokens: c.Tokens},
		Start: func(ctx context.Context, timing calibrate.Timing, flood bool, truth string) (calibrate.Server, error) {
			flags := []string{"--ttft=" + timing.TTFT.String(), "--itl=" + timing.ITL.String(), "--truth=" + truth}
			if flood {
				flags = []string{"--flood", "--truth=" + truth}
			}
			return startEngine(ctx, a.stderr, flags...)
		},
		Note: func(s store.CalibrationStep) {
			a.note("%d streams: %d chunks, %.0f/s, %s", s.Streams, s.Chunks, s.ChunksPerSecond, s.Verdict)
		},
	}
}

// calibrationPath is where this user's calibration lies, as the XDG base directories have it.
func (a *app) calibrationPath() (string, error) {
	state := a.getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home := a.getenv("HOME")
		if home == "" {
			return "", errors.New("find a place for the calibration: neither XDG_STATE_HOME nor HOME is set")
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "llmbench", "calibration.json"), nil
}

// hostName is "" where the system does not tell.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// noteCalibration says when a load is above what this host was found to be good for.
func (a *app) noteCalibration(streams int) {
	path, err := a.calibrationPath()
	if err != nil || streams == 0 {
		return
	}
	c, err := store.LoadCalibration(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		a.note("%s", strings.TrimSpace(err.Error()))
	case c.Host != hostName() || c.CPUs != runtime.NumCPU():
		a.note("the stored calibration is of another host (%s, %d CPUs); llmbench calibrate makes one for this", c.Host, c.CPUs)
	case c.TrustedStreams == 0:
		a.note("llmbench calibrate found no load that this host's client is true to; look at the verdict")
	case streams > c.TrustedStreams:
		a.note("up to %d requests at once are more than the %d that llmbench calibrate found this host's client true to; look at the verdict", streams, c.TrustedStreams)
	}
}
