package telemetry

import (
	"strconv"
	"strings"

	"llmbench/store"
)

// smiColumns are the columns of the table by their heads in lower case, which differ by version.
var smiColumns = map[string]func(row *store.DeviceSample, cell string){
	"temp":    func(r *store.DeviceSample, v string) { r.TempC = plausible(leadingNumber(v), -50, mostDegrees) },
	"avgpwr":  setPower,
	"power":   setPower,
	"pwr":     setPower,
	"pwrcap":  func(r *store.DeviceSample, v string) { r.PowerCapW = plausible(leadingNumber(v), 1, mostWatts) },
	"sclk":    func(r *store.DeviceSample, v string) { r.ClockMHz = leadingNumber(v) },
	"dcu%":    setUse,
	"hcu%":    setUse,
	"gpu%":    setUse,
	"dcu":     func(*store.DeviceSample, string) {}, // the number, read before
	"hcu":     func(*store.DeviceSample, string) {},
	"gpu":     func(*store.DeviceSample, string) {},
	"device":  func(*store.DeviceSample, string) {},
	"product": setName,
}

// parseSMITable reads the table that the tools print without options: a line of heads, of which the first is DCU, HCU, GPU
// or Device, and a line for each card. Rulers and whatever stands around it are passed over. What share of memory is used
// is not kept: without the size it says no bytes.
func parseSMITable(text string) []*store.DeviceSample {
	var heads []string
	var rows []*store.DeviceSample
	for line := range strings.Lines(text) {
		cells := strings.Fields(line)
		if len(cells) < 2 {
			continue
		}
		if isHead(cells) {
			heads = cells
			continue
		}
		number, err := strconv.ParseInt(cells[0], 10, 32)
		if heads == nil || err != nil || number < 0 || len(cells) > len(heads) {
			continue
		}
		row := &store.DeviceSample{Device: number}
		for i, cell := range cells[1:] {
			if set := smiColumns[strings.ToLower(heads[i+1])]; set != nil {
				set(row, cell)
			}
		}
		if told(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

func isHead(cells []string) bool {
	switch strings.ToLower(cells[0]) {
	case "dcu", "hcu", "gpu", "device":
		_, err := strconv.Atoi(cells[1])
		return err != nil && !strings.HasPrefix(cells[1], "[")
	}
	return false
}
