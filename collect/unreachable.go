package collect

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// proxy is the one that a request goes through; nil for none.
func (t Target) proxy(u *url.URL) (*url.URL, error) {
	if t.Proxy == nil {
		return nil, nil
	}
	return t.Proxy(&http.Request{URL: u})
}

// unreachable makes one clear line of an error met while reaching the server for the first time, and says what to do.
func (t Target) unreachable(err error) error {
	text := err.Error()
	_, lookup, unnamed := strings.Cut(text, "lookup ")
	switch {
	case unnamed: // first: a name server may refuse connections too
		text = "no address for the name (" + lookup + "): give the address itself, or name it in /etc/hosts; see --base-url, --host"
	case strings.Contains(text, "connection refused"):
		text = "connection refused; is the server running there? see --base-url, --host, --port"
	case strings.Contains(text, "HTTP response to HTTPS client"):
		text = "the server speaks plain HTTP: give --base-url http://..."
	case strings.Contains(text, "certificate"):
		text += "; --ca-file names the authority to trust, --insecure accepts any certificate"
	case strings.HasSuffix(text, "EOF") && strings.HasPrefix(t.BaseURL, "http://"):
		text = "the server closed the connection without an answer; if it speaks HTTPS, give --base-url https://..."
	}
	if u, parseErr := url.Parse(t.URL()); parseErr == nil {
		if proxy, proxyErr := t.proxy(u); proxyErr == nil && proxy != nil {
			text += fmt.Sprintf("; it is reached through the proxy %s of the environment, NO_PROXY=%s goes around it", proxy.Host, u.Hostname())
		}
	}
	return fmt.Errorf("connect to %s: %s", t.BaseURL, text)
}
