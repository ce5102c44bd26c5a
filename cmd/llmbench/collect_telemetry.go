package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/collect"
	"llmbench/collect/telemetry"
	"llmbench/store"
)

type telemetryFlags struct {
	Telemetry         []string      `help:"What accelerators do during the load: auto (those of this host, when the server is on it), sysfs, hy-smi, rocm-smi, nvidia-smi, prometheus=URL of an exporter, cmd=COMMAND that prints what such a tool prints, off; several may be given. The server's /metrics and this host are sampled too, unless off." sep:"none" default:"auto" placeholder:"SOURCE" group:"telemetry"`
	TelemetryInterval time.Duration `help:"Time between two samples." default:"1s" group:"telemetry"`
	TelemetryDevices  []int64       `help:"Numbers of the accelerators that serve, such as 0,1,2,3; else those of HIP_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES of the server's process, else all." placeholder:"N,..." group:"telemetry"`
}

// Values of --telemetry that are no source.
const (
	telemetryAuto = "auto"
	telemetryOff  = "off"
)

// Intervals that make sense: tools take up to a second, and a run shorter than the interval has two samples.
const (
	leastInterval = 100 * time.Millisecond
	mostInterval  = time.Hour
)

// check refuses what is no source, in flag names.
func (f *telemetryFlags) check() error {
	var errs []error
	if f.TelemetryInterval < leastInterval || f.TelemetryInterval > mostInterval {
		errs = append(errs, fmt.Errorf("--telemetry-interval %s: must be between %s and %s", f.TelemetryInterval, leastInterval, mostInterval))
	}
	for _, text := range f.Telemetry {
		if text == telemetryOff && len(f.Telemetry) > 1 {
			errs = append(errs, errors.New("--telemetry off: leaves no room for another source"))
		}
		if text != telemetryAuto && text != telemetryOff {
			_, err := telemetrySource(text)
			errs = append(errs, err)
		}
	}
	for _, number := range f.TelemetryDevices {
		if number < 0 {
			errs = append(errs, fmt.Errorf("--telemetry-devices %d: must not be below 0", number))
		}
	}
	return errors.Join(errs...)
}

// telemetrySource is the source that one value of the flag names.
func telemetrySource(text string) (telemetry.Source, error) {
	kind, value, _ := strings.Cut(text, "=")
	switch {
	case kind == "prometheus" && value != "":
		return &telemetry.Exporter{Page: telemetry.Prometheus{URL: exporterURL(value), Client: &http.Client{Timeout: metricsPatience}}}, nil
	case kind == "cmd" && value != "":
		return &telemetry.Command{Line: value}, nil
	}
	source, err := telemetry.Named(text)
	if err != nil {
		return nil, fmt.Errorf("--telemetry %w", err)
	}
	return source, nil
}

// exporterURL completes what people leave out.
func exporterURL(text string) string {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	if strings.Count(text, "/") == 2 {
		text += "/metrics"
	}
	return text
}

// watch is what is sampled beside a load.
type watch struct {
	probes   []telemetry.Probe
	interval time.Duration
	devices  int    // at the first look
	doctor   string // what is wrong with host and cards
}

// telemetryPatience bounds the first look at everything, before the load.
const telemetryPatience = 15 * time.Second

// planTelemetry finds what can be sampled. The accelerators' model and number become those of the run where they were not
// given, and what decides how the server runs on them its environment.
func (c *collectCmd) planTelemetry(a *app, p *collectPlan, row *store.Run) (*watch, error) {
	w := &watch{interval: c.TelemetryInterval}
	ctx, cancel := context.WithTimeout(a.ctx, telemetryPatience)
	defer cancel()
	server, err := telemetry.FindServer(ctx, p.load.Target.BaseURL)
	if err != nil {
		server = nil
	}
	row.Env = jsonText(environOf(server, os.Environ()))
	if slices.Contains(c.Telemetry, telemetryOff) {
		return w, nil
	}
	choice := deviceChoice{numbers: c.TelemetryDevices}
	if choice.numbers == nil && server != nil {
		choice.positions = visibleDevices(server.Environ)
	}
	first, err := w.findDevices(ctx, a, c.Telemetry, choice, telemetry.IsLocal(p.load.Target.BaseURL))
	if err != nil {
		return nil, err
	}
	describeDevices(row, first)
	w.devices, w.doctor = len(first), a.quickDoctor(first)
	page := telemetry.Prometheus{URL: p.load.Target.BaseURL + "/metrics", Header: p.load.Target.Header, Client: &http.Client{Timeout: metricsPatience, Transport: collect.NewTransport(p.load.Target, 1, p.load.Timeouts)}}
	if _, err := page.Read(a.ctx); err == nil { // with the client's own patience: a tool that hung may have used up the other
		w.probes = append(w.probes, telemetry.ServerProbe(page))
	}
	w.probes = append(w.probes, telemetry.HostProbe())
	return w, nil
}

// findDevices looks at every source once. One that was named and tells nothing is an error: the user counts on it.
func (w *watch) findDevices(ctx context.Context, a *app, names []string, choice deviceChoice, local bool) (first []*store.DeviceSample, err error) {
	for _, name := range names {
		source, rows, err := firstLook(ctx, name, local)
		if err != nil && name == telemetryAuto {
			a.note("telemetry: nothing is known of accelerators: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("--telemetry %s: %w", name, err)
		}
		if source == nil {
			continue
		}
		host := ""
		if kind, _, ok := strings.Cut(name, "="); !ok || kind == "cmd" && local {
			host, _ = os.Hostname()
		}
		keep := choice.of(rows)
		probe := telemetry.DeviceProbe(source, keep, host)
		rows = slices.DeleteFunc(rows, func(r *store.DeviceSample) bool { return keep != nil && !slices.Contains(keep, r.Device) })
		if len(rows) == 0 {
			return nil, fmt.Errorf("--telemetry-devices: %s has none of the accelerators %v", source.Name(), keep)
		}
		w.probes = append(w.probes, probe)
		first = append(first, rows...)
	}
	return first, nil
}

// firstLook is the source of a name and what it tells; nil when auto finds none, with an error when a tool is at fault.
func firstLook(ctx context.Context, name string, local bool) (telemetry.Source, []*store.DeviceSample, error) {
	if name == telemetryAuto {
		if !local { // the accelerators here are not the server's
			return nil, nil, nil
		}
		return telemetry.Find(ctx)
	}
	source, err := telemetrySource(name)
	if err != nil {
		return nil, nil, err
	}
	rows, err := source.Read(ctx)
	if len(rows) == 0 {
		if err == nil {
			err = errors.New("it tells of no accelerator")
		}
		return nil, nil, fmt.Errorf("%w; cards of another host are told of by --telemetry prometheus=URL or cmd=COMMAND, and auto takes those there are", err)
	}
	return source, rows, nil
}

// deviceChoice are the accelerators that serve: by the numbers that the user gave, else by their places among all, counted
// from 0, as the variables of a process name them; neither means all.
type deviceChoice struct{ numbers, positions []int64 }

// of are the numbers to keep of what a source told: tools may number from 1, the variables never do. Places that are not
// there choose nothing: the source tells of other cards than the process has.
func (c deviceChoice) of(rows []*store.DeviceSample) []int64 {
	if c.positions == nil {
		return c.numbers
	}
	var all []int64
	for _, row := range rows {
		all = append(all, row.Device)
	}
	slices.Sort(all)
	return pick(slices.Compact(all), c.positions)
}

// pick gives the numbers at some places, in their order; nil when no place is there.
func pick(numbers, places []int64) []int64 {
	var picked []int64
	for _, place := range places {
		if place < int64(len(numbers)) {
			picked = append(picked, numbers[place])
		}
	}
	return picked
}

// visibleDevices are the places of the accelerators that the variables of a process leave it; nil when they name none, or
// by other names. HIP counts among those that ROCR left; CUDA_VISIBLE_DEVICES means the same to both makers.
func visibleDevices(environ []string) []int64 {
	lower, upper := deviceList(environ, "ROCR_VISIBLE_DEVICES"), deviceList(environ, "HIP_VISIBLE_DEVICES")
	if upper == nil {
		upper = deviceList(environ, "CUDA_VISIBLE_DEVICES")
	}
	switch {
	case upper == nil:
		return lower
	case lower == nil:
		return upper
	}
	return pick(lower, upper)
}

// deviceList reads a variable such as 0,1,2. The runtimes stop at the first number that cannot be.
func deviceList(environ []string, name string) []int64 {
	for _, line := range environ {
		value, ok := strings.CutPrefix(line, name+"=")
		if !ok || value == "" {
			continue
		}
		var numbers []int64
		for field := range strings.SplitSeq(value, ",") {
			n, err := strconv.ParseInt(strings.TrimSpace(field), 10, 32)
			if err != nil {
				return nil
			}
			if n < 0 {
				break
			}
			numbers = append(numbers, n)
		}
		return numbers
	}
	return nil
}

// environOf is what decides how the server runs on its accelerators, or for want of that this process, and whose it is.
func environOf(server *telemetry.ServerProcess, own []string) map[string]string {
	of, lines := "client", own
	if server != nil && server.Environ != nil {
		of, lines = "server", server.Environ
	}
	kept := telemetry.Environ(lines)
	if len(kept) > 0 {
		kept["of"] = of
	}
	return kept
}

// describeDevices fills in what the user left out: the model, when all accelerators are of one, and their number.
func describeDevices(row *store.Run, first []*store.DeviceSample) {
	if len(first) == 0 {
		return
	}
	model := first[0].Name
	same := !slices.ContainsFunc(first, func(r *store.DeviceSample) bool { return r.Name == nil || model == nil || *r.Name != *model })
	if row.DCU == nil && same {
		row.DCU = model
	}
	if row.DCUCount == nil {
		row.DCUCount = new(int64(len(first)))
	}
}

// sampler starts sampling into the run.
func (w *watch) sampler(a *app, writer *store.Writer) *telemetry.Sampler {
	s := &telemetry.Sampler{Probes: w.probes, Interval: w.interval, Sink: writer.AppendSamples, Note: func(note string) { a.note("%s", note) }}
	s.Start()
	return s
}

// telemetryFinding says in one line what was sampled and what it cost the client.
func telemetryFinding(costs []telemetry.Cost, devices int, took time.Duration) string {
	var parts []string
	for _, c := range costs {
		text := fmt.Sprintf("%s %d samples", c.Name, c.Readings)
		if took > 0 && c.CPU > 0 {
			text += fmt.Sprintf(" at %.2g %% of a core", 100*c.CPU.Seconds()/took.Seconds())
		}
		if c.Failures > 0 {
			text += fmt.Sprintf(", %d failed", c.Failures)
		}
		if c.Partial > 0 {
			text += fmt.Sprintf(", %d in part: %s", c.Partial, c.Missing)
		}
		if c.GivenUp != "" {
			text += ", given up: " + c.GivenUp
		}
		parts = append(parts, text)
	}
	if devices > 0 {
		parts = append([]string{fmt.Sprintf("%d accelerators", devices)}, parts...)
	}
	return strings.Join(parts, "; ")
}
