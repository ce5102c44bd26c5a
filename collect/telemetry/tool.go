package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// toolOutputBytes bounds what a tool may print.
const toolOutputBytes = 4 << 20

// tool is where a program stands: in PATH, else the first of the places that has it, else its bare name, whose start will
// say that it is not there.
func tool(name string, places ...string) string {
	for _, place := range append([]string{name}, places...) {
		if path, err := exec.LookPath(place); err == nil {
			return path
		}
	}
	return name
}

var errNotInstalled = errors.New("is not installed")

// run gives what a program prints. With ctx it is killed, children and all.
func run(ctx context.Context, program string, arguments ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	ownGroup(command)
	command.WaitDelay = time.Second
	var out, problem limitedBuffer
	command.Stdout, command.Stderr = &out, &problem
	err := command.Run()
	addCost(ctx, command.ProcessState)
	name := filepath.Base(program)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s does not answer", name)
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%s %w", name, errNotInstalled)
	case err != nil:
		said := strings.Join(strings.Fields(problem.String()), " ")
		return out.Bytes(), fmt.Errorf("%s: %w: %s", name, err, said[:min(len(said), 200)])
	}
	return out.Bytes(), nil
}

// limitedBuffer keeps the beginning of what is written.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	room := max(0, toolOutputBytes-b.Len())
	b.Buffer.Write(p[:min(len(p), room)])
	return len(p), nil
}
