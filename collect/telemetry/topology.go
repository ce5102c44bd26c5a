package telemetry

import (
	"context"
	"regexp"
	"strconv"
)

// topologyNode is a line of hy-smi's or rocm-smi's --showtopo: "HCU[0] : (Topology) Numa Node: 3", with or without the
// second colon.
var topologyNode = regexp.MustCompile(`(?:HCU|DCU|GPU)\[(\d+)\]\s*:\s*\(Topology\)\s*Numa Node\s*:?\s*(\d+)`)

// Topology asks hy-smi, or else rocm-smi, which NUMA node each card is on, by the card's number; nil when neither tells.
func Topology(ctx context.Context) map[int64]int {
	for _, name := range []string{SourceHySMI, SourceROCmSMI} {
		out, _ := run(ctx, tool(name, smiPlaces[name]...), "--showtopo")
		if nodes := ParseTopology(string(out)); len(nodes) > 0 {
			return nodes
		}
	}
	return nil
}

// ParseTopology reads what --showtopo prints.
func ParseTopology(text string) map[int64]int {
	nodes := make(map[int64]int)
	for _, match := range topologyNode.FindAllStringSubmatch(text, -1) {
		card, errCard := strconv.ParseInt(match[1], 10, 32)
		node, errNode := strconv.Atoi(match[2])
		if errCard == nil && errNode == nil {
			nodes[card] = node
		}
	}
	return nodes
}
