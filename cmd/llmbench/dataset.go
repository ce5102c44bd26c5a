package main

// datasetCmd looks at datasets.
type datasetCmd struct {
	Inspect datasetInspectCmd `cmd:"" help:"Print what a load would send, without a server."`
	HF      datasetHFCmd      `cmd:"" name:"hf" help:"List the datasets of Hugging Face's hub that are known."`
}
