package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/valyala/fastjson"
)

// bfclFiles are those of the categories: BFCL_v3_simple.json and its like. Answers to them lie in a folder of their own.
func bfclFiles(c HFConfig, f hfFolder) ([]string, error) {
	var files []string
	for _, category := range c.Categories {
		found := false
		for _, file := range f.files {
			if name := stem(file); !strings.Contains(file, "/") && strings.HasPrefix(name, "BFCL_") && bfclCategory(name) == category {
				files, found = append(files, file), true
			}
		}
		if !found && len(f.files) > 1 {
			return nil, fmt.Errorf("--bfcl-categories %q: no file BFCL_..._%s.json", category, category)
		}
	}
	if len(f.files) == 1 { // one file named by itself
		return f.files, nil
	}
	if len(files) == 0 {
		return nil, errors.New("--bfcl-categories: name at least one")
	}
	return files, nil
}

// bfclCategory is what follows BFCL_v3_.
func bfclCategory(name string) string {
	parts := strings.SplitN(name, "_", 3)
	return parts[len(parts)-1]
}

// readBFCL asks the first turn, with the functions as tools.
func readBFCL(_ HFConfig, row *fastjson.Value) (ex example, use bool, err error) {
	turn := row.Get("question")
	if first := turn.Get("0"); first != nil && first.Type() == fastjson.TypeArray {
		turn = first
	}
	if turn == nil || turn.Type() != fastjson.TypeArray {
		return ex, false, fmt.Errorf(`no list of messages in "question"; it has %s`, columnNames(row))
	}
	if ex.messages, err = readMessages(turn); err != nil {
		return ex, false, err
	}
	tools := []any{}
	for _, function := range row.GetArray("function") {
		var schema map[string]any
		if err := json.Unmarshal(function.MarshalTo(nil), &schema); err != nil {
			return ex, false, fmt.Errorf(`"function": %w`, err)
		}
		if name, ok := schema["name"].(string); ok {
			schema["name"] = notInName.ReplaceAllString(name, "_")
		}
		schema["parameters"] = jsonSchema(schema["parameters"])
		tools = append(tools, map[string]any{"type": "function", "function": schema})
	}
	data, err := json.Marshal(tools)
	ex.body = map[string]json.RawMessage{"tools": data, "tool_choice": json.RawMessage(`"auto"`)}
	return ex, true, err
}

// notInName is what the chat API does not take in the name of a function.
var notInName = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// schemaTypes are JSON Schema's names for the types of the leaderboard, which are Python's.
var schemaTypes = map[string]string{"dict": "object", "float": "number", "tuple": "array", "any": "string"}

// jsonSchema puts JSON Schema's types for Python's, at every depth.
func jsonSchema(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if name, ok := value.(string); ok && key == "type" {
				if known := schemaTypes[name]; known != "" {
					v[key] = known
				}
				continue
			}
			v[key] = jsonSchema(value)
		}
	case []any:
		for i := range v {
			v[i] = jsonSchema(v[i])
		}
	}
	return v
}
