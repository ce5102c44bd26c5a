package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/store"
)

// completionCmd prints what a shell needs to complete words of llmbench.
type completionCmd struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help is shown by completion --help.
func (completionCmd) Help() string {
	return `Tab then completes commands, flags, their values and the names of runs.`
}

// completionScripts ask this program for the candidates, one a line. The line :files stands for the names of files.
var completionScripts = map[string]string{
	"bash": `_llmbench() {
    local IFS=$'\n' words
    words=$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ $words == *:files* ]]; then
        compopt -o default
        words=${words//:files/}
    fi
    COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o nosort -F _llmbench llmbench
`,
	"zsh": `#compdef llmbench
_llmbench() {
    local -a candidates
    candidates=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if (( ${candidates[(Ie):files]} )); then
        candidates=("${(@)candidates:#:files}")
        _files
    fi
    compadd -Q -V llmbench -- "${(@)candidates}"
}
if [[ $funcstack[1] == _llmbench ]]; then _llmbench "$@"; else compdef _llmbench llmbench; fi
`,
	"fish": `function __llmbench_complete
    set -l words (commandline -opc) (commandline -ct)
    for candidate in ($words[1] complete -- $words[2..-1] 2>/dev/null)
        if test "$candidate" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $candidate
        end
    end
end
complete -c llmbench -f -a '(__llmbench_complete)'
`,
}

// Run prints the script.
func (c *completionCmd) Run(a *app) error {
	_, err := io.WriteString(a.stdout, completionScripts[c.Shell])
	return err
}

// completeCmd prints the candidates for the last word; shells call it.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run never fails: a shell that completes has nobody to tell.
func (c *completeCmd) Run(a *app, k *kong.Context) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	for _, candidate := range a.candidates(k.Model.Node, words) {
		fmt.Fprintln(a.stdout, candidate)
	}
	return nil
}

// filesMark asks the shell for names of files.
const filesMark = ":files"

// candidates are what the last word may become.
func (a *app) candidates(root *kong.Node, words []string) []string {
	node, earlier, word := root, words[:len(words)-1], words[len(words)-1]
	for _, w := range earlier {
		if child := childNamed(node, w); child != nil {
			node = child
		}
	}
	if name, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(name, "--") {
		var whole []string
		for _, v := range a.valuesOf(flagNamed(node, name)) {
			if v != filesMark && strings.HasPrefix(v, value) {
				whole = append(whole, name+"="+v)
			}
		}
		return whole
	}
	if len(earlier) > 0 {
		if flag := flagNamed(node, earlier[len(earlier)-1]); flag != nil && !flag.IsBool() {
			return beginningOrFiles(a.valuesOf(flag), word)
		}
	}
	if strings.HasPrefix(word, "-") {
		return beginning(flagNames(node), word)
	}
	var names []string
	for _, child := range node.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	for _, positional := range node.Positional {
		names = append(names, a.positionalValues(positional)...)
	}
	return beginningOrFiles(names, word)
}

func beginningOrFiles(names []string, word string) []string {
	found := beginning(names, word)
	if slices.Contains(names, filesMark) && !slices.Contains(found, filesMark) {
		found = append(found, filesMark)
	}
	return found
}

func childNamed(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name || slices.Contains(child.Aliases, name) {
			return child
		}
	}
	return nil
}

// flagsOf are the flags of a command and those above it.
func flagsOf(node *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for n := node; n != nil; n = n.Parent {
		flags = append(flags, n.Flags...)
	}
	return flags
}

func flagNames(node *kong.Node) []string {
	var names []string
	for _, flag := range flagsOf(node) {
		if !flag.Hidden {
			names = append(names, "--"+flag.Name)
		}
	}
	slices.Sort(names)
	return names
}

func flagNamed(node *kong.Node, word string) *kong.Flag {
	name := strings.TrimPrefix(dashes(word), "--")
	for _, flag := range flagsOf(node) {
		if strings.HasPrefix(word, "--") && (flag.Name == name || slices.Contains(flag.Aliases, name)) {
			return flag
		}
	}
	return nil
}

// valuesOf are what a flag may be; names of files where nothing else is known of a text.
func (a *app) valuesOf(flag *kong.Flag) []string {
	if flag == nil {
		return nil
	}
	if flag.Enum != "" {
		return slices.DeleteFunc(flag.EnumSlice(), func(v string) bool { return v == "" })
	}
	switch flag.Name {
	case "backend":
		return protocol.Names()
	case "dataset-name":
		return dataset.Names()
	case "runs":
		return a.runNames()
	case "tokenizer":
		return []string{"server", filesMark}
	}
	if flag.IsBool() {
		return []string{"true", "false"}
	}
	return []string{filesMark}
}

// positionalValues: runs, where an argument names some.
func (a *app) positionalValues(p *kong.Positional) []string {
	switch {
	case p.Enum != "":
		return p.EnumSlice()
	case strings.Contains(p.Name, "run") || strings.Contains(p.Name, "side"):
		return a.runNames()
	}
	return []string{filesMark}
}

// mostNames bounds what a shell is offered.
const mostNames = 200

// runNames are the newest runs of the warehouse, by name where they have one. The warehouse is looked at, never recovered
// or written to the screen: this runs at a press of Tab.
func (a *app) runNames() []string {
	dir := a.getenv("LLMBENCH_WAREHOUSE")
	if dir == "" {
		dir = "./warehouse"
	}
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	w, err := store.Open(a.ctx, dir, store.Options{ToolVersion: version})
	if err != nil {
		return nil
	}
	defer w.Close()
	entries, err := w.Runs(a.ctx)
	if err != nil {
		return nil
	}
	names := []string{"latest"}
	for _, e := range slices.Backward(entries) {
		name := e.Run.RunID
		if e.Run.Name != nil && *e.Run.Name != "" {
			name = *e.Run.Name
		}
		if len(names) < mostNames && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
