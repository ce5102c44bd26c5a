package telemetry

import (
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"

	"llmbench/store"
)

// nvidia asks nvidia-smi.
type nvidia struct {
	tool  string
	query []string // what worked; nil before the first reading
}

func newNVIDIA() *nvidia { return &nvidia{tool: tool(SourceNVIDIA)} }

// Name is the column source.
func (n *nvidia) Name() string { return SourceNVIDIA }

// nvidiaQueries are tried in turn: the reasons for a slow clock changed their name with driver 535, and old tools refuse a
// whole query for one name.
var nvidiaQueries = [][]string{
	append(nvidiaFields, "clocks_event_reasons.active"),
	append(nvidiaFields, "clocks_throttle_reasons.active"),
	nvidiaFields,
}

var nvidiaFields = []string{"index", "name", "utilization.gpu", "memory.used", "memory.total", "power.draw", "enforced.power.limit", "temperature.gpu", "clocks.sm"}

// Read runs the tool.
func (n *nvidia) Read(ctx context.Context) ([]*store.DeviceSample, error) {
	queries := nvidiaQueries
	if n.query != nil {
		queries = [][]string{n.query}
	}
	var last error
	for _, query := range queries {
		out, err := run(ctx, n.tool, "--query-gpu="+strings.Join(query, ","), "--format=csv,noheader,nounits")
		rows := ParseNVIDIA(string(out))
		if len(rows) > 0 {
			n.query = query
			return rows, nil
		}
		if last = err; err == nil {
			last = errors.New("nvidia-smi: no card in what it prints")
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, last
}

// ParseNVIDIA reads rows of the fields index, name, utilization.gpu, memory.used, memory.total [MiB], power.draw,
// enforced.power.limit, temperature.gpu and clocks.sm, and if there is one more the reasons for a slow clock. What is not
// a number, such as [N/A], is unknown.
func ParseNVIDIA(text string) []*store.DeviceSample {
	var rows []*store.DeviceSample
	for line := range strings.Lines(text) {
		reader := csv.NewReader(strings.NewReader(line))
		reader.TrimLeadingSpace, reader.LazyQuotes = true, true
		cells, err := reader.Read()
		if err != nil || len(cells) < len(nvidiaFields) {
			continue
		}
		number, err := strconv.ParseInt(strings.TrimSpace(cells[0]), 10, 32)
		if err != nil || number < 0 {
			continue
		}
		row := &store.DeviceSample{
			Source: SourceNVIDIA, Device: number,
			UtilPct:      plausible(leadingNumber(cells[2]), 0, 100),
			MemUsedBytes: memory(leadingNumber(cells[3]), miB), MemTotalBytes: memory(leadingNumber(cells[4]), miB),
			PowerW: plausible(leadingNumber(cells[5]), 0, mostWatts), PowerCapW: plausible(leadingNumber(cells[6]), 1, mostWatts),
			TempC: plausible(leadingNumber(cells[7]), -50, mostDegrees), ClockMHz: leadingNumber(cells[8]),
		}
		setName(row, cells[1])
		if len(cells) > len(nvidiaFields) {
			row.Throttled = slowed(cells[len(nvidiaFields)])
		}
		rows = append(rows, row)
	}
	return rows
}

// slowed reads the bit mask of reasons. Those that are no trouble - idle, clocks set by hand, sync boost, display - do not
// count; the power cap, heat and the power brake do (NVML: nvmlClocksEventReason*).
func slowed(mask string) *bool {
	const trouble = 0x04 | 0x08 | 0x20 | 0x40 | 0x80
	v, err := strconv.ParseUint(strings.TrimSpace(mask), 0, 64)
	if err != nil {
		return nil
	}
	return new(v&trouble != 0)
}
