package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/alecthomas/kong"

	"llmbench/collect/launch"
)

// launchFlags say how to start the server under test.
type launchFlags struct {
	ServeCmd string `name:"serve-cmd" help:"Start the server by this line for the shell, wait until it is ready, and end it and all its children afterwards. {{.port}} is --port or a free one; {{.model}}, {{.tp}} and so on are the flags of those names." placeholder:"COMMAND" group:"serve"`
	launchOptions
}

type launchOptions struct {
	ServeEnv   []string      `name:"serve-env" help:"Variable of the server, KEY=VALUE, filled in likewise. HIP_VISIBLE_DEVICES follows --tp, --pp, --dp or --dcu-count unless it stands here or in the command." sep:"none" placeholder:"KEY=VALUE" group:"serve"`
	ServeNUMA  string        `name:"serve-numa" help:"Bind the server by numactl to these NUMA nodes, such as 0,1; auto: those of its devices, from sysfs or hy-smi." placeholder:"auto|NODES" group:"serve"`
	ServeReady time.Duration `name:"serve-ready-timeout" help:"Longest wait for the server to be ready." default:"10m" group:"serve"`
	ServeStop  time.Duration `name:"serve-stop-timeout" help:"How long the server may take to end after SIGTERM before it is killed." default:"30s" group:"serve"`
}

var numaNodes = regexp.MustCompile(`^(auto|\d+(,\d+)*)?$`)

func (f launchFlags) validate() error {
	var errs []error
	_, err := keyValues("--serve-env", f.ServeEnv)
	errs = append(errs, err)
	if !numaNodes.MatchString(f.ServeNUMA) {
		errs = append(errs, fmt.Errorf("--serve-numa %q: must be auto or nodes such as 0,1", f.ServeNUMA))
	}
	if f.ServeReady <= 0 || f.ServeStop <= 0 {
		errs = append(errs, fmt.Errorf("--serve-ready-timeout %s, --serve-stop-timeout %s: must be above 0", f.ServeReady, f.ServeStop))
	}
	for _, text := range f.templates() {
		if _, err := template.New("").Parse(text); err != nil {
			errs = append(errs, fmt.Errorf("--serve-cmd, --serve-env: %s", strings.TrimPrefix(err.Error(), "template: ")))
		}
	}
	return errors.Join(errs...)
}

// templates are the texts that are filled in.
func (f launchFlags) templates() []string { return append([]string{f.ServeCmd}, f.ServeEnv...) }

var templateKey = regexp.MustCompile(`\{\{[^}]*?\.(\w+)`)

// templateKeys are the names of flags and variables that texts mention.
func templateKeys(texts ...string) []string {
	var keys []string
	for _, m := range templateKey.FindAllStringSubmatch(strings.Join(texts, "\n"), -1) {
		keys = append(keys, strings.ReplaceAll(m[1], "_", "-"))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// fill puts values into a text.
func fill(flag, text string, values map[string]string) (string, error) {
	t, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", fmt.Errorf("%s: %s", flag, strings.TrimPrefix(err.Error(), "template: "))
	}
	for _, key := range templateKeys(text) {
		if name := strings.ReplaceAll(key, "-", "_"); values[name] == "" {
			return "", fmt.Errorf("%s: {{.%s}} has no value; %s", flag, name, toGive(key))
		}
	}
	var out strings.Builder
	if err := t.Execute(&out, values); err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	return out.String(), nil
}

// toGive says how a name that a text mentions gets its value: a flag of collect, or a variable, which sweeps alone have.
func toGive(key string) string {
	model, err := newCollectModel()
	if err != nil || model.has(key) {
		return "give --" + key
	}
	return fmt.Sprintf("there is no flag --%s%s; a sweep takes --set %s=VALUE", key, orNear(key, slices.Sorted(maps.Keys(model))), key)
}

// flagValues are the flags of a command that have a value, with _ for -, for what is filled in.
func flagValues(k *kong.Context) map[string]string {
	values := map[string]string{}
	for _, group := range k.Selected().AllFlags(false) {
		for _, flag := range group {
			v := flag.Target
			for v.Kind() == reflect.Pointer && !v.IsNil() {
				v = v.Elem()
			}
			if v.IsZero() || v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice || flag.Name == "warehouse" {
				continue
			}
			values[strings.ReplaceAll(flag.Name, "-", "_")] = fmt.Sprint(v.Interface())
		}
	}
	return values
}

// given reports whether a flag was on the command line.
func given(k *kong.Context, name string) bool {
	return slices.ContainsFunc(k.Path, func(p *kong.Path) bool { return p.Flag != nil && p.Flag.Name == name })
}

// portInCommand finds --port 8000, --port=8000 and -p 8000.
var portInCommand = regexp.MustCompile(`(?:^|\s)(?:--port[ =]|-p )\s*(\d+)(?:\s|$)`)

// portOf is the port that a command names.
func portOf(command string) (port int, ok bool) {
	m := portInCommand.FindStringSubmatch(command)
	if m == nil {
		return 0, false
	}
	port, err := strconv.Atoi(m[1])
	return port, err == nil
}

// placeServer settles the port of a server that is to be started: --port, that of the command, else a free one.
func (c *collectCmd) placeServer(k *kong.Context) error {
	if c.ServeCmd == "" || c.BaseURL != "" || given(k, "port") {
		return nil
	}
	if port, ok := portOf(c.ServeCmd); ok {
		c.Port = port
		return nil
	}
	if !slices.Contains(templateKeys(c.templates()...), "port") {
		return nil
	}
	port, err := launch.FreePort(c.Host)
	c.Port = port
	return err
}

// address is the host:port of a URL on this host; "" for one of another.
func address(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Port() == "" {
		return ""
	}
	switch u.Hostname() {
	case "127.0.0.1", "localhost", "::1", "0.0.0.0":
		return u.Host
	}
	return ""
}
