package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"llmbench/collect/chattemplate"
	"llmbench/collect/dataset"
	"llmbench/collect/tokenizer"
)

// fileFlags are those of the datasets that come from files.
type fileFlags struct {
	NoOversample       bool   `help:"Keep a dataset of files short when it has too few prompts, instead of drawing from it again." group:"data"`
	DisableShuffle     bool   `help:"Take the prompts of a file in its order." group:"data"`
	NoLengthFilter     bool   `help:"Keep the prompts that vLLM's length filter drops: below 4 tokens or above 1024, above 2048 with the answer." group:"data"`
	SkipChatTemplate   bool   `help:"Send the prompts of a file as they are. Otherwise custom, the benches and sonnet go through the tokenizer's chat template where the backend takes texts." aliases:"custom-skip-chat-template" group:"data"`
	ChatTemplate       string `help:"Jinja file, or the name of one of the tokenizer's templates." placeholder:"FILE|NAME" group:"data"`
	ChatTemplateKwargs string `help:"JSON object of variables for the chat template, such as {\"enable_thinking\":false}." placeholder:"JSON" group:"data"`

	CustomOutputLen    int    `help:"custom, custom_image, custom_audio: tokens to ask for; -1 takes each row's own." default:"256" group:"data"`
	CustomPromptColumn string `help:"custom: column of the prompt, a text or the messages of a chat." default:"prompt" group:"data"`
	CustomOutputColumn string `help:"custom: column of the tokens to ask for, with --custom-output-len -1." default:"output_tokens" group:"data"`

	CustomEnsureClientSideData bool `help:"custom_image: refuse media that the server would have to fetch; files are always sent along." group:"data"`

	SpecBenchOutputLen      int    `help:"spec_bench: tokens to ask for." default:"256" group:"data"`
	SpecBenchCategory       string `help:"spec_bench: ask the questions of this category only." group:"data"`
	MTBenchOutputLen        int    `name:"mt-bench-output-len" help:"mt_bench: tokens to ask for." default:"256" group:"data"`
	MTBenchCategory         string `name:"mt-bench-category" help:"mt_bench: ask the questions of this category only." group:"data"`
	SpeedBenchDatasetSubset string `help:"speed_bench: file of the folder: qualitative, throughput_1k, throughput_2k, ..." default:"qualitative" aliases:"speed-bench-config" group:"data"`
	SpeedBenchOutputLen     int    `help:"speed_bench: tokens to ask for." default:"4096" group:"data"`
	SpeedBenchCategory      string `help:"speed_bench: ask the questions of this category only." group:"data"`

	SonnetInputLen  int `help:"sonnet: most tokens of a prompt." default:"550" group:"data"`
	SonnetOutputLen int `help:"sonnet: tokens to ask for." default:"150" group:"data"`
	SonnetPrefixLen int `help:"sonnet: tokens that all prompts begin with, counted in." default:"200" group:"data"`
}

// planFiles settles the datasets of files.
func (c *collectCmd) planFiles(p *collectPlan) error {
	p.data.Files = dataset.FilesConfig{NoOversample: c.NoOversample || c.everyRow(), DisableShuffle: c.DisableShuffle, NoLengthFilter: c.NoLengthFilter,
		Chat: p.load.Backend.Chat, Audio: strings.HasSuffix(p.load.Backend.Name, "-audio")}
	p.data.Custom = dataset.CustomConfig{OutputLen: c.CustomOutputLen, PromptColumn: c.CustomPromptColumn, OutputColumn: c.CustomOutputColumn, InlineMedia: c.CustomEnsureClientSideData}
	p.data.Sonnet = dataset.SonnetConfig{InputLen: c.SonnetInputLen, OutputLen: c.SonnetOutputLen, PrefixLen: c.SonnetPrefixLen}
	switch c.DatasetName {
	case "spec_bench":
		p.data.Turns = dataset.TurnsConfig{OutputLen: c.SpecBenchOutputLen, Category: c.SpecBenchCategory}
	case "mt_bench":
		p.data.Turns = dataset.TurnsConfig{OutputLen: c.MTBenchOutputLen, Category: c.MTBenchCategory}
	case "speed_bench":
		p.data.Turns = dataset.TurnsConfig{OutputLen: c.SpeedBenchOutputLen, Category: c.SpeedBenchCategory, Subset: c.SpeedBenchDatasetSubset}
	}
	if c.OutputLen != nil { // as vLLM's benchmark maps it: not to sonnet and speed_bench
		p.data.Custom.OutputLen = *c.OutputLen
		if c.DatasetName != "speed_bench" {
			p.data.Turns.OutputLen = *c.OutputLen
		}
	}
	c.planHF(p)
	_, err := c.templateVariables()
	return err
}

// templateVariables reads --chat-template-kwargs.
func (c *collectCmd) templateVariables() (map[string]json.RawMessage, error) {
	var variables map[string]json.RawMessage
	if c.ChatTemplateKwargs == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(c.ChatTemplateKwargs), &variables); err != nil {
		return nil, fmt.Errorf("--chat-template-kwargs: not a JSON object: %w", err)
	}
	return variables, nil
}

// template is the chat template to apply to prompts before they are sent; nil when there is none, or none is wanted.
func (c *collectCmd) template(a *app, p *collectPlan, model string) (dataset.Template, error) {
	if c.SkipChatTemplate || !dataset.Templated(p.data.Name) && !p.data.Sessions.Hold {
		return nil, nil
	}
	variables, err := c.templateVariables()
	if err != nil {
		return nil, err
	}
	folder := c.tokenizerFolder(a, model)
	var loaded *chattemplate.Template
	if file, ok := fileOf(c.ChatTemplate); ok {
		loaded, err = chattemplate.LoadFile(file, folder, variables)
	} else if folder == "" {
		err = chattemplate.ErrNone
	} else {
		loaded, err = chattemplate.Load(folder, c.ChatTemplate, variables)
	}
	switch {
	case errors.Is(err, chattemplate.ErrNone) && c.ChatTemplate == "":
		if !p.data.Files.Chat {
			a.note("prompts are sent as they are, without a chat template: name one with --chat-template, or its folder with --tokenizer")
		}
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("--chat-template: %w", err)
	}
	if p.data.Files.Chat && c.ChatTemplateKwargs != "" {
		a.note("--chat-template-kwargs has no effect: the server renders chats; send it with --extra-body {\"chat_template_kwargs\":{...}}")
	}
	return loaded, nil
}

// tokenizerFolder is where --tokenizer or the model is on this disk; "" when it is not.
func (c *collectCmd) tokenizerFolder(a *app, model string) string {
	name := c.Tokenizer
	if name == "" || name == "server" {
		name = model
	}
	return tokenizer.Folder(name, a.modelCaches())
}

// fileOf tells a file from the name of a template.
func fileOf(choice string) (path string, is bool) {
	if choice == "" {
		return "", false
	}
	_, err := os.Stat(choice)
	return choice, err == nil || strings.ContainsAny(choice, `/\.`)
}
