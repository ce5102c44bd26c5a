package store

import "fmt"

// writeSamples appends what the shards saw beside their requests. A server or an accelerator that several of them watched
// is sampled so much more often; each keeps its name.
func (m *merge) writeSamples(to *Writer) error {
	for _, s := range m.shards {
		samples, err := ReadSamples(s.Files)
		if err != nil {
			return fmt.Errorf("run %s: %w", s.Run.RunID, err)
		}
		moveSamples(samples.Devices, s.shiftNS)
		moveSamples(samples.Metrics, s.shiftNS)
		moveSamples(samples.Hosts, s.shiftNS)
		if err := to.AppendSamples(samples); err != nil {
			return err
		}
	}
	return nil
}

func moveSamples[R sampleRow](rows []*R, shiftNS int64) {
	for _, row := range rows {
		putInRun(row, "", shiftNS)
	}
}
