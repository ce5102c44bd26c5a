package store

import "reflect"

// DeviceSample is one row of the table devices: what an accelerator told of itself at one moment. Host, Source and Device
// name the accelerator; Host is NULL when the source does not say where it is. sql/devices.sql explains the columns.
type DeviceSample struct {
	RunID         string   `parquet:"run_id,dict"`
	TNS           int64    `parquet:"t_ns"` // since the run's origin
	Source        string   `parquet:"source,dict"`
	Host          *string  `parquet:"host,optional,dict"`
	Device        int64    `parquet:"device"`
	Name          *string  `parquet:"name,optional,dict"`
	UtilPct       *float64 `parquet:"util_pct,optional"`
	MemUsedBytes  *int64   `parquet:"mem_used_bytes,optional"`
	MemTotalBytes *int64   `parquet:"mem_total_bytes,optional"`
	PowerW        *float64 `parquet:"power_w,optional"`
	PowerCapW     *float64 `parquet:"power_cap_w,optional"`
	TempC         *float64 `parquet:"temp_c,optional"`
	ClockMHz      *float64 `parquet:"clock_mhz,optional"`
	Throttled     *bool    `parquet:"throttled,optional"`
}

// MetricSample is one row of the table server_metrics: one series of the server's metrics page at one moment.
type MetricSample struct {
	RunID  string            `parquet:"run_id,dict"`
	TNS    int64             `parquet:"t_ns"` // since the run's origin
	Name   string            `parquet:"name,dict"`
	Labels map[string]string `parquet:"labels,optional"`
	Value  float64           `parquet:"value"`
}

// HostSample is one row of the table hosts: the machine llmbench runs on at one moment.
type HostSample struct {
	RunID         string   `parquet:"run_id,dict"`
	TNS           int64    `parquet:"t_ns"` // since the run's origin
	Host          string   `parquet:"host,dict"`
	CPUPct        *float64 `parquet:"cpu_pct,optional"` // of all cores, 0 to 100, since the sample before
	ClientCPUPct  *float64 `parquet:"client_cpu_pct,optional"`
	Load1         *float64 `parquet:"load1,optional"`
	MemUsedBytes  *int64   `parquet:"mem_used_bytes,optional"`
	MemTotalBytes *int64   `parquet:"mem_total_bytes,optional"`
}

// Samples are rows that were taken beside the load.
type Samples struct {
	Devices []*DeviceSample
	Metrics []*MetricSample
	Hosts   []*HostSample
}

// sampleRow is a row of any of these tables. What they share is found by name, so that a further table is a type and a
// line in sampleTables.
type sampleRow interface {
	DeviceSample | MetricSample | HostSample
}

// putInRun gives a row its run, and moves it in time.
func putInRun[R sampleRow](row *R, runID string, shiftNS int64) {
	v := reflect.ValueOf(row).Elem()
	v.FieldByName("RunID").SetString(runID)
	at := v.FieldByName("TNS")
	at.SetInt(at.Int() + shiftNS)
}
