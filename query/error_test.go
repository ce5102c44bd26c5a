package query

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLatencyColumns: the view has what its hint promises.
func TestLatencyColumns(t *testing.T) {
	t.Parallel()
	view, err := os.ReadFile(filepath.Join("..", "sql", "request_latency.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range latencyColumns {
		if !strings.Contains(string(view), " AS "+column) {
			t.Errorf("request_latency has no column %s", column)
		}
	}
}
