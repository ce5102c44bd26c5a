package launch_test

import (
	"fmt"
	"log"

	"llmbench/collect/launch"
)

// The first four accelerators of those that this process may use, on the NUMA nodes they belong to.
func ExampleDevices() {
	devices, err := launch.Devices("2,3,4,5,6,7", 4)
	if err != nil {
		log.Fatal(err)
	}
	nodes, err := launch.Nodes(devices, map[int64]int{2: 0, 3: 0, 4: 1, 5: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(launch.DevicesVariable + "=" + devices)
	fmt.Println(launch.Bound([]string{"vllm", "serve", "Qwen2.5-72B", "-tp", "4"}, nodes))
	// Output:
	// HIP_VISIBLE_DEVICES=2,3,4,5
	// [numactl --cpunodebind=0,1 --membind=0,1 vllm serve Qwen2.5-72B -tp 4]
}
