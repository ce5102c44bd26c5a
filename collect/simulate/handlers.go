package simulate

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

// routes are vLLM's, as far as they mean something here.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for path, methods := range map[string]map[string]http.HandlerFunc{
		"/v1/completions":          {"POST": s.generates(false)},
		"/v1/chat/completions":     {"POST": s.generates(true)},
		"/v1/responses":            {"POST": s.serves(s.readResponse)},
		"/v1/embeddings":           {"POST": s.serves(s.readEmbeddings)},
		"/v1/audio/transcriptions": {"POST": s.serves(s.readTranscription)},
		"/v1/audio/translations":   {"POST": s.serves(s.readTranscription)},
		"/embeddings":              {"POST": s.serves(s.readEmbeddings)}, // infinity's
		"/pooling":                 {"POST": s.serves(s.readEmbeddings)},
		"/rerank":                  {"POST": s.serves(s.readRerank)},
		"/v1/rerank":               {"POST": s.serves(s.readRerank)},
		"/v1/models":               {"GET": s.listModels},
		"/tokenize":                {"POST": s.tokenize},
		"/detokenize":              {"POST": s.detokenize},
		"/health":                  {"GET": ok},
		"/ping":                    {"GET": ok},
		"/version":                 {"GET": func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, map[string]string{"version": Version}) }},
		"/metrics":                 {"GET": s.writeMetrics},
		"/reset_prefix_cache":      {"POST": s.resetPrefixCache},
		"/start_profile":           {"POST": ok},
		"/stop_profile":            {"POST": ok},
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			h, found := methods[r.Method]
			if !found {
				for m := range methods {
					w.Header().Set("Allow", m)
				}
				writeError(w, errorOf(http.StatusMethodNotAllowed, "Method Not Allowed"))
				return
			}
			h(w, r)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, errorOf(http.StatusNotFound, "Not Found"))
	})
	return s.guard(mux)
}

// Version is what /version answers: the engine's own, and no vLLM's.
const Version = "simulate-1"

// guard asks for the API key where vLLM does, and says who answers.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "llmbench-simulate")
		if s.config.APIKey != "" && strings.HasPrefix(r.URL.Path, "/v1") {
			key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if !bearer || subtle.ConstantTimeCompare([]byte(key), []byte(s.config.APIKey)) != 1 {
				writeBody(w, http.StatusUnauthorized, "application/json", []byte(`{"error":"Unauthorized"}`))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func ok(http.ResponseWriter, *http.Request) {}

// generates handles completions and chat.
func (s *Server) generates(chat bool) http.HandlerFunc {
	return s.serves(func(w http.ResponseWriter, r *http.Request) (*request, error) { return s.readRequest(w, r, chat) })
}

// serves handles what the engine computes.
func (s *Server) serves(understand func(w http.ResponseWriter, r *http.Request) (*request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		received, read := wireOf(r.Context()).received(), time.Now()
		if !s.enter() {
			writeError(w, errorOf(http.StatusServiceUnavailable, "the engine is shutting down"))
			return
		}
		defer s.handlers.Done()
		t := &truth{TruthRecord: TruthRecord{Path: r.URL.Path, ReceivedNS: s.clock.at(received), ReadNS: s.clock.at(read), RequestID: r.Header.Get("X-Request-Id")}}
		defer func() {
			t.EndedNS = s.clock.now()
			s.log.log(t)
		}()
		req, err := understand(w, r)
		if err != nil {
			s.refuse(w, t, err)
			return
		}
		w.Header().Set("X-Request-Id", req.requestID)
		t.RequestID = req.requestID
		t.PromptTokens = len(req.prompt)
		if f := req.fault; f != nil {
			t.Fault = f.spec
			if s.spoiled(w, t, f) {
				return
			}
		}
		c := s.newCall(req, t, received)
		if req.stream {
			s.stream(w, r, c)
		} else {
			s.answer(w, r, c)
		}
	}
}

// refuse answers with an error.
func (s *Server) refuse(w http.ResponseWriter, t *truth, err error) {
	t.HeaderNS = s.clock.now()
	t.Status = writeError(w, err)
}

// spoiled answers with the faults that need no engine.
func (s *Server) spoiled(w http.ResponseWriter, t *truth, f *Fault) bool {
	switch {
	case f.status != 0:
		w.Header().Set("Retry-After", "1")
		s.refuse(w, t, errorOf(f.status, "the simulated engine refuses as it was told to"))
	case f.html:
		t.HeaderNS = s.clock.now()
		t.Status = http.StatusOK
		writeBody(w, http.StatusOK, "text/html", []byte("<!doctype html><title>Gateway</title><p>Signing you in ...\n"))
	default:
		return false
	}
	return true
}

// newCall readies a request for the engine.
func (s *Server) newCall(req *request, t *truth, received time.Time) *call {
	c := &call{server: s, req: req, gen: req.gen, truth: t, done: make(chan struct{})}
	c.seq = &sequence{received: received, prompt: len(req.prompt), output: req.output}
	switch {
	case s.cache != nil:
		c.blocks = blockHashes(req.prompt)
		c.seq.cached = s.cache.match(c.blocks, len(req.prompt))
	case s.config.PrefixCacheShare > 0:
		c.seq.cached = min(int(s.config.PrefixCacheShare*float64(len(req.prompt))), len(req.prompt)-1)
	}
	if s.caches() {
		s.metrics.cacheQueries.Add(int64(c.seq.prompt))
		s.metrics.cacheHits.Add(int64(c.seq.cached))
	}
	t.CachedTokens = c.seq.cached
	return c
}

// tooMany is the answer of a full queue.
func tooMany() error {
	return errorOf(http.StatusTooManyRequests, "the engine's waiting queue is full")
}

// stream serves a streamed response. The scheduler writes it; this goroutine waits for its end or the client's.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, c *call) {
	st := newStream(c, wireOf(r.Context()), r.ProtoAtLeast(1, 1))
	c.seq.out = st
	st.mu.Lock()
	if err := s.scheduler.submit(c.seq); err != nil {
		st.mu.Unlock()
		s.refuse(w, c.truth, tooMany())
		return
	}
	st.start(w)
	st.mu.Unlock()
	c.truth.Status = http.StatusOK

	watching := context.AfterFunc(r.Context(), st.out.leave)
	select {
	case <-c.done:
	case <-r.Context().Done():
	}
	s.scheduler.cancel(c.seq)
	whole := st.stop()
	// Before the handler returns: its context ends then, whoever has left.
	watching()
	s.ended(c, !whole)
	s.closeStream(st)
}

// closeStream ends the connection where the client has left or a fault wants it; otherwise net/http ends the body and
// keeps it.
func (s *Server) closeStream(st *stream) {
	f := st.fault
	switch {
	case st.truth.Cancelled:
	case st.breaksOff():
		if f.resetAfter >= 0 && st.chunks == f.resetAfter {
			st.out.wire.reset()
		}
	case f != nil && f.closing:
		if st.out.chunked {
			// The body is whole; only the connection does not live on, as the header let the client believe. A client that
			// has left by now misses nothing.
			_, _ = st.out.wire.Conn.Write([]byte("0\r\n\r\n"))
		}
	default:
		return
	}
	panic(http.ErrAbortHandler)
}

// answer serves a response in one piece.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, c *call) {
	a := &answer{call: c}
	c.seq.out = a
	if s.scheduler.submit(c.seq) != nil {
		s.refuse(w, c.truth, tooMany())
		return
	}
	select {
	case <-c.done:
	case <-r.Context().Done():
		s.scheduler.cancel(c.seq)
		s.ended(c, true)
		return
	}
	t := c.truth
	t.Status, t.HeaderNS, t.FinishReason = http.StatusOK, s.clock.now(), c.req.reason
	t.events = []sentEvent{{t.HeaderNS, int32(a.sent), kindBody}}
	s.ended(c, false)
	writeJSON(w, a.body())
}

// ended completes the record and the counts.
func (s *Server) ended(c *call, cancelled bool) {
	c.truth.Cancelled = cancelled
	c.truth.StartedNS = s.clock.at(c.seq.started)
	reason := c.truth.FinishReason
	if cancelled {
		reason = ""
	}
	s.metrics.ended(reason)
}
