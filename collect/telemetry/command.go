package telemetry

import (
	"context"
	"errors"
	"strings"

	"llmbench/store"
)

// Command is a command line whose output tells of accelerators, such as ssh host hy-smi --json: what hy-smi, rocm-smi or
// nvidia-smi prints, or a page of an exporter.
type Command struct{ Line string }

// Name is the column source.
func (c *Command) Name() string { return SourceCommand }

// Read runs the line by the shell. Errors do not repeat it: they are kept with the run, and it may hold a secret.
func (c *Command) Read(ctx context.Context) ([]*store.DeviceSample, error) {
	out, err := run(ctx, "sh", "-c", c.Line)
	rows := ParseAny(string(out))
	for _, row := range rows {
		row.Source = SourceCommand
	}
	if len(rows) == 0 {
		return nil, errors.Join(err, errors.New("no card in what the command prints"))
	}
	return rows, nil
}

// ParseAny reads any form that a source of this package reads.
func ParseAny(text string) []*store.DeviceSample {
	if rows := ParseSMI(text); len(rows) > 0 {
		return rows
	}
	if rows := ParseNVIDIA(text); len(rows) > 0 {
		return rows
	}
	page, err := ParsePrometheus(strings.NewReader(text))
	if err != nil {
		return nil
	}
	return DevicesOf(page)
}
