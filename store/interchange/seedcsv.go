package interchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"

	"llmbench/store"
)

// seedCSVFormat is the table that DCU users' scripts append a line to for each batch: means and throughputs of a run,
// whose requests were all sent at once.
var seedCSVFormat = Format{
	Name:  "seed-csv",
	About: "the CSV of DCU benchmark scripts: tp,data_type,batch,...",
	recognise: func(head []byte) bool {
		return bytes.HasPrefix(bytes.TrimPrefix(head, bom), []byte("tp,data_type,batch,"))
	},
	read: readSeedCSV,
}

var bom = []byte("\xef\xbb\xbf")

// seedCSVHeader is the header as the scripts write it, the blank before TTFT included.
const seedCSVHeader = "tp,data_type,batch,prompt_tokens,completion_tokens,TOTAL_THROUGHPUT(toks/s),generate_throughput(toks/s), TTFT(ms),TPOT(ms),ITL(ms)"

func seedCSVColumns() []string {
	columns := strings.Split(seedCSVHeader, ",")
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	return columns
}

func readSeedCSV(s Source) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		text, err := os.ReadFile(s.Path)
		if err != nil {
			yield(nil, err)
			return
		}
		reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, bom)))
		reader.TrimLeadingSpace, reader.FieldsPerRecord = true, -1
		header, err := reader.Read()
		if err == nil && !slices.Equal(trimmed(header), seedCSVColumns()) {
			err = fmt.Errorf("its header is not %s", seedCSVHeader)
		}
		for n := 0; err == nil; n++ {
			var cells []string
			if cells, err = reader.Read(); err == io.EOF {
				if n == 0 {
					yield(nil, errors.New("it holds no line below its header"))
				}
				return
			}
			if err != nil {
				break
			}
			var run *Run
			if run, err = seedCSVRun(cells, n); err == nil && !yield(run, nil) {
				return
			}
			if err != nil {
				line, _ := reader.FieldPos(0)
				err = fmt.Errorf("line %d: %w", line, err)
			}
		}
		yield(nil, err)
	}
}

func trimmed(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.TrimSpace(c)
	}
	return out
}

// seedCSVRun makes a run of a line. Two lines that are equal are two runs: their place in the file tells them apart.
func seedCSVRun(cells []string, place int) (*Run, error) {
	columns := seedCSVColumns()
	if len(cells) != len(columns) {
		return nil, fmt.Errorf("it has %d cells, not %d", len(cells), len(columns))
	}
	run := &Run{sum: sha256.Sum256([]byte(strconv.Itoa(place) + ":" + strings.Join(trimmed(cells), ",")))}
	values := map[string]float64{}
	for i, column := range columns {
		cell := strings.TrimSpace(cells[i])
		run.File = append(run.File, Field{column, cell})
		if column == "data_type" || cell == "" {
			continue
		}
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is %q, no number", column, cell)
		}
		values[column] = v
	}
	run.takeSeedCSV(values)
	if dtype := strings.TrimSpace(cells[1]); dtype != "" {
		run.DType = &dtype
	}
	return run, run.finish()
}

// seedCSVReported are the columns that are numbers of the tool's own.
var seedCSVReported = [][2]string{
	{"TOTAL_THROUGHPUT(toks/s)", "total_token_throughput"}, {"generate_throughput(toks/s)", "output_throughput"},
	{"TTFT(ms)", "mean_ttft_ms"}, {"TPOT(ms)", "mean_tpot_ms"}, {"ITL(ms)", "mean_itl_ms"},
}

func (r *Run) takeSeedCSV(values map[string]float64) {
	if tp, ok := values["tp"]; ok {
		r.TP = new(int64(tp))
	}
	if batch, ok := values["batch"]; ok {
		r.NumPrompts = new(int64(batch))
		r.RequestRate = new(store.Rate(infinity))
	}
	for _, c := range seedCSVReported {
		if v, ok := values[c[0]]; ok {
			r.Reported = append(r.Reported, Field{c[1], v})
		}
	}
	for _, tag := range []string{"prompt_tokens", "completion_tokens"} {
		if v, ok := values[tag]; ok {
			setTag(&r.Run, tag, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
}
