package telemetry

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes files below a folder.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[name]+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// k100 are the files of a card.
func k100(files map[string]string, card, power string) {
	for name, text := range map[string]string{
		"vendor": "0x1d94", "device": "0x6210", "product_name": "K100_AI", "gpu_busy_percent": "74", "mem_info_vram_total": "68702699520",
		"mem_info_vram_used": "59768832000", "hwmon/hwmon3/power1_average": power, "hwmon/hwmon3/power1_cap": "600000000",
		"hwmon/hwmon3/temp1_input": "55000", "hwmon/hwmon3/temp2_input": "61000", "hwmon/hwmon3/temp3_input": "50000",
		"pp_dpm_sclk": "0: 300Mhz\n1: 1350Mhz *\n2: 1700Mhz",
	} {
		files[card+"/device/"+name] = text
	}
}

func TestSysfs(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"card0/device/vendor":               "0x1a03", // a display adapter
		"card0-VGA-1/device/vendor":         "0x1d94",
		"card10/device/vendor":              "0x1002",
		"card10/device/device":              "0x74a1",
		"card10/device/mem_info_vram_total": "1000",
		"card10/device/gpu_busy_percent":    "no number",
		"card11/device/vendor":              "0x1002", // tells nothing of itself
		"version":                           "drm 1.1.0",
	}
	k100(files, "card1", "281000000")
	k100(files, "card2", "N/A")
	files["card2/device/chip_power_average"] = "90500000"
	root := tree(t, files)
	source := &Sysfs{Root: root}
	want := `device 0, name K100_AI, util 74%, used 59768832000 B, total 68702699520 B, power 281 W, cap 600 W, temp 61 C, clock 1350 MHz
device 1, name K100_AI, util 74%, used 59768832000 B, total 68702699520 B, power 90.5 W, cap 600 W, temp 61 C, clock 1350 MHz
device 2, name AMD GPU 0x74a1, total 1000 B
`
	rows, err := source.Read(t.Context())
	if got := rowsText(rows); err != nil || got != want {
		t.Errorf("error %v; got\n%swant\n%s", err, got, want)
	}
	// A card that vanishes is said, and keeps the others' numbers.
	if err := os.RemoveAll(filepath.Join(root, "card1")); err != nil {
		t.Fatal(err)
	}
	rows, err = source.Read(t.Context())
	if got := rowsText(rows); err == nil || !strings.Contains(err.Error(), "card1: the card is gone") || !strings.HasPrefix(got, "device 1,") {
		t.Errorf("error %v; got\n%s", err, got)
	}
	if rows, err := (&Sysfs{Root: filepath.Join(root, "none")}).Read(t.Context()); len(rows) != 0 || err != nil {
		t.Errorf("without the folder: %v, %v", rows, err)
	}
}

// BenchmarkSysfs reads eight cards: at one reading a second its time is the share of a core.
func BenchmarkSysfs(b *testing.B) {
	files := map[string]string{}
	for _, card := range []string{"card1", "card2", "card3", "card4", "card5", "card6", "card7", "card8"} {
		k100(files, card, "281000000")
	}
	source := &Sysfs{Root: tree(b, files)}
	for b.Loop() {
		if rows, err := source.Read(b.Context()); len(rows) != 8 || err != nil {
			b.Fatal(rows, err)
		}
	}
}
