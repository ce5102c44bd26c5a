package doctor

import (
	"fmt"
	"strings"
)

const topicEnvironment = "environment"

// advice is a variable that users of DCUs set, what it does, and the value they use. Sources: published guides for vLLM
// on DTK; the values are where people begin, not laws.
type advice struct {
	name, value string
	does        string
	when        func(c *Cards) bool
}

var dcuAdvice = []advice{
	{"HIP_VISIBLE_DEVICES", "", "chooses the cards that a server takes, in this order", several},
	{"NCCL_MAX_NCHANNELS", "16", "bounds the channels of collective operations between cards; the default takes compute units from the model", several},
	{"NCCL_MIN_NCHANNELS", "16", "keeps as many channels for small messages, such as those of decoding", several},
	{"NCCL_P2P_LEVEL", "SYS", "lets cards talk directly across NUMA nodes, not by way of the host's memory", several},
	{"VLLM_NUMA_BIND", "0", "keeps vLLM from binding workers to nodes by its own guess; bind them with numactl", numa},
	{"HSA_FORCE_FINE_GRAIN_PCIE", "1", "lets cards write each other's memory over PCIe, which direct transfers need", several},
	{"ALLREDUCE_STREAM_WITH_COMPUTE", "1", "runs all-reduce in the stream of the computation, without waits between streams", several},
}

// setAdvice are variables that are judged only where they are set: value is the one that costs speed.
var setAdvice = []advice{
	{name: "VLLM_ENFORCE_EAGER", value: "1", does: "runs without graphs: each step starts its kernels one by one, and small batches are slower"},
	{name: "VLLM_RPC_TIMEOUT", does: "how long vLLM's front end waits for its engine [ms], which long prompts may need"},
	{name: "NCCL_TOPO_FILE", does: "tells collective operations how cards and nodes are connected; a file of another host misleads them"},
}

func several(c *Cards) bool { return len(c.Samples) > 1 }

func numa(c *Cards) bool { return len(nodesOf(c)) > 1 }

// environmentFindings judges the variables that decide how a server runs on Hygon's cards, and where it runs.
func environmentFindings(s *State) []Finding {
	c := &s.Cards
	var found []Finding
	if c.Hygon {
		for _, a := range dcuAdvice {
			if a.when(c) {
				found = append(found, a.judge(c))
			}
		}
	}
	return append(append(found, asSet(c)...), binding(c)...)
}

// asSet tells of variables that have no value to begin with, where they are set.
func asSet(c *Cards) []Finding {
	var found []Finding
	for _, a := range setAdvice {
		value, set := c.Environ[a.name]
		if !set {
			continue
		}
		f := Finding{Topic: topicEnvironment, Level: OK, What: fmt.Sprintf("%s=%s in %s environment", a.name, value, whose(c)), Why: a.does}
		if a.value != "" && value == a.value {
			f.Level, f.Do = Note, "unset "+a.name
		}
		found = append(found, f)
	}
	return found
}

func whose(c *Cards) string {
	if c.OfServer {
		return "the server's"
	}
	return "this shell's"
}

func (a advice) judge(c *Cards) Finding {
	whose := whose(c)
	value, set := c.Environ[a.name]
	f := Finding{Topic: topicEnvironment, Level: OK, What: fmt.Sprintf("%s=%s in %s environment", a.name, value, whose), Why: a.does}
	switch {
	case !set && a.value == "":
		f.Level, f.What, f.Do = Note, a.name+" is not set in "+whose+" environment", fmt.Sprintf("export %s=%s", a.name, numbers(len(c.Samples)))
	case !set:
		f.Level, f.What, f.Do = Note, a.name+" is not set in "+whose+" environment", fmt.Sprintf("export %s=%s", a.name, a.value)
	case a.value != "" && value != a.value:
		f.Level, f.Do = Note, fmt.Sprintf("export %s=%s, where guides begin", a.name, a.value)
	}
	return f
}

// numbers is 0,1,2,...
func numbers(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprint(i)
	}
	return strings.Join(parts, ",")
}

// nodesOf are the NUMA nodes that cards are on, each with its cards.
func nodesOf(c *Cards) map[int][]int64 {
	nodes := map[int][]int64{}
	for _, row := range c.Samples {
		if node, known := c.NUMA[row.Device]; known && node >= 0 {
			nodes[node] = append(nodes[node], row.Device)
		}
	}
	return nodes
}

// binding tells a server that may run on every core of a host whose cards are on several nodes.
func binding(c *Cards) []Finding {
	nodes := nodesOf(c)
	if len(nodes) < 2 {
		return nil
	}
	var parts []string
	for node := range 64 {
		if cards := nodes[node]; len(cards) > 0 {
			parts = append(parts, fmt.Sprintf("node %d has cards %s", node, strings.Trim(strings.ReplaceAll(fmt.Sprint(cards), " ", ","), "[]")))
		}
	}
	f := Finding{Topic: topicEnvironment, Level: OK, What: strings.Join(parts, "; ")}
	if c.CPUs == "" || c.CPUs == c.CPUList {
		f.Level, f.Why = Note, "a worker on another node than its card copies through the link between them: slower, and different from start to start"
		f.Do = "numactl --cpunodebind=N --membind=N for each rank, N as above"
	}
	return []Finding{f}
}
