package calibrate_test

import (
	"fmt"
	"log"
	"strings"

	"llmbench/collect/calibrate"
)

// A client that saw both tokens 40 and 50 µs after the engine had sent them, held against the engine's log.
func ExampleJoin() {
	truth, err := calibrate.ReadTruth(strings.NewReader(
		`{"request_id":"r0","received_ns":1000000,"read_ns":1005000,"sent_ns":[21000000,31000000],"tokens":[1,1],"kinds":["text","text"]}` + "\n"))
	if err != nil {
		log.Fatal(err)
	}
	client := []calibrate.Request{{ID: "r0", SentNS: 980000, ArrivalsNS: []int64{21040000, 31050000}}}
	errors := calibrate.Join(client, truth)
	fmt.Println("arrival", errors.ArrivalNS, "gaps", errors.GapNS, "unmatched", errors.Unmatched)
	// Output:
	// arrival [40000] gaps [10000] unmatched 0
}
