package main

// runsRecoverCmd repairs what can be repaired.
type runsRecoverCmd struct{ warehouseFlag }

// Help is shown by runs recover --help.
func (runsRecoverCmd) Help() string {
	return `Interrupted runs are recovered by any command; this one says more and does more: it names runs that are being written, makes
a damaged or missing run.json anew from the rows, clears away what died processes left, and makes the catalogue and missing
summaries anew. Rows are never removed.`
}

// Run recovers and says what it did.
func (c *runsRecoverCmd) Run(a *app) error {
	w, err := c.read(a)
	if err != nil {
		return err
	}
	defer w.Close()
	made := 0
	if err := w.Recover(a.ctx, a.progress("summarised", &made)); err != nil {
		return err
	}
	_, runs, err := w.Catalogue(a.ctx)
	if err != nil {
		return err
	}
	a.note("%s has %d runs; %d summaries were made", w.Dir(), runs, made)
	return nil
}
