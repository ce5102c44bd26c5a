package interchange

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"

	"llmbench/store"
)

// seedCSVWriter writes a line for each run, of means. A run that was imported from such a table has its own line back.
var seedCSVWriter = Writer{
	Name: "seed-csv", About: "the CSV of DCU benchmark scripts", Metrics: "ttft,tpot,itl", Percentiles: "99",
	head:  seedCSVHeader + "\n",
	write: func(w io.Writer, e Exported, _ int) error { return writeSeedCSV(w, e) },
}

func writeSeedCSV(w io.Writer, e Exported) error {
	cells, err := importedCells(e.Run)
	if err != nil {
		return err
	}
	if cells == nil {
		if err := e.needsSummary(); err != nil {
			return err
		}
		s := e.Summary
		cells = []string{plain(e.Run.TP), known(e.Run.DType), plain(e.Run.NumPrompts), tidy(e.perRequest(s.TotalInputTokens)), tidy(e.perRequest(s.TotalOutputTokens)),
			tidy(s.TotalTokenThroughput), tidy(s.OutputThroughput), tidy(e.metric("mean_ttft_ms")), tidy(e.metric("mean_tpot_ms")), tidy(e.metric("mean_itl_ms"))}
	}
	out := csv.NewWriter(w)
	if err := out.Write(cells); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// importedCells are those of the line that the run was; nil for any other run.
func importedCells(r store.Run) ([]string, error) {
	if r.Source != "import:"+seedCSVFormat.Name || r.Extra == nil {
		return nil, nil
	}
	var kept struct {
		File map[string]string `json:"file"`
	}
	if err := json.Unmarshal([]byte(*r.Extra), &kept); err != nil {
		return nil, fmt.Errorf("what its file said: %w", err)
	}
	var cells []string
	for _, column := range seedCSVColumns() {
		cells = append(cells, kept.File[column])
	}
	return cells, nil
}
