// Package document writes a report as files that people open: one page of HTML that needs nothing beside it, and Markdown with
// pictures. It lays out what it is given; numbers and pictures are made elsewhere.
package document

import (
	"llmbench/report/chart"
)

// Document is a report.
type Document struct {
	Title string
	// Lead stands below the title, a paragraph each: what was measured, and what to bear in mind.
	Lead     []string
	Lang     chart.Lang
	Sections []Section
	// Command is how the questions of the sections are asked again: llmbench sql --runs ...
	Command string
}

// Section is a chart or a table, with the question behind it.
type Section struct {
	// Name is the section's anchor, and its picture's file name without the extension.
	Name  string
	Title string
	// About says in a sentence what one sees.
	About string
	// Why says why there is nothing to see; the section then has neither chart nor table.
	Why string
	SQL string
	// Picture is for the page, File the same beside the Markdown; nil and "" in a section with a table.
	Picture *chart.Inline
	File    string
	Table   *Table
}

// Table is a table. Cells are what is read; numbers stand on the right and are sorted by size.
type Table struct {
	Header []string
	Rows   [][]Cell
}

// Cell is one cell.
type Cell struct {
	Text string
	// Number is what the cell is sorted by, where it is a number.
	Number *float64
}

// Text is a cell of text.
func Text(s string) Cell { return Cell{Text: s} }

// Number is a cell of a number, written as show does; n/a when it is nil or NaN.
func Number(v *float64, show func(float64) string) Cell {
	if v == nil || *v != *v {
		return Cell{Text: "n/a"}
	}
	return Cell{Text: show(*v), Number: v}
}
