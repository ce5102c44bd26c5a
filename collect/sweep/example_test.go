package sweep_test

import (
	"fmt"
	"log"

	"llmbench/collect/sweep"
)

// A plan, its points, and the order of its runs: a server for each tp, started anew for each repeat.
func Example() {
	file, err := sweep.Parse([]byte(`
name: grid
repeats: 2
product:
  tp: [4, 8]
  max-concurrency: [1, 16]
exclude:
  - {tp: 4, max-concurrency: 16}
`))
	if err != nil {
		log.Fatal(err)
	}
	points, err := file.Expand()
	if err != nil {
		log.Fatal(err)
	}
	decides := func(key string) bool { return key == "tp" }
	for _, visit := range sweep.Order(points, decides, file.Repeats, false) {
		fmt.Print("server ", visit.Server.Label(), ":")
		for _, step := range visit.Steps {
			fmt.Print(" ", step.Point.Label(), " #", step.Repeat)
		}
		fmt.Println()
	}
	// Output:
	// server tp=4: tp=4,max-concurrency=1 #1
	// server tp=8: tp=8,max-concurrency=1 #1 tp=8,max-concurrency=16 #1
	// server tp=4: tp=4,max-concurrency=1 #2
	// server tp=8: tp=8,max-concurrency=1 #2 tp=8,max-concurrency=16 #2
}

// The largest concurrency of a server that can do 37.
func ExampleSearch() {
	search := sweep.NewSearch(sweep.SearchConfig{From: 1, To: 1024, Whole: true, Precision: 0.05, Confidence: 0.95, MostRuns: 40})
	for {
		value, more := search.Next()
		if !more {
			break
		}
		outcome := sweep.Missed
		if value <= 37 {
			outcome = sweep.Met
		}
		search.Observe(value, outcome)
	}
	found := search.Result()
	fmt.Printf("best %g, limit between %.1f and %.1f\n", found.Best, found.Low, found.High)
	// Output:
	// best 37, limit between 36.6 and 38.4
}
