package tokenizer

import "os"

// Folder is where a model is on this disk: name itself where it is a file or a folder, else where a cache has the
// model with its tokenizer. It is "" when there is neither.
func Folder(name string, caches []string) string {
	if name == "" {
		return ""
	}
	if _, err := os.Stat(name); err == nil {
		return name
	}
	dir, err := cached(caches, name)
	if err != nil {
		return ""
	}
	return dir
}
