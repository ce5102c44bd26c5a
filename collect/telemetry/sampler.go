package telemetry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"llmbench/store"
)

// Sampler takes samples beside a load, each source in a goroutine of its own: one that hangs holds up no other, and none
// holds up the load.
type Sampler struct {
	Probes []Probe
	// Interval is the time between two readings; a probe that bears no such pace has its own.
	Interval time.Duration
	// Sink takes the rows, from any of the goroutines. Its error is told once; the rows are then its own to keep.
	Sink func(store.Samples) error
	// Note tells people of a source that fails.
	Note func(note string)

	mu      sync.Mutex // guards what follows
	shiftNS *int64     // from the sampler's beginning to the origin; nil until that is known
	early   []store.Samples
	failed  bool // the sink did

	began   time.Time
	ending  chan struct{}
	running sync.WaitGroup
	costs   []*probeCost
}

// Probe is one thing to look at. Read gives rows without times; edge is true for the first and the last reading.
type Probe struct {
	Name string
	// Least is the shortest time between two readings that what is read bears.
	Least time.Duration
	Read  func(ctx context.Context, edge bool) (store.Samples, error)
}

// Cost is what a source gave and took.
type Cost struct {
	Name     string
	Readings int
	Failures int
	Partial  int           // readings that lacked something; they are no failures
	Missing  string        // what the first of these lacked
	CPU      time.Duration // of this process' thread and of the programs it ran
	GivenUp  string        // why, "" when it was not
}

type probeCost struct {
	Cost
	cpu atomic.Int64
}

const (
	// leastPatience is how long a reading may take: a tool takes up to a second, and more on a busy host. Who asks for long
	// intervals may have a slower one. The end of a run waits for no reading longer than this.
	leastPatience = 5 * time.Second
	mostPatience  = 30 * time.Second
	// stuckPatience is for a reading that does not end when it is cut, such as of a driver that hangs.
	stuckPatience = 3 * time.Second
	// mostFailures in a row end a source.
	mostFailures = 3
)

// Start takes the first readings and goes on until Stop.
func (s *Sampler) Start() {
	s.began, s.ending = time.Now(), make(chan struct{})
	for _, p := range s.Probes {
		cost := &probeCost{Cost: Cost{Name: p.Name}}
		s.costs = append(s.costs, cost)
		s.running.Go(func() { s.watch(p, cost) })
	}
}

// Origin tells when the load began: the times of all rows count from there, those before it too, which are below 0.
func (s *Sampler) Origin(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shiftNS = new(int64(s.began.Sub(at)))
	for _, samples := range s.early {
		s.pass(samples)
	}
	s.early = nil
}

// Stop takes the last readings and says what each source cost. Without an origin there was no load, and no rows.
func (s *Sampler) Stop() []Cost {
	close(s.ending)
	s.running.Wait()
	costs := make([]Cost, len(s.costs))
	for i, c := range s.costs {
		costs[i] = c.Cost
		costs[i].CPU = time.Duration(c.cpu.Load())
	}
	return costs
}

// watch reads at every interval, and once more at the end, which a source that failed just before would only hold up.
func (s *Sampler) watch(p Probe, cost *probeCost) {
	ticks := time.NewTicker(max(s.Interval, p.Least))
	defer ticks.Stop()
	failures, edge := 0, true
	for last := false; ; {
		err := s.read(p, cost, edge)
		failures = min(failures+1, mostFailures)
		if err == nil {
			failures = 0
		}
		if failures == mostFailures || errors.Is(err, errStuck) {
			cost.GivenUp = err.Error()
			s.Note(fmt.Sprintf("telemetry: %s is given up: %v", p.Name, err))
			return
		}
		if last {
			return
		}
		last = s.next(ticks)
		if edge = last; last && failures > 0 {
			return
		}
	}
}

// next waits for the next reading, and tells whether it is the last: that goes before a tick that is due as well.
func (s *Sampler) next(ticks *time.Ticker) (last bool) {
	select {
	case <-s.ending:
		return true
	default:
	}
	select {
	case <-ticks.C:
		return false
	case <-s.ending:
		return true
	}
}

var errStuck = errors.New("it hangs")

type reading struct {
	samples store.Samples
	err     error
}

// read takes one reading and passes it on, stamped with the middle of the time it took. Rows without an error, or with
// one, are a success.
func (s *Sampler) read(p Probe, cost *probeCost, edge bool) error {
	patience := min(max(leastPatience, 3*s.Interval), mostPatience)
	ctx, cancel := context.WithTimeout(withCost(context.Background(), &cost.cpu), patience)
	defer cancel()
	done := make(chan reading, 1)
	begin := time.Now()
	go func() {
		runtime.LockOSThread() // for the thread's own clock
		defer runtime.UnlockOSThread()
		before := threadCPU()
		samples, err := p.Read(ctx, edge)
		cost.cpu.Add(int64(threadCPU() - before))
		done <- reading{samples, err}
	}()
	stuck := time.NewTimer(patience + stuckPatience)
	defer stuck.Stop()
	for ending := s.ending; ; {
		select {
		case r := <-done:
			return s.ended(p, cost, r, begin)
		case <-ending:
			ending = nil
			defer time.AfterFunc(leastPatience, cancel).Stop()
			stuck.Reset(leastPatience + stuckPatience)
		case <-stuck.C:
			cost.Failures++
			return errStuck
		}
	}
}

// ended passes on what a reading gave. An error beside rows, such as of a card that vanished, is told once.
func (s *Sampler) ended(p Probe, cost *probeCost, r reading, begin time.Time) error {
	took := time.Since(begin)
	cost.Readings++
	if empty(r.samples) && r.err != nil {
		cost.Failures++
		return r.err
	}
	if r.err != nil {
		if cost.Partial++; cost.Partial == 1 {
			cost.Missing = r.err.Error()
			s.Note(fmt.Sprintf("telemetry: %s: %v", p.Name, r.err))
		}
	}
	s.take(r.samples, begin.Add(took/2))
	return nil
}

func empty(s store.Samples) bool { return len(s.Devices)+len(s.Metrics)+len(s.Hosts) == 0 }

// take stamps rows since the sampler's beginning, and keeps them until the origin is known.
func (s *Sampler) take(samples store.Samples, at time.Time) {
	shift(samples, int64(at.Sub(s.began)))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shiftNS == nil {
		s.early = append(s.early, samples)
		return
	}
	s.pass(samples)
}

// pass hands rows over. With the lock held: rows of one source go in order.
func (s *Sampler) pass(samples store.Samples) {
	shift(samples, *s.shiftNS)
	if err := s.Sink(samples); err != nil && !s.failed {
		s.failed = true
		s.Note(fmt.Sprintf("telemetry: %v", err))
	}
}

func shift(samples store.Samples, ns int64) {
	for _, row := range samples.Devices {
		row.TNS += ns
	}
	for _, row := range samples.Metrics {
		row.TNS += ns
	}
	for _, row := range samples.Hosts {
		row.TNS += ns
	}
}

// DeviceProbe reads a source. Of its cards only those numbered in keep are taken, all where it is nil; host is where the
// cards are that do not say it.
func DeviceProbe(source Source, keep []int64, host string) Probe {
	seen := make(map[place]bool)
	least := time.Duration(0)
	if slow, ok := source.(interface{ Least() time.Duration }); ok {
		least = slow.Least()
	}
	return Probe{Name: source.Name(), Least: least, Read: func(ctx context.Context, _ bool) (store.Samples, error) {
		rows, err := source.Read(ctx)
		rows = slices.DeleteFunc(rows, func(r *store.DeviceSample) bool { return keep != nil && !slices.Contains(keep, r.Device) })
		for _, row := range rows {
			if row.Host == nil && host != "" {
				row.Host = &host
			}
		}
		if err == nil {
			err = vanished(seen, rows)
		}
		return store.Samples{Devices: rows}, err
	}}
}

// place is where an accelerator is.
type place struct {
	host   string
	device int64
}

// vanished tells which of the accelerators seen before are not among the rows, and adds those that are.
func vanished(seen map[place]bool, rows []*store.DeviceSample) error {
	gone := maps.Clone(seen)
	for _, row := range rows {
		at := place{deref(row.Host), row.Device}
		seen[at] = true
		delete(gone, at)
	}
	if len(gone) == 0 {
		return nil
	}
	var names []string
	for at := range gone {
		names = append(names, strings.TrimSpace(fmt.Sprintf("%d %s", at.device, at.host)))
	}
	slices.Sort(names)
	return fmt.Errorf("no word any more of card %s", strings.Join(names, ", "))
}

// ServerProbe reads the server's page of metrics. Buckets and quantiles are many and change slowly: they are kept of the
// first and the last reading.
func ServerProbe(page Prometheus) Probe {
	return Probe{Name: "server", Read: func(ctx context.Context, edge bool) (store.Samples, error) {
		samples, err := page.Read(ctx)
		var rows []*store.MetricSample
		for _, s := range samples {
			if edge || !detail(s) {
				rows = append(rows, &store.MetricSample{Name: s.Name, Labels: s.Labels, Value: s.Value})
			}
		}
		return store.Samples{Metrics: rows}, err
	}}
}

// detail tells the parts of a histogram or summary from single numbers.
func detail(s Sample) bool {
	_, bucket := s.Labels["le"]
	_, quantile := s.Labels["quantile"]
	return bucket || quantile
}
