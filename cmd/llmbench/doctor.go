package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"llmbench/collect"
	"llmbench/collect/doctor"
	"llmbench/collect/telemetry"
	"llmbench/report"
	"llmbench/store"
)

// doctorCmd judges whether a host and a server are fit to measure.
type doctorCmd struct {
	serverFlags
	connectionFlags
	tokenizerFlags
	telemetryFlags
	NoServer bool `help:"Look at this host alone." group:"server"`
	JSON     bool `name:"json" help:"Print the findings as a JSON list." group:"report"`
}

// Help is shown by doctor --help.
func (doctorCmd) Help() string {
	return `Looks at this host, its accelerators, the variables that decide how a server runs on them, and the server: each finding with what it
does to the numbers and what to type. The server gets two small requests. Exit code 1 when nothing can be measured so.`
}

// Run looks, prints and judges.
func (d *doctorCmd) Run(a *app) error {
	c := &collectCmd{serverFlags: d.serverFlags, connectionFlags: d.connectionFlags, tokenizerFlags: d.tokenizerFlags, telemetryFlags: d.telemetryFlags}
	plan := &collectPlan{}
	if err := errors.Join(c.planTarget(a, plan), c.planConnection(a, plan), c.telemetryFlags.check()); err != nil {
		return usageError(err)
	}
	state := &doctor.State{Host: a.lookAtHost(a.ctx, busyMoment), Cards: c.lookAtCards(a, plan)}
	if !d.NoServer {
		state.Server = c.lookAtServer(a, plan)
	}
	findings := doctor.Examine(state)
	if err := report.WriteDoctor(a.stdout, shown(findings), d.JSON, a.colour(a.stdout)); err != nil {
		return fmt.Errorf("print the findings: %w", err)
	}
	if doctor.Worst(findings) == doctor.Bad {
		return errors.New("not fit to measure: see above")
	}
	return nil
}

func shown(findings []doctor.Finding) []report.Advice {
	all := make([]report.Advice, len(findings))
	for i, f := range findings {
		all[i] = report.Advice(f)
	}
	return all
}

// busyMoment is how long the cores are watched.
const busyMoment = 300 * time.Millisecond

// lookAtHost adds what only this program knows.
func (a *app) lookAtHost(ctx context.Context, moment time.Duration) doctor.Host {
	h := doctor.LookAtHost(ctx, "/", moment)
	h.Connections = collect.ConnectionLimit()
	path, err := a.calibrationPath()
	if err != nil {
		return h
	}
	if c, err := store.LoadCalibration(path); err == nil && c.Host == hostName() && c.CPUs == runtime.NumCPU() {
		h.TrustedStreams = &c.TrustedStreams
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.note("%s", strings.TrimSpace(err.Error()))
	}
	return h
}

// lookAtCards asks the sources of --telemetry once.
func (c *collectCmd) lookAtCards(a *app, p *collectPlan) doctor.Cards {
	ctx, cancel := context.WithTimeout(a.ctx, telemetryPatience)
	defer cancel()
	var samples []*store.DeviceSample
	var names, problems []string
	for _, name := range c.Telemetry {
		if name == telemetryOff {
			continue
		}
		source, rows, err := firstLook(ctx, name, true)
		switch {
		case err != nil:
			problems = append(problems, strings.ReplaceAll(err.Error(), "\n", "; "))
		case source == nil:
			problems = append(problems, "no card by sysfs, hy-smi, rocm-smi or nvidia-smi")
		default:
			names, samples = append(names, source.Name()), append(samples, rows...)
		}
	}
	cards := doctor.LookAtCards("/", samples, strings.Join(names, ", "))
	if len(cards.NUMA) == 0 && len(samples) > 0 {
		cards.NUMA = telemetry.Topology(ctx)
	}
	if cards.Driver == "" && len(samples) > 0 {
		cards.Driver = telemetry.Driver(ctx)
	}
	cards.Problem = strings.Join(problems, "; ")
	cards.Hygon = cards.Hygon || strings.Contains(strings.Join(names, " "), telemetry.SourceHySMI)
	server, err := telemetry.FindServer(ctx, p.load.Target.BaseURL)
	if err != nil {
		server = nil
	}
	cards.Environ, cards.OfServer = environOf(server, os.Environ()), server != nil && server.Environ != nil
	if server != nil {
		cards.CPUs = doctor.CPUsOf("/", server.PID)
	}
	return cards
}

// quickDoctor is what is wrong with this host and its cards, in one line for the run: the part that asks nobody and takes
// no time.
func (a *app) quickDoctor(samples []*store.DeviceSample) string {
	state := &doctor.State{Host: a.lookAtHost(a.ctx, 0), Cards: doctor.LookAtCards("/", samples, "")}
	state.Server = &doctor.Server{} // one answers: what its cards hold is its own
	var wrong []string
	for _, f := range doctor.Quick(state) {
		wrong = append(wrong, f.What)
	}
	return strings.Join(wrong, "; ")
}
