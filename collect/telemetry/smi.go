package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"llmbench/store"
)

// smiPlaces are where the tools stand when they are not in PATH.
var smiPlaces = map[string][]string{
	SourceHySMI:   {"/opt/hyhal/bin/hy-smi", "/usr/local/hyhal/bin/hy-smi"},
	SourceROCmSMI: {"/opt/rocm/bin/rocm-smi", "/opt/dtk/bin/rocm-smi"},
}

// smiArguments are tried one after the other until cards are told of. The first asks for the name, the clock and the
// power cap as well, which not every build knows; without arguments all of them print a table.
var smiArguments = [][]string{
	{"--showproductname", "--showuse", "--showmemuse", "--showpower", "--showmaxpower", "--showtemp", "--showclocks", "--showmeminfo", "vram", "--json"},
	{"--showuse", "--showmemuse", "--showpower", "--showtemp", "--showmeminfo", "vram", "--json"},
	{},
}

// smi asks hy-smi, or rocm-smi, which prints the same with other labels. A call takes 0.1 to 1 s.
type smi struct {
	name string
	tool string
	// arguments are those that worked; nil before the first reading.
	arguments []string
}

func newSMI(name string) *smi { return &smi{name: name, tool: tool(name, smiPlaces[name]...)} }

// Name is the column source.
func (s *smi) Name() string { return s.name }

// Least is a second: a call takes up to that, and the tool holds the driver meanwhile.
func (s *smi) Least() time.Duration { return time.Second }

// Read runs the tool.
func (s *smi) Read(ctx context.Context) ([]*store.DeviceSample, error) {
	if s.arguments != nil {
		return s.ask(ctx, s.arguments)
	}
	var errs []error
	for _, arguments := range smiArguments {
		rows, err := s.ask(ctx, arguments)
		if len(rows) > 0 {
			s.arguments = arguments
			return rows, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, errs[len(errs)-1]
}

func (s *smi) ask(ctx context.Context, arguments []string) ([]*store.DeviceSample, error) {
	out, err := run(ctx, s.tool, arguments...)
	if err != nil && len(out) == 0 {
		return nil, err
	}
	rows := ParseSMI(string(out))
	for _, row := range rows {
		row.Source = s.name
	}
	if len(rows) == 0 {
		return nil, errors.Join(err, fmt.Errorf("%s %s: no card in what it prints", s.name, strings.Join(arguments, " ")))
	}
	return rows, nil
}

// ParseSMI reads what hy-smi or rocm-smi prints, whatever its form: the table or what it calls JSON. Nothing it does not
// know is an error; a text without a card gives no rows.
func ParseSMI(text string) []*store.DeviceSample {
	if rows := parseSMIPairs(text); len(rows) > 0 {
		return rows
	}
	return parseSMITable(text)
}

// smiKey gives the column that a key of a card's block fills. It is told by words in the key, in lower case, for versions
// spell keys differently; all must be in it. The first line that matches counts.
type smiKey struct {
	words []string
	set   func(row *store.DeviceSample, value string)
}

var smiKeys = []smiKey{
	{[]string{"temperature"}, func(r *store.DeviceSample, v string) {
		r.TempC = hottest(r.TempC, plausible(leadingNumber(v), -50, mostDegrees))
	}},
	{[]string{"max", "power"}, func(r *store.DeviceSample, v string) { r.PowerCapW = plausible(leadingNumber(v), 1, mostWatts) }},
	{[]string{"graphics package power"}, setPower},
	{[]string{"current socket graphics"}, setPower},                    // rocm-smi 6: Current Socket Graphics Package Power (W)
	{[]string{"memory use (%)"}, func(*store.DeviceSample, string) {}}, // activity or filling, by the version: it says neither
	{[]string{"use (%)"}, setUse},
	{[]string{"total used memory"}, func(r *store.DeviceSample, v string) { r.MemUsedBytes = leadingMemory(v) }},
	{[]string{"total memory"}, func(r *store.DeviceSample, v string) { r.MemTotalBytes = leadingMemory(v) }},
	{[]string{"sclk clock speed"}, func(r *store.DeviceSample, v string) { r.ClockMHz = leadingNumber(v) }},
	{[]string{"card series"}, setName},
	{[]string{"card model"}, setName},
}

func setPower(r *store.DeviceSample, v string) {
	if r.PowerW == nil {
		r.PowerW = plausible(leadingNumber(v), 0, mostWatts)
	}
}

func setUse(r *store.DeviceSample, v string) { r.UtilPct = plausible(leadingNumber(v), 0, 100) }

// setName keeps the first name: the series is a word people use, the model often a number.
func setName(r *store.DeviceSample, v string) {
	if v = strings.TrimSpace(v); r.Name == nil && v != "" && v != "N/A" {
		r.Name = &v
	}
}

// leadingMemory reads a number whose unit stands with the key: pairs hand it over as "number unit".
func leadingMemory(v string) *int64 {
	_, unit, _ := strings.Cut(v, "|")
	return memory(leadingNumber(v), cmp.Or(map[string]float64{"b": 1, "kib": kiB, "mib": miB, "gib": giB}[unit], miB))
}
