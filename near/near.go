// Package near finds the name that a mistyped one was meant for. Every message about an unknown name takes its hint from
// here, so that all of them sound alike. It knows no names of its own.
package near

import (
	"fmt"
	"slices"
	"strings"
)

const (
	slips     = 2  // of the finger: more is another word
	maxNear   = 3  // names are offered
	maxListed = 30 // names stand beside a hint; a longer list would hide it
)

// Names gives up to three names that are one or two slips away from word, the closest first, else in their order. Of a
// short name almost everything is two slips away, so it takes fewer; case, and - for _, count nothing. Where none is near,
// those that begin with word are meant.
func Names(word string, names []string) []string {
	byDistance := make([][]string, slips+1)
	folded := fold(word)
	for _, name := range names {
		d := distance(folded, fold(name), slips)
		if d <= min(slips, max(len(name), len(word))/3) && !slices.Contains(byDistance[d], name) {
			byDistance[d] = append(byDistance[d], name)
		}
	}
	found := slices.Concat(byDistance...)
	if len(found) == 0 && len(word) > slips {
		found = begun(folded, names)
	}
	return found[:min(len(found), maxNear)]
}

// begun are the names of which word is the beginning.
func begun(word string, names []string) []string {
	var found []string
	for _, name := range names {
		if strings.HasPrefix(fold(name), word) && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	return found
}

func fold(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "-") }

// Question is "did you mean ttft or tpot?"; "" when no name is near.
func Question(word string, names []string) string {
	found := Names(word, names)
	if len(found) == 0 {
		return ""
	}
	text := strings.Join(found[:len(found)-1], ", ")
	if text != "" {
		text += " or "
	}
	return fmt.Sprintf("did you mean %s%s?", text, found[len(found)-1])
}

// OneOf ends a message about an unknown word: the question where a name is near, and what there is.
func OneOf(word string, names []string) string {
	list := strings.Join(names, ", ")
	switch question := Question(word, names); {
	case question == "" && len(names) == 1:
		return "use " + list
	case question == "":
		return "use one of " + list
	case len(names) > maxListed:
		return question
	default:
		return question + " There are " + list
	}
}

// distance counts the insertions, deletions, exchanges and swaps of neighbours (Damerau and Levenshtein, restricted form)
// between a and b, in bytes; more than limit may be given as limit+1.
func distance(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
