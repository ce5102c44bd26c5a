package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"llmbench/collect/sweep"
	"llmbench/near"
	"llmbench/store"
)

// sweepCmd makes many runs.
type sweepCmd struct {
	Run    sweepRunCmd    `cmd:"" default:"withargs" help:"Make the runs of a plan; what is done already is not done again."`
	Status sweepStatusCmd `cmd:"" help:"Show what is done, failed and left of a plan."`
}

// Help is shown by sweep --help.
func (sweepCmd) Help() string {
	return sweepRunCmd{}.Help() + "\n\nllmbench sweep run --help lists the flags."
}

// sweepFlags are the plan.
type sweepFlags struct {
	Plan    string   `arg:"" optional:"" help:"YAML file of the plan; flags may stand instead or beside it." type:"path"`
	Name    string   `help:"Name of the sweep, under which it goes on where it stopped. When not given: that in the plan, its file's, else one made of the flags." group:"plan"`
	Set     []string `help:"A flag of collect with its values, or a variable of --serve-cmd: --set max-num-seqs=64,128. For collect's flags --FLAG VALUES says the same." sep:"none" placeholder:"NAME=VALUE,..." group:"plan"`
	Zip     []string `help:"Flags whose lists advance together instead of being multiplied: tp,dcu." sep:"none" placeholder:"FLAG,FLAG" group:"plan"`
	Exclude []string `help:"Points to leave out: tp=4,batch=64." sep:"none" placeholder:"FLAG=VALUE,..." group:"plan"`
	Repeats int      `help:"Runs of every point, interleaved: A B A B; 1 when not given." group:"plan"`
	launchFlags
	Before     string `help:"Command to run before the points of each server configuration, filled in like --serve-cmd: to start a server on another host." placeholder:"COMMAND" group:"serve"`
	After      string `help:"Command to run after them." placeholder:"COMMAND" group:"serve"`
	KeepServer bool   `help:"Start each server once and make all its repeats, A A B B. The runs are marked, and compare says so." group:"serve"`
	Warmups    int    `name:"serve-warmups" help:"Requests after each start of a server, before its first run; they are not kept." default:"4" group:"serve"`
	searchFlags
	warehouseFlag
}

// sweepRunCmd runs a plan.
type sweepRunCmd struct {
	sweepFlags
	DryRun      bool   `help:"Print the points and an estimate of the time, and send nothing." group:"run"`
	Format      string `help:"How --dry-run prints: ${enum}." default:"table" enum:"table,json" group:"run"`
	Again       bool   `help:"Measure everything anew." group:"run"`
	SkipFailed  bool   `help:"Do not try again what failed before." group:"run"`
	StopOnError bool   `help:"End at the first point that fails instead of going on with the next." group:"run"`
	CSV         string `name:"csv" help:"File for one line a point, in the columns of the DCU benchmark scripts; written anew after every run." type:"path" placeholder:"FILE" group:"run"`
}

// Help is shown by sweep run --help.
func (sweepRunCmd) Help() string {
	return `Every flag of collect may stand here, with a list of values: --batch 1,2,4 (so many requests, all at once), --lens 512:512,1024:1024
(prompt and output tokens), --request-rate, --max-concurrency, --tp, ... The points are all combinations.

Started again it goes on where it stopped. Failed points are kept with their error and tried again by the next start.`
}

// Run runs the plan.
func (c *sweepRunCmd) Run(a *app, k *kong.Context) error {
	whole, err := c.withFile(a, k)
	if err != nil {
		return usageError(err)
	}
	if whole != nil {
		*c = whole.Run
	}
	if c.Format == "json" && !c.DryRun {
		return usageError(errors.New("--format json is for --dry-run; what was measured: llmbench sweep status --format json, llmbench runs --format json"))
	}
	s, err := a.openSweep(&c.sweepFlags, c.Again)
	if err != nil {
		return err
	}
	defer s.warehouse.Close()
	if c.DryRun {
		return s.dryRun(c.Format)
	}
	release, err := s.warehouse.Claim("sweep " + s.plan.Name)
	if errors.Is(err, store.ErrClaimed) {
		return fmt.Errorf("%w; wait for it to end, or give this one another --name", err)
	}
	if err != nil {
		return err
	}
	return errors.Join((&sweeper{sweepPlan: s, cmd: c}).run(), release())
}

// openSweep makes and checks the plan, then opens the warehouse, which the caller closes, and finds what is done; with again
// nothing is.
func (a *app) openSweep(flags *sweepFlags, again bool) (*sweepPlan, error) {
	s, err := a.newSweep(flags)
	if err != nil {
		return nil, usageError(err)
	}
	if s.warehouse, err = flags.open(a); err != nil {
		return nil, err
	}
	if err := s.loadDone(again); err != nil {
		return nil, errors.Join(err, s.warehouse.Close())
	}
	return s, nil
}

// withFile reads the command anew with the flags that the plan's file gives; what the command line says wins. It is nil when
// the file gives none.
func (c *sweepFlags) withFile(a *app, k *kong.Context) (*sweepCmd, error) {
	file, err := c.read()
	if err != nil || len(file.Options) == 0 {
		return nil, err
	}
	var whole grammar
	parser, err := a.newParser(&whole)
	if err != nil {
		return nil, err
	}
	command := k.Selected().Name
	run, asked := ownFlagsOf(childNamed(childNamed(parser.Model.Node, "sweep"), "run")), ownFlagsOf(k.Selected())
	args := []string{"sweep", command}
	var errs []error
	refused := ""
	for _, o := range file.Options {
		switch {
		case run[o.Key] == nil || slices.Contains([]string{"set", "help", "version"}, o.Key):
			if refused != o.Key { // a list gives its key several times
				errs = append(errs, fmt.Errorf("%s: line %d: %s: %s", c.Plan, o.Line, o.Key, notOfPlan(o.Key)))
			}
			refused = o.Key
		case asked[o.Key] != nil:
			args = append(args, o.Arg())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	given := k.Args[slices.Index(k.Args, "sweep")+1:]
	if len(given) > 0 && given[0] == command {
		given = given[1:]
	}
	if _, err := parser.Parse(append(args, given...)); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Plan, err)
	}
	return &whole.Sweep, nil
}

// notOfPlan says what a key may have been meant for.
func notOfPlan(key string) string {
	if question := near.Question(key, sweep.Fields); question != "" {
		return "no field of a plan; " + question
	}
	return "no field of a plan; flags of collect stand under flags or product"
}

// read reads the plan's file; without one the plan is empty.
func (c *sweepFlags) read() (sweep.File, error) {
	if c.Plan == "" {
		return sweep.File{Plan: sweep.Plan{Repeats: 1}}, nil
	}
	text, err := os.ReadFile(c.Plan)
	if err != nil {
		return sweep.File{}, fmt.Errorf("read the plan: %w%s", err, commandMeant(c.Plan))
	}
	if strings.TrimSpace(string(text)) == "" {
		return sweep.File{}, fmt.Errorf("read the plan: %s is empty", c.Plan)
	}
	file, err := sweep.Parse(text)
	if err != nil {
		return file, errors.New(c.Plan + ": " + strings.ReplaceAll(err.Error(), "\n", "\n"+c.Plan+": "))
	}
	return file, nil
}

// commandMeant asks whether what was taken for a plan was meant for a command of sweep.
func commandMeant(plan string) string {
	if question := near.Question(filepath.Base(plan), []string{"run", "status"}); question != "" {
		return "; " + question
	}
	return ""
}
