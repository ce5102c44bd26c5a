package query

import (
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// jsonColumns lists the columns of a question that are JSON.
func jsonColumns(stmt *duckdb.Stmt) []int {
	if kind, err := stmt.StatementType(); err != nil || kind != duckdb.STATEMENT_TYPE_SELECT {
		return nil
	}
	count, err := stmt.ColumnCount()
	if err != nil {
		return nil
	}
	var json []int
	for i := range count {
		if info, err := stmt.ColumnTypeInfo(i); err == nil && isJSON(info) {
			json = append(json, i)
		}
	}
	return json
}

// jsonAsText is the question with its JSON as text. The driver would decode it, and lose the order of keys and the
// last digits of long numbers.
func jsonAsText(stmt *duckdb.Stmt, text string) string {
	count, _ := stmt.ColumnCount()
	inner, outer := make([]string, count), make([]string, count)
	for i := range count {
		name, _ := stmt.ColumnName(i)
		info, _ := stmt.ColumnTypeInfo(i)
		inner[i] = fmt.Sprintf("c%d", i)
		outer[i] = inner[i]
		if isJSON(info) {
			outer[i] += "::VARCHAR"
		}
		outer[i] += " AS " + Identifier(name)
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (" + text + "\n) AS answer(" + strings.Join(inner, ", ") + ")"
}
