package tokenizer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const fileName = "tokenizer.json"

// Load reads a tokenizer, given by its file or by the folder of its model: a tokenizer.json, a tiktoken file (*.tiktoken,
// tiktoken.model, and tokenizer.model where it is one) or Mistral's tekken.json. A tokenizer_config.json beside it is read
// for two things only: whether the model's class adds a BOS or EOS of its own (see EncodeSpecial), and the special tokens of
// a tiktoken file. Errors name the file, and the stage and type when a part is not supported.
func Load(path string) (*Tokenizer, error) {
	file, err := find(path)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer: %w", err)
	}
	data, err := readWhole(file)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer: %w", err)
	}
	config, err := readConfig(filepath.Join(filepath.Dir(file), "tokenizer_config.json"))
	if err != nil {
		return nil, fmt.Errorf("load tokenizer: %w", err)
	}
	t, err := read(data, file, config)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer %s: %w", file, err)
	}
	t.name = nameOf(file)
	sum := sha256.Sum256(append(data, t.encoding...))
	t.hash = hex.EncodeToString(sum[:])
	return t, nil
}

// largestFile is far more than any tokenizer takes; a model's weights, named by mistake, are not read.
const largestFile = 512 << 20

func readWhole(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > largestFile {
		return nil, fmt.Errorf("%s has %d MB: that is no tokenizer", file, info.Size()>>20)
	}
	return os.ReadFile(file)
}

// read tells the formats apart by their content.
func read(data []byte, file string, config *tokenizerConfig) (*Tokenizer, error) {
	if isTiktoken(data) {
		return parseTiktoken(data, file, config)
	}
	switch ext := filepath.Ext(file); {
	case bytes.HasPrefix(data, []byte("version https://git-lfs")):
		return nil, errors.New("it is a pointer of Git LFS, not the file: fetch it with git lfs pull")
	case ext == ".tiktoken":
		return nil, errors.New("its first line is not a token in base64 and its rank")
	case ext == ".model":
		return nil, fmt.Errorf("a SentencePiece model is not supported; save the model's fast tokenizer (%s) beside it, or use the server's own tokenizer", fileName)
	}
	t, err := parse(data)
	if err == nil && config != nil {
		t.post, err = config.postProcessor(t.post, t)
	}
	return t, err
}

// otherFiles are looked for in a folder without tokenizer.json, in this order.
var otherFiles = []string{"tekken.json", "*.tiktoken", "tiktoken.model", "tokenizer.model"}

// find gives the file that path names.
func find(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return path, nil
	}
	file := filepath.Join(path, fileName)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	for _, other := range otherFiles {
		entries, err := filepath.Glob(filepath.Join(globEscape(path), other))
		if err != nil || len(entries) == 0 {
			continue
		}
		if len(entries) > 1 {
			return "", fmt.Errorf("%s has several tiktoken files: name one of %s", path, strings.Join(entries, ", "))
		}
		return entries[0], nil
	}
	for _, other := range []string{"vocab.json", "vocab.txt", "spiece.model"} {
		if _, err := os.Stat(filepath.Join(path, other)); err == nil {
			return "", fmt.Errorf("%s has %s but no %s; save the model's fast tokenizer there, or use the server's own tokenizer", path, other, fileName)
		}
	}
	return "", fmt.Errorf("%s has no %s", path, fileName)
}

// globEscape makes a pattern that matches a path alone.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "*", `\*`, "?", `\?`).Replace(path)
}

// nameOf gives org/model for a file in a Hugging Face cache, else the path less the file's usual name.
func nameOf(file string) string {
	dir := filepath.Dir(file)
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		if repo, ok := strings.CutPrefix(filepath.Base(d), "models--"); ok {
			return strings.ReplaceAll(repo, "--", "/")
		}
	}
	if filepath.Base(file) == fileName && dir != "." {
		return dir
	}
	return file
}

// parse builds a tokenizer from the text of a tokenizer.json or tekken.json. Name and hash are left to the caller.
func parse(data []byte) (*Tokenizer, error) {
	if !json.Valid(data) {
		return nil, jsonError(data)
	}
	fields, err := members(data)
	if err != nil {
		return nil, fmt.Errorf("the file %w", err)
	}
	if isTekken(fields) {
		return parseTekken(fields)
	}
	t := &Tokenizer{}
	if t.normalize, err = newNormalizer(fields["normalizer"]); err != nil {
		return nil, err
	}
	if t.steps, err = newPreTokenizers(fields["pre_tokenizer"]); err != nil {
		return nil, err
	}
	if t.post, err = newPostProcessor(fields["post_processor"]); err != nil {
		return nil, err
	}
	if t.decode, err = newDecoder(fields["decoder"]); err != nil {
		return nil, err
	}
	if err := t.parseModel(fields["model"]); err != nil {
		return nil, err
	}
	if t.added, err = newAddedVocabulary(fields["added_tokens"], t.model, t.normalize); err != nil {
		return nil, err
	}
	t.size = max(t.model.top(), t.added.top)
	return t, nil
}

// parseModel leaves it to the model to read the bytes of a piece when that is the last thing before it anyway.
func (t *Tokenizer) parseModel(data json.RawMessage) (err error) {
	if isNull(data) {
		return errors.New("the file has no model")
	}
	var last *byteLevel
	if n := len(t.steps); n > 0 {
		last, _ = t.steps[n-1].(*byteLevel)
	}
	if t.model, err = newModel(data, modelContext{bytesLast: last != nil}); err != nil {
		return err
	}
	if b, ok := t.model.(*bpe); ok && b.raw {
		last.deferred = true
	}
	return nil
}

// idOf finds a token, added or of the model.
func (t *Tokenizer) idOf(token string) (int, bool) {
	for id, a := range t.added.tokens {
		if a.Content == token {
			return id, true
		}
	}
	return t.model.id(token)
}

// jsonError says where JSON is broken.
func jsonError(data []byte) error {
	var v json.RawMessage
	err := json.Unmarshal(data, &v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		if syntax.Offset == 0 {
			return errors.New("the file is empty")
		}
		return fmt.Errorf("not JSON at byte %d: %w", syntax.Offset, err)
	}
	return fmt.Errorf("not JSON: %w", err)
}
