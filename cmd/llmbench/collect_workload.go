package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"llmbench/collect/dataset"
	"llmbench/collect/tokenizer"
	"llmbench/store"
)

// workload makes the dataset and describes it in the row. Model is where a tokenizer may be found by.
func (c *collectCmd) workload(a *app, p *collectPlan, row *store.Run, tok tokenizer.Found, model string, client *http.Client) (dataset.Dataset, error) {
	row.Tokenizer = new(tok.Name())
	data := p.data
	data.NumPrompts, data.Warmups = data.NumPrompts+p.load.Warmups, p.load.Warmups
	data.Files.CountAhead = tok.Source == tokenizer.FromServer
	data.Files.Tables, data.HF.Caches = tableFiles{a.ctx}, a.modelCaches()
	var err error
	if data.Files.Template, err = c.template(a, p, model); err != nil {
		return nil, err
	}
	ds, err := dataset.New(data, tok)
	if err != nil {
		return nil, err
	}
	if c.Align && client != nil {
		if ds, err = c.align(a, client, p, ds); err != nil {
			return nil, fmt.Errorf("--align: %w", err)
		}
	}
	p.data.NumPrompts, p.sessions = requestsOf(ds, p.load.Warmups) // a dataset may have fewer than were asked for, or put several into a request
	row.NumPrompts = new(int64(p.data.NumPrompts))
	if len(c.LoraModules) > 0 {
		ds = dataset.WithModels(ds, c.LoraModules, c.LoraAssignment == "round-robin", p.data.Seed)
	}
	if err := c.selfTime(p, row, ds); err != nil {
		return nil, usageError(err)
	}
	a.tellTrace(p, ds)
	return ds, c.describe(p, row, tok, ds)
}

// describe completes the row with the recipe of the workload.
func (c *collectCmd) describe(p *collectPlan, row *store.Run, tok tokenizer.Any, ds dataset.Dataset) error {
	recipe := ds.Recipe()
	recipe["dataset"] = p.data.Name
	recipe["num_prompts"] = p.data.NumPrompts
	c.arrivalsRecipe(p, recipe)
	data, err := json.Marshal(recipe)
	if err != nil {
		return fmt.Errorf("describe the workload: %w", err)
	}
	row.Workload = new(string(data))
	id := sha256.New()
	fmt.Fprintf(id, "%s\n%s\n%d\n", data, tok.Hash(), p.data.Seed)
	row.WorkloadID = new(hex.EncodeToString(id.Sum(nil))[:16])
	return nil
}

// requestsOf is how many requests and conversations the load has; a warm-up is one request, or the first of a conversation.
func requestsOf(ds dataset.Dataset, warmups int) (requests, sessions int) {
	if talks, ok := dataset.AsSessions(ds); ok {
		sessions = talks.Count() - warmups
		return talks.First(sessions), sessions
	}
	return ds.Len() - warmups, 0
}

// tooLong says how much of the load does not fit into the model's context, of prompt and answer together; "" when all does, or
// nobody knows.
func tooLong(p *collectPlan, context *int64, ds dataset.Dataset) string {
	if context == nil {
		return ""
	}
	n, looked, longest := dataset.TooLong(ds, p.data.NumPrompts, int(*context))
	if n == 0 {
		return ""
	}
	of := fmt.Sprintf("%d requests", looked)
	if looked < p.data.NumPrompts {
		of = "the first " + of
	}
	return fmt.Sprintf("%d of %s do not fit into the model's context of %d tokens, the longest has %d with its answer: a server refuses them or cuts their answers short", n, of, *context, longest)
}
