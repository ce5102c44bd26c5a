package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"llmbench/collect/dataset"
)

// datasetHFCmd lists the datasets of Hugging Face's hub whose columns are known.
type datasetHFCmd struct {
	Format string `help:"How to print: ${enum}." enum:"table,json" default:"table"`
}

// Help is shown by dataset hf --help.
func (datasetHFCmd) Help() string {
	return `Lists the names that --hf-name takes. A dataset is recognised by its path or its README.md too, and is read from this disk: nothing
is downloaded. Of others name the columns with --hf-prompt-column and --hf-output-column.`
}

// Run prints a line a name.
func (c *datasetHFCmd) Run(a *app) error {
	known := dataset.KnownHF()
	if c.Format == "json" {
		out := json.NewEncoder(a.stdout)
		out.SetIndent("", "  ")
		return out.Encode(known)
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "Name\tSubset\tSplit\tOutput\tColumns")
	for _, k := range known {
		output := "as answered"
		if k.OutputTokens > 0 {
			output = fmt.Sprint(k.OutputTokens)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", k.Name, k.Subset, k.Split, output, strings.Join(k.Columns, ", "))
	}
	return table.Flush()
}
