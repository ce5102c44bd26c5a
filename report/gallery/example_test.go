package gallery_test

import (
	"bytes"
	"fmt"
	"log"

	"llmbench/query"
	"llmbench/report/chart"
	"llmbench/report/gallery"
)

// A chart is a question, and a picture of the answer. Session.Table asks it of a warehouse; here the answer is at hand.
func Example() {
	kind, _ := gallery.Find("deadlines")
	ask := gallery.Ask{Runs: []gallery.Run{{ID: "20261123T173200Z-k3v9", Label: "tp=8"}}, Lang: chart.English}
	fmt.Println(kind.SQL(ask))

	answer := query.NewTable(
		[]query.Column{{Name: "run_id", Type: "VARCHAR"}, {Name: "tokens_per_s", Type: "DOUBLE"}, {Name: "late_pct", Type: "DOUBLE"}},
		[]any{"20261123T173200Z-k3v9", 10.0, 0.0}, []any{"20261123T173200Z-k3v9", 20.0, 4.5})
	var picture bytes.Buffer
	if err := kind.Draw(ask, answer).Write(&picture, chart.Options{Format: "svg"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Contains(picture.Bytes(), []byte("tp=8")), bytes.Contains(picture.Bytes(), []byte(kind.Title)))
	// Output:
	// SELECT run_id, tokens_per_s, late_pct, tokens
	// FROM token_deadlines()
	// ORDER BY run_id, tokens_per_s
	// true true
}
