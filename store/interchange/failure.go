package interchange

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"llmbench/store"
)

// failure files an error text of another tool under one of our states. Tools keep only the text, so this goes by the
// words in it; what nothing is known of is a stream_error. The code of an HTTP error is given where the text has it or
// names it by its standard phrase.
func failure(text string) (status string, code store.NullInt) {
	if code := httpCode(text); code != 0 {
		return store.StatusHTTPError, store.Int(code)
	}
	cause := lastLine(text)
	for _, f := range failureWords {
		if f.words.MatchString(cause) {
			return f.status, store.NullInt{}
		}
	}
	return store.StatusStreamError, store.NullInt{}
}

var failureWords = []struct {
	words  *regexp.Regexp
	status string
}{
	{regexp.MustCompile(`(?i)cancel`), store.StatusCancelled},
	{regexp.MustCompile(`(?i)connect ?timeout|connection timeout|ConnectionTimeoutError`), store.StatusConnectTimeout},
	{regexp.MustCompile(`(?i)time[d_ ]?-?out`), store.StatusTotalTimeout},
	{regexp.MustCompile(`(?i)cannot connect|connection ?refused|ClientConnector|ConnectError|name or service not known|error sending request`), store.StatusConnectError},
}

// lastLine is where a Python traceback names its exception.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

var codeForm = regexp.MustCompile(`(?i)^(?:HTTP(?: status| error)?[ :]*|HTTPStatusError\(["']\w+ error ["']|status[ :]+|error code[ :]+)([45]\d\d)\b`)

// phrases are the standard reason phrases of errors.
var phrases = func() map[string]int64 {
	all := map[string]int64{}
	for code := int64(400); code < 600; code++ {
		if phrase := http.StatusText(int(code)); phrase != "" {
			all[phrase] = code
		}
	}
	return all
}()

func httpCode(text string) int64 {
	if match := codeForm.FindStringSubmatch(text); match != nil {
		code, _ := strconv.ParseInt(match[1], 10, 64)
		return code
	}
	var body struct {
		Error struct {
			Code int64 `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(text), &body) == nil && body.Error.Code >= 400 && body.Error.Code < 600 {
		return body.Error.Code
	}
	phrase, _, _ := strings.Cut(text, ":")
	return phrases[strings.TrimSpace(phrase)]
}

// fail makes a failed request of a record.
func fail(rec *store.Record, text string) {
	rec.Status, rec.HTTPStatus = failure(text)
	rec.Error = store.String(text)
}
