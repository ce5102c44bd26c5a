package store

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// Keys of the metadata of every Parquet file here.
const (
	schemaKey      = "llmbench.schema"
	definitionsKey = "llmbench.definitions"
	checkKey       = "llmbench.check"
)

// errOldCatalogue is a runs.parquet of another llmbench: sound, and of no use to this one.
var errOldCatalogue = errors.New("written by another version")

var catalogueSchema = parquet.SchemaOf(catalogueRow{})

func parquetOptions(toolVersion string, more ...parquet.WriterOption) []parquet.WriterOption {
	return append([]parquet.WriterOption{
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		// Set here because the tag "delta" is refused on pointers.
		parquet.DefaultEncodingFor(parquet.Int64, &parquet.DeltaBinaryPacked),
		parquet.DefaultEncodingFor(parquet.Int32, &parquet.DeltaBinaryPacked),
		parquet.KeyValueMetadata(schemaKey, strconv.Itoa(SchemaVersion)),
		parquet.CreatedBy("llmbench", toolVersion, ""),
	}, more...)
}

// encodeCatalogue gives the text of runs.parquet, with a checksum of all that stands before the footer: the library
// trusts what it reads, and a damaged length takes it out of bounds.
func encodeCatalogue(rows []*catalogueRow, toolVersion string) ([]byte, error) {
	var text bytes.Buffer
	w := parquet.NewGenericWriter[catalogueRow](&text, parquetOptions(toolVersion,
		parquet.WriteBufferSize(0), // all is in text after Flush
		parquet.KeyValueMetadata(definitionsKey, strconv.Itoa(DefinitionsVersion)))...)
	for portion := range slices.Chunk(rows, portionRows) {
		values := make([]catalogueRow, len(portion))
		for i, row := range portion {
			values[i] = *row
		}
		if _, err := w.Write(values); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	w.SetKeyValueMetadata(checkKey, catalogueCheck(text.Bytes()))
	err := w.Close()
	return text.Bytes(), err
}

// catalogueCheck says how long the rows are and what their CRC-32C is.
func catalogueCheck(rows []byte) string {
	return fmt.Sprintf("%d:%08x", len(rows), crc32.Checksum(rows, castagnoli))
}

// checkCatalogue compares the file's text with its checksum.
func checkCatalogue(text []byte, check string) error {
	length, _, _ := strings.Cut(check, ":")
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > len(text) || catalogueCheck(text[:n]) != check {
		return fmt.Errorf("%w: its checksum is wrong", ErrDamaged)
	}
	return nil
}

// replaceCatalogue writes runs.parquet by rename. It is not synced: after a power cut it is rebuilt.
func replaceCatalogue(path string, rows []*catalogueRow, toolVersion string) error {
	text, err := encodeCatalogue(rows, toolVersion)
	if err != nil {
		return err
	}
	return replaceUnsynced(path, text)
}

// readCatalogue reads runs.parquet. One with other columns or definitions gives errOldCatalogue.
func readCatalogue(path string, need extent) (rows []*catalogueRow, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// What the checksum does not cover, the footer, may still be damaged.
	defer func() {
		if cause := recover(); cause != nil {
			rows, err = nil, fmt.Errorf("%w: %v", ErrDamaged, cause)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(text), int64(len(text)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	schema, _ := file.Lookup(schemaKey)
	definitions, _ := file.Lookup(definitionsKey)
	if schema != strconv.Itoa(SchemaVersion) || definitions != strconv.Itoa(DefinitionsVersion) ||
		!parquet.EqualNodes(file.Schema(), catalogueSchema) {
		return nil, errOldCatalogue
	}
	check, _ := file.Lookup(checkKey)
	if err := checkCatalogue(text, check); err != nil {
		return nil, err
	}
	return readColumns(file, need)
}
