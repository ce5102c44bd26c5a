package interchange_test

import (
	"fmt"
	"log"

	"llmbench/store/interchange"
)

// The runs of another tool's result file; Store would put each into a warehouse.
func ExampleRead() {
	for run, err := range interchange.Read(interchange.Source{Path: "testdata/vllm-0.8.5.json"}, interchange.Auto) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(run.Source, *run.Model, len(run.Records), "requests")
	}
	// Output:
	// import:vllm org/Sim-7B 12 requests
}
