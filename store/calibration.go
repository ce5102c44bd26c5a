package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Calibration is what a host's client was found to be worth: its error at each step of a ladder of loads, held against
// what a simulated engine on the same host logged.
type Calibration struct {
	Host        string    `json:"host"`
	CPUs        int       `json:"cpus"`
	BeganAt     time.Time `json:"began_at"`
	ToolVersion string    `json:"tool_version"`
	// TTFTNS and ITLNS are the engine's own timing, the same for every stream; TokensPerStream is how long one was.
	TTFTNS          int64 `json:"ttft_ns"`
	ITLNS           int64 `json:"itl_ns"`
	TokensPerStream int   `json:"tokens_per_stream"`
	// Burst: all streams of a step began at once; else they were spread over the length of one.
	Burst bool              `json:"burst"`
	Steps []CalibrationStep `json:"steps"`
	// TrustedStreams is the largest load that passed, 0 when none did.
	TrustedStreams int `json:"trusted_streams"`
}

// CalibrationStep is one load. Errors are the client's time less the server's, so above 0 when the client was late;
// those of gaps have no sign.
type CalibrationStep struct {
	Streams int `json:"streams"`
	// Flood: the engine sent as fast as it could. Such a step says how much the client can take, not how true it is.
	Flood    bool  `json:"flood"`
	Requests int64 `json:"requests"`
	Failed   int64 `json:"failed"`
	// Unmatched requests have no record in the truth log, or one with another number of chunks.
	Unmatched       int64   `json:"unmatched"`
	Chunks          int64   `json:"chunks"`
	ChunksPerSecond float64 `json:"chunks_per_second"`
	// TTFTError is the client's TTFT less the server's: SendError, from the client's stamp to the server having read the
	// request's head, and ArrivalError, from just before the server's write of the first token to the client's stamp.
	TTFTError    ErrorSpread `json:"ttft_error"`
	SendError    ErrorSpread `json:"send_error"`
	ArrivalError ErrorSpread `json:"arrival_error"`
	GapError     ErrorSpread `json:"gap_error"`
	// CPU of the two processes per chunk, user and system; the server's is NULL where the system does not tell.
	ClientCPUPerChunkNS int64  `json:"client_cpu_per_chunk_ns"`
	ServerCPUPerChunkNS *int64 `json:"server_cpu_per_chunk_ns"`
	LagP99NS            int64  `json:"lag_p99_ns"`
	SchedP99NS          int64  `json:"sched_p99_ns"`
	// Verdict is the client's own on the run; Trusted that the truth log bears it out. Reason says why not.
	Verdict string `json:"verdict"`
	Trusted bool   `json:"trusted"`
	Reason  string `json:"reason,omitempty"`
}

// ErrorSpread is a distribution of errors in nanoseconds.
type ErrorSpread struct {
	P50NS int64 `json:"p50_ns"`
	P99NS int64 `json:"p99_ns"`
}

// SaveCalibration writes c to path by rename, making its folder: a reader never meets half of it.
func SaveCalibration(path string, c *Calibration) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("save calibration: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("save calibration: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".calibration-*")
	if err != nil {
		return fmt.Errorf("save calibration: %w", err)
	}
	_, err = file.Write(append(data, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("save calibration to %s: %w", path, err), os.Remove(file.Name()))
	}
	return nil
}

// LoadCalibration reads what SaveCalibration wrote; a missing file is an error that wraps fs.ErrNotExist.
func LoadCalibration(path string) (*Calibration, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read calibration: %w", err)
	}
	c := new(Calibration)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("read calibration %s: %w; llmbench calibrate makes it again", path, err)
	}
	return c, nil
}
