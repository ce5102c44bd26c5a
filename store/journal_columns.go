package store

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// journalColumn moves one column of a row into an Arrow builder and back.
type journalColumn[R any] struct {
	name     string
	datatype arrow.DataType
	nullable bool
	put      func(b array.Builder, r *R)
	get      func(a arrow.Array, row int, r *R)
	length   func(r *R) int // of a list; nil for other columns
}

// journalColumns are the columns of requests.arrows: those of the table requests without run_id, the chunk lists,
// and the text. The kinds are numbers here, named in the field's metadata.
var journalColumns = []journalColumn[Record]{
	intColumn("request_id", func(r *Record) *int64 { return &r.RequestID }),
	stringColumn("phase", func(r *Record) *string { return &r.Phase }),
	nullStringColumn("session_id", func(r *Record) *NullString { return &r.SessionID }),
	nullIntColumn("turn", func(r *Record) *NullInt { return &r.Turn }),
	nullIntColumn("session_turns", func(r *Record) *NullInt { return &r.SessionTurns }),
	intColumn("attempt", func(r *Record) *int64 { return &r.Attempt }),
	nullIntColumn("intended_ns", func(r *Record) *NullInt { return &r.IntendedNS }),
	nullIntColumn("slot_ns", func(r *Record) *NullInt { return &r.SlotNS }),
	nullIntColumn("sent_ns", func(r *Record) *NullInt { return &r.SentNS }),
	nullIntColumn("wrote_ns", func(r *Record) *NullInt { return &r.WroteNS }),
	nullIntColumn("first_byte_ns", func(r *Record) *NullInt { return &r.FirstByteNS }),
	nullIntColumn("first_token_ns", func(r *Record) *NullInt { return &r.FirstTokenNS }),
	nullIntColumn("last_token_ns", func(r *Record) *NullInt { return &r.LastTokenNS }),
	nullIntColumn("done_ns", func(r *Record) *NullInt { return &r.DoneNS }),
	nullBoolColumn("connection_reused", func(r *Record) *NullBool { return &r.ConnectionReused }),
	stringColumn("status", func(r *Record) *string { return &r.Status }),
	nullIntColumn("http_status", func(r *Record) *NullInt { return &r.HTTPStatus }),
	nullStringColumn("error", func(r *Record) *NullString { return &r.Error }),
	nullIntColumn("prompt_tokens", func(r *Record) *NullInt { return &r.PromptTokens }),
	nullIntColumn("output_tokens", func(r *Record) *NullInt { return &r.OutputTokens }),
	nullIntColumn("cached_tokens", func(r *Record) *NullInt { return &r.CachedTokens }),
	nullStringColumn("prompt_tokens_source", func(r *Record) *NullString { return &r.PromptTokensSource }),
	nullStringColumn("output_tokens_source", func(r *Record) *NullString { return &r.OutputTokensSource }),
	nullIntColumn("asked_tokens", func(r *Record) *NullInt { return &r.AskedTokens }),
	nullStringColumn("finish_reason", func(r *Record) *NullString { return &r.FinishReason }),
	intColumn("chunks", func(r *Record) *int64 { return &r.Request.Chunks }),
	intColumn("bytes", func(r *Record) *int64 { return &r.Bytes }),
	nullStringColumn("server_request_id", func(r *Record) *NullString { return &r.ServerRequestID }),
	timesColumn("t_ns", func(r *Record) *[]int64 { return &r.TNS }),
	countsColumn("n_tokens", func(r *Record) *[]int32 { return &r.NTokens }),
	countsColumn("odd_chunk", func(r *Record) *[]int32 { return &r.OddChunk }),
	kindsColumn("odd_kind", func(r *Record) *[]Kind { return &r.OddKind }),
	nullStringColumn("output_text", func(r *Record) *NullString { return &r.OutputText }),
}

// schemaOf is what a journal of those columns is written with.
func schemaOf[R any](columns []journalColumn[R]) *arrow.Schema {
	fields := make([]arrow.Field, 0, len(columns))
	for _, c := range columns {
		field := arrow.Field{Name: c.name, Type: c.datatype, Nullable: c.nullable}
		if c.name == "odd_kind" {
			field.Metadata = kindNumbers()
		}
		fields = append(fields, field)
	}
	return arrow.NewSchema(fields, nil)
}

// kindNumbers says what the numbers of odd_kind mean, to whoever reads a journal without llmbench.
func kindNumbers() arrow.Metadata {
	var numbers, names []string
	for kind, name := range kindNames {
		numbers, names = append(numbers, string(rune('0'+kind))), append(names, name)
	}
	return arrow.NewMetadata(numbers, names)
}

func intColumn[R any](name string, at func(*R) *int64) journalColumn[R] {
	return journalColumn[R]{
		name: name, datatype: arrow.PrimitiveTypes.Int64,
		put: func(b array.Builder, r *R) { b.(*array.Int64Builder).Append(*at(r)) },
		get: func(a arrow.Array, row int, r *R) { *at(r) = a.(*array.Int64).Value(row) },
	}
}

func stringColumn[R any](name string, at func(*R) *string) journalColumn[R] {
	return journalColumn[R]{
		name: name, datatype: arrow.BinaryTypes.String,
		put: func(b array.Builder, r *R) { b.(*array.StringBuilder).Append(*at(r)) },
		get: func(a arrow.Array, row int, r *R) { *at(r) = a.(*array.String).Value(row) },
	}
}

func nullIntColumn[R any](name string, at func(*R) *NullInt) journalColumn[R] {
	return journalColumn[R]{
		name: name, datatype: arrow.PrimitiveTypes.Int64, nullable: true,
		put: func(b array.Builder, r *R) {
			if v := at(r); v.Valid {
				b.(*array.Int64Builder).Append(v.V)
			} else {
				b.AppendNull()
			}
		},
		get: func(a arrow.Array, row int, r *R) {
			*at(r) = NullInt{}
			if !a.IsNull(row) {
				*at(r) = Int(a.(*array.Int64).Value(row))
			}
		},
	}
}

func nullStringColumn[R any](name string, at func(*R) *NullString) journalColumn[R] {
	return journalColumn[R]{
		name: name, datatype: arrow.BinaryTypes.String, nullable: true,
		put: func(b array.Builder, r *R) {
			if v := at(r); v.Valid {
				b.(*array.StringBuilder).Append(v.V)
			} else {
				b.AppendNull()
			}
		},
		get: func(a arrow.Array, row int, r *R) {
			*at(r) = NullString{}
			if !a.IsNull(row) {
				*at(r) = String(a.(*array.String).Value(row))
			}
		},
	}
}

func nullBoolColumn[R any](name string, at func(*R) *NullBool) journalColumn[R] {
	return journalColumn[R]{
		name: name, datatype: arrow.FixedWidthTypes.Boolean, nullable: true,
		put: func(b array.Builder, r *R) {
			if v := at(r); v.Valid {
				b.(*array.BooleanBuilder).Append(v.V)
			} else {
				b.AppendNull()
			}
		},
		get: func(a arrow.Array, row int, r *R) {
			*at(r) = NullBool{}
			if !a.IsNull(row) {
				*at(r) = NullBool{V: a.(*array.Boolean).Value(row), Valid: true}
			}
		},
	}
}
