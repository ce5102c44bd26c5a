package doctor

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"

	"llmbench/store"
)

// LookAtHost gathers what the machine tells. root is that of the file system, "/" but for tests; the cores are watched for
// a moment, if that is above 0.
func LookAtHost(ctx context.Context, root string, moment time.Duration) Host {
	h := Host{Cores: runtime.NumCPU(), Governors: map[string]int{}}
	if l, err := load.AvgWithContext(ctx); err == nil {
		h.Load1 = l.Load1
	}
	if m, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		h.MemTotal, h.MemAvailable = int64(m.Total), int64(m.Available)
	}
	if moment > 0 {
		if shares, err := cpu.PercentWithContext(ctx, moment, false); err == nil && len(shares) == 1 {
			h.CPUPct = &shares[0]
		}
	}
	h.readKernel(root)
	return h
}

// readKernel reads what Linux tells in files; elsewhere there are none.
func (h *Host) readKernel(root string) {
	if ports := strings.Fields(text(root, "proc/sys/net/ipv4/ip_local_port_range")); len(ports) == 2 {
		h.PortLow, _ = strconv.Atoi(ports[0])
		h.PortHigh, _ = strconv.Atoi(ports[1])
	}
	governors, _ := filepath.Glob(filepath.Join(root, "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"))
	for _, path := range governors {
		if name := text(path); name != "" {
			h.Governors[name]++
		}
	}
	nodes, _ := filepath.Glob(filepath.Join(root, "sys/devices/system/node/node[0-9]*"))
	h.NUMANodes = len(nodes)
	h.NUMABalancing = text(root, "proc/sys/kernel/numa_balancing") == "1"
}

// drivers are where kernel modules of accelerators tell their version.
var drivers = []string{"sys/module/hydcu/version", "sys/module/hycu/version", "sys/module/amdgpu/version", "sys/module/nvidia/version", "opt/hyhal/version", "opt/dtk/.info/version"}

// deviceNodes are the files through which processes reach accelerators.
var deviceNodes = []string{"dev/kfd", "dev/mkfd", "dev/nvidia0"}

// LookAtCards gathers what files tell of the accelerators whose samples were taken: driver, nodes, clocks, NUMA.
func LookAtCards(root string, samples []*store.DeviceSample, source string) Cards {
	c := Cards{Samples: samples, Source: source, PerfLevels: map[int64]string{}, NUMA: map[int64]int{}, CPUList: text(root, "sys/devices/system/cpu/online")}
	for _, path := range drivers {
		if v := text(root, path); v != "" && c.Driver == "" {
			c.Driver = strings.Fields(v)[0]
		}
	}
	for _, path := range deviceNodes {
		if _, err := os.Stat(filepath.Join(root, path)); err == nil {
			c.Nodes = append(c.Nodes, "/"+path)
		}
	}
	for number, dir := range accelerators(root) {
		if text(dir, "vendor") == "0x1d94" {
			c.Hygon = true
		}
		if level := text(dir, "power_dpm_force_performance_level"); level != "" {
			c.PerfLevels[int64(number)] = level
		}
		if node, err := strconv.Atoi(text(dir, "numa_node")); err == nil {
			c.NUMA[int64(number)] = node
		}
	}
	return c
}

// accelerators are the directories of the cards that telemetry by sysfs counts, in its order.
func accelerators(root string) []string {
	var dirs []string
	for n := range 256 {
		dir := filepath.Join(root, "sys/class/drm", "card"+strconv.Itoa(n), "device")
		vendor := text(dir, "vendor")
		if (vendor == "0x1d94" || vendor == "0x1002") &&
			(text(dir, "gpu_busy_percent") != "" || text(dir, "mem_info_vram_total") != "") {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// CPUsOf is what a process may run on, as the kernel writes it: 0-15,32-47; "" when it cannot be read.
func CPUsOf(root string, pid int32) string {
	for line := range strings.Lines(text(root, "proc", strconv.Itoa(int(pid)), "status")) {
		if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok {
			return strings.TrimSpace(list)
		}
	}
	return ""
}

// text is what a file holds, without blanks around; "" when it cannot be read.
func text(path ...string) string {
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
