package doctor_test

import (
	"fmt"

	"llmbench/collect/doctor"
)

// What is known of a host goes in, what is wrong with it comes out.
func ExampleQuick() {
	findings := doctor.Quick(&doctor.State{Host: doctor.Host{Cores: 8, Governors: map[string]int{"powersave": 8}}})
	fmt.Println(doctor.Worst(findings))
	for _, f := range findings {
		fmt.Println(f.Topic, f.Level, f.What)
	}
	// Output:
	// warn
	// host warn CPU governor powersave (8 cores)
}
