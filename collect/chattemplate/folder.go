package chattemplate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNone says that a folder has no chat template.
var ErrNone = errors.New("no chat template: neither chat_template.jinja nor one in tokenizer_config.json or chat_template.json")

// defaultName is the template to take where a model has several.
const defaultName = "default"

// Load takes the template of a model's folder, or of the folder that the file at path is in. Name chooses among several;
// "" takes the default one. Variables win over the folder's special tokens.
func Load(path, name string, variables map[string]json.RawMessage) (*Template, error) {
	dir := path
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		dir = filepath.Dir(path)
	}
	config, err := readObject(filepath.Join(dir, "tokenizer_config.json"))
	if err != nil {
		return nil, fmt.Errorf("read the chat template: %w", err)
	}
	source, err := find(dir, config, name)
	if err != nil {
		return nil, fmt.Errorf("read the chat template of %s: %w", dir, err)
	}
	seen := specialTokens(config)
	maps.Copy(seen, variables)
	t, err := New(source, seen)
	if err != nil {
		return nil, fmt.Errorf("read the chat template of %s: %w", dir, err)
	}
	return t, nil
}

// LoadFile takes the template in a file, with the special tokens of the folder at dir; "" has none.
func LoadFile(file, dir string, variables map[string]json.RawMessage) (*Template, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the chat template: %w", err)
	}
	seen := map[string]json.RawMessage{}
	if dir != "" {
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			dir = filepath.Dir(dir)
		}
		config, err := readObject(filepath.Join(dir, "tokenizer_config.json"))
		if err != nil {
			return nil, fmt.Errorf("read the chat template: %w", err)
		}
		seen = specialTokens(config)
	}
	maps.Copy(seen, variables)
	t, err := New(string(source), seen)
	if err != nil {
		return nil, fmt.Errorf("read the chat template %s: %w", file, err)
	}
	return t, nil
}

// find looks where transformers has kept templates over time, newest first.
func find(dir string, config map[string]json.RawMessage, name string) (string, error) {
	if name == "" || name == defaultName {
		if source, err := os.ReadFile(filepath.Join(dir, "chat_template.jinja")); err == nil {
			return string(source), nil
		}
	} else if source, err := os.ReadFile(filepath.Join(dir, "additional_chat_templates", filepath.Base(name)+".jinja")); err == nil {
		return string(source), nil
	}
	if field := config["chat_template"]; len(field) > 0 && string(field) != "null" {
		return choose(field, name)
	}
	own, err := readObject(filepath.Join(dir, "chat_template.json"))
	if err != nil {
		return "", err
	}
	if field := own["chat_template"]; len(field) > 0 {
		return choose(field, name)
	}
	return "", ErrNone
}

// choose takes a template that stands alone, or the one of that name in a list or an object of them.
func choose(field json.RawMessage, name string) (string, error) {
	var alone string
	if json.Unmarshal(field, &alone) == nil {
		if name != "" && name != defaultName {
			return "", fmt.Errorf("no template %q; it has one alone", name)
		}
		return alone, nil
	}
	named := map[string]string{}
	var list []struct{ Name, Template string }
	if json.Unmarshal(field, &list) == nil {
		for _, t := range list {
			named[t.Name] = t.Template
		}
	} else if err := json.Unmarshal(field, &named); err != nil {
		return "", errors.New("chat_template is neither a text nor a list of named texts")
	}
	if name == "" {
		name = defaultName
	}
	if source, ok := named[name]; ok {
		return source, nil
	}
	return "", fmt.Errorf("no template %q; it has %s", name, strings.Join(slices.Sorted(maps.Keys(named)), ", "))
}

// specialTokens are the texts of bos_token and its like, which templates print.
func specialTokens(config map[string]json.RawMessage) map[string]json.RawMessage {
	tokens := map[string]json.RawMessage{}
	for name, raw := range config {
		if !strings.HasSuffix(name, "_token") {
			continue
		}
		var text string
		var object struct{ Content *string }
		switch {
		case json.Unmarshal(raw, &text) == nil && string(raw) != "null":
			tokens[name] = raw
		case json.Unmarshal(raw, &object) == nil && object.Content != nil:
			tokens[name], _ = json.Marshal(*object.Content) // a string always encodes
		}
	}
	return tokens
}

// readObject gives an empty object for a file that is not there.
func readObject(path string) (map[string]json.RawMessage, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return object, nil
}
