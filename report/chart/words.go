package chart

import "fmt"

// Lang is the language of a chart's words. Names of runs stay as they are.
type Lang string

// Languages.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Say puts a phrase, a format of package fmt, into the language. One that has no translation stays English.
func (l Lang) Say(phrase string, args ...any) string {
	if l == Chinese {
		if translated, ok := chinese[phrase]; ok {
			phrase = translated
		}
	}
	if len(args) == 0 {
		return phrase
	}
	return fmt.Sprintf(phrase, args...)
}

// Knows reports whether a phrase is there in the language.
func (l Lang) Knows(phrase string) bool {
	_, ok := chinese[phrase]
	return l != Chinese || ok
}
