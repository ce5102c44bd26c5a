package report

import (
	"fmt"
	"io"
	"time"

	"llmbench/store"
)

// WriteCalibration prints how true the client is, as table or json.
func WriteCalibration(w io.Writer, c *store.Calibration, format string) error {
	switch format {
	case "json":
		return WriteJSON(w, c)
	case "table":
		_, err := io.WriteString(w, calibrationText(c))
		return err
	}
	return fmt.Errorf("unknown format %q; want table or json", format)
}

func calibrationText(c *store.Calibration) string {
	host := oneLine(c.Host)
	if host == "" {
		host = "this host"
	}
	begin := "spread over the length of one"
	if c.Burst {
		begin = "begun at once"
	}
	out := paragraph(fmt.Sprintf("The client's error on %s (%d CPUs, shared with the simulated engine), streams of %d tokens %s, TTFT %s, ITL %s",
		host, c.CPUs, c.TokensPerStream, begin, time.Duration(c.TTFTNS), time.Duration(c.ITLNS)), "", defaultWidth) + "\n"
	out += "Errors in ms, p50 / p99; CPU in us per chunk\n\n"
	t := newTable("Streams", "TTFT", "of it sending", "arrival", "Gap", "CPU client", "engine", "Chunks/s", "Verdict")
	t.SetColumnConfigs(right(1, 2, 3, 4, 5, 6, 7, 8))
	for _, s := range c.Steps {
		t.AppendRow([]any{streams(s), spread(s.TTFTError), spread(s.SendError), spread(s.ArrivalError), spread(s.GapError),
			micros(&s.ClientCPUPerChunkNS), micros(s.ServerCPUPerChunkNS), fmt.Sprintf("%.0f", s.ChunksPerSecond), trust(s)})
	}
	return out + t.Render() + "\n\n" + calibrationReasons(c)
}

func streams(s store.CalibrationStep) string {
	if s.Flood {
		return fmt.Sprintf("flood of %d", s.Streams)
	}
	return fmt.Sprint(s.Streams)
}

func spread(e store.ErrorSpread) string {
	return fmt.Sprintf("%.2f / %.2f", float64(e.P50NS)/1e6, float64(e.P99NS)/1e6)
}

func micros(ns *int64) string {
	if ns == nil {
		return unknown
	}
	return fmt.Sprintf("%.1f", float64(*ns)/1e3)
}

// trust is the client's own verdict, or that the truth log does not bear it out.
func trust(s store.CalibrationStep) string {
	if s.Verdict == "ok" && !s.Trusted && !s.Flood {
		return "not true"
	}
	return s.Verdict
}

func calibrationReasons(c *store.Calibration) string {
	out := ""
	for _, s := range c.Steps {
		if s.Reason != "" && !s.Flood {
			out += paragraph(fmt.Sprintf("%d streams: %s", s.Streams, oneLine(s.Reason)), "    ", defaultWidth)
		}
	}
	if c.TrustedStreams == 0 {
		return out + "No step can be trusted: is the host busy with something else?\n"
	}
	return out + fmt.Sprintf("The largest load this host can be trusted with: %d streams\n", c.TrustedStreams)
}
