package store

import "path/filepath"

// eventFileNames are the event files a run may have. A new one is a line here, one in path, and one in eventSizes.
var eventFileNames = []string{requestsFile, tokensFile, textsFile, devicesFile, serverMetricsFile, hostsFile}

// path is where the files keep the path of the event file of that name.
func (f *Files) path(name string) *string {
	switch name {
	case requestsFile:
		return &f.Requests
	case tokensFile:
		return &f.Tokens
	case textsFile:
		return &f.Texts
	case devicesFile:
		return &f.Devices
	case serverMetricsFile:
		return &f.ServerMetrics
	case hostsFile:
		return &f.Hosts
	}
	panic("store: no event file is named " + name)
}

// events lists the paths of the event files that are there, by their names.
func (f *Files) events() map[string]string {
	there := make(map[string]string)
	for _, name := range eventFileNames {
		if path := *f.path(name); path != "" {
			there[name] = path
		}
	}
	return there
}

// locate fills in the paths of the event files that have a size.
func (f *Files) locate(sizes *eventSizes) {
	for _, name := range eventFileNames {
		if *sizes.of(name) != nil {
			*f.path(name) = f.Dir + string(filepath.Separator) + name
		}
	}
}

// eventSizes is what run.json says of a run's event files: bytes, or nil for a file the run does not have.
type eventSizes struct {
	Requests      *int64 `parquet:"requests_bytes,optional"`
	Tokens        *int64 `parquet:"tokens_bytes,optional"`
	Texts         *int64 `parquet:"texts_bytes,optional"`
	Devices       *int64 `parquet:"devices_bytes,optional"`
	ServerMetrics *int64 `parquet:"server_metrics_bytes,optional"`
	Hosts         *int64 `parquet:"hosts_bytes,optional"`
}

// of is where the size of the event file of that name is.
func (s *eventSizes) of(name string) **int64 {
	switch name {
	case requestsFile:
		return &s.Requests
	case tokensFile:
		return &s.Tokens
	case textsFile:
		return &s.Texts
	case devicesFile:
		return &s.Devices
	case serverMetricsFile:
		return &s.ServerMetrics
	case hostsFile:
		return &s.Hosts
	}
	panic("store: no event file is named " + name)
}
