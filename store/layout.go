package store

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Names below a warehouse's directory.
const (
	catalogueFile = "runs.parquet"
	eventsDir     = "events"
	journalDir    = "journal"

	runJSONFile  = "run.json"
	requestsFile = "requests.parquet"
	tokensFile   = "tokens.parquet"
	textsFile    = "texts.parquet"

	devicesFile       = "devices.parquet"
	serverMetricsFile = "server_metrics.parquet"
	hostsFile         = "hosts.parquet"
)

// unknownPartition is how Hive spells a NULL in a path.
const unknownPartition = "__HIVE_DEFAULT_PARTITION__"

// runIDPartition begins the name of a run's own directory, at whatever depth it is found.
const runIDPartition = "run_id="

// NewRunID makes the id of a run that begins now: its time in UTC, so that ids sort, and four random letters.
func NewRunID(now time.Time) string { return RunIDAt(now, randomLetters(4)) }

// RunIDAt is the id of a run that began at that time and is told from others by a suffix of letters and digits.
func RunIDAt(began time.Time, suffix string) string {
	return began.UTC().Format(runIDTime) + "-" + suffix
}

const runIDTime = "20060102T150405Z"

// runIDForm keeps ids fit to be typed, to be told from the references latest and latest~1, and to be file names.
var runIDForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

func checkRunID(id string) error {
	if !runIDForm.MatchString(id) || id == latestRef {
		return fmt.Errorf("%q cannot be a run id: it takes up to 128 letters, digits, dots, dashes and underscores", id)
	}
	return nil
}

// runDir is where a run's files stand, relative to the warehouse, with slashes. The partitions are a copy of what
// the run was collected with and stay as they are when the run is edited.
func runDir(run *Run) string {
	return strings.Join([]string{
		eventsDir,
		"dcu=" + textPartition(run.DCU),
		"tp=" + numberPartition(run.TP),
		"model=" + textPartition(run.Model),
		runIDPartition + escapePartition(run.RunID),
	}, "/")
}

func textPartition(value *string) string {
	if value == nil || *value == "" {
		return unknownPartition
	}
	return escapePartition(*value)
}

func numberPartition(value *int64) string {
	if value == nil {
		return unknownPartition
	}
	return strconv.FormatInt(*value, 10)
}

// A file name has at most 255 bytes on the usual file systems. A longer value is cut and told apart by a hash; the
// full one is in run.json.
const (
	maxPartition = 200
	hashLetters  = 16
)

// escapePartition spells a value as one path component. Percent-encoded are slashes, equals signs, blanks, control
// characters, a leading dot and the percent sign; quotes and the characters a glob gives a meaning, because paths
// end up in SQL and DuckDB expands what it is given; and the colon and backslash some file systems refuse.
func escapePartition(value string) string {
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if c <= ' ' || c == 0x7f || (c == '.' && i == 0) || strings.IndexByte(`/\=%*?[]{}:"'<>|`, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	name := b.String()
	if len(name) <= maxPartition {
		return name
	}
	cut := maxPartition - hashLetters - 1
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	sum := sha256.Sum256([]byte(value))
	return fmt.Sprintf("%s~%x", name[:cut], sum[:hashLetters/2])
}
