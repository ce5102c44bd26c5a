package main

import (
	_ "embed"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"llmbench/query"
)

// version is the release that this source is, or is on its way to.
const version = "0.1.0"

// archivedCommit names the commit in a source archive: git puts it there when it packs one (see .gitattributes). A
// checkout has the placeholder, and its commit comes from the build.
//
//go:embed archived_commit
var archivedCommit string

// versionFlag prints the version, the commit where the build knows it, and DuckDB's.
type versionFlag bool

// BeforeReset prints before anything is checked, as --help does.
func (versionFlag) BeforeReset(k *kong.Context, a *app) error {
	text := version
	if commit := builtCommit(); commit != "" {
		text += " " + commit
	}
	if duckdb, err := query.DuckDBVersion(a.ctx); err == nil {
		text += ", DuckDB " + duckdb
	}
	fmt.Fprintln(k.Stdout, text)
	k.Exit(0)
	return nil
}

// builtCommit is the commit this program was built from, "" when nothing tells.
func builtCommit() string {
	var settings []debug.BuildSetting
	if info, ok := debug.ReadBuildInfo(); ok {
		settings = info.Settings
	}
	return commitOf(settings, archivedCommit)
}

// commitOf is the twelve first digits of the commit, with -dirty behind them when files had been changed since. An
// archive's own word counts first: it may have been unpacked inside another repository.
func commitOf(settings []debug.BuildSetting, archived string) string {
	if archived = strings.TrimSpace(archived); archived != "" && archived[0] != '$' {
		return shortCommit(archived)
	}
	commit, suffix := "", ""
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			suffix = "-dirty"
		}
	}
	return shortCommit(commit) + suffix
}

func shortCommit(commit string) string { return commit[:min(12, len(commit))] }
