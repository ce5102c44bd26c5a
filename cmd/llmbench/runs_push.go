package main

// runsPushCmd sends runs to an object store.
type runsPushCmd struct {
	Refs  []string `arg:"" optional:"" name:"run" help:"Runs; every run when none is named."`
	Where string   `help:"Instead: every run for which this holds." placeholder:"SQL"`
	To    string   `required:"" help:"The warehouse in the object store: s3://BUCKET/PREFIX." env:"LLMBENCH_REMOTE" placeholder:"URL"`
	warehouseFlag
}

const objectStoreHelp = `The service and the keys are found where the AWS tools find them: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY, or ~/.aws/credentials and AWS_PROFILE. Every command takes such an address as its --warehouse too.`

// Help is shown by runs push --help.
func (runsPushCmd) Help() string {
	return objectStoreHelp
}

// Run sends what is not there yet.
func (c *runsPushCmd) Run(a *app) error {
	return a.copyRuns(everyRunUnless(c.Refs, c.Where), c.warehouseFlag, warehouseFlag{c.To})
}

// runsPullCmd fetches runs from an object store.
type runsPullCmd struct {
	Refs  []string `arg:"" optional:"" name:"run" help:"Runs of the object store; every run when none is named."`
	Where string   `help:"Instead: every run for which this holds." placeholder:"SQL"`
	From  string   `required:"" help:"The warehouse in the object store: s3://BUCKET/PREFIX." env:"LLMBENCH_REMOTE" placeholder:"URL"`
	warehouseFlag
}

// Help is shown by runs pull --help.
func (runsPullCmd) Help() string {
	return objectStoreHelp
}

// Run fetches what is not here yet.
func (c *runsPullCmd) Run(a *app) error {
	return a.copyRuns(everyRunUnless(c.Refs, c.Where), warehouseFlag{c.From}, c.warehouseFlag)
}

// everyRunUnless chooses all runs where none is chosen.
func everyRunUnless(refs []string, where string) chosenRuns {
	if len(refs) == 0 && where == "" {
		where = "true"
	}
	return chosenRuns{Refs: refs, Where: where}
}
