package main

import (
	"errors"
	"fmt"
	"net/http"

	"llmbench/collect/tokenizer"
)

// findTokenizer finds what prompts are counted by: the one named, the model's on this disk, the server's, or an
// approximation that the report names as such.
func (c *collectCmd) findTokenizer(a *app, client *http.Client, p *collectPlan, model string) (tokenizer.Found, error) {
	options := tokenizer.Options{
		Path: c.Tokenizer, Model: model, Caches: a.modelCaches(),
		Client: client, BaseURL: p.load.Target.BaseURL, ServedModel: p.load.Protocol.Model, Header: p.load.Target.Header,
	}
	if c.Tokenizer == "server" {
		options.Path, options.Model = "", ""
	}
	found, err := tokenizer.Find(a.ctx, options)
	if err != nil {
		return found, fmt.Errorf("--tokenizer: %w; name a tokenizer.json or its folder, or leave the flag out: the server is then asked", err)
	}
	if c.Tokenizer == "server" && found.Source != tokenizer.FromServer {
		return found, fmt.Errorf("--tokenizer server: %w", errors.Join(found.Notes...))
	}
	if found.Source == tokenizer.FromRule {
		why := ""
		if err := errors.Join(found.Notes...); err != nil {
			why = fmt.Sprintf(" (%v)", err)
		}
		a.note("lengths of prompts are an approximation, for no tokenizer was found%s; name one with --tokenizer", why)
	}
	return found, nil
}
