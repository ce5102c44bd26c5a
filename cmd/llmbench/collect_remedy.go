package main

import (
	"strings"

	"llmbench/report"
	"llmbench/store"
)

// remedy says what to do about a reason for failing; "" when its own words do, or nothing is to be done.
func remedy(f report.Failure) string {
	switch f.Status {
	case store.StatusHTTPError:
		if f.HTTPStatus != nil {
			return httpRemedy(*f.HTTPStatus, strings.ToLower(f.Error))
		}
	case store.StatusConnectError:
		return connectRemedy(strings.ToLower(f.Error))
	case store.StatusConnectTimeout:
		return "raise --timeout-connect, or lower the load"
	case store.StatusFirstByteTimeout:
		return "raise --timeout-first-byte, or lower the load"
	case store.StatusIdleTimeout:
		return "raise --timeout-idle; if the server hangs, its log says why"
	case store.StatusTotalTimeout:
		return "raise --timeout-total, ask for fewer tokens, or lower the load"
	case store.StatusStreamError, store.StatusTruncated:
		return "the server broke off: its log says why"
	}
	return ""
}

func httpRemedy(status int64, text string) string {
	switch {
	case status == 401 || status == 403:
		return "give the key in OPENAI_API_KEY, --api-key-file or --header"
	case status == 404 || status == 405:
		return "see --backend, --endpoint and --model"
	case status == 400 && (strings.Contains(text, "context") || strings.Contains(text, "max_model_len") || strings.Contains(text, "maximum")):
		return "prompt and answer do not fit: ask for shorter ones, or start the server with a longer context"
	case status == 400 || status == 422:
		return "the server does not take a field of the request: see --backend and --extra-body"
	case status == 413:
		return "send shorter prompts, or raise the limit of the server or its proxy"
	case status == 429 || status == 503:
		return "the server turns load away: lower --request-rate, set --max-concurrency, or send again with --retries"
	case status >= 500:
		return "the server failed: its log says why"
	}
	return ""
}

func connectRemedy(text string) string {
	switch {
	case strings.Contains(text, "too many open files"):
		return "raise the limit with ulimit -n, or set --max-concurrency"
	case strings.Contains(text, "cannot assign requested address"):
		return "this host is out of ports: set --max-concurrency, or see llmbench doctor"
	case strings.Contains(text, "certificate") || strings.Contains(text, "x509"):
		return "--ca-file names the authority to trust, --insecure takes any certificate"
	case strings.Contains(text, "no such host") || strings.Contains(text, "lookup"):
		return "see --base-url"
	}
	return "is the server still up? its log says"
}
