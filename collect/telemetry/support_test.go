package telemetry

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmbench/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s: error %v; got\n%s\nwant\n%s", path, err, got, want)
	}
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// rowsText writes a line for each row: what is known of it.
func rowsText(rows []*store.DeviceSample) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "device %d", r.Device)
		add(&b, "host", r.Host, "")
		add(&b, "name", r.Name, "")
		add(&b, "util", r.UtilPct, "%")
		add(&b, "used", r.MemUsedBytes, " B")
		add(&b, "total", r.MemTotalBytes, " B")
		add(&b, "power", r.PowerW, " W")
		add(&b, "cap", r.PowerCapW, " W")
		add(&b, "temp", r.TempC, " C")
		add(&b, "clock", r.ClockMHz, " MHz")
		add(&b, "throttled", r.Throttled, "")
		b.WriteString("\n")
	}
	return b.String()
}

func add[T any](b *strings.Builder, name string, v *T, unit string) {
	if v != nil {
		fmt.Fprintf(b, ", %s %v%s", name, *v, unit)
	}
}
