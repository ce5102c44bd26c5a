// Package s3test starts a real S3 server for tests: versitygw, built from its Go module and run as a process.
package s3test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Server is a running server with one user and one bucket.
type Server struct {
	Endpoint             string
	AccessKey, SecretKey string
	Bucket               string
}

// build makes the server, which Go's build cache keeps, and gives the program's path.
var build = sync.OnceValues(func() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	command := exec.Command("go", "tool", "-n", "versitygw")
	command.Dir = filepath.Join(filepath.Dir(here), "server")
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("build versitygw: %w: %s", err, &said)
	}
	return strings.TrimSpace(string(out)), nil
})

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s, stop, err := Run(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s
}

// Run runs a server over an empty folder until stop is called.
func Run(dir string) (s *Server, stop func(), err error) {
	program, err := build()
	if err != nil {
		return nil, nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, nil, err
	}
	s = &Server{Endpoint: "http://" + address, AccessKey: "tester", SecretKey: "not-a-secret", Bucket: "bench"}
	files, sidecar := filepath.Join(dir, "files"), filepath.Join(dir, "sidecar")
	if err := errors.Join(os.Mkdir(files, 0o777), os.Mkdir(sidecar, 0o777)); err != nil {
		return nil, nil, err
	}
	command := exec.Command(program, "--access", s.AccessKey, "--secret", s.SecretKey, "--port", address, "--quiet", "posix", "--sidecar", sidecar, files)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	stop = func() {
		command.Process.Kill()
		<-ended
	}
	if err := s.makeBucket(address, ended); err != nil {
		return nil, nil, fmt.Errorf("%w: %s", err, &said)
	}
	return s, stop, nil
}

// makeBucket waits until the server takes requests.
func (s *Server) makeBucket(address string, ended chan error) error {
	client, err := minio.New(address, &minio.Options{Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Region: "us-east-1", MaxRetries: 1})
	if err != nil {
		return err
	}
	for {
		err := client.MakeBucket(context.Background(), s.Bucket, minio.MakeBucketOptions{})
		if err == nil || minio.ToErrorResponse(err).Code != "" {
			return err
		}
		select {
		case err := <-ended:
			ended <- err
			return fmt.Errorf("versitygw ended: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
