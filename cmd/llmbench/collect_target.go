package main

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmbench/collect"
	"llmbench/collect/protocol"
)

// requestTimeout bounds a whole request, as vLLM's client does: a stream that never ends must not hold a run for ever.
const requestTimeout = 6 * time.Hour

func (c *collectCmd) planTarget(a *app, p *collectPlan) error {
	backend, err := protocol.Lookup(c.Backend)
	errs := []error{err}
	base := strings.TrimRight(c.BaseURL, "/")
	if base == "" {
		base = "http://" + hostPort(c.Host, c.Port)
	}
	base, credentials, err := checkBase(base)
	errs = append(errs, err)
	if c.BaseURL == "" && (c.Port < 1 || c.Port > 65535) {
		errs = append(errs, fmt.Errorf("--port %d: must be between 1 and 65535", c.Port))
	}
	if c.Endpoint != "" {
		backend = backend.At("/" + strings.TrimPrefix(c.Endpoint, "/"))
	}
	header, err := c.header(a, credentials)
	errs = append(errs, err)
	roots, err := authorities(c.CAFile)
	errs = append(errs, err)
	p.load.Backend = backend
	p.load.Target = collect.Target{BaseURL: base, Endpoint: backend.Endpoint, Header: header, Insecure: c.Insecure, RootCAs: roots, HTTP2: c.HTTP2, Proxy: http.ProxyFromEnvironment}
	return errors.Join(errs...)
}

// checkBase takes a user and password out of the address: they become a header, so that they are told to the server and
// to nobody else.
func checkBase(base string) (plain, credentials string, err error) {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return base, "", fmt.Errorf("--base-url %q: must be http://host:port or https://host:port%s", shownAddress(base), orWithScheme(base))
	case !validPort(u.Port()):
		return base, "", fmt.Errorf("--base-url %q: the port must be between 1 and 65535", withoutPassword(base))
	case strings.HasSuffix(u.Path, "/v1"):
		return base, "", fmt.Errorf("--base-url %q: leave /v1 out, the endpoint brings it", withoutPassword(base))
	case u.User != nil:
		password, _ := u.User.Password()
		credentials = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
		base = withoutPassword(base)
	}
	return base, credentials, nil
}

// shownAddress is an address as it was given, though it may be none, without what stands before an @.
func shownAddress(address string) string {
	if at := strings.LastIndex(address, "@"); at >= 0 {
		return "..." + address[at:]
	}
	return address
}

// orWithScheme asks whether an address was meant that lacks http:// alone.
func orWithScheme(address string) string {
	whole := "http://" + address
	u, err := url.Parse(whole)
	if err != nil || address == "" || strings.Contains(address, "://") || u.User != nil || !validPort(u.Port()) {
		return ""
	}
	return "; did you mean " + whole + "?"
}

// validPort tells whether a port, where one is given, is one.
func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// header is that of every request: the address's user and password, the API key, and what --header says, which wins.
func (c *collectCmd) header(a *app, credentials string) (http.Header, error) {
	key, err := apiKey(c.APIKeyFile, a.getenv("OPENAI_API_KEY"))
	header := http.Header{}
	if credentials != "" {
		header.Set("Authorization", credentials)
	}
	if key != "" {
		header.Set("Authorization", "Bearer "+key)
	}
	pairs, pairsErr := keyValues("--header", c.Header)
	errs := []error{err, pairsErr}
	for _, h := range pairs {
		errs = append(errs, checkHeader(h))
		header.Set(h.key, h.value)
	}
	return header, errors.Join(errs...)
}

// framingHeaders are set by whoever sends the request; another value would break it.
var framingHeaders = []string{"Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept-Encoding"}

// checkHeader refuses what is no HTTP header, and what would break the request's framing.
func checkHeader(h keyValue) error {
	token := func(r rune) bool {
		return r > ' ' && r < 0x7f && !strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	}
	switch {
	case strings.ContainsFunc(h.key, func(r rune) bool { return !token(r) }):
		return fmt.Errorf("--header %q: not the name of an HTTP header", h.key)
	case strings.ContainsFunc(h.value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return fmt.Errorf("--header %s: its value holds a control character", h.key)
	case slices.Contains(framingHeaders, http.CanonicalHeaderKey(h.key)):
		return fmt.Errorf("--header %s: cannot be chosen, it frames the request", h.key)
	}
	return nil
}

// apiKey is the content of the file where one is named, else the environment's.
func apiKey(path, fromEnvironment string) (string, error) {
	if path == "" {
		return fromEnvironment, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("--api-key-file: %w", err)
	}
	key := string(bytes.TrimSpace(data))
	if key == "" || strings.ContainsAny(key, "\r\n") {
		return "", fmt.Errorf("--api-key-file %s: must hold one line, the key", path)
	}
	return key, nil
}

// authorities reads --ca-file; nil when there is none.
func authorities(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--ca-file: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("--ca-file %s: holds no certificate in PEM form", path)
	}
	return roots, nil
}

func hostPort(host string, port int) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}

func (c *collectCmd) planConnection(a *app, p *collectPlan) error {
	total, err := totalTimeout(c.TimeoutTotal, a.getenv("AIOHTTP_TIMEOUT"))
	p.load.ColdConnections = c.ColdConnections
	p.load.Timeouts = collect.Timeouts{Connect: c.TimeoutConnect, FirstByte: c.TimeoutFirstByte, Idle: c.TimeoutIdle, Total: total}
	return err
}

// totalTimeout is the flag's, else that of AIOHTTP_TIMEOUT in seconds, else vLLM's six hours.
func totalTimeout(given *time.Duration, environment string) (time.Duration, error) {
	switch {
	case given != nil:
		return *given, nil
	case environment == "":
		return requestTimeout, nil
	}
	seconds, err := strconv.ParseFloat(environment, 64)
	if err != nil || !(seconds >= 0) || seconds > 1e9 {
		return 0, fmt.Errorf("AIOHTTP_TIMEOUT %q: must be a number of seconds; --timeout-total wins over it", environment)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
