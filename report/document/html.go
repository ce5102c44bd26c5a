package document

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"

	"llmbench/report/chart"
)

// The page is one file: style, script and pictures are in it, and it asks nobody for anything.
var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	page = template.Must(template.New("page").Funcs(template.FuncMap{
		"svg":   func(p *chart.Inline) template.HTML { return template.HTML(p.SVG) }, // drawn by us, text in it escaped
		"spots": spots,
		"key":   key,
	}).Parse(pageText))
)

// WriteHTML writes the report as one page.
func (d Document) WriteHTML(w io.Writer) error {
	err := page.Execute(w, map[string]any{
		"Document": d, "Style": template.CSS(pageStyle), "Script": template.JS(pageScript), "Say": d.Lang.Say,
		"Font": template.CSS(fontOf(d.Lang)),
	})
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// fontOf lets the words of the page be read on a machine without a font for them. It stands first, for its range alone: a
// page would else be laid out with what the machine has before the font is read.
func fontOf(lang chart.Lang) string {
	if lang != chart.Chinese {
		return ""
	}
	return "@font-face { font-family: 'llmbench labels'; src: url(data:font/ttf;base64," + chart.LabelFontBase64() + "); font-display: block; unicode-range: U+2E80-FFFF; }"
}

// spots are the places of a picture that tell something, as the script reads them: x0, y0, x1, y1 and the text's number, with
// each text once.
func spots(p *chart.Inline) (string, error) {
	var list struct {
		At   [][5]float64 `json:"at"`
		Text []string     `json:"text"`
	}
	known := map[string]int{}
	for _, s := range p.Spots {
		i, ok := known[s.Text]
		if !ok {
			i = len(list.Text)
			known[s.Text] = i
			list.Text = append(list.Text, s.Text)
		}
		list.At = append(list.At, [5]float64{tenth(s.X0), tenth(s.Y0), tenth(s.X1), tenth(s.Y1), float64(i)})
	}
	data, err := json.Marshal(list)
	return string(data), err
}

func tenth(v float64) float64 { return math.Round(10*v) / 10 }

// key is what a cell is sorted by.
func key(c Cell) string {
	if c.Number == nil {
		return c.Text
	}
	return fmt.Sprint(*c.Number)
}

// Numeric reports whether a column has numbers, for the page.
func (t Table) Numeric(column int) bool { return t.numeric(column) }
