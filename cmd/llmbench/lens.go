package main

import "llmbench/query"

// lensFlags say how runs are looked at.
type lensFlags struct {
	Window      string `help:"The part of each run that counts: all, trim=5s,5s or steady (the plateau)." default:"all"`
	Definitions string `help:"Whose formulas: ${enum}." default:"llmbench" enum:"llmbench,vllm,aiperf,guidellm"`
}

func (f lensFlags) lens() (query.Lens, error) {
	window, err := query.ParseWindow(f.Window)
	return query.Lens{Window: window, Definitions: f.Definitions}, err
}
