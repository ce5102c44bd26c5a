package report

import (
	"io"
)

// SweepStatus is one run of a plan that is not done.
type SweepStatus struct {
	Point  string `json:"point"`         // its label
	Repeat int    `json:"repeat"`        // from 1
	State  string `json:"state"`         // failed or left
	Why    string `json:"why,omitempty"` // it failed; "" where it was not tried
}

// WriteSweepStatus lists the runs that are not done.
func WriteSweepStatus(w io.Writer, list []SweepStatus, opts WriteOptions) error {
	if len(list) == 0 {
		return nil
	}
	t := newTable("state", "repeat", "point", "why")
	for _, s := range list {
		t.AppendRow([]any{s.State, s.Repeat, s.Point, oneLine(s.Why)})
	}
	t.SetColumnConfigs(wrapped(max(20, opts.width()/2-10), 3, 4))
	_, err := io.WriteString(w, t.Render()+"\n")
	return err
}
