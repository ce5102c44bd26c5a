package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"

	"llmbench/near"
)

// defaults are values for flags that the command line does not give: LLMBENCH_FLAG_NAME of the environment, else a YAML
// file of flag names, with sections named after commands for theirs alone. What they give counts as typed: a run keeps it.
type defaults struct {
	path   string // of the file; "" without one
	values map[string]any
	getenv func(string) string
	from   map[string]string // where the value of a flag came from, by the flag's name
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
	d := &defaults{getenv: a.getenv, from: map[string]string{}}
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
				errs = append(errs, d.check(command, name, key+"."+name, "this command"))
			}
		case isSection && anyFlag(app.Node, key) == nil:
			errs = append(errs, fmt.Errorf("%s: %s is no command%s", d.path, key, orNear(key, commandsBeside(app.Node))))
		case command != nil && anyFlag(app.Node, key) == nil:
			errs = append(errs, fmt.Errorf("%s: %s is a command: below it stand its flags, such as %s: {name: x}", d.path, key, key))
		default:
			errs = append(errs, d.check(app.Node, key, key, "any command"))
		}
	}
	return errors.Join(errs...)
}

// check refuses a name that is no flag of the command or one below it.
func (d *defaults) check(node *kong.Node, name, path, of string) error {
	if anyFlag(node, name) != nil {
		return nil
	}
	return fmt.Errorf("%s: %s is no flag of %s%s", d.path, path, of, orNear(flagKey(name), flagsBelow(node)))
}

// orNear asks whether a name was meant.
func orNear(name string, names []string) string {
	if question := near.Question(name, names); question != "" {
		return "; " + question
	}
	return ""
}

// flagsBelow are the names of all flags of a command and those below it.
func flagsBelow(node *kong.Node) []string {
	var names []string
	for _, flag := range node.Flags {
		names = append(names, flag.Name)
	}
	for _, child := range node.Children {
		names = append(names, flagsBelow(child)...)
	}
	return names
}

// anyFlag finds a flag of a command or one below it; nil when there is none.
func anyFlag(node *kong.Node, name string) *kong.Flag {
	for _, flag := range node.Flags {
		if flag.Name == flagKey(name) {
			return flag
		}
	}
	for _, child := range node.Children {
		if flag := anyFlag(child, name); flag != nil {
			return flag
		}
	}
	return nil
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
	variable := "LLMBENCH_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
	if v := d.getenv(variable); v != "" {
		d.from[flag.Name] = variable
		return v, nil
	}
	for node := k.Selected(); node != nil && node.Type == kong.CommandNode; node = node.Parent {
		if section, ok := d.values[node.Name].(map[string]any); ok {
			if v, ok := lookUp(section, flag.Name); ok {
				return d.valueFor(flag, v, node.Name+"."+flag.Name)
			}
		}
	}
	if v, ok := lookUp(d.values, flag.Name); ok {
		if _, section := v.(map[string]any); !section || childNamed(k.Model.Node, flag.Name) == nil {
			return d.valueFor(flag, v, flag.Name)
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

// valueFor is what the file gives a flag, under a key.
func (d *defaults) valueFor(flag *kong.Flag, v any, key string) (any, error) {
	d.from[flag.Name] = key + " in " + d.path
	value := plainValue(flag.Name, v)
	if _, isList := value.([]any); isList && !flag.IsSlice() {
		return nil, fmt.Errorf("%s: %s takes one value", d.path, flag.Name)
	}
	return value, nil
}

// blame tells of a value that was refused where it came from, when it was not typed. The parser's text begins with the flag.
func (d *defaults) blame(fault string) string {
	flag, _, _ := strings.Cut(strings.TrimPrefix(fault, "--"), " ")
	if from := d.from[strings.TrimSuffix(flag, ":")]; from != "" && strings.HasPrefix(fault, "--") {
		return fault + " (it is " + from + ")"
	}
	return fault
}

// plainValue is a value as it would be typed; a list stays one. A map is a list of pairs: goodput: {ttft: 500}. The parser
// takes [ttft:500], without quotes, for a list of maps.
func plainValue(flag string, v any) any {
	switch x := v.(type) {
	case []any:
		var list []any
		for _, item := range x {
			if pairs, ok := item.(map[string]any); ok {
				list = append(list, pairsOf(flag, pairs)...)
				continue
			}
			list = append(list, fmt.Sprint(item))
		}
		return list
	case map[string]any:
		return pairsOf(flag, x)
	case bool:
		return x
	}
	return fmt.Sprint(v)
}

// pairsOf are the entries of a map as they would be typed: ttft:500 for goodput, rack=r7 for all others.
func pairsOf(flag string, m map[string]any) []any {
	mark := "="
	if flag == "goodput" {
		mark = ":"
	}
	var pairs []any
	for _, key := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, key+mark+fmt.Sprint(m[key]))
	}
	return pairs
}
