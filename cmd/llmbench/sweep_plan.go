package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"llmbench/collect/sweep"
	"llmbench/store"
)

// sweepPlan is a plan whose every point has been checked.
type sweepPlan struct {
	*app
	flags     *sweepFlags
	plan      sweep.Plan
	model     collectModel
	defaults  *defaults
	points    []sweep.Point
	visits    []sweep.Visit
	variables []string // names that are no flags of collect: of the commands alone
	warehouse *store.Warehouse
	done      map[stepKey]stepDone
	resolves  map[stepKey]string // flags of runs, as resolve found them
	search    *search            // nil when the loads are given
}

// serverKeys describe a server whatever its command says.
var serverKeys = []string{"tp", "pp", "dp", "dtype", "dcu", "dcu-count"}

// newSweep makes the plan of file and flags and checks every point as collect would.
func (a *app) newSweep(flags *sweepFlags) (*sweepPlan, error) {
	file, err := flags.read()
	if err != nil {
		return nil, err
	}
	model, err := newCollectModel()
	if err != nil {
		return nil, err
	}
	defaults, err := a.readDefaults()
	if err != nil {
		return nil, err
	}
	s := &sweepPlan{app: a, defaults: defaults, flags: flags, plan: file.Plan, model: model, done: map[stepKey]stepDone{}, resolves: map[stepKey]string{}}
	if s.search, err = flags.parse(); err != nil {
		return nil, err
	}
	if err := errors.Join(s.addFlags(), flags.launchFlags.validate()); err != nil {
		return nil, err
	}
	s.plan.Name = flags.name(s.plan)
	if s.points, err = s.plan.Expand(); err != nil {
		return nil, err
	}
	if err := errors.Join(s.checkKeys(), s.checkServers()); err != nil {
		return nil, err
	}
	if s.search != nil {
		if err := s.search.check(s); err != nil {
			return nil, err
		}
	}
	s.visits = sweep.Order(s.points, s.decides, s.plan.Repeats, flags.KeepServer)
	return s, s.checkPoints()
}

// name is the sweep's: given, of the plan, of its file, or made of the flags, so that the same command goes on.
func (c *sweepFlags) name(p sweep.Plan) string {
	switch {
	case c.Name != "":
		return c.Name
	case p.Name != "":
		return p.Name
	case c.Plan != "":
		return strings.TrimSuffix(filepath.Base(c.Plan), filepath.Ext(c.Plan))
	}
	sum := sha256.Sum256([]byte(strings.Join(slices.Concat(c.Set, c.Zip, []string{c.ServeCmd, c.Before, c.FindMax, c.FindKnee}, c.SLO), "\n")))
	return "sweep-" + hex.EncodeToString(sum[:4])
}

// addFlags adds the command line's flags to the plan, in whose place they stand when it has them too.
func (s *sweepPlan) addFlags() error {
	var axes []sweep.Axis
	var errs []error
	for _, text := range s.flags.Set {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			errs = append(errs, fmt.Errorf("--set %q: must be NAME=VALUES", text))
			continue
		}
		axis := &sweep.Axis{Key: key}
		if i := slices.IndexFunc(axes, func(a sweep.Axis) bool { return a.Key == key }); i >= 0 {
			axis = &axes[i]
		} else {
			axes = append(axes, *axis)
			axis = &axes[len(axes)-1]
		}
		values := []string{value}
		if s.model.splits(key) {
			values = strings.Split(value, ",")
		}
		for _, v := range values {
			axis.Values = append(axis.Values, sweep.Setting{Key: key, Value: strings.TrimSpace(v)})
		}
	}
	for _, a := range axes {
		s.drop(a.Key)
		if len(a.Values) == 1 && a.Key != sweep.KeyBatch && a.Key != sweep.KeyLens || s.model.cumulative(a.Key) {
			s.plan.Flags = append(s.plan.Flags, a.Values...)
			continue
		}
		s.plan.Product = append(s.plan.Product, a)
	}
	if s.flags.Repeats != 0 {
		s.plan.Repeats = s.flags.Repeats
	}
	return errors.Join(append(errs, s.zip(), s.exclude())...)
}

// drop takes a key out of what the file says.
func (s *sweepPlan) drop(key string) {
	s.plan.Flags = slices.DeleteFunc(s.plan.Flags, func(f sweep.Setting) bool { return f.Key == key })
	s.plan.Product = slices.DeleteFunc(s.plan.Product, func(a sweep.Axis) bool { return a.Key == key })
}

// zip lets axes of the product advance together.
func (s *sweepPlan) zip() error {
	for _, text := range s.flags.Zip {
		var group []sweep.Axis
		for key := range strings.SplitSeq(text, ",") {
			i := slices.IndexFunc(s.plan.Product, func(a sweep.Axis) bool { return a.Key == key })
			if i < 0 {
				return fmt.Errorf("--zip %s: --%s has no list", text, key)
			}
			group = append(group, s.plan.Product[i])
			s.plan.Product = slices.Delete(s.plan.Product, i, i+1)
		}
		s.plan.Zip = append(s.plan.Zip, group)
	}
	return nil
}

func (s *sweepPlan) exclude() error {
	for _, text := range s.flags.Exclude {
		var out []sweep.Axis
		for pair := range strings.SplitSeq(text, ",") {
			key, value, ok := strings.Cut(pair, "=")
			if !ok {
				return fmt.Errorf("--exclude %q: must be FLAG=VALUE,FLAG=VALUE", text)
			}
			out = append(out, sweep.Axis{Key: key, Values: []sweep.Setting{{Key: key, Value: value}}})
		}
		s.plan.Exclude = append(s.plan.Exclude, out)
	}
	return nil
}

// ownFlags are flags of collect that a sweep decides itself.
var ownFlags = []string{"name", "warehouse", "serve-cmd", "serve-env", "serve-numa", "serve-ready-timeout", "serve-stop-timeout", "repeat-workload", "help"}

// checkKeys refuses names that are neither flags of collect nor mentioned by a command.
func (s *sweepPlan) checkKeys() error {
	var errs []error
	mentioned := templateKeys(append(s.flags.templates(), s.flags.Before, s.flags.After)...)
	refuse := func(set sweep.Setting, format string, args ...any) {
		where := ""
		if set.Line > 0 {
			where = fmt.Sprintf("%s: line %d: ", s.flags.Plan, set.Line)
		}
		errs = append(errs, errors.New(where+fmt.Sprintf(format, args...)))
	}
	seen := map[string]bool{}
	for _, set := range s.settings() {
		if seen[set.Key] {
			continue
		}
		seen[set.Key] = true
		switch {
		case slices.Contains(ownFlags, set.Key):
			refuse(set, "%s: a sweep decides it itself", set.Key)
		case s.model[set.Key] != nil, set.Key == sweep.KeyBatch, set.Key == sweep.KeyLens:
		case slices.Contains(mentioned, set.Key):
			s.variables = append(s.variables, set.Key)
		default:
			refuse(set, "%s: neither a flag of collect nor a variable of --serve-cmd%s", set.Key, s.model.near(set.Key))
		}
	}
	return errors.Join(errs...)
}

// settings are all that the plan names, each once or more.
func (s *sweepPlan) settings() []sweep.Setting {
	all := slices.Clone(s.plan.Flags)
	for _, p := range s.points {
		all = append(all, p.Settings...)
	}
	return all
}

// keys are the names of all that is swept, what is searched included.
func (s *sweepPlan) keys() []string {
	if s.search == nil {
		return s.plan.Keys()
	}
	return append(s.plan.Keys(), s.search.key)
}

// decides reports whether a key decides the server.
func (s *sweepPlan) decides(key string) bool {
	if !s.startsServers() {
		return false
	}
	return slices.Contains(serverKeys, key) || slices.Contains(templateKeys(append(s.flags.templates(), s.flags.Before, s.flags.After)...), key)
}

func (s *sweepPlan) startsServers() bool { return s.flags.ServeCmd != "" || s.flags.Before != "" }

// checkServers refuses lists of what only another server can give.
func (s *sweepPlan) checkServers() error {
	if s.startsServers() {
		return nil
	}
	var errs []error
	for _, key := range serverKeys {
		if sweep.Varies(s.points, key) {
			errs = append(errs, fmt.Errorf("--%s: a list needs a server for each value: give --serve-cmd or --before; a single value is a tag", key))
		}
	}
	return errors.Join(errs...)
}

// checkPoints refuses points that collect would refuse. What is wrong with several is told once.
func (s *sweepPlan) checkPoints() error {
	var errs []error
	told := map[string]bool{}
	for _, p := range s.points {
		step := sweep.Step{Point: p, Repeat: 1}
		if s.search != nil {
			step = s.stepAt(p, s.search.config.From, 1)
		}
		_, err := s.resolve(step, 0)
		if err == nil {
			continue
		}
		for text := range strings.SplitSeq(err.Error(), "\n") {
			if !told[text] {
				told[text] = true
				errs = append(errs, fmt.Errorf("point %s: %s%s", p.Label(), s.lines(p, text), reworded(text, nil)))
			}
		}
	}
	return errors.Join(errs...)
}

// lines names the plan's lines of the settings that a message speaks of.
func (s *sweepPlan) lines(p sweep.Point, text string) string {
	for _, set := range slices.Concat(p.Settings, s.plan.Flags) {
		flags, err := set.Flags()
		if set.Line == 0 {
			continue
		}
		if err != nil || slices.ContainsFunc(flags, func(f sweep.Setting) bool { return strings.Contains(text, "--"+f.Key) }) {
			return fmt.Sprintf("%s: line %d: ", s.flags.Plan, set.Line)
		}
	}
	return ""
}

// resolved is a run as a command of collect.
type resolved struct {
	cmd    *collectCmd
	kong   *kong.Context
	plan   *collectPlan
	flags  string            // what decides the run: by this a finished one is known again
	values map[string]string // for the commands
}

// resolve makes the command of a run and checks it. A port other than 0 is that of the server that was started for it, and no
// flag: it decides nothing.
func (s *sweepPlan) resolve(step sweep.Step, port int, more ...string) (*resolved, error) {
	args := []string{"collect"}
	seeded := false
	for _, set := range slices.Concat(s.plan.Flags, step.Point.Settings) {
		flags, err := set.Flags()
		if err != nil {
			return nil, err
		}
		for _, f := range flags {
			seeded = seeded || f.Key == "seed"
			if !slices.Contains(s.variables, f.Key) {
				args = append(args, f.Arg())
			}
		}
	}
	if !seeded {
		args = append(args, fmt.Sprintf("--seed=%d", step.Seed(s.decides)))
	}
	if s.flags.ServeCmd != "" {
		args = append(args, "--serve-cmd="+s.flags.ServeCmd)
	}
	for _, env := range s.flags.ServeEnv {
		args = append(args, "--serve-env="+env)
	}
	args = append(args, "--warehouse="+s.flags.Warehouse)
	if s.search != nil {
		args = append(args, s.sizing(step.Point.Value(s.search.key))...)
	}
	return s.parse(step, port, append(args, more...))
}

func (s *sweepPlan) parse(step sweep.Step, port int, args []string) (*resolved, error) {
	var g struct {
		Collect collectCmd `cmd:""`
	}
	// Of this command alone: a parser of all takes three times as long to make, and the defaults have been checked.
	parser, err := kong.New(&g, vocabulary(), kong.Resolvers(kong.ResolverFunc(s.defaults.Resolve)))
	if err != nil {
		return nil, err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return nil, err
	}
	r := &resolved{cmd: &g.Collect, kong: k, values: flagValues(k)}
	if flags := givenFlags(k); flags != nil {
		r.flags = *flags
	}
	for _, set := range slices.Concat(s.plan.Flags, step.Point.Settings) {
		r.values[strings.ReplaceAll(set.Key, "-", "_")] = set.Value
	}
	if port != 0 {
		r.cmd.Port, r.values["port"] = port, fmt.Sprint(port)
	}
	r.plan, err = r.cmd.plan(s.app)
	if err != nil {
		return nil, err
	}
	if s.flags.ServeCmd != "" {
		for _, text := range append(s.flags.templates(), s.flags.Before, s.flags.After) {
			if _, err := fill("--serve-cmd", text, r.values); err != nil {
				return nil, err
			}
		}
	}
	for key, value := range s.tags(step) {
		r.plan.tags[key] = value
	}
	return r, nil
}

// columned are flags that are columns of the table runs.
var columned = []string{"dcu", "dcu-count", "tp", "pp", "dp", "model", "dtype", "backend", "base-url", "dataset-name", "dataset-path", "num-prompts", "request-rate",
	"burstiness", "max-concurrency", "seed", "ignore-eos", "tokenizer"}

// tags are those by which the run is found again: the sweep, the point, the repeat, and what is swept without being a column.
func (s *sweepPlan) tags(step sweep.Step) map[string]string {
	tags := map[string]string{"sweep": s.plan.Name, "point": step.Point.Label(), "repeat": fmt.Sprint(step.Repeat)}
	for _, set := range step.Point.Settings {
		if !slices.Contains(columned, set.Key) {
			tags[set.Key] = set.Value
		}
	}
	if s.flags.KeepServer && s.startsServers() {
		tags[tagKeepServer] = "true"
	}
	return tags
}

// tagKeepServer marks runs whose repeats share one start of the server; compare speaks of it.
const tagKeepServer = "keep-server"
