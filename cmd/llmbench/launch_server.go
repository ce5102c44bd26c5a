package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"llmbench/collect"
	"llmbench/collect/doctor"
	"llmbench/collect/launch"
	"llmbench/collect/telemetry"
	"llmbench/store"
	"llmbench/store/s3"
)

// servedEngine is a server that was started for a run. A nil one was there already.
type servedEngine struct {
	*launch.Server
	command string
	env     map[string]string // what is told of its environment
}

// serverStart is what starting one takes.
type serverStart struct {
	flags  launchFlags
	args   []string          // the command, when it is no line for the shell
	values map[string]string // of flags and variables
	target collect.Target
	log    string
}

// startServer starts the server of --serve-cmd for one run; nil without the flag.
func (c *collectCmd) startServer(a *app, k *kong.Context, p *collectPlan, w *store.Warehouse) (*servedEngine, error) {
	if c.ServeCmd == "" {
		return nil, nil
	}
	ctx, stop := signal.NotifyContext(a.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	log, err := a.serverLog(c.Warehouse, c.Name)
	if err != nil {
		return nil, err
	}
	return a.with(ctx).serve(serverStart{flags: c.launchFlags, values: flagValues(k), target: p.load.Target, log: log})
}

// serve starts a server and waits until it is ready.
func (a *app) serve(s serverStart) (*servedEngine, error) {
	command, err := fill("--serve-cmd", s.flags.ServeCmd, s.values)
	if err != nil {
		return nil, usageError(err)
	}
	env, err := s.environment(a, command)
	if err != nil {
		return nil, usageError(err)
	}
	if ended := launch.EndOrphans(); len(ended) > 0 {
		a.note("ended what a killed llmbench had left: %s", strings.Join(ended, ", "))
	}
	args := s.args
	if args == nil {
		args = []string{"sh", "-c", shellLine(command)}
	}
	args = a.bind(args, s.flags.ServeNUMA, env)
	settings := telemetry.Environ(append(os.Environ(), env...))
	a.note("starting: %s", strings.Join(append(settingsText(settings), command), " "))
	client := &http.Client{Transport: collect.NewTransport(s.target, 1, collect.Timeouts{Connect: 5 * time.Second}), Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	began := time.Now()
	server, err := launch.Start(a.ctx, launch.Config{
		Args: args, Env: env, Log: s.log, Address: address(s.target.BaseURL), ReadyLimit: s.flags.ServeReady, StopLimit: s.flags.ServeStop,
		Ready: func(ctx context.Context) error { return collect.Ready(ctx, client, s.target) },
	})
	if err != nil {
		return nil, err
	}
	a.note("ready after %s; its log is %s", time.Since(began).Round(100*time.Millisecond), s.log)
	return &servedEngine{server, command, settings}, nil
}

// oneProgram is a line that starts one program and nothing else: no variables before it, no second command.
var oneProgram = regexp.MustCompile("^[A-Za-z0-9_./~-]+( [^;|&<>()`\n]*)?$")

// ownWords are what a shell does itself: no program takes its place for them.
var ownWords = []string{"exec", ".", "source", "eval", "command", "time", "cd", "export", "set", "ulimit", "umask", "trap", "if", "for", "while", "until", "case"}

// shellLine lets the program take the shell's place where it can: a shell that stays would end at the first signal, before
// the server has shut down, which then looks like a stray.
func shellLine(command string) string {
	first, _, _ := strings.Cut(command, " ")
	if oneProgram.MatchString(command) && !slices.Contains(ownWords, first) {
		return "exec " + command
	}
	return command
}

// environment is what the server has beside this process's variables. HIP_VISIBLE_DEVICES follows the number of accelerators
// unless somebody says otherwise; vLLM needs its development mode to empty its caches.
func (s serverStart) environment(a *app, command string) ([]string, error) {
	var env []string
	for _, pair := range s.flags.ServeEnv {
		text, err := fill("--serve-env", pair, s.values)
		if err != nil {
			return nil, err
		}
		env = append(env, text)
	}
	said := func(key string) bool {
		return strings.Contains(command, key+"=") || slices.ContainsFunc(env, func(e string) bool { return strings.HasPrefix(e, key+"=") })
	}
	if n := s.devices(); n > 0 && !said(launch.DevicesVariable) {
		devices, err := launch.Devices(a.getenv(launch.DevicesVariable), n)
		if err != nil {
			return nil, err
		}
		env = append(env, launch.DevicesVariable+"="+devices)
	}
	if strings.Contains(command, "vllm") && !said("VLLM_SERVER_DEV_MODE") {
		env = append(env, "VLLM_SERVER_DEV_MODE=1")
	}
	return env, nil
}

// devices is how many accelerators the flags speak of; 0 when they do not.
func (s serverStart) devices() int {
	if n, err := strconv.Atoi(s.values["dcu_count"]); err == nil {
		return n
	}
	product, told := 1, false
	for _, key := range []string{"tp", "pp", "dp"} {
		if n, err := strconv.Atoi(s.values[key]); err == nil {
			product, told = product*n, true
		}
	}
	if !told {
		return 0
	}
	return product
}

// bind puts the command under numactl where that is asked for and can be had; it says when it cannot.
func (a *app) bind(args []string, numa string, env []string) []string {
	if numa == "" {
		return args
	}
	if _, err := exec.LookPath("numactl"); err != nil {
		a.note("--serve-numa: numactl is not installed; the server is not bound")
		return args
	}
	if numa == "auto" {
		nodes, err := launch.Nodes(devicesOf(env, a.getenv(launch.DevicesVariable)), topology(a.ctx))
		if err != nil {
			a.note("--serve-numa auto: %v; the server is not bound", err)
			return args
		}
		numa = nodes
	}
	a.note("bound to NUMA nodes %s", numa)
	return launch.Bound(args, numa)
}

func devicesOf(env []string, set string) string {
	for _, pair := range env {
		if devices, ok := strings.CutPrefix(pair, launch.DevicesVariable+"="); ok {
			return devices
		}
	}
	return set
}

// topology asks sysfs, else hy-smi, which node each card is on.
func topology(ctx context.Context) map[int64]int {
	nodes := doctor.LookAtCards("/", nil, "").NUMA
	if maps.DeleteFunc(nodes, func(_ int64, node int) bool { return node < 0 }); len(nodes) > 0 {
		return nodes
	}
	ctx, cancel := context.WithTimeout(ctx, telemetryPatience)
	defer cancel()
	return telemetry.Topology(ctx)
}

// describe writes into the run's row how its server was started.
func (s *servedEngine) describe(row *store.Run) {
	if s == nil {
		return
	}
	if row.Env == nil {
		row.Env = jsonText(s.env)
	}
	extra, err := json.Marshal(map[string]any{"server": map[string]string{"command": s.command, "log": s.Log()}})
	if err == nil {
		row.Extra = new(string(extra))
	}
}

// fault says that the server ended by itself; nil while it runs.
func (s *servedEngine) fault() error {
	if s == nil {
		return nil
	}
	return s.DeathText()
}

// end stops the server and tells what did not go by itself.
func (s *servedEngine) end(a *app) error {
	if s == nil {
		return nil
	}
	stopped, err := s.Stop()
	if len(stopped.Strays) > 0 {
		a.note("children outlived the server: %s", strings.Join(stopped.Strays, ", "))
	}
	if len(stopped.Killed) > 0 {
		a.note("had to kill %s", strings.Join(stopped.Killed, ", "))
	}
	return err
}

func settingsText(settings map[string]string) []string {
	var out []string
	for key, value := range settings {
		out = append(out, key+"="+value)
	}
	slices.Sort(out)
	return out
}

var notInFileName = regexp.MustCompile(`[^A-Za-z0-9._=-]+`)

// serverLog is a new file for a server's log: in the folder logs of the warehouse, or of this user's state for one in a bucket.
func (a *app) serverLog(warehouse, label string) (string, error) {
	dir := filepath.Join(kong.ExpandPath(warehouse), "logs")
	if strings.HasPrefix(warehouse, s3.Scheme) {
		dir = filepath.Join(a.firstPlace([]cachePlace{{"XDG_STATE_HOME", "llmbench"}, {"HOME", ".local/state/llmbench"}}), "logs")
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("make a place for the server's log: %w", err)
	}
	name := "server-" + time.Now().UTC().Format("20060102T150405.000")
	if label != "" {
		name += "-" + fmt.Sprintf("%.80s", notInFileName.ReplaceAllString(label, "_"))
	}
	return filepath.Join(dir, name+".log"), nil
}
