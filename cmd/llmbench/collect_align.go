package main

import (
	"errors"
	"fmt"
	"net/http"

	"llmbench/collect/dataset"
	"llmbench/collect/tokenizer"
)

// align gives the dataset whose prompts are as long as the server counts them, and says what was found.
func (c *collectCmd) align(a *app, client *http.Client, p *collectPlan, ds dataset.Dataset) (dataset.Dataset, error) {
	target := p.load.Target
	server, err := tokenizer.NewServer(a.ctx, client, target.BaseURL, p.load.Protocol.Model, target.Header)
	if err != nil {
		return nil, err
	}
	count := func(text string) (int, error) { return server.CountPrompt(text, p.load.Backend.Chat) }
	a.note("--align: asking the server for the length of %d prompts", ds.Len())
	ds, found, err := dataset.Align(a.ctx, ds, p.data.Name, count, server, p.data.Seed)
	if errors.Is(err, tokenizer.ErrNoChatCount) {
		err = fmt.Errorf("%w; align prompts of a backend without chat, or leave --align out", err)
	}
	if err != nil {
		return nil, err
	}
	finding := found.Finding()
	if finding == "" {
		finding = "the server counts every prompt as asked"
	}
	a.note("--align: %s", finding)
	return ds, nil
}
