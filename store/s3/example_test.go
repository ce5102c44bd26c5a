package s3_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"llmbench/store"
	"llmbench/store/s3"
	"llmbench/store/s3/s3test"
)

// An object is put where there is none yet, and listed; store.OpenObjects makes a warehouse of such a bucket.
func Example() {
	dir, err := os.MkdirTemp("", "s3")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	server, stop, err := s3test.Run(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	ctx := context.Background()
	bucket, err := s3.Open(s3.Config{
		URL: s3.Scheme + server.Bucket + "/team", Endpoint: server.Endpoint, Region: "us-east-1",
		AccessKey: server.AccessKey, SecretKey: server.SecretKey,
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := bucket.Put(ctx, "hello.txt", strings.NewReader("hello"), 5, store.Condition{New: true}); err != nil {
		log.Fatal(err)
	}
	for object, err := range bucket.List(ctx, "") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(object.Key, object.Bytes, "bytes")
	}
	// Output:
	// hello.txt 5 bytes
}
