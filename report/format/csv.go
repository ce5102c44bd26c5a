package format

import (
	"bufio"
	"bytes"
)

// writeCSV writes RFC 4180 with a header and line feeds alone at the ends of lines. NULL is an empty field, the
// empty string is "" in quotes. In a result of one column NULL is "" as well: an empty line would be lost to most
// readers.
func writeCSV(w *bufio.Writer, rows result, _ Options) error {
	for i, c := range rows.columns {
		if i > 0 {
			w.WriteByte(',')
		}
		writeField(w, []byte(c.Name))
	}
	w.WriteByte('\n')
	var field []byte
	for rows.Next() {
		values := rows.Values()
		for i, v := range values {
			if i > 0 {
				w.WriteByte(',')
			}
			if v == nil && len(values) > 1 {
				continue
			}
			field = field[:0]
			if v != nil {
				field = appendText(field, v, rows.types[i])
			}
			writeField(w, field)
		}
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return rows.Err()
}

func writeField(w *bufio.Writer, field []byte) {
	if len(field) > 0 && !bytes.ContainsAny(field, ",\"\r\n") {
		w.Write(field)
		return
	}
	w.WriteByte('"')
	w.Write(bytes.ReplaceAll(field, []byte(`"`), []byte(`""`)))
	w.WriteByte('"')
}
