package telemetry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"llmbench/store"
)

const sysfsRoot = "/sys/class/drm"

// vendors are the makers whose drivers lay out the files of amdgpu, by PCI vendor, with the name of a card that tells none.
var vendors = map[string]string{
	"0x1d94": "Hygon DCU", // Chengdu Haiguang IC Design
	"0x1002": "AMD GPU",
}

// Sysfs reads the files of the kernel's driver, some microseconds a card. It needs no tool and no rights. Cards are
// numbered from 0 in the order of their names, as the tools do, although a display adapter may hold card0.
type Sysfs struct {
	Root  string // that of class drm
	cards []string
}

// Name is the column source.
func (s *Sysfs) Name() string { return SourceSysfs }

// cardName leaves out connectors, such as card0-DP-1, and render nodes.
var cardName = regexp.MustCompile(`^card(\d+)$`)

// Read gives a row for each card that is there now. One that was there at the first reading and vanished is an error.
func (s *Sysfs) Read(context.Context) ([]*store.DeviceSample, error) {
	if s.cards == nil {
		s.cards = s.find()
	}
	var rows []*store.DeviceSample
	var errs []error
	for i, card := range s.cards {
		row, err := readCard(filepath.Join(s.Root, card, "device"))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", card, err))
			continue
		}
		row.Source, row.Device = SourceSysfs, int64(i)
		rows = append(rows, row)
	}
	return rows, errors.Join(errs...)
}

// find lists the accelerators: cards of a known maker that tell how busy they are or how much memory they have.
func (s *Sysfs) find() []string {
	entries, _ := os.ReadDir(s.Root)
	var cards []string
	for _, entry := range entries {
		dir := filepath.Join(s.Root, entry.Name(), "device")
		if !cardName.MatchString(entry.Name()) || vendors[text(dir, "vendor")] == "" {
			continue
		}
		if number(dir, "gpu_busy_percent") != nil || number(dir, "mem_info_vram_total") != nil {
			cards = append(cards, entry.Name())
		}
	}
	slices.SortFunc(cards, func(a, b string) int { return cardNumber(a) - cardNumber(b) })
	return cards
}

func cardNumber(name string) int {
	n, _ := strconv.Atoi(cardName.FindStringSubmatch(name)[1])
	return n
}

// readCard reads a card's directory. Files that are not there, or cannot be read, leave their columns unknown.
func readCard(dir string) (*store.DeviceSample, error) {
	vendor := text(dir, "vendor")
	if vendor == "" {
		return nil, errors.New("the card is gone")
	}
	row := &store.DeviceSample{
		Name:          new(nameOf(dir, vendor)),
		UtilPct:       plausible(number(dir, "gpu_busy_percent"), 0, 100),
		MemUsedBytes:  memory(number(dir, "mem_info_vram_used"), 1),
		MemTotalBytes: memory(number(dir, "mem_info_vram_total"), 1),
		ClockMHz:      currentClock(text(dir, "pp_dpm_sclk")),
	}
	sensors, _ := filepath.Glob(filepath.Join(dir, "hwmon", "hwmon*"))
	for _, hwmon := range sensors {
		addSensors(row, hwmon)
	}
	if row.PowerW == nil { // of the whole chip, in uW; the hwmon file has it on newer drivers
		row.PowerW = plausible(scaled(number(dir, "chip_power_average"), microwatt), 0, mostWatts)
	}
	return row, nil
}

// Units of hwmon's files.
const (
	microwatt   = 1e-6
	millidegree = 1e-3
	hertz       = 1e-6 // in MHz
)

// Beyond these a sensor tells that it has no value.
const (
	mostWatts   = 20_000
	mostDegrees = 200
)

// addSensors reads the hottest temperature, the power and its cap, and the clock.
func addSensors(row *store.DeviceSample, hwmon string) {
	for _, name := range []string{"power1_average", "power1_input"} {
		if w := plausible(scaled(number(hwmon, name), microwatt), 0, mostWatts); row.PowerW == nil {
			row.PowerW = w
		}
	}
	row.PowerCapW = plausible(scaled(number(hwmon, "power1_cap"), microwatt), 1, mostWatts)
	for _, name := range []string{"temp1_input", "temp2_input", "temp3_input"} {
		row.TempC = hottest(row.TempC, plausible(scaled(number(hwmon, name), millidegree), -50, mostDegrees))
	}
	if mhz := scaled(number(hwmon, "freq1_input"), hertz); mhz != nil && *mhz > 0 {
		row.ClockMHz = mhz
	}
}

// nameOf is the product's name; where the driver has none, the maker's with the device's number.
func nameOf(dir, vendor string) string {
	if name := text(dir, "product_name"); name != "" {
		return name
	}
	return strings.TrimSpace(vendors[vendor] + " " + text(dir, "device"))
}

// currentClock is the step that pp_dpm_sclk marks with a star: "1: 1350Mhz *".
func currentClock(steps string) *float64 {
	for line := range strings.Lines(steps) {
		if _, clock, ok := strings.Cut(line, ":"); ok && strings.Contains(line, "*") {
			return leadingNumber(clock)
		}
	}
	return nil
}

// text is what a file holds, without blanks around; "" when it cannot be read.
func text(dir, name string) string {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// number is the number in a file; nil when there is none.
func number(dir, name string) *float64 {
	t := text(dir, name)
	if t == "" {
		return nil
	}
	return leadingNumber(t)
}
