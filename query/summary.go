package query

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"llmbench/store"

	views "llmbench/sql"
)

// Views that give one store.Summary a run.
const (
	Summary         = "run_summary"
	SummaryVLLM     = "run_summary_vllm" // counted as vLLM's benchmark counts; no queue columns
	SummaryReported = "reported_summary" // what imported files claimed of themselves; no queue columns
)

// RunSummary is one run's row of a summary view.
type RunSummary struct {
	RunID string
	Name  *string
	store.Summary
}

// Summarise computes the summary of one finished run from its event files. The run gives what is not in them: its
// duration and its SLO. A file that cannot be read is an error here. It is nil for a run of which no single request is
// known.
func Summarise(ctx context.Context, run store.Run, files store.Files) (summary *store.Summary, err error) {
	var damage []error
	source := Source{Entries: []store.Entry{{Run: run, Files: files}}}
	options := Options{Warn: func(text string) { damage = append(damage, errors.New(text)) }}
	s, err := start(ctx, source, options, views.Needs(Summary))
	if err != nil {
		return nil, fmt.Errorf("summarise run %s: %w", run.RunID, err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	rows, err := s.Summaries(ctx, Summary)
	if err := errors.Join(append(damage, err)...); err != nil {
		return nil, fmt.Errorf("summarise run %s: %w", run.RunID, err)
	}
	if len(rows) == 0 {
		return nil, nil // an imported file without single requests: there is nothing to sum up
	}
	return &rows[0].Summary, nil
}

// Summaries gives the selected runs' rows of a summary view, in the order of run_id. A number that the view does not
// have is nil.
func (s *Session) Summaries(ctx context.Context, view string) ([]RunSummary, error) {
	return s.summaries(ctx, Identifier(view))
}

func (s *Session) summaries(ctx context.Context, from string) ([]RunSummary, error) {
	rows, err := s.Query(ctx, "FROM "+from+" SEMI JOIN selected_runs USING (run_id) ORDER BY run_id")
	if err != nil {
		return nil, err
	}
	places := summaryPlaces(rows.Columns)
	return collect(rows, func(v []any) RunSummary {
		row := RunSummary{RunID: v[0].(string), Name: optional[string](v[1])}
		target := reflect.ValueOf(&row.Summary).Elem()
		for i, place := range places {
			if place >= 0 {
				set(target.Field(place), v[i])
			}
		}
		return row
	})
}

// summaryPlaces gives the field of store.Summary for each column, or -1.
func summaryPlaces(columns []Column) []int {
	fields := map[string]int{}
	summary := reflect.TypeFor[store.Summary]()
	for i := range summary.NumField() {
		name, _, _ := strings.Cut(summary.Field(i).Tag.Get("json"), ",")
		fields[name] = i
	}
	places := make([]int, len(columns))
	for i, column := range columns {
		places[i] = -1
		if place, ok := fields[column.Name]; ok {
			places[i] = place
		}
	}
	return places
}

// set puts a value into a field that is of its type or a pointer to that.
func set(field reflect.Value, v any) {
	if v == nil {
		return
	}
	if field.Kind() != reflect.Pointer {
		field.Set(reflect.ValueOf(v))
		return
	}
	field.Set(reflect.New(field.Type().Elem()))
	field.Elem().Set(reflect.ValueOf(v))
}

// optional is v as a *T, nil for NULL.
func optional[T any](v any) *T {
	if v == nil {
		return nil
	}
	return new(v.(T))
}
