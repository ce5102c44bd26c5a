package main

import (
	"path/filepath"
	"strings"
)

// modelCaches are the folders where models lie that were fetched by Hugging Face's library or by ModelScope's, found as
// these find them.
func (a *app) modelCaches() []string {
	var caches []string
	for _, places := range [][]cachePlace{
		{{"HF_HUB_CACHE", ""}, {"HUGGINGFACE_HUB_CACHE", ""}, {"HF_HOME", "hub"}, {"XDG_CACHE_HOME", "huggingface/hub"}, {"HOME", ".cache/huggingface/hub"}},
		{{"TRANSFORMERS_CACHE", ""}},
		{{"MODELSCOPE_CACHE", ""}, {"HOME", ".cache/modelscope"}},
	} {
		if dir := a.firstPlace(places); dir != "" {
			caches = append(caches, dir)
		}
	}
	return caches
}

// cachePlace is a folder below the one that a variable of the environment names.
type cachePlace struct{ variable, below string }

// firstPlace is that of the first variable that is set; "" when none is.
func (a *app) firstPlace(places []cachePlace) string {
	for _, place := range places {
		dir := a.getenv(place.variable)
		if dir == "" {
			continue
		}
		if below, ok := strings.CutPrefix(dir, "~/"); ok {
			dir = filepath.Join(a.getenv("HOME"), below)
		}
		return filepath.Join(dir, filepath.FromSlash(place.below))
	}
	return ""
}
