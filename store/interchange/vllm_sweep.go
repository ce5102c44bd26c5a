package interchange

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"

	"llmbench/store"
)

// A run of vllm bench sweep is the file EXPERIMENT/SERVE--PARAMS-BENCH--PARAMS/run=N.json, with a folder between for what
// a search varied in some versions (SLA--..., var=value). PARAMS are key=value with dashes between them, or a name.
var (
	sweepFolder = regexp.MustCompile(`^SERVE--(.*?)-BENCH--(.*?)(?:-(?:WL|SLA)--(.*))?$`)
	sweepFile   = regexp.MustCompile(`^(?:run=(\d+)|(warmup))\.json$`)
	// sweepPair begins a pair; a dash within a value is not followed by a key and an equals sign.
	sweepPair = regexp.MustCompile(`(?:^|-)([A-Za-z_][\w.]*)=`)
)

// tagSweep makes tags of what the path says of a sweep's run, and columns where metadata would fill them. What the file
// says itself stands.
func tagSweep(r *store.Run, path string) {
	file := sweepFile.FindStringSubmatch(filepath.Base(path))
	if file == nil {
		return
	}
	var between []string
	for dir, depth := filepath.Dir(path), 0; depth < 3; dir, depth = filepath.Dir(dir), depth+1 {
		folder := sweepFolder.FindStringSubmatch(filepath.Base(dir))
		if folder == nil {
			between = append(between, filepath.Base(dir))
			continue
		}
		tag := func(key, value string) {
			if _, said := r.Tags[key]; !said {
				text, _ := json.Marshal(value)
				setMetadata(r, key, text)
			}
		}
		tag("experiment", filepath.Base(filepath.Dir(dir)))
		tag("run_number", file[1]+file[2])
		sweepParams(folder[1], "serve", tag)
		sweepParams(folder[2], "bench", tag)
		for _, params := range append(between, folder[3]) {
			sweepParams(strings.TrimPrefix(params, "SLA--"), "search", tag)
		}
		return
	}
}

// sweepParams tells the pairs of a part of a folder's name; a name without pairs is told under the part's own.
func sweepParams(params, part string, tag func(key, value string)) {
	pairs := sweepPair.FindAllStringSubmatchIndex(params, -1)
	if len(pairs) == 0 {
		if params != "" {
			tag(part, params)
		}
		return
	}
	for i, at := range pairs {
		end := len(params)
		if i+1 < len(pairs) {
			end = pairs[i+1][0]
		}
		tag(params[at[2]:at[3]], params[at[1]:end])
	}
}
