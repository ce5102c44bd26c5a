package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// memoryObjects is an object store in memory.
type memoryObjects struct {
	mu      sync.Mutex
	objects map[string]memoryObject
	version int
	asked   []string // "get KEY" and so on
	// refuse, when set, decides whether an operation fails.
	refuse func(what, key string) error
}

type memoryObject struct {
	text []byte
	etag string
}

var _ Objects = (*memoryObjects)(nil)

func newMemoryObjects() *memoryObjects { return &memoryObjects{objects: make(map[string]memoryObject)} }

// ask notes an operation. m.mu is held.
func (m *memoryObjects) ask(what, key string) error {
	m.asked = append(m.asked, what+" "+key)
	if m.refuse != nil {
		return m.refuse(what, key)
	}
	return nil
}

func (m *memoryObjects) Get(_ context.Context, key, etag string, to io.Writer) (Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask("get", key); err != nil {
		return Object{}, err
	}
	o, has := m.objects[key]
	switch {
	case !has:
		return Object{}, fs.ErrNotExist
	case etag != "" && etag == o.etag:
		return Object{}, ErrUnchanged
	}
	_, err := to.Write(o.text)
	return Object{key, int64(len(o.text)), o.etag}, err
}

func (m *memoryObjects) Put(_ context.Context, key string, from io.Reader, size int64, when Condition) (string, error) {
	text, err := io.ReadAll(from)
	if err != nil || int64(len(text)) != size {
		return "", fmt.Errorf("%d bytes of %d, %w", len(text), size, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask("put", key); err != nil {
		return "", err
	}
	o, has := m.objects[key]
	if when.New && has || when.ETag != "" && when.ETag != o.etag {
		return "", ErrChanged
	}
	m.version++
	m.objects[key] = memoryObject{text, fmt.Sprintf("v/%d", m.version)}
	return m.objects[key].etag, nil
}

func (m *memoryObjects) List(_ context.Context, prefix string) iter.Seq2[Object, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.ask("list", prefix)
	found := maps.Clone(m.objects)
	return func(yield func(Object, error) bool) {
		if err != nil {
			yield(Object{}, err)
			return
		}
		for _, key := range slices.Sorted(maps.Keys(found)) {
			if strings.HasPrefix(key, prefix) && !yield(Object{key, int64(len(found[key].text)), found[key].etag}, nil) {
				return
			}
		}
	}
}

func (m *memoryObjects) Remove(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask("remove", key); err != nil {
		return err
	}
	delete(m.objects, key)
	return nil
}

// take gives what was asked since the last call, of the operations that begin so.
func (m *memoryObjects) take(prefix string) (asked []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, line := range m.asked {
		if strings.HasPrefix(line, prefix) {
			asked = append(asked, line)
		}
	}
	m.asked = nil
	return asked
}

// keys are the keys below a prefix.
func (m *memoryObjects) keys(prefix string) (keys []string) {
	for o := range m.List(context.Background(), prefix) {
		keys = append(keys, o.Key)
	}
	return keys
}

// change replaces an object's text.
func (m *memoryObjects) change(key string, by func(text []byte) []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version++
	m.objects[key] = memoryObject{by(bytes.Clone(m.objects[key].text)), fmt.Sprintf("v/%d", m.version)}
}

func (m *memoryObjects) setRefuse(refuse func(what, key string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = refuse
}
