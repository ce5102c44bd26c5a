package store

import (
	"context"
	"errors"
	"io"
	"iter"
)

// Objects is an object store that holds a warehouse: files under their paths below it, with slashes. What it gives was
// written before, by anybody, as soon as that one's Put returned; a list has all of it.
type Objects interface {
	// Get writes the object to to. One that is not there gives fs.ErrNotExist; one whose ETag is the given one, "" for
	// none, gives ErrUnchanged and writes nothing.
	Get(ctx context.Context, key, etag string, to io.Writer) (Object, error)
	// Put stores size bytes under the key, when the object there meets the condition; else it gives ErrChanged.
	Put(ctx context.Context, key string, from io.Reader, size int64, when Condition) (etag string, err error)
	// List gives the objects whose keys begin with prefix, by key.
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]
	// Remove removes the object; one that is not there is no error.
	Remove(ctx context.Context, key string) error
}

// Object is what a store tells of a stored file.
type Object struct {
	Key   string
	Bytes int64
	ETag  string // changes with the content
}

// Condition is what must be so for a Put to happen.
type Condition struct {
	ETag string // the object there is this one
	New  bool   // there is none
}

var (
	// ErrUnchanged: the object is the one that was asked about.
	ErrUnchanged = errors.New("it is unchanged")
	// ErrChanged: somebody else wrote the object meanwhile.
	ErrChanged = errors.New("somebody else changed it")
)
