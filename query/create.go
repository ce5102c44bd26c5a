package query

import (
	"context"
	"fmt"
	"math"
	"slices"

	"llmbench/store"

	views "llmbench/sql"
)

// create makes those of the tables that are pending. Views are made over the empty base tables first and the files are
// put under those afterwards: DuckDB binds a view when it is made, and each binding would open every file again. Base
// tables of more than attachUpTo files go back to pending, and a query that reads one then fails and attaches it.
func (s *Session) create(ctx context.Context, tables []views.Table, attachUpTo int) error {
	var fresh []*base
	for _, table := range tables {
		if !s.pending[table.Name] {
			continue
		}
		delete(s.pending, table.Name)
		if err := s.createOne(ctx, table); err != nil {
			return fmt.Errorf("create %s: %w", table.Name, err)
		}
		if b, ok := s.bases[table.Name]; ok && (s.source.every() || len(b.paths) > 0) {
			fresh = append(fresh, b)
		}
	}
	if attachUpTo == math.MaxInt && len(fresh) > 0 {
		if err := s.findFiles(ctx); err != nil {
			return err
		}
	}
	for _, b := range fresh {
		if !s.source.every() && len(b.paths) <= attachUpTo {
			if err := s.attach(ctx, b); err != nil {
				return err
			}
			continue
		}
		s.pending[b.table.Name] = true
		if err := s.exec(ctx, "DROP VIEW "+Identifier(b.table.Name)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) createOne(ctx context.Context, table views.Table) error {
	switch {
	case table.Name == "runs":
		return s.createRuns(ctx, table)
	case table.Name == "selected_runs":
		return s.exec(ctx, selectedView(s.source))
	case table.Name == Summary && s.storesSummaries():
		return s.createSummaries(ctx, table)
	}
	return s.exec(ctx, table.SQL)
}

// findFiles lists the event files of a source that has not been looked at yet.
func (s *Session) findFiles(ctx context.Context) error {
	if err := s.source.Load(ctx); err != nil {
		return err
	}
	for _, file := range eventFiles {
		if b := s.bases[file.table]; b.paths == nil {
			b.paths = s.source.paths(file.path)
		}
	}
	return nil
}

// createRuns puts the catalogue under runs or, where there is none to be read, the entries.
func (s *Session) createRuns(ctx context.Context, table views.Table) error {
	if s.source.Catalogue == "" {
		return s.exec(ctx, literalView(s.source.Entries))
	}
	err := s.over(ctx, table, catalogueView(s.source.Catalogue))
	if err == nil || ctx.Err() != nil {
		return err
	}
	if err := s.findFiles(ctx); err != nil {
		return err
	}
	s.warn(fmt.Sprintf("%s is left out, so runs lists the %d runs in hand alone: %s", s.source.Catalogue, len(s.source.Entries), firstLine(err)))
	s.source.Catalogue = ""
	return s.exec(ctx, literalView(s.source.Entries))
}

// storesSummaries reports whether run_summary is answered from the catalogue: when it has every run's summary, and
// over very many runs in any case, for to compute the missing ones would read all the events.
func (s *Session) storesSummaries() bool {
	return s.source.every() || s.source.Catalogue != "" && len(s.source.Entries) > 0 &&
		(len(s.source.Entries) > attachAtOpen || !slices.ContainsFunc(s.source.Entries, lacksSummary))
}

func lacksSummary(entry store.Entry) bool { return entry.Summary == nil }

func (s *Session) createSummaries(ctx context.Context, table views.Table) error {
	err := s.over(ctx, table, storedSummaryView(s.source.Catalogue))
	if err == nil {
		err = s.noteMissingSummaries(ctx)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	s.warn(fmt.Sprintf("%s has no summaries that can be read, so they are computed: %s", s.source.Catalogue, firstLine(err)))
	below := views.Needs(table.Name)
	if err := s.create(ctx, below[:len(below)-1], attachAtOpen); err != nil {
		return err
	}
	return s.exec(ctx, table.SQL)
}

// noteMissingSummaries says that run_summary does not have every selected run.
func (s *Session) noteMissingSummaries(ctx context.Context) error {
	rows, err := s.once(ctx, "SELECT min(run_id), count(*) FROM (SELECT run_id "+readParquet([]string{s.source.Catalogue})+
		" WHERE summary IS NULL) SEMI JOIN selected_runs USING (run_id)")
	if err != nil {
		return err
	}
	_, err = collect(rows, func(v []any) struct{} {
		if n := v[1].(int64); n > 0 {
			s.warn(fmt.Sprintf("run_summary leaves out %d runs without a stored summary, such as %s; llmbench runs show RUN makes one", n, v[0]))
		}
		return struct{}{}
	})
	return err
}

// over makes a table over files and compares its columns with the documented ones.
func (s *Session) over(ctx context.Context, table views.Table, text string) error {
	if err := s.exec(ctx, text); err != nil {
		return err
	}
	return s.checkTypes(ctx, table)
}

// checkTypes compares the columns of an existing table with the documented ones. It binds nothing again.
func (s *Session) checkTypes(ctx context.Context, table views.Table) error {
	rows, err := s.once(ctx, "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ?", table.Name)
	if err != nil {
		return err
	}
	return compareTypes(table, rows)
}

// compareTypes reads rows of name and type. Columns that only a newer version knows may be among them.
func compareTypes(table views.Table, rows *Rows) error {
	types := map[string]string{}
	_, err := collect(rows, func(v []any) struct{} {
		types[v[0].(string)] = v[1].(string)
		return struct{}{}
	})
	if err != nil {
		return err
	}
	for _, column := range table.Columns {
		if types[column.Name] != column.Type {
			return fmt.Errorf("column %s is %s and should be %s", column.Name, types[column.Name], column.Type)
		}
	}
	return nil
}

// attach puts the files under the table. Files that cannot be read, or whose columns have other types, are set aside.
func (s *Session) attach(ctx context.Context, b *base) error {
	if len(b.paths) > warnAbove {
		s.warn(fmt.Sprintf("reading %s of %d runs; --runs narrows it down", b.table.Name, len(b.paths)))
	}
	err := s.over(ctx, b.table, eventView(b.table, b.paths))
	if err != nil && ctx.Err() == nil {
		err = s.setAside(ctx, b, s.probe)
		if err == nil {
			err = s.over(ctx, b.table, eventView(b.table, b.paths))
		}
	}
	if err == nil && s.held[b.table.Name] {
		err = s.hold(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("attach the files of %s: %w", b.table.Name, err)
	}
	return nil
}

// hold copies a base table into memory. DuckDB opens the files anew for every mention of the table in a query, and views
// upon views mention it by the dozen.
func (s *Session) hold(ctx context.Context, b *base) error {
	copied := Identifier(b.table.Name + "_held")
	text := "CREATE OR REPLACE TEMP TABLE " + copied + " AS FROM " + Identifier(b.table.Name) + ";\n" + createView(b.table.Name, "FROM "+copied)
	err := s.exec(ctx, text)
	if err == nil || ctx.Err() != nil || !s.mayBeDamage(err) {
		return err
	}
	if err := s.setAside(ctx, b, s.scan); err != nil {
		return err
	}
	if err := s.over(ctx, b.table, eventView(b.table, b.paths)); err != nil {
		return err
	}
	return s.exec(ctx, text)
}

// setAside drops the files that fail the check; questions that miss them say so.
func (s *Session) setAside(ctx context.Context, b *base, check func(context.Context, *base, string) error) error {
	var sound []string
	for _, path := range b.paths {
		err := check(ctx, b, path)
		if cause := ctx.Err(); cause != nil {
			return explain(ctx, cause)
		}
		if err != nil {
			s.leftOut = append(s.leftOut, leftOut{b.table.Name, fmt.Sprintf("%s is left out: %s; llmbench runs check tells more", path, briefly(err, path))})
			continue
		}
		sound = append(sound, path)
	}
	b.paths = sound
	return nil
}

// probe opens the file and compares its columns; it reads no data.
func (s *Session) probe(ctx context.Context, b *base, path string) error {
	rows, err := s.once(ctx, "DESCRIBE "+typedUnion(b.table, readParquet([]string{path})))
	if err != nil {
		return err
	}
	return compareTypes(b.table, rows)
}

// scan reads the whole file, as the base table's types.
func (s *Session) scan(ctx context.Context, b *base, path string) error {
	if err := s.probe(ctx, b, path); err != nil {
		return err
	}
	rows, err := s.once(ctx, "SELECT bit_xor(hash(file)) FROM ("+typedUnion(b.table, readParquet([]string{path}))+") AS file")
	if err != nil {
		return err
	}
	return rows.Close()
}
