package store

import "database/sql"

// requestRow is one row of requests.parquet. Pointers are NULL when nil; a row written points into its Record.
type requestRow struct {
	RunID        string  `parquet:"run_id,dict"`
	RequestID    int64   `parquet:"request_id"`
	Phase        string  `parquet:"phase,dict"`
	SessionID    *string `parquet:"session_id,optional"`
	Turn         *int64  `parquet:"turn,optional"`
	SessionTurns *int64  `parquet:"session_turns,optional"`
	Attempt      int64   `parquet:"attempt"`

	IntendedNS   *int64 `parquet:"intended_ns,optional"`
	SlotNS       *int64 `parquet:"slot_ns,optional"`
	SentNS       *int64 `parquet:"sent_ns,optional"`
	WroteNS      *int64 `parquet:"wrote_ns,optional"`
	FirstByteNS  *int64 `parquet:"first_byte_ns,optional"`
	FirstTokenNS *int64 `parquet:"first_token_ns,optional"`
	LastTokenNS  *int64 `parquet:"last_token_ns,optional"`
	DoneNS       *int64 `parquet:"done_ns,optional"`

	ConnectionReused *bool   `parquet:"connection_reused,optional"`
	Status           string  `parquet:"status,dict"`
	HTTPStatus       *int64  `parquet:"http_status,optional"`
	Error            *string `parquet:"error,optional"`

	PromptTokens       *int64  `parquet:"prompt_tokens,optional"`
	OutputTokens       *int64  `parquet:"output_tokens,optional"`
	CachedTokens       *int64  `parquet:"cached_tokens,optional"`
	PromptTokensSource *string `parquet:"prompt_tokens_source,optional,dict"`
	OutputTokensSource *string `parquet:"output_tokens_source,optional,dict"`
	AskedTokens        *int64  `parquet:"asked_tokens,optional"`
	FinishReason       *string `parquet:"finish_reason,optional,dict"`
	Chunks             int64   `parquet:"chunks"`
	Bytes              int64   `parquet:"bytes"`
	ServerRequestID    *string `parquet:"server_request_id,optional"`
}

// tokenRow is one row of tokens.parquet, the chunks of one attempt at a request. Of the lists t_ns is never NULL: a request whose
// arrivals are not known has none.
type tokenRow struct {
	RunID     string   `parquet:"run_id,dict"`
	RequestID int64    `parquet:"request_id"`
	Attempt   int64    `parquet:"attempt"`
	SentNS    *int64   `parquet:"sent_ns,optional"`
	TNS       []int64  `parquet:"t_ns,list"`
	NTokens   []int32  `parquet:"n_tokens,list,optional"`
	OddChunk  []int32  `parquet:"odd_chunk,list,optional"`
	OddKind   []string `parquet:"odd_kind,list,optional" parquet-element:",dict"`
}

// textRow is one row of texts.parquet. A request whose text was not kept has none.
type textRow struct {
	RunID      string `parquet:"run_id,dict"`
	RequestID  int64  `parquet:"request_id"`
	Attempt    int64  `parquet:"attempt"`
	OutputText string `parquet:"output_text"`
}

func intPointer(v *NullInt) *int64 {
	if !v.Valid {
		return nil
	}
	return &v.V
}

func stringPointer(v *NullString) *string {
	if !v.Valid {
		return nil
	}
	return &v.V
}

func boolPointer(v *NullBool) *bool {
	if !v.Valid {
		return nil
	}
	return &v.V
}

// from makes the row of a record, which points into the record.
func (row *requestRow) from(runID string, r *Record) {
	*row = requestRow{
		RunID: runID, RequestID: r.RequestID, Phase: r.Phase, Attempt: r.Attempt,
		SessionID: stringPointer(&r.SessionID), Turn: intPointer(&r.Turn), SessionTurns: intPointer(&r.SessionTurns),
		IntendedNS: intPointer(&r.IntendedNS), SlotNS: intPointer(&r.SlotNS), SentNS: intPointer(&r.SentNS),
		WroteNS: intPointer(&r.WroteNS), FirstByteNS: intPointer(&r.FirstByteNS),
		FirstTokenNS: intPointer(&r.FirstTokenNS), LastTokenNS: intPointer(&r.LastTokenNS), DoneNS: intPointer(&r.DoneNS),
		ConnectionReused: boolPointer(&r.ConnectionReused), Status: r.Status,
		HTTPStatus: intPointer(&r.HTTPStatus), Error: stringPointer(&r.Error),
		PromptTokens: intPointer(&r.PromptTokens), OutputTokens: intPointer(&r.OutputTokens), CachedTokens: intPointer(&r.CachedTokens),
		PromptTokensSource: stringPointer(&r.PromptTokensSource), OutputTokensSource: stringPointer(&r.OutputTokensSource),
		AskedTokens: intPointer(&r.AskedTokens), FinishReason: stringPointer(&r.FinishReason),
		Chunks: r.Request.Chunks, Bytes: r.Bytes, ServerRequestID: stringPointer(&r.ServerRequestID),
	}
}

// from makes the row of a record, with the record's own lists. The names of odd kinds are appended to names, which
// is returned. Empty lists of odd chunks are NULL like nil ones.
func (row *tokenRow) from(runID string, r *Record, names []string) []string {
	*row = tokenRow{RunID: runID, RequestID: r.RequestID, Attempt: r.Attempt, SentNS: intPointer(&r.SentNS), TNS: r.TNS, NTokens: r.NTokens}
	if len(r.OddChunk) == 0 {
		return names
	}
	begin := len(names)
	for _, kind := range r.OddKind {
		names = append(names, kind.String())
	}
	row.OddChunk, row.OddKind = r.OddChunk, names[begin:]
	return names
}

// known gives a nullable column's value; a nil pointer is NULL.
func known[T any](v *T) sql.Null[T] {
	if v == nil {
		return sql.Null[T]{}
	}
	return sql.Null[T]{V: *v, Valid: true}
}

// record gives the request of a row.
func (row *requestRow) record() *Record {
	return &Record{Request: Request{
		RequestID: row.RequestID, Phase: row.Phase, Attempt: row.Attempt,
		SessionID: known(row.SessionID), Turn: known(row.Turn), SessionTurns: known(row.SessionTurns),
		IntendedNS: known(row.IntendedNS), SlotNS: known(row.SlotNS), SentNS: known(row.SentNS),
		WroteNS: known(row.WroteNS), FirstByteNS: known(row.FirstByteNS),
		FirstTokenNS: known(row.FirstTokenNS), LastTokenNS: known(row.LastTokenNS), DoneNS: known(row.DoneNS),
		ConnectionReused: known(row.ConnectionReused), Status: row.Status,
		HTTPStatus: known(row.HTTPStatus), Error: known(row.Error),
		PromptTokens: known(row.PromptTokens), OutputTokens: known(row.OutputTokens), CachedTokens: known(row.CachedTokens),
		PromptTokensSource: known(row.PromptTokensSource), OutputTokensSource: known(row.OutputTokensSource),
		AskedTokens: known(row.AskedTokens), FinishReason: known(row.FinishReason),
		Chunks: row.Chunks, Bytes: row.Bytes, ServerRequestID: known(row.ServerRequestID),
	}}
}

// chunks gives the chunks of a row.
func (row *tokenRow) chunks() Chunks {
	c := Chunks{TNS: row.TNS, NTokens: row.NTokens, OddChunk: row.OddChunk}
	if row.OddKind != nil {
		c.OddKind = make([]Kind, len(row.OddKind))
		for i, name := range row.OddKind {
			c.OddKind[i] = kindNamed(name)
		}
	}
	return c
}

// kindNamed is the inverse of Kind.String. A kind of a newer llmbench is one that prints as unknown.
func kindNamed(name string) Kind {
	for kind, known := range kindNames {
		if known == name {
			return Kind(kind)
		}
	}
	return Kind(len(kindNames))
}
