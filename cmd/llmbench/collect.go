package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/alecthomas/kong"

	"llmbench/collect"
	"llmbench/collect/dataset"
	"llmbench/collect/tokenizer"
	"llmbench/store"
)

// collectCmd measures a server.
type collectCmd struct {
	serverFlags
	connectionFlags
	datasetFlags
	fileFlags
	hfFlags
	randomFlags
	sessionFlags
	prefixFlags
	mediaFlags
	traceFlags
	tokenizerFlags
	loadFlags
	acceptedFlags
	bodyFlags
	resultFlags
	systemFlags
	telemetryFlags
	launchFlags
	warehouseFlag
}

// Help is shown by collect --help.
func (collectCmd) Help() string {
	return `Flags have the names and meanings of vLLM's serving benchmark; _ is taken for -.
Ctrl-C once sends nothing more and waits for what is in flight; twice cuts it. What came is kept either way.`
}

// Run collects one run: everything that can be refused is refused before the first request.
func (c *collectCmd) Run(a *app, k *kong.Context) error {
	if err := c.placeServer(k); err != nil {
		return usageError(err)
	}
	plan, err := c.plan(a)
	if err != nil {
		return usageError(err)
	}
	a.tellNoEffect(k)
	warehouse, err := c.open(a)
	if err != nil {
		return err
	}
	defer warehouse.Close()
	server, err := c.startServer(a, k, plan, warehouse)
	if err != nil {
		return err
	}
	result, err := c.once(a, k, plan, warehouse, server)
	err = errors.Join(err, server.fault(), server.end(a))
	if result == nil {
		return err
	}
	return errors.Join(c.conclude(a, plan, warehouse, result), err)
}

// once makes one run. The server is the one that was started for it, nil when it was there already. A run that was kept is
// given beside an error too.
func (c *collectCmd) once(a *app, k *kong.Context, plan *collectPlan, warehouse *store.Warehouse, server *servedEngine) (*measured, error) {
	if err := c.repeat(a, plan, warehouse); err != nil {
		return nil, err
	}
	setup, err := c.prepare(a, plan)
	if err != nil {
		return nil, err
	}
	if warm, err := c.warmCache(a, plan, warehouse, setup.row); err != nil {
		return nil, err
	} else if warm != "" {
		a.note("%s", warm)
		setup.findings["prefix_cache"] = warm
	}
	setup.row.Flags = givenFlags(k)
	server.describe(&setup.row)
	return c.measure(a, plan, warehouse, setup)
}

// setup is a run ready to start.
type setup struct {
	row     store.Run
	dataset dataset.Dataset
	special int // tokens that the tokenizer says a server adds to a plain prompt
	// findings are for the column of that name.
	findings map[string]string
	watch    *watch
}

// prepare asks the server what it serves, finds the tokenizer and makes the dataset.
func (c *collectCmd) prepare(a *app, p *collectPlan) (*setup, error) {
	client := &http.Client{Transport: collect.NewTransport(p.load.Target, 8, p.load.Timeouts), Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	if c.ReadyCheck > 0 {
		if err := collect.WaitReady(a.ctx, client, p.load.Target, time.Duration(c.ReadyCheck)*time.Second); err != nil {
			return nil, err
		}
	}
	row := c.runRow(p)
	root, err := c.chooseModel(a, client, p, &row)
	if err != nil {
		return nil, err
	}
	tok, err := c.findTokenizer(a, client, p, root)
	if err != nil {
		return nil, err
	}
	if tok.Source == tokenizer.FromFile { // a server's would be asked in the middle of the load
		p.load.CountTokens = tok.Count
	}
	s := &setup{row: row, special: tok.NumSpecialToAdd(), findings: map[string]string{}}
	if s.dataset, err = c.workload(a, p, &s.row, tok, root, client); err != nil {
		return nil, err
	}
	if long := tooLong(p, s.row.MaxModelLen, s.dataset); long != "" {
		a.note("%s", long)
		s.findings["context"] = long
	}
	s.watch, err = c.planTelemetry(a, p, &s.row)
	return s, err
}

// chooseModel fills in the model, the name to send and the engine; it gives the path or hub name of the weights, by which
// a tokenizer can be found.
func (c *collectCmd) chooseModel(a *app, client *http.Client, p *collectPlan, row *store.Run) (root string, err error) {
	server, err := collect.AskServer(a.ctx, client, p.load.Target)
	row.Engine, row.EngineVersion = optional(server.Engine), optional(server.EngineVersion)
	asked := c.ServedModelName
	if asked == "" {
		asked = c.Model
	}
	p.load.Protocol.Model, row.Model = asked, optional(asked)
	if c.Model != "" {
		row.Model = new(c.Model)
	}
	switch {
	case err != nil && (!errors.Is(err, collect.ErrNoModels) || asked == ""):
		if errors.Is(err, collect.ErrNoModels) {
			err = fmt.Errorf("%w; name the model with --model", err)
		}
		return "", err
	case err != nil || c.SkipModelCheck && asked != "":
		return c.Model, nil
	}
	model, err := server.Choose(p.load.Target.BaseURL, asked)
	if err != nil {
		return "", err
	}
	p.load.Protocol.Model = model.ID
	row.MaxModelLen, row.ModelRoot = optional(model.MaxModelLen), optional(model.Root)
	if c.Model != "" {
		return c.Model, nil
	}
	row.Model = new(model.ID)
	if model.Root != "" {
		return model.Root, nil
	}
	return model.ID, nil
}

// measured is a finished run.
type measured struct {
	entry   store.Entry
	outcome *collect.Outcome
	// shortDisk: the load was stopped for want of room.
	shortDisk bool
	// broken: the load could not go on, and the error beside this says why.
	broken bool
	// refuge is the warehouse the run went to because the disk of its own was full, else "".
	refuge string
}

// measure runs the load into the warehouse.
func (c *collectCmd) measure(a *app, p *collectPlan, w *store.Warehouse, s *setup) (*measured, error) {
	s.row.BeganAt = time.Now() // near enough for a run that never ends; the exact origin is known when it does
	if err := a.checkDisk(w, s.dataset); err != nil {
		return nil, err
	}
	writer, err := w.Begin(a.ctx, s.row)
	if err != nil {
		return nil, err
	}
	control := c.control(p)
	p.load.BeforeOrigin = control.before
	sampler, watched := s.watch.sampler(a, writer), time.Now()
	p.load.AtOrigin = sampler.Origin
	engine := collect.New(p.load, s.dataset, writer)
	ctx, release := interruptible(a, engine)
	defer release()
	a.announce(p, writer.RunID(), c.rateText(p.load))
	most := p.mostAtOnce(engine.Units())
	a.noteCalibration(most)
	if limit := collect.ConnectionLimit(); limit > 0 && most > limit {
		a.note("%d requests at once need more open files than this process may have (room for %d connections): raise it with ulimit -n, or set --max-concurrency %d", most, limit, limit)
	}
	stopProgress := func() {}
	if !c.DisableTqdm {
		stopProgress = a.showProgress(engine)
	}
	stopWatching := a.watchDisk(engine, writer)
	outcome, runErr := engine.Run(ctx)
	s.findings["doctor"] = s.watch.doctor
	s.findings["telemetry"] = telemetryFinding(sampler.Stop(), s.watch.devices, time.Since(watched))
	shortDisk := stopWatching()
	stopProgress()
	if err := control.after(); err != nil {
		a.note("--profile: %v", err)
	}
	control.describe(&s.row)
	if runErr != nil && outcome.Completed+outcome.Failed == 0 { // no request was made: there is no run to keep
		return nil, errors.Join(runErr, writer.Abort())
	}
	entry, err := c.finishWithRoom(ctx, a, writer, s, outcome, runErr)
	switch {
	case err != nil && waiting(writer) > 0:
		return nil, giveUp(writer, err)
	case err != nil:
		return nil, errors.Join(runErr, fmt.Errorf("%w; what was written stays in the journal, and the next command recovers it", err))
	case runErr != nil:
		err = fmt.Errorf("run %s was stopped: %w; what came is kept", entry.Run.RunID, runErr)
	}
	return &measured{entry: entry, outcome: outcome, shortDisk: shortDisk, broken: runErr != nil, refuge: writer.Refuge()}, err
}

// mostAtOnce is how many requests of the load may be in flight together; 0 where the rate decides and nobody knows
// beforehand.
func (p *collectPlan) mostAtOnce(requests int) int {
	switch {
	case p.load.MaxConcurrency > 0:
		return min(p.load.MaxConcurrency, requests)
	case p.load.Arrivals.AllAtOnce() && !p.load.SelfTimed:
		return requests
	}
	return 0
}

// finish writes the run down. It goes on after Ctrl-C: what came is not to be lost.
func (c *collectCmd) finish(writer *store.Writer, s *setup, o *collect.Outcome, runErr error) (store.Entry, error) {
	row := s.row
	row.RunID = writer.RunID()
	o.Describe(&row)
	if runErr != nil {
		row.Status = store.RunInterrupted
	}
	row.Findings = s.findingsAfter(o)
	cost := writer.Cost()
	row.WriteNS, row.WriteMaxNS = new(int64(cost.Append)), new(int64(cost.LongestAppend))
	return writer.Finish(context.Background(), row)
}

// findingsAfter are those before the load, why the client is not ok, and where its counts of tokens are not the server's.
func (s *setup) findingsAfter(o *collect.Outcome) *string {
	findings := maps.Clone(s.findings)
	_, findings["client"] = o.Client.Verdict()
	findings["prompt_tokens"] = o.Prompts.Finding(s.special)
	maps.DeleteFunc(findings, func(_, text string) bool { return text == "" })
	return jsonText(findings)
}
