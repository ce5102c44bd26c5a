package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"llmbench/query"
	"llmbench/store"
	"llmbench/store/s3"
)

// warehouseFlag is shared by all commands that read or write runs.
type warehouseFlag struct {
	Warehouse string `help:"Folder of the warehouse, or s3://BUCKET/PREFIX." default:"./warehouse" env:"LLMBENCH_WAREHOUSE" placeholder:"DIR|URL"`
}

// defaultWarehouse is where nothing else is said.
const defaultWarehouse = "./warehouse"

// read opens a warehouse to ask it. One that was named must be there: a slip of the pen would look like an empty one.
func (w warehouseFlag) read(a *app) (*store.Warehouse, error) {
	if w.Warehouse != "" && !strings.HasPrefix(w.Warehouse, s3.Scheme) && (w.Warehouse != defaultWarehouse || !w.absent()) {
		if err := store.Look(w.Warehouse); errors.Is(err, store.ErrNoWarehouse) {
			return nil, fmt.Errorf("%w; name another with --warehouse or LLMBENCH_WAREHOUSE", err)
		}
	}
	return w.open(a)
}

// absent tells that there is nothing in that place.
func (w warehouseFlag) absent() bool {
	_, err := os.Stat(w.Warehouse)
	return errors.Is(err, fs.ErrNotExist)
}

// open opens the warehouse, which is begun where there is none, and lets it say what it recovered or set aside.
func (w warehouseFlag) open(a *app) (*store.Warehouse, error) {
	if w.Warehouse == "" {
		return nil, usageError(errors.New("--warehouse: name a folder, or s3://BUCKET/PREFIX"))
	}
	options := store.Options{Summarise: query.Summarise, Warn: a.warn, ToolVersion: version}
	if !strings.HasPrefix(w.Warehouse, s3.Scheme) {
		return store.Open(a.ctx, kong.ExpandPath(w.Warehouse), options)
	}
	config := a.bucketConfig(w.Warehouse)
	bucket, err := s3.Open(config)
	if err != nil {
		return nil, usageError(err)
	}
	places, err := a.placesOf(config)
	if err != nil {
		return nil, err
	}
	return store.OpenObjects(a.ctx, w.Warehouse, bucket, places, options)
}

// bucketConfig takes the settings of an object store from where the AWS tools have them.
func (a *app) bucketConfig(url string) s3.Config {
	return s3.Config{
		URL:             url,
		Endpoint:        a.firstSet("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
		Region:          a.firstSet("AWS_REGION", "AWS_DEFAULT_REGION"),
		AccessKey:       a.getenv("AWS_ACCESS_KEY_ID"),
		SecretKey:       a.getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    a.getenv("AWS_SESSION_TOKEN"),
		CredentialsFile: a.getenv("AWS_SHARED_CREDENTIALS_FILE"),
		Profile:         a.getenv("AWS_PROFILE"),
	}
}

// firstSet is the first of the variables that says something.
func (a *app) firstSet(variables ...string) string {
	for _, name := range variables {
		if value := a.getenv(name); value != "" {
			return value
		}
	}
	return ""
}

// placesOf are the folders on this host for one warehouse in an object store: what was fetched, and what is to be sent.
func (a *app) placesOf(c s3.Config) (store.Places, error) {
	cache := a.firstPlace([]cachePlace{{"XDG_CACHE_HOME", "llmbench"}, {"HOME", ".cache/llmbench"}})
	state := a.firstPlace([]cachePlace{{"XDG_STATE_HOME", "llmbench"}, {"HOME", ".local/state/llmbench"}})
	if cache == "" || state == "" {
		return store.Places{}, errors.New("find a place for what is fetched from " + c.URL + ": set HOME, or XDG_CACHE_HOME and XDG_STATE_HOME")
	}
	url := strings.TrimRight(c.URL, "/")
	sum := sha256.Sum256([]byte(c.Endpoint + "\n" + url))
	name := strings.ReplaceAll(strings.TrimPrefix(url, s3.Scheme), "/", "_")
	name = fmt.Sprintf("%.60s-%x", name, sum[:4])
	return store.Places{Cache: filepath.Join(cache, name), Staging: filepath.Join(state, "staging", name)}, nil
}
