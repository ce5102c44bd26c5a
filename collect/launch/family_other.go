//go:build !linux

package launch

// process is one that runs.
type process struct {
	pid, parent, group int
	name               string
}

// newMarker marks nothing: there is no /proc to find a mark in.
func newMarker() string { return "LLMBENCH_SERVED_BY=llmbench" }

// family is the group as a whole: its members cannot be told apart here.
func (s *Server) family() []process {
	if !groupRuns(s.PID()) {
		return nil
	}
	return []process{{pid: s.PID(), group: s.PID(), name: "process group"}}
}

// EndOrphans finds nothing where processes carry no mark.
func EndOrphans() []string { return nil }
