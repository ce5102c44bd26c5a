package launch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Nodes are the NUMA nodes of a list of devices such as 0,1,2; an error when one is not known.
func Nodes(devices string, topology map[int64]int) (string, error) {
	var nodes []int
	for d := range strings.SplitSeq(devices, ",") {
		card, err := strconv.ParseInt(strings.TrimSpace(d), 10, 64)
		node, known := topology[card]
		if err != nil || !known {
			return "", fmt.Errorf("the NUMA node of device %s is not known", d)
		}
		if !slices.Contains(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	slices.Sort(nodes)
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(nodes), " ", ","), "[]"), nil
}

// Bound is a command under numactl, on the processors and the memory of the nodes.
func Bound(args []string, nodes string) []string {
	return append([]string{"numactl", "--cpunodebind=" + nodes, "--membind=" + nodes}, args...)
}
