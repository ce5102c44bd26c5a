package main

import "github.com/alecthomas/kong"

// acceptedFlags are flags of vLLM's benchmark that change nothing here. They are taken, so that its command lines run,
// and each says so and why (tag noeffect). A flag that is built moves out of here.
type acceptedFlags struct {
	TokenizerMode         string `name:"tokenizer-mode" hidden:"" noeffect:"prompts are counted by tokenizer.json, which has one mode"`
	TrustRemoteCode       bool   `name:"trust-remote-code" hidden:"" noeffect:"llmbench runs no code of a model"`
	SkipTokenizerInit     bool   `name:"skip-tokenizer-init" hidden:"" noeffect:"without a tokenizer lengths are an approximation that the report names, and all latencies are kept"`
	UseBeamSearch         bool   `name:"use-beam-search" hidden:"" noeffect:"vLLM's benchmark does not send it either; use --extra-body"`
	PlotTimeline          bool   `name:"plot-timeline" hidden:"" noeffect:"llmbench report -o DIR draws the timeline of any run, at any time"`
	TimelineItlThresholds string `name:"timeline-itl-thresholds" hidden:"" noeffect:"llmbench report -o DIR draws the timeline of any run, at any time"`
	PlotDatasetStats      bool   `name:"plot-dataset-stats" hidden:"" noeffect:"llmbench dataset inspect --chart FILE draws the lengths, before any load"`
	NoStream              bool   `name:"no-stream" hidden:"" noeffect:"datasets are read from files on this machine"`
	EnableMultimodalChat  bool   `name:"enable-multimodal-chat" hidden:"" noeffect:"pictures, films and sound always go as parts of a chat message"`
}

// tellNoEffect says of every flag given without an effect why it has none.
func (a *app) tellNoEffect(k *kong.Context) {
	for _, step := range k.Path {
		if step.Flag == nil {
			continue
		}
		if why := step.Flag.Tag.Get("noeffect"); why != "" {
			a.note("--%s has no effect: %s", step.Flag.Name, why)
		}
	}
}
