package telemetry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"llmbench/store"
)

// Exporter reads an exporter of accelerators on another host: Hygon's (:16080), DCGM's (:9400), AMD's (:5000).
type Exporter struct{ Page Prometheus }

// Name is the column source.
func (e *Exporter) Name() string { return SourceExporter }

// Read fetches the page.
func (e *Exporter) Read(ctx context.Context) ([]*store.DeviceSample, error) {
	page, err := e.Page.Read(ctx)
	if err != nil {
		return nil, err
	}
	rows := DevicesOf(page)
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s tells of no accelerator that is known here: see docs/telemetry.md for the names", e.Page.place())
	}
	for _, row := range rows {
		row.Source = SourceExporter
	}
	return rows, nil
}

// exporterColumns are the columns that a metric fills. Hygon's exporter and others for its cards; NVIDIA's DCGM; AMD's
// device-metrics-exporter.
var exporterColumns = map[string]func(row *store.DeviceSample, v float64){
	"dcu_utilizationrate":                func(r *store.DeviceSample, v float64) { r.UtilPct = plausible(&v, 0, 100) },
	"dcu_power_usage":                    exporterPower,
	"dcu_powercap":                       func(r *store.DeviceSample, v float64) { r.PowerCapW = plausible(&v, 1, mostWatts) },
	"dcu_temp":                           exporterTemp,
	"dcu_usedmemory_bytes":               func(r *store.DeviceSample, v float64) { r.MemUsedBytes = memory(&v, 1) },
	"dcu_memorycap_bytes":                func(r *store.DeviceSample, v float64) { r.MemTotalBytes = memory(&v, 1) },
	"dcu_sclk":                           func(r *store.DeviceSample, v float64) { r.ClockMHz = &v },
	"hygon_dcu_utilization_percent":      func(r *store.DeviceSample, v float64) { r.UtilPct = plausible(&v, 0, 100) },
	"hygon_power_watts":                  exporterPower,
	"hygon_power_cap_watts":              func(r *store.DeviceSample, v float64) { r.PowerCapW = plausible(&v, 1, mostWatts) },
	"hygon_temperature_celsius":          exporterTemp,
	"hygon_vram_usage_bytes":             func(r *store.DeviceSample, v float64) { r.MemUsedBytes = memory(&v, 1) },
	"hygon_vram_total_bytes":             func(r *store.DeviceSample, v float64) { r.MemTotalBytes = memory(&v, 1) },
	"DCGM_FI_DEV_GPU_UTIL":               func(r *store.DeviceSample, v float64) { r.UtilPct = plausible(&v, 0, 100) },
	"DCGM_FI_DEV_POWER_USAGE":            exporterPower,
	"DCGM_FI_DEV_ENFORCED_POWER_LIMIT":   func(r *store.DeviceSample, v float64) { r.PowerCapW = plausible(&v, 1, mostWatts) },
	"DCGM_FI_DEV_GPU_TEMP":               exporterTemp,
	"DCGM_FI_DEV_FB_USED":                func(r *store.DeviceSample, v float64) { r.MemUsedBytes = memory(&v, miB) },
	"DCGM_FI_DEV_FB_TOTAL":               func(r *store.DeviceSample, v float64) { r.MemTotalBytes = memory(&v, miB) },
	"DCGM_FI_DEV_SM_CLOCK":               func(r *store.DeviceSample, v float64) { r.ClockMHz = &v },
	"DCGM_FI_DEV_CLOCK_THROTTLE_REASONS": func(r *store.DeviceSample, v float64) { r.Throttled = slowed(strconv.FormatUint(uint64(v), 10)) },
	"gpu_gfx_activity":                   func(r *store.DeviceSample, v float64) { r.UtilPct = plausible(&v, 0, 100) },
	"gpu_package_power":                  exporterPower,
	"gpu_average_package_power":          exporterPower,
	"gpu_used_vram":                      func(r *store.DeviceSample, v float64) { r.MemUsedBytes = memory(&v, miB) },
	"gpu_total_vram":                     func(r *store.DeviceSample, v float64) { r.MemTotalBytes = memory(&v, miB) },
	"gpu_junction_temperature":           exporterTemp,
}

func exporterPower(r *store.DeviceSample, v float64) { r.PowerW = plausible(&v, 0, mostWatts) }

func exporterTemp(r *store.DeviceSample, v float64) {
	r.TempC = hottest(r.TempC, plausible(&v, -50, mostDegrees))
}

// Labels that number a card, name its model and its host, the surest first: a device_id is a PCI id to some.
var (
	numberLabels = []string{"minor_number", "gpu", "gpu_id", "card", "dcu", "hcu", "index", "device", "device_id", "minor"}
	modelLabels  = []string{"name", "modelName", "card_series", "card_model", "model"}
	hostLabels   = []string{"node", "Hostname", "hostname", "node_name", "host", "instance"}
)

// DevicesOf puts the metrics of a page together by card: by host and number.
func DevicesOf(page []Sample) []*store.DeviceSample {
	type card struct {
		host   string
		number int64
	}
	rows := make(map[card]*store.DeviceSample)
	free := make(map[card]float64) // DCGM tells used and free, and the size only where asked
	for _, s := range page {
		set := exporterColumns[s.Name]
		number, ok := cardOf(s.Labels)
		if set == nil && s.Name != "DCGM_FI_DEV_FB_FREE" || !ok {
			continue
		}
		at := card{label(s.Labels, hostLabels), number}
		row := rows[at]
		if row == nil {
			row = &store.DeviceSample{Device: number, Host: optional(at.host)}
			rows[at] = row
		}
		if model := label(s.Labels, modelLabels); row.Name == nil && model != "" {
			row.Name = &model
		}
		if set == nil {
			free[at] = s.Value
			continue
		}
		set(row, s.Value)
	}
	var all []*store.DeviceSample
	for at, row := range rows {
		if f, known := free[at]; known && row.MemTotalBytes == nil && row.MemUsedBytes != nil {
			row.MemTotalBytes = new(*row.MemUsedBytes + int64(f*miB))
		}
		all = append(all, row)
	}
	slices.SortFunc(all, func(a, b *store.DeviceSample) int {
		return cmp.Or(cmp.Compare(deref(a.Host), deref(b.Host)), cmp.Compare(a.Device, b.Device))
	})
	return all
}

// cardOf reads the first label that holds a number, with or without a word before it: "card3".
func cardOf(labels map[string]string) (int64, bool) {
	for _, name := range numberLabels {
		value := strings.TrimLeft(labels[name], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-")
		if n, err := strconv.ParseInt(value, 10, 32); err == nil && n >= 0 {
			return n, true
		}
	}
	return 0, false
}

func label(labels map[string]string, names []string) string {
	for _, name := range names {
		if value := labels[name]; value != "" {
			return value
		}
	}
	return ""
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
