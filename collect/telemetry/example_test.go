package telemetry_test

import (
	"fmt"
	"log"
	"strings"

	"llmbench/collect/telemetry"
)

// What hy-smi prints, as rows of the table devices.
func ExampleParseSMI() {
	rows := telemetry.ParseSMI(`{"card0": {"DCU use (%)": "87.0", "Average Graphics Package Power (W)": "281.0", "Temperature (Sensor junction) (C)": "61.0"}}`)
	for _, r := range rows {
		fmt.Println("device", r.Device, *r.UtilPct, "%", *r.PowerW, "W", *r.TempC, "°C")
	}
	// Output:
	// device 0 87 % 281 W 61 °C
}

// A page of a server's metrics.
func ExampleParsePrometheus() {
	page := `# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0"} 12
vllm:num_requests_running{engine="1"} 9
`
	samples, err := telemetry.ParsePrometheus(strings.NewReader(page))
	if err != nil {
		log.Fatal(err)
	}
	running, known := telemetry.Sum(samples, "vllm:num_requests_running")
	fmt.Println(len(samples), "series,", running, "running", known)
	// Output:
	// 2 series, 21 running true
}
