package telemetry

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestParseAny reads what tools and exporters print, broken forms too: each fixture of testdata.
func TestParseAny(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	names, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range names {
		switch filepath.Ext(path) {
		case ".txt", ".json", ".csv", ".prom":
			name := filepath.Base(path)
			b.WriteString("# " + name + "\n" + rowsText(ParseAny(fixture(t, name))))
		}
	}
	golden(t, "rows.golden", b.String())
}

func TestLeadingNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"67.0C": 67, " 600.0W": 600, "(1350Mhz)": 1350, "87%": 87, "3edge": 3, "-5": -5, "1e3 W": 1000, "65520": 65520, "\"12\"": 12,
	} {
		if got := leadingNumber(text); got == nil || *got != want {
			t.Errorf("%q gives %v", text, got)
		}
	}
	for _, text := range []string{"", "N/A", "[N/A]", "-", ".", "e5", "1e999", "nan"} {
		if got := leadingNumber(text); got != nil {
			t.Errorf("%q gives %v", text, *got)
		}
	}
}

// FuzzParseAny: no output of a tool ends the program, and a row always tells something.
func FuzzParseAny(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.*")
	for _, path := range names {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, row := range ParseAny(text) {
			if row.Device < 0 || row.MemUsedBytes != nil && *row.MemUsedBytes < 0 {
				t.Errorf("%q gives %s", text, rowsText(ParseAny(text)))
			}
			if row.UtilPct != nil && !(*row.UtilPct >= 0 && *row.UtilPct <= 100) {
				t.Errorf("%q gives a utilisation of %v", text, *row.UtilPct)
			}
		}
	})
}

func TestParseTopology(t *testing.T) {
	t.Parallel()
	got := ParseTopology(`======= ROCm System Management Interface =======
=================== Numa Nodes =================
HCU[0]          : (Topology) Numa Node 3
HCU[0]          : (Topology) Numa Affinity: 3
HCU[1]          : (Topology) Numa Node: 0
GPU[99999999999999999999] : (Topology) Numa Node: 1
`)
	if want := map[int64]int{0: 3, 1: 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseDriver(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=====\nDriver version: 6.2.26-V1.5.1\n=====": "6.2.26-V1.5.1", `{"system": {"Driver version": "5.11.40"}}`: "5.11.40",
		"unknown option": "", "Driver version: N/A": "",
	} {
		if got := ParseDriver(text); got != want {
			t.Errorf("%q gives %q", text, got)
		}
	}
}
