package s3

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"llmbench/store"
	"llmbench/store/s3/s3test"
)

func open(t *testing.T, s *s3test.Server, prefix string) *Bucket {
	t.Helper()
	b, err := Open(Config{URL: Scheme + s.Bucket + "/" + prefix, Endpoint: s.Endpoint, Region: "us-east-1", AccessKey: s.AccessKey, SecretKey: s.SecretKey})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBucket holds what the store asks of an object store against a real server.
func TestBucket(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	b := open(t, server, "some/prefix/")
	put := func(key, text string, when store.Condition) (string, error) {
		return b.Put(t.Context(), key, strings.NewReader(text), int64(len(text)), when)
	}
	get := func(key, etag string) (string, store.Object, error) {
		var text bytes.Buffer
		object, err := b.Get(t.Context(), key, etag, &text)
		return text.String(), object, err
	}

	if _, _, err := get("a/run.json", ""); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "read s3://bench/some/prefix/a/run.json") {
		t.Errorf("of nothing: %v", err)
	}
	first, err := put("a/run.json", "one", store.Condition{New: true})
	if err != nil {
		t.Fatal(err)
	}
	if text, object, err := get("a/run.json", ""); err != nil || text != "one" || object.ETag != first || object.Bytes != 3 {
		t.Errorf("got %q %+v, put %s, %v", text, object, first, err)
	}
	if text, _, err := get("a/run.json", first); !errors.Is(err, store.ErrUnchanged) || text != "" {
		t.Errorf("unchanged: %q, %v", text, err)
	}
	if _, err := put("a/run.json", "two", store.Condition{New: true}); !errors.Is(err, store.ErrChanged) {
		t.Errorf("new over an old one: %v", err)
	}
	second, err := put("a/run.json", "three", store.Condition{ETag: first})
	if err != nil || second == first {
		t.Errorf("in place of the first: %s, %v", second, err)
	}
	if _, err := put("a/run.json", "four", store.Condition{ETag: first}); !errors.Is(err, store.ErrChanged) {
		t.Errorf("in place of what is gone: %v", err)
	}
	if text, _, err := get("a/run.json", first); err != nil || text != "three" {
		t.Errorf("changed: %q, %v", text, err)
	}

	// Keys as warehouses have them, and one too large for a single part.
	large := bytes.Repeat([]byte("0123456789abcdef"), 20<<20/16)
	hive := "events/dcu=K100_AI/tp=8/model=org%2Fmodel%207B/run_id=x/tokens.parquet"
	if _, err := b.Put(t.Context(), hive, bytes.NewReader(large), int64(len(large)), store.Condition{}); err != nil {
		t.Fatal(err)
	}
	if text, _, err := get(hive, ""); err != nil || text != string(large) {
		t.Errorf("%d bytes came back, %v", len(text), err)
	}
	list := func(prefix string) (keys []string) {
		t.Helper()
		for o, err := range b.List(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, o.Key)
		}
		return keys
	}
	if keys := list(""); !slices.Equal(keys, []string{"a/run.json", hive}) {
		t.Errorf("list of all: %q", keys)
	}
	if keys := list("events/"); !slices.Equal(keys, []string{hive}) {
		t.Errorf("list of events: %q", keys)
	}
	for range 2 {
		if err := b.Remove(t.Context(), hive); err != nil {
			t.Errorf("remove: %v", err)
		}
	}
	if keys := list("events/"); len(keys) > 0 {
		t.Errorf("after the removal: %q", keys)
	}
	if keys := slices.Collect(keysOf(t, open(t, server, ""))); !slices.Equal(keys, []string{"some/prefix/a/run.json"}) {
		t.Errorf("without a prefix: %q", keys)
	}
}

func keysOf(t *testing.T, b *Bucket) func(func(string) bool) {
	return func(yield func(string) bool) {
		for o, err := range b.List(t.Context(), "") {
			if err != nil {
				t.Error(err)
			}
			if !yield(o.Key) {
				return
			}
		}
	}
}

// TestRefused tells what is wrong in terms of what can be done about it.
func TestRefused(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	strangers := *server
	strangers.SecretKey = "wrong"
	_, err := open(t, &strangers, "").Get(t.Context(), "x", "", io.Discard)
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("a wrong key: %v", err)
	}
	elsewhere := *server
	elsewhere.Bucket = "nowhere"
	if _, err = open(t, &elsewhere, "").Get(t.Context(), "x", "", io.Discard); err == nil || !strings.Contains(err.Error(), "there is no bucket nowhere") {
		t.Errorf("a wrong bucket: %v", err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"s3://bucket": "", "s3://bucket/": "", "s3://bucket/a/b": "",
		"s3://": "give s3://BUCKET", "s3:///x": "give s3://BUCKET", "http://x": "give s3://BUCKET",
	} {
		if err := (Config{URL: url}).Validate(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
	err := Config{URL: "s3://b", Endpoint: "example.com", AccessKey: "x"}.Validate()
	if err == nil || !strings.Contains(err.Error(), "AWS_ENDPOINT_URL") || !strings.Contains(err.Error(), "AWS_SECRET_ACCESS_KEY") {
		t.Errorf("got %v", err)
	}
}
