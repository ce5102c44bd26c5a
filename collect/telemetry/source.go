package telemetry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

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

// sources are those that a name alone chooses, with where they are found. A new one is a file and a line here.
var sources = map[string]func() Source{
	SourceSysfs:   func() Source { return &Sysfs{Root: sysfsRoot} },
	SourceHySMI:   func() Source { return newSMI(SourceHySMI) },
	SourceROCmSMI: func() Source { return newSMI(SourceROCmSMI) },
	SourceNVIDIA:  func() Source { return newNVIDIA() },
}

// autoOrder is what Find tries, cheapest first.
var autoOrder = []string{SourceSysfs, SourceHySMI, SourceROCmSMI, SourceNVIDIA}

// Named is the source of that name: sysfs, hy-smi, rocm-smi or nvidia-smi of this host.
func Named(name string) (Source, error) {
	make, known := sources[name]
	if !known {
		return nil, fmt.Errorf("%q is no source of telemetry: use auto, off, %s, prometheus=URL or cmd=COMMAND", name,
			strings.Join(slices.Sorted(maps.Keys(sources)), ", "))
	}
	return make(), nil
}

// Find gives the first source that has an accelerator of this host to tell of, and what it told; nil when there is none.
func Find(ctx context.Context) (Source, []*store.DeviceSample) {
	for _, name := range autoOrder {
		source := sources[name]()
		if rows, _ := source.Read(ctx); len(rows) > 0 {
			return source, rows
		}
	}
	return nil, nil
}
