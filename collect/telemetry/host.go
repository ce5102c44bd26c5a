package telemetry

import (
	"context"
	"errors"
	"os"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"

	"llmbench/store"
)

// host reads this machine.
type host struct {
	name       string
	self       *process.Process
	total      float64 // CPU seconds of all cores at the reading before
	busy, mine float64
}

// HostProbe reads the machine that llmbench runs on: how busy its cores are, by whom, and its memory.
func HostProbe() Probe {
	h := &host{name: hostName()}
	h.self, _ = process.NewProcess(int32(os.Getpid()))
	return Probe{Name: "host", Read: func(ctx context.Context, _ bool) (store.Samples, error) {
		row, err := h.read(ctx)
		return store.Samples{Hosts: []*store.HostSample{row}}, err
	}}
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

func (h *host) read(ctx context.Context) (*store.HostSample, error) {
	row := &store.HostSample{Host: h.name}
	loads, errLoad := load.AvgWithContext(ctx)
	if errLoad == nil {
		row.Load1 = &loads.Load1
	}
	memory, errMemory := mem.VirtualMemoryWithContext(ctx)
	if errMemory == nil {
		row.MemTotalBytes, row.MemUsedBytes = new(int64(memory.Total)), new(int64(memory.Total-memory.Available))
	}
	return row, errors.Join(errLoad, errMemory, h.readCPU(ctx, row))
}

// readCPU gives shares since the reading before; the first has none.
func (h *host) readCPU(ctx context.Context, row *store.HostSample) error {
	times, err := cpu.TimesWithContext(ctx, false)
	if err != nil || len(times) == 0 {
		return err
	}
	t := times[0]
	idle := t.Idle + t.Iowait
	total := t.User + t.System + t.Nice + t.Irq + t.Softirq + t.Steal + idle
	mine := h.mine
	if own, err := h.own(ctx); err == nil {
		mine = own
	}
	if span := total - h.total; h.total > 0 && span > 0 {
		row.CPUPct = new(100 * max(0, total-idle-h.busy) / span)
		row.ClientCPUPct = new(min(100, 100*(mine-h.mine)/span))
	}
	h.total, h.busy, h.mine = total, total-idle, mine
	return nil
}

func (h *host) own(ctx context.Context) (float64, error) {
	if h.self == nil {
		return 0, errors.New("this process cannot be looked at")
	}
	t, err := h.self.TimesWithContext(ctx)
	if err != nil {
		return 0, err
	}
	return t.User + t.System, nil
}
