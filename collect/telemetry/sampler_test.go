package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/store"
)

// sampled runs a sampler over virtual time: the origin comes after two seconds, the end after five and a half.
func sampled(t *testing.T, sink func(store.Samples) error, probes ...Probe) (costs []Cost, notes []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		s := &Sampler{Probes: probes, Interval: time.Second, Sink: sink, Note: func(note string) {
			mu.Lock()
			defer mu.Unlock()
			notes = append(notes, note)
		}}
		s.Start()
		time.Sleep(2 * time.Second)
		s.Origin(time.Now())
		time.Sleep(3500 * time.Millisecond)
		costs = s.Stop()
	})
	return costs, notes
}

// card reads one card whose power is the number of the reading; each takes the given time.
func card(takes time.Duration) Probe {
	n := 0.0
	return DeviceProbe(&fake{func(ctx context.Context) ([]*store.DeviceSample, error) {
		time.Sleep(takes)
		n++
		return []*store.DeviceSample{{Device: 0, PowerW: new(n)}, {Device: 5}}, nil
	}}, []int64{0}, "here")
}

// seldom bears a reading every two seconds.
type seldom struct{ fake }

func (seldom) Least() time.Duration { return 2 * time.Second }

func TestSamplerSpares(t *testing.T) {
	t.Parallel()
	var times []int64
	probe := DeviceProbe(&seldom{fake{func(context.Context) ([]*store.DeviceSample, error) { return []*store.DeviceSample{{}}, nil }}}, nil, "")
	sampled(t, func(s store.Samples) error {
		for _, row := range s.Devices {
			times = append(times, row.TNS/1e6)
		}
		return nil
	}, probe)
	if want := []int64{-2000, 0, 2000, 3500}; !reflect.DeepEqual(times, want) {
		t.Errorf("times %v, want %v", times, want)
	}
}

type fake struct {
	read func(ctx context.Context) ([]*store.DeviceSample, error)
}

func (f *fake) Name() string                                            { return "fake" }
func (f *fake) Read(ctx context.Context) ([]*store.DeviceSample, error) { return f.read(ctx) }

func TestSampler(t *testing.T) {
	t.Parallel()
	var times []int64
	costs, notes := sampled(t, func(s store.Samples) error {
		for _, row := range s.Devices {
			if *row.Host != "here" || row.Device != 0 || *row.PowerW != float64(len(times)+1) {
				t.Errorf("row %+v", row)
			}
			times = append(times, row.TNS/1e6)
		}
		return nil
	}, card(200*time.Millisecond))
	// In the middle of each reading; at the end once more.
	if want := []int64{-1900, -900, 100, 1100, 2100, 3100, 3600}; !reflect.DeepEqual(times, want) {
		t.Errorf("times %v, want %v", times, want)
	}
	if len(costs) != 1 || costs[0].Readings != 7 || costs[0].Failures != 0 || len(notes) != 0 {
		t.Errorf("costs %+v, notes %q", costs, notes)
	}
}

// TestSamplerFailures: what fails three times is given up, what hangs too, what fails now and then is not; the others go on.
func TestSamplerFailures(t *testing.T) {
	t.Parallel()
	broken := DeviceProbe(&fake{func(context.Context) ([]*store.DeviceSample, error) { return nil, errors.New("no card") }}, nil, "")
	slow := DeviceProbe(&fake{func(ctx context.Context) ([]*store.DeviceSample, error) {
		<-ctx.Done()
		return nil, errors.New("it does not answer")
	}}, nil, "")
	n := 0
	flaky := DeviceProbe(&fake{func(context.Context) ([]*store.DeviceSample, error) {
		if n++; n%2 == 0 {
			return nil, errors.New("now and then")
		}
		return []*store.DeviceSample{{}}, errors.New("one card is gone")
	}}, nil, "")
	rows := 0
	var mu sync.Mutex
	costs, notes := sampled(t, func(s store.Samples) error {
		mu.Lock()
		defer mu.Unlock()
		rows += len(s.Devices)
		return errors.New("the disk is full")
	}, broken, slow, flaky)
	if len(notes) != 3 || !strings.Contains(strings.Join(notes, "\n"), "telemetry: fake: one card is gone") || !strings.Contains(strings.Join(notes, "\n"), "fake is given up: no card") || !strings.Contains(strings.Join(notes, "\n"), "the disk is full") {
		t.Errorf("notes %q", notes)
	}
	if costs[0].GivenUp != "no card" || costs[0].Failures != 3 || costs[1].Failures != 2 || costs[2].Failures != 3 || costs[2].Partial != 3 || costs[2].Missing != "one card is gone" || rows != 3 {
		t.Errorf("costs %+v, %d rows", costs, rows)
	}
}

// TestSamplerEnd: a reading that has begun holds up the end of a run for some seconds, however long the interval.
func TestSamplerEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &Sampler{Interval: time.Hour, Sink: func(store.Samples) error { return nil }, Note: func(string) {},
			Probes: []Probe{DeviceProbe(&fake{func(ctx context.Context) ([]*store.DeviceSample, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}}, nil, "")}}
		s.Start()
		time.Sleep(time.Second)
		began := time.Now()
		if costs := s.Stop(); costs[0].Failures != 1 || time.Since(began) != leastPatience {
			t.Errorf("costs %+v after %s", costs, time.Since(began))
		}
	})
}

// TestSamplerVanished tells once which card is gone.
func TestSamplerVanished(t *testing.T) {
	t.Parallel()
	n := 0
	costs, notes := sampled(t, func(store.Samples) error { return nil }, DeviceProbe(&fake{func(context.Context) ([]*store.DeviceSample, error) {
		if n++; n > 3 {
			return []*store.DeviceSample{{Device: 1}}, nil
		}
		return []*store.DeviceSample{{Device: 1}, {Device: 7}}, nil
	}}, nil, "n1"))
	if costs[0].Partial != 4 || len(notes) != 1 || notes[0] != "telemetry: fake: no word any more of card 7 n1" {
		t.Errorf("costs %+v, notes %q", costs, notes)
	}
}

func TestSamplerStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var notes []string
		free := make(chan struct{})
		s := &Sampler{Interval: time.Second, Sink: func(store.Samples) error { return nil }, Note: func(note string) { notes = append(notes, note) },
			Probes: []Probe{DeviceProbe(&fake{func(context.Context) ([]*store.DeviceSample, error) { <-free; return nil, nil }}, nil, "")}}
		s.Start()
		time.Sleep(time.Minute)
		if costs := s.Stop(); costs[0].GivenUp != "it hangs" || len(notes) != 1 {
			t.Errorf("costs %+v, notes %q", costs, notes)
		}
		close(free)
	})
}

// TestServerProbe keeps buckets and quantiles of the edges alone.
func TestServerProbe(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("# TYPE ttft histogram\nttft_bucket{le=\"+Inf\"} 3\nttft_sum 1\nttft_count 3\nrunning{engine=\"0\"} 2\n"))
	}))
	defer server.Close()
	probe := ServerProbe(Prometheus{URL: server.URL, Client: server.Client()})
	for edge, want := range map[bool]int{true: 4, false: 3} {
		if got, err := probe.Read(t.Context(), edge); len(got.Metrics) != want || err != nil {
			t.Errorf("edge %v gives %d rows, error %v", edge, len(got.Metrics), err)
		}
	}
}

func TestEnviron(t *testing.T) {
	t.Parallel()
	got := Environ([]string{"HIP_VISIBLE_DEVICES=0,1", "VLLM_API_KEY=sk-1", "HOME=/root", "NCCL_MIN_NCHANNELS=16", "VLLM_NUMA_BIND=",
		"HSA_X=http://u:p@proxy", "TOKENIZERS_PARALLELISM=false", "garbage", "HF_TOKEN=x",
		"VLLM_DB_PASS=x", "NCCL_A=--password x", "VLLM_B=sk-abc", "VLLM_C=Authorization: Bearer x", "VLLM_S3_ACCESS_ID=x", "VLLM_PWD=x", "NCCL_TOPO_FILE=/x=y"})
	want := map[string]string{"HIP_VISIBLE_DEVICES": "0,1", "NCCL_MIN_NCHANNELS": "16", "TOKENIZERS_PARALLELISM": "false", "NCCL_TOPO_FILE": "/x=y"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFindServer(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{"http://127.0.0.1:1": true, "http://localhost:8000/v1": true, "http://[::1]:1": true, "http://192.0.2.7:1": false, "::": false} {
		if got := IsLocal(url); got != want {
			t.Errorf("IsLocal(%q) = %v", url, got)
		}
	}
	if _, err := FindServer(t.Context(), "http://192.0.2.7:8000"); !errors.Is(err, ErrElsewhere) {
		t.Error(err)
	}
}
