package telemetry

import (
	"context"
	"regexp"
)

// driverVersion is in what hy-smi and rocm-smi print with --showdriverversion, in the table and in JSON.
var driverVersion = regexp.MustCompile(`(?i)driver version"?\s*:\s*"?(\d[\w.+-]*)`)

// Driver asks hy-smi, or else rocm-smi, for the version of the driver; "" when neither tells.
func Driver(ctx context.Context) string {
	for _, name := range []string{SourceHySMI, SourceROCmSMI} {
		out, _ := run(ctx, tool(name, smiPlaces[name]...), "--showdriverversion")
		if version := ParseDriver(string(out)); version != "" {
			return version
		}
	}
	return ""
}

// ParseDriver reads what --showdriverversion prints.
func ParseDriver(text string) string {
	if found := driverVersion.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}
