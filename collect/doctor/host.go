package doctor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const topicHost = "host"

// Limits of what is judged fit.
const (
	fewConnections = 4096
	fewPorts       = 10_000
	busyPct        = 30
	scarceMemory   = 2 << 30
)

func hostFindings(s *State) []Finding {
	h := &s.Host
	var found []Finding
	add := func(level, what, why, do string) {
		found = append(found, Finding{Topic: topicHost, Level: level, What: what, Why: why, Do: do})
	}
	if h.Connections > 0 {
		what := fmt.Sprintf("open files leave room for %d connections", h.Connections)
		if h.Connections < fewConnections {
			add(Warn, what, "requests beyond them fail before they are sent", "ulimit -n 1048576")
		} else {
			add(OK, what, "", "")
		}
	}
	if ports := h.PortHigh - h.PortLow + 1; h.PortHigh > 0 {
		what := fmt.Sprintf("%d local ports for connections to one server", ports)
		if ports < fewPorts {
			add(Warn, what, "a load that opens many connections a second runs out of them for a minute", "sysctl -w net.ipv4.ip_local_port_range='1024 65000'")
		} else {
			add(OK, what, "", "")
		}
	}
	found = append(found, governor(h), busy(h))
	if h.MemTotal > 0 && h.MemAvailable < scarceMemory {
		add(Warn, fmt.Sprintf("%.1f GiB of memory are free", float64(h.MemAvailable)/(1<<30)), "swapping delays the client, and reports of long runs need about 0.5 GiB", "end what is not needed")
	}
	if h.NUMABalancing && h.NUMANodes > 1 {
		add(Warn, fmt.Sprintf("the kernel moves memory between %d NUMA nodes by itself", h.NUMANodes), "a server's processes are stopped while pages move: gaps between tokens", "sysctl -w kernel.numa_balancing=0")
	}
	return append(slices.DeleteFunc(found, func(f Finding) bool { return f.What == "" }), calibration(h))
}

// governor judges the kernel's choice of clocks.
func governor(h *Host) Finding {
	if len(h.Governors) == 0 {
		return Finding{}
	}
	var slow []string
	for _, name := range slices.Sorted(maps.Keys(h.Governors)) {
		if name != "performance" {
			slow = append(slow, fmt.Sprintf("%s (%d cores)", name, h.Governors[name]))
		}
	}
	if len(slow) == 0 {
		return Finding{Topic: topicHost, Level: OK, What: "CPU governor performance"}
	}
	return Finding{topicHost, Warn, "CPU governor " + strings.Join(slow, ", "), "cores that idle between tokens take time to speed up: client and server lag", "cpupower frequency-set -g performance"}
}

func busy(h *Host) Finding {
	if h.CPUPct == nil {
		return Finding{}
	}
	what := fmt.Sprintf("load %.2f on %d cores, %.0f %% of them busy", h.Load1, h.Cores, *h.CPUPct)
	if *h.CPUPct > busyPct {
		return Finding{topicHost, Warn, what, "others take the cores from the client, and from a server on this host", "end them, or measure from another host"}
	}
	return Finding{Topic: topicHost, Level: OK, What: what}
}

func calibration(h *Host) Finding {
	switch {
	case h.TrustedStreams == nil:
		return Finding{topicHost, Note, "the client was not calibrated on this host", "how many requests at once it is true to is not known", "llmbench calibrate"}
	case *h.TrustedStreams == 0:
		return Finding{topicHost, Warn, "calibration found no load that the client is true to here", "its own delay is in every latency", "llmbench calibrate, on an idle host"}
	}
	return Finding{Topic: topicHost, Level: OK, What: fmt.Sprintf("calibrated: the client is true to %d requests at once", *h.TrustedStreams)}
}
