package chart_test

import (
	"bytes"
	"fmt"
	"log"

	"llmbench/report/chart"
)

// A figure of one panel with two series, as a picture.
func ExampleFigure() {
	figure := chart.Figure{
		Title:  "TTFT over the run",
		Legend: []chart.Key{{Name: "tp=4"}, {Name: "tp=8"}},
		Panels: []chart.Panel{{
			Title: "TTFT", Note: "ms, lower is better",
			X: chart.Axis{Title: "time, s"}, Y: chart.Axis{Show: chart.MS, FromZero: true},
			Marks: []chart.Mark{
				chart.Line{Series: 0, Points: []chart.Point{{X: 0, Y: 81}, {X: 1, Y: 84}, {X: 2, Y: 120}}},
				chart.Line{Series: 1, Points: []chart.Point{{X: 0, Y: 52}, {X: 1, Y: 55}, {X: 2, Y: 61}}},
				chart.Rule{Y: 100, Name: "SLO 100 ms"},
			},
		}},
	}
	var picture bytes.Buffer
	if err := figure.Write(&picture, chart.Options{Format: "svg"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Contains(picture.Bytes(), []byte("<svg")), bytes.Contains(picture.Bytes(), []byte("SLO 100 ms")))
	// Output:
	// true true
}
