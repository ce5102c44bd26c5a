package main

import (
	"os"
	"path/filepath"

	"github.com/peterh/liner"
)

// historyFile is where questions are kept: $XDG_STATE_HOME/llmbench/sql_history; "" when there is no home.
func (a *app) historyFile() string {
	state := a.getenv("XDG_STATE_HOME")
	if state == "" {
		home := a.getenv("HOME")
		if home == "" {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "llmbench", "sql_history")
}

// loadHistory and saveHistory do what they can: a lost history is no reason to stop a conversation.
func loadHistory(prompt *liner.State, path string) {
	if file, err := os.Open(path); err == nil {
		defer file.Close()
		_, _ = prompt.ReadHistory(file)
	}
}

func (a *app) saveHistory(prompt *liner.State, path string) {
	if path == "" {
		return
	}
	err := writeFile(path, func(f *os.File) error { _, err := prompt.WriteHistory(f); return err })
	if err != nil {
		a.note("the history of questions could not be kept: %v", err)
	}
}
