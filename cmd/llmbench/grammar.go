package main

const description = `Measures LLM servers: puts a load on them, keeps every request and every token's arrival as Parquet, and compares runs with SQL.`

// grammar is the command line: one field per command.
type grammar struct {
	Collect    collectCmd    `cmd:"" help:"Put a measured load on a server and keep every request and chunk."`
	Sweep      sweepCmd      `cmd:"" help:"Run many collections, starting the servers where asked, and find limits."`
	Serve      serveCmd      `cmd:"" help:"Start a server, wait until it is ready, show its log, and end it with all its children."`
	Compare    compareCmd    `cmd:"" help:"Show what differs between two runs."`
	Report     reportCmd     `cmd:"" help:"Print the report of runs again, with charts where asked."`
	Plot       plotCmd       `cmd:"" help:"Draw one chart of runs."`
	SQL        sqlCmd        `cmd:"" name:"sql" help:"Ask the warehouse with SQL."`
	Runs       runsCmd       `cmd:"" help:"List runs; show, tag, copy, merge, check and remove them."`
	Dataset    datasetCmd    `cmd:"" help:"Look at the prompts of a dataset."`
	Tokenize   tokenizeCmd   `cmd:"" help:"Show how a tokenizer counts a text."`
	Import     importCmd     `cmd:"" help:"Take result files of other tools into the warehouse."`
	Export     exportCmd     `cmd:"" help:"Write runs for other tools, or as rows of requests."`
	Simulate   simulateCmd   `cmd:"" help:"Serve an embedded engine with known timing."`
	Doctor     doctorCmd     `cmd:"" help:"Find out whether this host and a server are fit to measure."`
	Calibrate  calibrateCmd  `cmd:"" help:"Find out how true the client is on this host."`
	Demo       demoCmd       `cmd:"" help:"Run the whole story on the embedded engine."`
	Completion completionCmd `cmd:"" help:"Print what a shell needs to complete words."`
	Complete   completeCmd   `cmd:"" hidden:""`
	Man        manCmd        `cmd:"" help:"Print the manual page."`

	Quiet   bool        `short:"q" help:"Print results and errors alone."`
	NoColor bool        `name:"no-color" help:"No colour on a terminal; NO_COLOR does the same."`
	HelpAll helpAllFlag `help:"Show every flag of a command."`
	Version versionFlag `help:"Print the version."`
}
