package query

import (
	"context"
	"fmt"
	"strings"
)

// Listing is a question about runs, a row each, with the columns of runs and, beside them, those of run_summary. Where
// and OrderBy are SQL over these columns.
type Listing struct {
	Columns []string // names or expressions; every column when empty
	Where   string
	OrderBy string // oldest first when empty
	Limit   int    // 0 for no limit
}

// SQL is the question's text. It reads the catalogue alone.
func (l Listing) SQL() string {
	columns, where, order := "*", "", "began_at, run_id"
	if len(l.Columns) > 0 {
		columns = strings.Join(l.Columns, ", ")
	}
	if l.Where != "" {
		where = "WHERE " + l.Where + "\n"
	}
	if l.OrderBy != "" {
		order = l.OrderBy
	}
	text := "SELECT " + columns + " FROM (\n" +
		"SELECT runs.*, run_summary.* EXCLUDE (run_id, name, completed, failed)\n" +
		"FROM runs LEFT JOIN run_summary USING (run_id)\n) AS runs\n" + where + "ORDER BY " + order + "\n"
	if l.Limit > 0 {
		text += fmt.Sprintf("LIMIT %d\n", l.Limit)
	}
	return text
}

// RunIDs gives the ids of the runs that the question finds, in its order.
func (s *Session) RunIDs(ctx context.Context, l Listing) ([]string, error) {
	l.Columns = []string{"run_id"}
	rows, err := s.Query(ctx, l.SQL())
	if err != nil {
		return nil, err
	}
	return collect(rows, func(v []any) string { return v[0].(string) })
}
