package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"llmbench/collect/sweep"
	"llmbench/near"
	"llmbench/store"
)

// collectModel is the grammar of collect alone, by the names of its flags.
type collectModel map[string]*kong.Flag

func newCollectModel() (collectModel, error) {
	var g grammar
	parser, err := kong.New(&g, vocabulary())
	if err != nil {
		return nil, err
	}
	return ownFlagsOf(childNamed(parser.Model.Node, "collect")), nil
}

// ownFlagsOf are the flags of a command by their names and aliases, those of the program left out.
func ownFlagsOf(command *kong.Node) collectModel {
	model := collectModel{}
	for _, flag := range command.Flags {
		model[flag.Name] = flag
		for _, alias := range flag.Aliases {
			model[alias] = flag
		}
	}
	return model
}

// sweepSettings turns the flags of collect among those of sweep into --set NAME=VALUES, for their values may be lists.
func sweepSettings(args []string) ([]string, error) {
	if len(args) == 0 || args[0] != "sweep" {
		return args, nil
	}
	model, err := newCollectModel()
	if err != nil {
		return nil, err
	}
	var g grammar
	parser, err := kong.New(&g, vocabulary())
	if err != nil {
		return nil, err
	}
	own := collectModel{}
	for _, command := range childNamed(parser.Model.Node, "sweep").Children {
		maps.Copy(own, ownFlagsOf(command))
	}
	out := []string{args[0]}
	for i := 1; i < len(args); i++ {
		name, value, given := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		if !strings.HasPrefix(args[i], "--") || own[name] != nil || !model.has(name) {
			out = append(out, args[i])
			continue
		}
		switch name, negated := strings.CutPrefix(name, "no-"); {
		case model.isBool(name) && !given:
			value = "true"
			if negated {
				value = "false"
			}
		case !given && i+1 < len(args):
			i++
			value = args[i]
		}
		name, _ = strings.CutPrefix(name, "no-")
		out = append(out, "--set="+model.name(name)+"="+value)
	}
	return out, nil
}

func (m collectModel) has(name string) bool {
	_, known := m[strings.TrimPrefix(name, "no-")]
	return known || name == sweep.KeyBatch || name == sweep.KeyLens
}

func (m collectModel) isBool(name string) bool {
	flag := m[name]
	return flag != nil && flag.IsBool()
}

// name is the flag's own name, where an alias was given.
func (m collectModel) name(name string) string {
	if flag := m[name]; flag != nil {
		return flag.Name
	}
	return name
}

// listed are flags with texts that hold no commas of their own.
var listed = []string{"backend", "base-url", "dataset-name", "dataset-path", "dcu", "dtype", "model", "served-model-name", "tokenizer"}

// splits reports whether the values of a flag are told apart by commas. Others, such as --stages, are given several times.
func (m collectModel) splits(name string) bool {
	flag := m[name]
	if flag == nil || slices.Contains(listed, name) {
		return true
	}
	t := flag.Target.Type()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[time.Duration](), reflect.TypeFor[store.Rate]():
		return true
	}
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64 || t.Kind() == reflect.Bool
}

// cumulative reports whether a flag may stand several times in one command, as --goodput may.
func (m collectModel) cumulative(name string) bool {
	flag := m[name]
	return flag != nil && flag.IsSlice()
}

// near asks whether a flag was meant that is spelled like name.
func (m collectModel) near(name string) string {
	names := append(slices.Sorted(maps.Keys(m)), sweep.KeyBatch, sweep.KeyLens)
	if question := near.Question(name, names); question != "" {
		return "; " + question
	}
	return ""
}
