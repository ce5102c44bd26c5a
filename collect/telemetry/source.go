package telemetry

import (
	"context"
	"errors"
	"fmt"

	"llmbench/near"
	"llmbench/store"
)

// Source tells what accelerators do at a moment: a row for each, without a run and a time. Rows may come with an error: a
// card or a field that cannot be read loses nothing else. A source belongs to one goroutine.
type Source interface {
	// Name is the column source.
	Name() string
	Read(ctx context.Context) ([]*store.DeviceSample, error)
}

// Names of sources, as in the column source and in the flag.
const (
	SourceSysfs    = "sysfs"
	SourceHySMI    = "hy-smi"
	SourceROCmSMI  = "rocm-smi"
	SourceNVIDIA   = "nvidia-smi"
	SourceExporter = "exporter"
	SourceCommand  = "command"
)

// sources are those that a name alone chooses, in the order in which Find tries them, cheapest first. A new one is a file and
// a line here.
var sources = []struct {
	name string
	open func() Source
}{
	{SourceSysfs, func() Source { return &Sysfs{Root: sysfsRoot} }},
	{SourceHySMI, func() Source { return newSMI(SourceHySMI) }},
	{SourceROCmSMI, func() Source { return newSMI(SourceROCmSMI) }},
	{SourceNVIDIA, func() Source { return newNVIDIA() }},
}

// Named is the source of that name: sysfs, hy-smi, rocm-smi or nvidia-smi of this host.
func Named(name string) (Source, error) {
	names := []string{"auto", "off"}
	for _, s := range sources {
		if s.name == name {
			return s.open(), nil
		}
		names = append(names, s.name)
	}
	return nil, fmt.Errorf("%q is no source of telemetry; %s, prometheus=URL or cmd=COMMAND", name, near.OneOf(name, names))
}

// Find gives the first source that has an accelerator of this host to tell of, and what it told; nil when there is none.
// The error tells what is wrong with the tools that are installed: one that hangs holds up the others for some seconds.
func Find(ctx context.Context) (Source, []*store.DeviceSample, error) {
	var errs []error
	for _, s := range sources {
		source := s.open()
		rows, err := readSoon(ctx, source)
		if len(rows) > 0 {
			return source, rows, nil
		}
		if !errors.Is(err, errNotInstalled) {
			errs = append(errs, err)
		}
	}
	return nil, nil, errors.Join(errs...)
}

func readSoon(ctx context.Context, source Source) ([]*store.DeviceSample, error) {
	ctx, cancel := context.WithTimeout(ctx, leastPatience)
	defer cancel()
	return source.Read(ctx)
}
