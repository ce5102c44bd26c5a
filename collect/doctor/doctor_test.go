package doctor

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"llmbench/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// card is a sample of a K100_AI.
func card(number int64, change func(*store.DeviceSample)) *store.DeviceSample {
	row := &store.DeviceSample{Device: number, Name: new("K100_AI"), UtilPct: new(0.0), MemUsedBytes: new(int64(1 << 28)),
		MemTotalBytes: new(int64(1 << 36)), PowerW: new(90.0), PowerCapW: new(600.0), TempC: new(45.0)}
	if change != nil {
		change(row)
	}
	return row
}

// states are hosts and servers, good ones and bad ones.
func states() map[string]*State {
	fit := func() *State {
		return &State{
			Host: Host{Cores: 64, Load1: 0.5, CPUPct: new(2.0), MemTotal: 1 << 39, MemAvailable: 1 << 38, Connections: 1 << 20,
				PortLow: 1024, PortHigh: 65000, Governors: map[string]int{"performance": 64}, NUMANodes: 2, TrustedStreams: new(500)},
			Cards: Cards{Samples: []*store.DeviceSample{card(0, nil), card(1, nil)}, Source: "sysfs", Driver: "6.2.26", Nodes: []string{"/dev/kfd", "/dev/mkfd"},
				PerfLevels: map[int64]string{0: "high", 1: "high"}, NUMA: map[int64]int{0: 0, 1: 0}, Hygon: true, OfServer: true, CPUs: "0-31", CPUList: "0-63",
				Environ: map[string]string{"HIP_VISIBLE_DEVICES": "0,1", "NCCL_MAX_NCHANNELS": "16", "NCCL_MIN_NCHANNELS": "16", "NCCL_P2P_LEVEL": "SYS",
					"HSA_FORCE_FINE_GRAIN_PCIE": "1", "ALLREDUCE_STREAM_WITH_COMPUTE": "1"}},
			Server: &Server{URL: "http://dcu1:8000", Engine: "vllm", EngineVersion: "0.11.0", Models: []string{"Qwen2.5-72B"}, Model: "Qwen2.5-72B", MaxModelLen: 32768,
				RoundTrip: 400 * time.Microsecond, HasMetrics: true, TTFT: 31 * time.Millisecond, Chunks: 8, Tokens: 8, Tokenizer: "Qwen/Qwen2.5-72B", Counted: true},
		}
	}
	unfit := fit()
	unfit.Host = Host{Cores: 2, Load1: 3, CPUPct: new(95.0), MemTotal: 1 << 33, MemAvailable: 1 << 30, Connections: 960, PortLow: 60000, PortHigh: 61000,
		Governors: map[string]int{"powersave": 1, "performance": 1}, NUMANodes: 8, NUMABalancing: true, TrustedStreams: new(0)}
	unfit.Cards.Samples = []*store.DeviceSample{
		card(0, func(r *store.DeviceSample) { r.TempC, r.PowerW, r.Throttled = new(91.0), new(595.0), new(true) }),
		card(1, func(r *store.DeviceSample) { r.Name, r.TempC = nil, new(97.0) }),
	}
	unfit.Cards.PerfLevels, unfit.Cards.NUMA = map[int64]string{0: "auto", 1: "high"}, map[int64]int{0: 3, 1: 5}
	unfit.Cards.OfServer, unfit.Cards.CPUs, unfit.Cards.Environ = false, "", map[string]string{"NCCL_P2P_LEVEL": "PIX", "VLLM_ENFORCE_EAGER": "1", "NCCL_TOPO_FILE": "/x.xml"}
	unfit.Server = &Server{URL: "http://dcu1:8000", Model: "m", Models: []string{"m", "n"}, RoundTrip: 30 * time.Millisecond, Skew: new(-7 * time.Second), Busy: 3,
		PrefixCache: new(true), TTFT: time.Second, Chunks: 3, Tokens: 8, UsageMissing: true, Tokenizer: "local",
		Disagree: "the server counted +13 prompt tokens in each of 2 requests", Counted: true}
	down := fit()
	down.Cards.Samples[0].MemUsedBytes = new(int64(60 << 30))
	down.Server = &Server{URL: "http://dcu1:8000", Unreachable: "connect to http://dcu1:8000: connection refused"}
	failing := fit()
	failing.Cards = Cards{Problem: "hy-smi is not installed"}
	failing.Server.Failed, failing.Server.Approximate = "http_error HTTP 404: no such model", true
	alone := &State{Host: Host{Cores: 1}}
	return map[string]*State{"fit": fit(), "unfit": unfit, "server down": down, "requests fail": failing, "nothing known": alone}
}

func TestExamine(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	all := states()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		findings := Examine(all[name])
		fmt.Fprintf(&b, "# %s: %s\n", name, Worst(findings))
		for _, f := range findings {
			fmt.Fprintf(&b, "%s %s: %s\n", f.Level, f.Topic, f.What)
			if (f.Level == Warn || f.Level == Bad) && (f.Why == "" || f.Do == "") {
				t.Errorf("%s: %q does not say why it matters and what to do", name, f.What)
			}
			if f.Level != OK {
				fmt.Fprintf(&b, "    %s\n    %s\n", f.Why, f.Do)
			}
		}
	}
	path := filepath.Join("testdata", "findings.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != b.String() {
		t.Errorf("error %v; got\n%s", err, b.String())
	}
}

// TestQuick keeps what is wrong alone, of host and cards.
func TestQuick(t *testing.T) {
	t.Parallel()
	all := states()
	if got := Quick(all["fit"]); len(got) != 0 {
		t.Errorf("a fit host gives %+v", got)
	}
	for _, f := range Quick(all["unfit"]) {
		if f.Topic != topicHost && f.Topic != topicCards || f.Level != Warn {
			t.Errorf("finding %+v", f)
		}
	}
}

// TestLook reads a tree of files as Linux lays them out.
func TestLook(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"proc/sys/net/ipv4/ip_local_port_range": "32768\t60999", "proc/sys/kernel/numa_balancing": "1", "proc/12/status": "Name:\tx\nCpus_allowed_list:\t0-7\n",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance", "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "powersave",
		"sys/devices/system/cpu/online": "0-1", "sys/devices/system/node/node0/x": "", "sys/devices/system/node/node1/x": "",
		"sys/module/hydcu/version": "6.2.26 abc", "dev/kfd": "",
		"sys/class/drm/card0/device/vendor": "0x1a03",
		"sys/class/drm/card1/device/vendor": "0x1d94", "sys/class/drm/card1/device/gpu_busy_percent": "0",
		"sys/class/drm/card1/device/power_dpm_force_performance_level": "auto", "sys/class/drm/card1/device/numa_node": "3",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	h := Host{Governors: map[string]int{}}
	h.readKernel(root)
	if want := (Host{PortLow: 32768, PortHigh: 60999, Governors: map[string]int{"performance": 1, "powersave": 1}, NUMANodes: 2, NUMABalancing: true}); !reflect.DeepEqual(h, want) {
		t.Errorf("host %+v, want %+v", h, want)
	}
	samples := []*store.DeviceSample{card(0, nil)}
	want := Cards{Samples: samples, Source: "sysfs", Driver: "6.2.26", Nodes: []string{"/dev/kfd"}, PerfLevels: map[int64]string{0: "auto"},
		NUMA: map[int64]int{0: 3}, Hygon: true, CPUList: "0-1"}
	if got := LookAtCards(root, samples, "sysfs"); !reflect.DeepEqual(got, want) {
		t.Errorf("cards %+v, want %+v", got, want)
	}
	if got := CPUsOf(root, 12); got != "0-7" {
		t.Errorf("CPUs %q", got)
	}
	if got := LookAtCards(filepath.Join(root, "none"), nil, ""); got.Driver != "" || got.Hygon {
		t.Errorf("an empty tree gives %+v", got)
	}
}
