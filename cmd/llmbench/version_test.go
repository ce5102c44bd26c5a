package main

import (
	"runtime/debug"
	"testing"
)

// TestCommit: a checkout's build tells commit and changes, an archive's has what git wrote into it, and a copy of a
// checkout without its history has neither.
func TestCommit(t *testing.T) {
	const hash = "0123456789abcdef0123456789abcdef01234567"
	built := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: hash}, {Key: "vcs.modified", Value: modified}}
	}
	const placeholder = "$Format:%H$\n"
	for _, c := range []struct {
		name     string
		settings []debug.BuildSetting
		archived string
		want     string
	}{
		{"clean checkout", built("false"), placeholder, "0123456789ab"},
		{"changed checkout", built("true"), placeholder, "0123456789ab-dirty"},
		{"archive", nil, hash + "\n", "0123456789ab"},
		{"archive inside another repository", []debug.BuildSetting{{Key: "vcs.revision", Value: "fedcba"}}, hash, "0123456789ab"},
		{"bare copy", nil, placeholder, ""},
	} {
		if got := commitOf(c.settings, c.archived); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
