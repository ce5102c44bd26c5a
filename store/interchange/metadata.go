package interchange

import (
	"encoding/json"
	"strconv"

	"llmbench/store"
)

// metadataTexts and metadataNumbers are the keys of free metadata that are columns of a run.
var (
	metadataTexts = map[string]func(*store.Run) **string{
		"dcu":            func(r *store.Run) **string { return &r.DCU },
		"model":          func(r *store.Run) **string { return &r.Model },
		"dtype":          func(r *store.Run) **string { return &r.DType },
		"engine":         func(r *store.Run) **string { return &r.Engine },
		"engine_version": func(r *store.Run) **string { return &r.EngineVersion },
		"dataset":        func(r *store.Run) **string { return &r.Dataset },
	}
	metadataNumbers = map[string]func(*store.Run) **int64{
		"dcu_count":              func(r *store.Run) **int64 { return &r.DCUCount },
		"tp":                     func(r *store.Run) **int64 { return &r.TP },
		"tensor_parallel_size":   func(r *store.Run) **int64 { return &r.TP },
		"pp":                     func(r *store.Run) **int64 { return &r.PP },
		"pipeline_parallel_size": func(r *store.Run) **int64 { return &r.PP },
		"dp":                     func(r *store.Run) **int64 { return &r.DP },
		"data_parallel_size":     func(r *store.Run) **int64 { return &r.DP },
		"seed":                   func(r *store.Run) **int64 { return &r.Seed },
	}
)

// setMetadata takes a pair of a file's free metadata: a column where there is one of its name, and a tag in any case.
func setMetadata(r *store.Run, key string, value json.RawMessage) {
	var text *string
	if json.Unmarshal(value, &text) != nil || text == nil {
		return
	}
	if place, ok := metadataTexts[key]; ok {
		*place(r) = text
	}
	if place, ok := metadataNumbers[key]; ok {
		if n, err := strconv.ParseInt(*text, 10, 64); err == nil {
			*place(r) = &n
		}
	}
	setTag(r, key, *text)
}
