package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"llmbench/query"

	views "llmbench/sql"
)

// TestSchemaDocument: docs/schema.md is what llmbench sql --schema --format markdown prints.
func TestSchemaDocument(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := writeSchemaMarkdown(&got, query.Schema()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "docs", "schema.md")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s is not what the .sql files say: go test ./cmd/llmbench -run SchemaDocument -update writes it", path)
	}
}

func TestSchemaFormats(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	if err := writeSchemaJSON(&text, query.Schema()); err != nil {
		t.Fatal(err)
	}
	var read []views.Table
	if err := json.Unmarshal(text.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	for i, table := range query.Schema() {
		table.SQL = ""
		if !reflect.DeepEqual(read[i], table) {
			t.Errorf("%+v\nwas read as %+v", table, read[i])
		}
	}
	if _, err := schemaFormat("csv"); err == nil {
		t.Error("the schema has no form in csv")
	}
}
