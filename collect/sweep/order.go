package sweep

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// Step is one run: a point and which repeat of it, from 1.
type Step struct {
	Point  Point
	Repeat int
}

// Visit is one start of a server and the runs made on it.
type Visit struct {
	Server Point // the settings that decide the server
	Steps  []Step
}

// Order puts all runs of a plan in order. Repeats are interleaved, A B A B and never A A B B, so that what drifts over time
// falls on all points alike. That holds across servers too, which are therefore started anew for every repeat, unless one
// start is kept for all repeats. A single server is started once in any case. decides names the keys that decide the server.
func Order(points []Point, decides func(key string) bool, repeats int, keep bool) []Visit {
	var servers []Visit
	for _, p := range points {
		server := serverOf(p, decides)
		i := slices.IndexFunc(servers, func(v Visit) bool { return v.Server.Label() == server.Label() })
		if i < 0 {
			i = len(servers)
			servers = append(servers, Visit{Server: server})
		}
		servers[i].Steps = append(servers[i].Steps, Step{Point: p})
	}
	if keep || len(servers) == 1 {
		for i := range servers {
			servers[i].Steps = repeated(servers[i].Steps, 1, repeats)
		}
		return servers
	}
	var visits []Visit
	for r := 1; r <= repeats; r++ {
		for _, s := range servers {
			visits = append(visits, Visit{s.Server, repeated(s.Steps, r, r)})
		}
	}
	return visits
}

func repeated(steps []Step, from, to int) []Step {
	var out []Step
	for r := from; r <= to; r++ {
		for _, s := range steps {
			out = append(out, Step{s.Point, r})
		}
	}
	return out
}

func serverOf(p Point, decides func(string) bool) Point {
	return Point{slices.DeleteFunc(slices.Clone(p.Settings), func(s Setting) bool { return !decides(s.Key) })}
}

// Left drops the runs that are done, and the visits that have none left.
func Left(visits []Visit, done func(Step) bool) []Visit {
	var left []Visit
	for _, v := range visits {
		steps := slices.DeleteFunc(slices.Clone(v.Steps), done)
		if len(steps) > 0 {
			left = append(left, Visit{v.Server, steps})
		}
	}
	return left
}

// Seed is the seed of a run for which the plan gives none. Two runs on one server never share it, so that none finds its
// prompts in the server's prefix cache; the same point of another server has it too, so that those can be compared in pairs.
func (s Step) Seed(decides func(key string) bool) int64 {
	load := serverOf(s.Point, func(key string) bool { return !decides(key) })
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\n%d", load.Label(), s.Repeat)
	return int64(h.Sum64() >> 33)
}
