package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"llmbench/collect/simulate"
	"llmbench/collect/tokenizer"
)

// simulateCmd serves the embedded engine.
type simulateCmd struct {
	Host      string   `help:"Address to listen on." default:"127.0.0.1" group:"server"`
	Port      int      `help:"Port to listen on; 0 takes a free one and prints it." default:"8000" group:"server"`
	Model     []string `help:"Models to serve." default:"simulated" group:"server"`
	Tokenizer string   `help:"tokenizer.json, tiktoken file or folder of a model to count by; the engine's own when not given." type:"path" group:"server"`
	APIKey    string   `name:"api-key" help:"Key that requests must bring." group:"server"`
	Truth     string   `help:"File for what was really sent and when, a JSON line per request." type:"path" group:"server"`

	MaxModelLen       int           `help:"Most tokens of prompt and output together." default:"32768" group:"engine"`
	Slots             int           `help:"Sequences that run at once." default:"64" group:"engine"`
	MaxQueue          int           `help:"Requests that may wait; -1 any number." default:"-1" group:"engine"`
	BatchTokens       int           `help:"Tokens a step may compute; 0 no budget." default:"2048" group:"engine"`
	PrefillTime       time.Duration `help:"Time per prompt." default:"5ms" group:"engine"`
	PrefillTokenTime  time.Duration `help:"Time per prompt token." default:"20us" group:"engine"`
	StepTime          time.Duration `help:"Time of a decode step." default:"8ms" group:"engine"`
	StepSequenceTime  time.Duration `help:"Added for each sequence in a step." default:"200us" group:"engine"`
	StepContextTime   time.Duration `help:"Added for every 1000 tokens of context." default:"10us" group:"engine"`
	Jitter            float64       `help:"Sigma of a lognormal factor on every step." default:"0.05" group:"engine"`
	TokensPerChunk    int           `help:"Tokens a step yields per sequence." default:"1" group:"engine"`
	MeanOutputTokens  float64       `help:"Mean output length without ignore_eos; 0 never stops by itself." default:"256" group:"engine"`
	PrefixCacheTokens int           `help:"Capacity of a prefix cache in tokens." group:"engine"`
	PrefixCacheShare  float64       `help:"Share of every prompt that counts as cached." group:"engine"`
	Cards             int           `help:"Made-up accelerators on the page of metrics, whose power follows the load: watch them with --telemetry prometheus=URL/metrics." group:"engine"`
	Seed              uint64        `help:"Seed of lengths, text and jitter." group:"engine"`

	TTFT       time.Duration `name:"ttft" help:"With --itl: exact timing for every stream, whatever the load." group:"timing"`
	ITL        time.Duration `name:"itl" help:"With --ttft: time between chunks." group:"timing"`
	Flood      bool          `help:"Send without pauses." group:"timing"`
	Fault      string        `help:"Spoil answers on purpose: ${faults}; some take a number (cut=5), several are joined by commas. The header X-Simulate-Fault does so for one request." group:"timing"`
	FaultShare float64       `help:"Share of requests to spoil." default:"1" group:"timing"`
	DrainLimit time.Duration `help:"How long streams may finish after Ctrl-C." default:"5s" group:"timing"`
}

// Help is shown by simulate --help.
func (simulateCmd) Help() string {
	return `An HTTP server with OpenAI's completions, chat, responses, transcriptions and embeddings, and a rerank, whose engine has
slots, a queue and steps that grow with the batch.`
}

func faultNames() string {
	var names []string
	for _, f := range simulate.FaultNames() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func (c *simulateCmd) config() simulate.Config {
	config := simulate.Config{
		Models: c.Model, MaxModelLen: c.MaxModelLen, APIKey: c.APIKey, Seed: c.Seed, Slots: c.Slots, MaxQueue: c.MaxQueue,
		BatchTokens: c.BatchTokens, PrefillTime: c.PrefillTime, PrefillTokenTime: c.PrefillTokenTime, StepTime: c.StepTime,
		StepSequenceTime: c.StepSequenceTime, StepContextTime: c.StepContextTime, Jitter: c.Jitter, TokensPerChunk: c.TokensPerChunk,
		MeanOutputTokens: c.MeanOutputTokens, Cards: c.Cards, PrefixCacheTokens: c.PrefixCacheTokens, PrefixCacheShare: c.PrefixCacheShare,
		Flood: c.Flood, Fault: c.Fault, FaultShare: c.FaultShare, DrainLimit: c.DrainLimit,
	}
	if c.TTFT > 0 || c.ITL > 0 {
		config.Fixed = &simulate.FixedTiming{TTFT: c.TTFT, ITL: c.ITL}
	}
	return config
}

// check refuses what the engine's configuration does not see.
func (c *simulateCmd) check() error {
	var errs []error
	if c.Port < 0 || c.Port > 65535 {
		errs = append(errs, fmt.Errorf("--port %d: must be between 0 and 65535", c.Port))
	}
	if c.TTFT < 0 || c.ITL < 0 {
		errs = append(errs, fmt.Errorf("--ttft %s, --itl %s: must not be below 0", c.TTFT, c.ITL))
	}
	return errors.Join(errs...)
}

// Run serves until Ctrl-C or SIGTERM.
func (c *simulateCmd) Run(a *app) error {
	config := c.config()
	if err := errors.Join(config.Validate(), c.check()); err != nil {
		return usageError(err)
	}
	if c.Tokenizer != "" {
		tok, err := tokenizer.Load(c.Tokenizer)
		if err != nil {
			return err
		}
		config.Tokenizer = tok
	}
	closeTruth, err := c.openTruth(&config)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(a.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return errors.Join(c.serve(ctx, a, config), closeTruth())
}

func (c *simulateCmd) serve(ctx context.Context, a *app, config simulate.Config) error {
	server, err := simulate.New(config)
	if err != nil {
		return usageError(err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port)))
	if err != nil {
		return fmt.Errorf("serve on %s port %d: %w; choose another --port", c.Host, c.Port, err)
	}
	fmt.Fprintf(a.stdout, "serving %s at http://%s\n", config.Models[0], listener.Addr())
	return server.Serve(ctx, listener)
}

// openTruth opens the log of what was sent; the function returned completes it.
func (c *simulateCmd) openTruth(config *simulate.Config) (closeTruth func() error, err error) {
	if c.Truth == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(c.Truth)
	if err != nil {
		return nil, fmt.Errorf("open --truth: %w", err)
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	config.Truth = buffered
	return func() error {
		if err := errors.Join(buffered.Flush(), file.Close()); err != nil {
			return fmt.Errorf("write --truth: %w", err)
		}
		return nil
	}, nil
}
