package main

// datasetCmd looks at datasets.
type datasetCmd struct {
	Inspect datasetInspectCmd `cmd:"" help:"Print what a load would send, without a server."`
}
