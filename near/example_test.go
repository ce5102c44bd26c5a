package near_test

import (
	"fmt"

	"llmbench/near"
)

func ExampleOneOf() {
	names := []string{"ttft", "tpot", "itl"}
	fmt.Println(near.OneOf("tpto", names))
	fmt.Println(near.OneOf("latency", names))
	// Output:
	// did you mean tpot? There are ttft, tpot, itl
	// use one of ttft, tpot, itl
}
