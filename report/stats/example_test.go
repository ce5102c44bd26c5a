package stats_test

import (
	"fmt"

	"llmbench/report/stats"
)

// Five runs a side: the ratio of their centres, what bounds it, and what may be said.
func Example() {
	before := []float64{101, 99, 100, 102, 98}
	after := []float64{95, 93, 96, 94, 92}
	ratio := stats.Welch(before, after)
	interval := ratio.Interval(stats.Level)
	fmt.Printf("%+.1f %% (95 %%: %+.1f to %+.1f), p = %.4f\n", 100*(ratio.Value()-1), 100*(interval.Lo-1), 100*(interval.Hi-1), ratio.P())
	fmt.Println(stats.Judge(interval, 0.02) == stats.Down)
	// Output:
	// -6.0 % (95 %: -8.2 to -3.7), p = 0.0003
	// true
}

// How many runs a side find a change of 3 % when runs lie 2 % apart, and how small a change five would find.
func ExampleRepeats() {
	fmt.Println(stats.Repeats(0.02, 0.03))
	fmt.Printf("%.3f\n", stats.SmallestChange(5, 0.02))
	// Output:
	// 9
	// 0.041
}

// The noise within one run: its p90 resampled in blocks of neighbours.
func ExampleBootstrap() {
	var ttftMS [][]float64 // an item a request, in the order of arrival
	for i := range 200 {
		ttftMS = append(ttftMS, []float64{float64(50 + i*7%40)})
	}
	latencies := stats.DefaultBootstrap().Latencies(stats.NewSamples(ttftMS), []float64{90}, 1)
	interval := stats.Percentiles(latencies.Quantiles[0], stats.Level)
	fmt.Printf("p90 between %.0f and %.0f ms, samples enough: %v\n", interval.Lo, interval.Hi, latencies.Enough[0])
	// Output:
	// p90 between 85 and 86 ms, samples enough: true
}
