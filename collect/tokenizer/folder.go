package tokenizer

import "os"

// Folder is where a model is on this disk: name itself where it is a file or a folder, else the model's snapshot in the
// Hugging Face cache. It is "" when there is neither.
func Folder(name, cache string) string {
	if name == "" {
		return ""
	}
	if _, err := os.Stat(name); err == nil {
		return name
	}
	if cache == "" {
		return ""
	}
	snapshot, err := cached(cache, name)
	if err != nil {
		return ""
	}
	return snapshot
}
