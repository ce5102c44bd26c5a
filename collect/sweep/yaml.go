package sweep

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"llmbench/near"
)

// File is a plan as its YAML file has it.
type File struct {
	Plan
	// Options are the flags of sweep itself that the file gives: serve-cmd, slo, ... A key may stand several times.
	Options []Setting
}

// Fields are a plan's own; the others are flags of sweep.
var Fields = []string{"name", "repeats", "flags", "product", "zip", "points", "exclude"}

// Parse reads a plan:
//
//	name: grid              repeats: 5
//	flags:                  every point's; a list gives a flag several times
//	  ignore-eos: true
//	  goodput: [ttft:500, tpot:50]
//	product:                every combination
//	  tp: [4, 8]
//	  lens: [512:512, 1024:1024]
//	zip:                    lists that advance together; one map, or a list of maps
//	  request-rate: [1, 2]
//	  num-prompts: [60, 120]
//	points:                 further points
//	  - {tp: 8, lens: 4096:128}
//	exclude:                points to leave out
//	  - {tp: 4, lens: 1024:1024}
//	serve-cmd: vllm serve ...     and any other flag of sweep
//
// Errors name the line and the field.
func Parse(text []byte) (File, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return File{}, fmt.Errorf("not YAML: %s", firstLines(err))
	}
	r := &reader{file: File{Plan: Plan{Repeats: 1}}}
	for i, doc := range tree.Docs {
		if i > 0 {
			r.refuse(doc, "one plan a file")
			break
		}
		if doc.Body != nil {
			r.plan(doc.Body)
		}
	}
	return r.file, errors.Join(r.errs...)
}

// firstLines is the part of the parser's message that is no drawing.
func firstLines(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

type reader struct {
	file File
	errs []error
}

func (r *reader) refuse(n ast.Node, format string, args ...any) {
	r.errs = append(r.errs, at(Setting{Line: lineOf(n)}, format, args...))
}

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

func (r *reader) plan(n ast.Node) {
	for _, f := range r.fields(n, "the plan") {
		switch f.key {
		case "name":
			r.file.Name = r.scalar(f.value, f.key).Value
		case "repeats":
			r.repeats(f)
		case "flags":
			for _, axis := range r.axes(f.value, f.key) {
				r.file.Flags = append(r.file.Flags, axis.Values...)
			}
		case "product":
			r.file.Product = r.axes(f.value, f.key)
		case "zip":
			r.file.Zip = r.maps(f.value, f.key)
		case "points":
			r.points(f)
		case "exclude":
			r.file.Exclude = r.maps(f.value, f.key)
		default:
			if _, isMap := f.value.(ast.MapNode); isMap {
				r.refuse(f.value, "%s: no field of a plan; %s", f.key, near.OneOf(f.key, Fields))
				continue
			}
			r.file.Options = append(r.file.Options, r.values(f.value, f.key, f.key)...)
		}
	}
}

func (r *reader) repeats(f field) {
	text := r.scalar(f.value, f.key).Value
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		r.refuse(f.value, "repeats: %q is not a number above 0", text)
		return
	}
	r.file.Repeats = n
}

func (r *reader) points(f field) {
	for _, axes := range r.maps(f.value, f.key) {
		var point []Setting
		for _, a := range axes {
			if len(a.Values) != 1 {
				r.errs = append(r.errs, at(a.Values[0], "points: %s has %d values, a point has one", a.Key, len(a.Values)))
			}
			point = append(point, a.Values[0])
		}
		r.file.Points = append(r.file.Points, point)
	}
}

type field struct {
	key   string
	value ast.Node
}

// fields are those of a map; the names are those of flags, with _ for - where somebody likes that better.
func (r *reader) fields(n ast.Node, where string) []field {
	var pairs []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{m}
	default:
		r.refuse(n, "%s: must be a map of names and values", where)
	}
	var out []field
	for _, p := range pairs {
		key := strings.ReplaceAll(p.Key.GetToken().Value, "_", "-")
		out = append(out, field{key, p.Value})
	}
	return out
}

// axes are a map of names and lists; a single value is a list of one.
func (r *reader) axes(n ast.Node, where string) []Axis {
	var out []Axis
	for _, f := range r.fields(n, where) {
		values := r.values(f.value, f.key, where+"."+f.key)
		if len(values) == 0 {
			r.refuse(f.value, "%s.%s: an empty list", where, f.key)
			continue
		}
		out = append(out, Axis{f.key, values})
	}
	return out
}

// maps are one map of axes or a list of such.
func (r *reader) maps(n ast.Node, where string) [][]Axis {
	items := []ast.Node{n}
	if list, ok := n.(*ast.SequenceNode); ok {
		items = list.Values
	}
	var out [][]Axis
	for _, item := range items {
		if axes := r.axes(item, where); len(axes) > 0 {
			out = append(out, axes)
		}
	}
	return out
}

func (r *reader) values(n ast.Node, key, where string) []Setting {
	items := []ast.Node{n}
	if list, ok := n.(*ast.SequenceNode); ok {
		items = list.Values
	}
	var out []Setting
	for _, item := range items {
		s := r.scalar(item, where)
		s.Key = key
		out = append(out, s)
	}
	return out
}

// scalar takes a value as the file writes it: 512:512 is a text and 1.0 stays 1.0.
func (r *reader) scalar(n ast.Node, where string) Setting {
	s := Setting{Line: lineOf(n)}
	switch v := n.(type) {
	case *ast.LiteralNode:
		s.Value = strings.TrimRight(v.Value.Value, "\n")
	case *ast.NullNode:
		r.refuse(n, "%s: has no value", where)
	case ast.ScalarNode:
		s.Value = v.GetToken().Value
	default:
		r.refuse(n, "%s: must be a value or a list of values; write an object as a text in quotes", where)
	}
	return s
}
