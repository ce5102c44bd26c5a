package simulate

import (
	"encoding/json"
	"errors"
	"net/http"
)

// apiError is an error answer in vLLM's shape (since 0.9): {"error":{"message":...,"type":...,"param":...,"code":...}}.
type apiError struct {
	status  int
	kind    string // the JSON's type
	param   string // the field at fault; empty: null
	message string
}

func (e *apiError) Error() string { return e.message }

func badRequest(param, message string) *apiError {
	return &apiError{http.StatusBadRequest, "BadRequestError", param, message}
}

// errorOf names a bare status as vLLM does.
func errorOf(status int, message string) *apiError {
	kind := http.StatusText(status)
	switch status {
	case http.StatusTooManyRequests:
		kind = "RateLimitError"
	case http.StatusInternalServerError:
		kind = "InternalServerError"
	case http.StatusServiceUnavailable:
		kind = "ServiceUnavailableError"
	}
	return &apiError{status, kind, "", message}
}

func (e *apiError) json() []byte {
	var param any
	if e.param != "" {
		param = e.param
	}
	type body struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Param   any    `json:"param"`
		Code    int    `json:"code"`
	}
	b, err := json.Marshal(struct {
		Error body `json:"error"`
	}{body{e.message, e.kind, param, e.status}})
	if err != nil {
		panic(err) // Strings and numbers always marshal.
	}
	return b
}

func errorJSON(status int, message string) []byte { return errorOf(status, message).json() }

// writeError answers with err; one that is no *apiError is an internal one.
func writeError(w http.ResponseWriter, err error) int {
	var e *apiError
	if !errors.As(err, &e) {
		e = errorOf(http.StatusInternalServerError, err.Error())
	}
	writeBody(w, e.status, "application/json", e.json())
	return e.status
}

func writeJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		writeError(w, err)
		return
	}
	writeBody(w, http.StatusOK, "application/json", b)
}

// writeBody sends a whole answer. A client that has left does not get it, and its handler has nothing more to do.
func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
