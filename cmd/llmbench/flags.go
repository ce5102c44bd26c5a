package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// labels are flags that say nothing of the measurement: they are columns of their own.
var labels = []string{"warehouse", "name", "tag", "metadata", "help", "help-all", "version", "quiet", "no-color", "base-url"}

// givenFlags are the flags of the command line as a JSON object, for the column flags. Values of headers and
// commands, and passwords in addresses, are left out: they may be secrets.
func givenFlags(k *kong.Context) *string {
	given := map[string]any{}
	for _, step := range k.Path {
		flag := step.Flag
		if flag == nil || slices.Contains(labels, flag.Name) {
			continue
		}
		given[flag.Name] = flag.Target.Interface()
		switch values, _ := given[flag.Name].([]string); flag.Name {
		case "header":
			given[flag.Name] = headerNames(values)
		case "telemetry":
			given[flag.Name] = sourceNames(values)
		}
	}
	if len(given) == 0 {
		return nil
	}
	data, err := json.Marshal(given)
	if err != nil {
		return nil
	}
	return new(string(data))
}

// sourceNames keeps of a source of telemetry its kind, and of an exporter the address.
func sourceNames(sources []string) []string {
	names := make([]string, 0, len(sources))
	for _, s := range sources {
		kind, value, _ := strings.Cut(s, "=")
		if kind == "prometheus" {
			kind += "=" + withoutPassword(exporterURL(value))
		}
		names = append(names, kind)
	}
	return names
}

func headerNames(headers []string) []string {
	names := make([]string, 0, len(headers))
	for _, h := range headers {
		name, _, _ := strings.Cut(h, "=")
		names = append(names, name)
	}
	return names
}
