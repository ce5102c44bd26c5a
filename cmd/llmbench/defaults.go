package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// defaults are values for flags that the command line does not give: LLMBENCH_FLAG_NAME of the environment, else a YAML
// file of flag names, with sections named after commands for theirs alone. What they give counts as typed: a run keeps it.
type defaults struct {
	path   string // of the file; "" without one
	values map[string]any
	getenv func(string) string
}

var _ kong.Resolver = (*defaults)(nil)

// defaultsPath is where the file is: LLMBENCH_CONFIG, else llmbench/config.yaml among the user's settings.
func (a *app) defaultsPath() (path string, named bool) {
	if path := a.getenv("LLMBENCH_CONFIG"); path != "" {
		return path, true
	}
	home := a.getenv("XDG_CONFIG_HOME")
	if home == "" {
		user := a.getenv("HOME")
		if user == "" {
			return "", false
		}
		home = filepath.Join(user, ".config")
	}
	return filepath.Join(home, "llmbench", "config.yaml"), false
}

// readDefaults reads the file. One that was not named need not be there.
func (a *app) readDefaults() (*defaults, error) {
	d := &defaults{getenv: a.getenv}
	path, named := a.defaultsPath()
	if path == "" {
		return d, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return d, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read defaults: %w; see LLMBENCH_CONFIG", err)
	}
	if err := yaml.Unmarshal(text, &d.values); err != nil {
		return nil, fmt.Errorf("read defaults from %s: %s", path, strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	d.path = path
	return d, nil
}

// Validate refuses names that are no flag: a slip would go unnoticed.
func (d *defaults) Validate(app *kong.Application) error {
	var errs []error
	for key, value := range d.values {
		section, isSection := value.(map[string]any)
		command := childNamed(app.Node, key)
		switch {
		case isSection && command != nil:
			for name := range section {
				if !anyFlag(command, name) {
					errs = append(errs, fmt.Errorf("%s: %s.%s is no flag of this command", d.path, key, name))
				}
			}
		case isSection:
			errs = append(errs, fmt.Errorf("%s: %s is no command", d.path, key))
		case !anyFlag(app.Node, key):
			errs = append(errs, fmt.Errorf("%s: %s is no flag of any command", d.path, key))
		}
	}
	return errors.Join(errs...)
}

// anyFlag tells whether a command, or one below it, has a flag.
func anyFlag(node *kong.Node, name string) bool {
	for _, flag := range node.Flags {
		if flag.Name == flagKey(name) {
			return true
		}
	}
	for _, child := range node.Children {
		if anyFlag(child, name) {
			return true
		}
	}
	return false
}

// flagKey takes _ for -.
func flagKey(name string) string { return strings.ReplaceAll(name, "_", "-") }

// notByDefault are flags that ask for something at once.
var notByDefault = []string{"help", "help-all", "version"}

// Resolve looks for a value: the environment, the command's section, the file.
func (d *defaults) Resolve(k *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range notByDefault {
		if flag.Name == name {
			return nil, nil
		}
	}
	if v := d.getenv("LLMBENCH_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))); v != "" {
		return v, nil
	}
	for node := k.Selected(); node != nil && node.Type == kong.CommandNode; node = node.Parent {
		if section, ok := d.values[node.Name].(map[string]any); ok {
			if v, ok := lookUp(section, flag.Name); ok {
				return plainValue(v), nil
			}
		}
	}
	if v, ok := lookUp(d.values, flag.Name); ok {
		if _, section := v.(map[string]any); !section {
			return plainValue(v), nil
		}
	}
	return nil, nil
}

func lookUp(values map[string]any, name string) (any, bool) {
	for key, v := range values {
		if flagKey(key) == name {
			return v, true
		}
	}
	return nil, false
}

// plainValue is a value as it would be typed; a list stays one.
func plainValue(v any) any {
	switch x := v.(type) {
	case []any:
		list := make([]any, len(x))
		for i := range x {
			list[i] = fmt.Sprint(x[i])
		}
		return list
	case bool:
		return x
	}
	return fmt.Sprint(v)
}
