// Package s3 keeps a warehouse's files in a bucket of an S3 object store: Amazon's, or any that speaks its protocol.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"llmbench/store"
)

// Scheme begins the address of a warehouse in a bucket: s3://BUCKET/PREFIX.
const Scheme = "s3://"

// Config is where a warehouse is and who may use it.
type Config struct {
	// URL is s3://BUCKET/PREFIX; the prefix may be empty.
	URL string
	// Endpoint is the address of the service, with https:// or http://. Defaults to Amazon's.
	Endpoint string
	Region   string // "" to ask the service
	// AccessKey and SecretKey are the user's, SessionToken goes with temporary ones. Without them CredentialsFile and
	// Profile are looked at, as the AWS tools do, and then what the machine's role gives.
	AccessKey, SecretKey, SessionToken string
	CredentialsFile, Profile           string
}

const (
	amazon       = "https://s3.amazonaws.com"
	rolePatience = 3 * time.Second
)

// Validate reports every problem with the address and the endpoint.
func (c Config) Validate() error {
	var errs []error
	if bucket, _ := c.place(); bucket == "" {
		errs = append(errs, fmt.Errorf("--warehouse %q: give s3://BUCKET or s3://BUCKET/PREFIX", c.URL))
	}
	if c.Endpoint != "" {
		if u, err := url.Parse(c.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			errs = append(errs, fmt.Errorf("AWS_ENDPOINT_URL %q: give the address of the service, such as https://s3.example.com", c.Endpoint))
		}
	}
	if (c.AccessKey == "") != (c.SecretKey == "") {
		errs = append(errs, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: give both or neither"))
	}
	return errors.Join(errs...)
}

// place is the bucket, and the prefix of keys with its closing slash.
func (c Config) place() (bucket, prefix string) {
	rest, ok := strings.CutPrefix(c.URL, Scheme)
	if !ok {
		return "", ""
	}
	bucket, prefix, _ = strings.Cut(rest, "/")
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return bucket, prefix
}

func (c Config) credentials() *credentials.Credentials {
	if c.AccessKey != "" {
		return credentials.NewStaticV4(c.AccessKey, c.SecretKey, c.SessionToken)
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.FileAWSCredentials{Filename: c.CredentialsFile, Profile: c.Profile},
		&credentials.IAM{Client: &http.Client{Timeout: rolePatience}}, // where there is no role nobody answers
	})
}

// Bucket is a warehouse's place in an object store.
type Bucket struct {
	client *minio.Client
	bucket string
	prefix string
}

var _ store.Objects = (*Bucket)(nil)

// retries bounds how long a command tries to reach a service that does not answer: about ten seconds.
const retries = 5

// Open readies a client; it does not ask the service yet.
func Open(c Config) (*Bucket, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	endpoint := c.Endpoint
	if endpoint == "" {
		endpoint = amazon
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	client, err := minio.New(u.Host, &minio.Options{Creds: c.credentials(), Secure: u.Scheme == "https", Region: c.Region, MaxRetries: retries})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c.URL, err)
	}
	bucket, prefix := c.place()
	return &Bucket{client, bucket, prefix}, nil
}

// Get writes an object to to.
func (b *Bucket) Get(ctx context.Context, key, etag string, to io.Writer) (store.Object, error) {
	var options minio.GetObjectOptions
	if etag != "" {
		if err := options.SetMatchETagExcept(etag); err != nil {
			return store.Object{}, err
		}
	}
	core := minio.Core{Client: b.client}
	body, info, _, err := core.GetObject(ctx, b.bucket, b.prefix+key, options)
	if err != nil {
		return store.Object{}, b.explain("read", key, err)
	}
	n, err := io.Copy(to, body)
	if err := errors.Join(err, body.Close()); err != nil {
		return store.Object{}, b.explain("read", key, err)
	}
	if n != info.Size {
		return store.Object{}, b.explain("read", key, io.ErrUnexpectedEOF)
	}
	return store.Object{Key: key, Bytes: n, ETag: info.ETag}, nil
}

// Put stores an object.
func (b *Bucket) Put(ctx context.Context, key string, from io.Reader, size int64, when store.Condition) (string, error) {
	// A condition holds for the whole object or not at all.
	options := minio.PutObjectOptions{ContentType: contentType(key), DisableMultipart: when != (store.Condition{})}
	switch {
	case when.New:
		options.SetMatchETagExcept("*")
	case when.ETag != "":
		options.SetMatchETag(when.ETag)
	}
	info, err := b.client.PutObject(ctx, b.bucket, b.prefix+key, from, size, options)
	if err != nil {
		return "", b.explain("write", key, err)
	}
	return info.ETag, nil
}

func contentType(key string) string {
	if strings.HasSuffix(key, ".json") {
		return "application/json"
	}
	return "application/vnd.apache.parquet"
}

// List gives the objects below a prefix.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[store.Object, error] {
	return func(yield func(store.Object, error) bool) {
		for o := range b.client.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true}) {
			if o.Err != nil {
				yield(store.Object{}, b.explain("list", prefix, o.Err))
				return
			}
			if !yield(store.Object{Key: strings.TrimPrefix(o.Key, b.prefix), Bytes: o.Size, ETag: o.ETag}, nil) {
				return
			}
		}
	}
}

// Remove removes an object.
func (b *Bucket) Remove(ctx context.Context, key string) error {
	if err := b.client.RemoveObject(ctx, b.bucket, b.prefix+key, minio.RemoveObjectOptions{}); err != nil {
		return b.explain("remove", key, err)
	}
	return nil
}

// explain names the object, and tells apart what the store asks about.
func (b *Bucket) explain(what, key string, err error) error {
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.StatusCode == http.StatusNotModified:
		return store.ErrUnchanged
	case answer.StatusCode == http.StatusPreconditionFailed, answer.Code == minio.PreconditionFailed, answer.StatusCode == http.StatusConflict:
		err = store.ErrChanged
	case answer.Code == minio.NoSuchKey:
		err = fs.ErrNotExist
	case answer.Code == minio.NoSuchBucket:
		return fmt.Errorf("there is no bucket %s; create it first", b.bucket)
	case answer.Code == minio.AccessDenied || answer.StatusCode == http.StatusForbidden:
		err = fmt.Errorf("%w: %w (set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE)", fs.ErrPermission, err)
	}
	return fmt.Errorf("%s %s%s/%s%s: %w", what, Scheme, b.bucket, b.prefix, key, err)
}
