package simulate

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// soundToken is how many bytes of a sound count for a token: a fiftieth of a second at 16 kHz and 16 bits, which is a
// position of Whisper's encoder.
const soundToken = 640

// readTranscription reads a form with a sound file, as vLLM takes it.
func (s *Server) readTranscription(w http.ResponseWriter, r *http.Request) (*request, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseMultipartForm(maxBody); err != nil {
		return nil, badRequest("", "the body is not a form with a file: "+err.Error())
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		return nil, badRequest("file", "the form has no file")
	}
	_, copied := io.Copy(io.Discard, file)
	if err := errors.Join(copied, file.Close(), r.MultipartForm.RemoveAll()); err != nil {
		return nil, badRequest("file", "read the file: "+err.Error())
	}
	body := generateBody{Model: r.FormValue("model"), Stream: isTrue(r, "stream")}
	if text := r.FormValue("max_completion_tokens"); text != "" {
		most, err := strconv.Atoi(text)
		if err != nil {
			return nil, badRequest("max_completion_tokens", fmt.Sprintf("max_completion_tokens must be a number, not %q", text))
		}
		body.MaxCompletionTokens = &most
	}
	q, err := s.generation(r, formTranscription, &body, make([]int, max(1, int(header.Size)/soundToken)))
	if err == nil {
		q.includeUsage, q.continuousUsage = isTrue(r, "stream_include_usage"), isTrue(r, "stream_continuous_usage_stats")
	}
	return q, err
}

func isTrue(r *http.Request, field string) bool {
	is, err := strconv.ParseBool(r.FormValue(field))
	return is && err == nil
}

func transcriptionLayout(i identity) *layout {
	return &layout{
		open:          i.open("transcription.chunk"),
		beforeText:    []byte(`{"delta":{"content":"`),
		afterText:     []byte(`"},"finish_reason":`),
		afterNoReason: []byte(`,"stop_reason":null}`),
		afterReason:   []byte(`,"stop_reason":null}`),
	}
}
