package collect

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/store"
)

// blanks is a tokenizer of one token a word, whose vocabulary cannot be listed.
type blanks struct{}

func (blanks) Encode(text string) ([]int, error) { return make([]int, len(strings.Fields(text))), nil }
func (blanks) Decode([]int) (string, error)      { return "", errors.ErrUnsupported }
func (blanks) VocabSize() int                    { return 0 }
func (blanks) IsSpecial(int) bool                { return false }

// talkative hears what a scripted server is asked.
type talkative struct {
	*scripted
	mu    sync.Mutex
	asked []string
}

func (s *talkative) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.asked = append(s.asked, string(body))
	s.mu.Unlock()
	return s.scripted.RoundTrip(req)
}

// sessionLoad is a load of conversations of three turns, each answered by two tokens after 100 ms, with a second's thought
// before every turn but the first.
type sessionLoad struct {
	sessions int
	recorded bool
	fail     func(i int) error
	change   func(*Config)
}

func (l sessionLoad) engine(t *testing.T) (*Engine, *kept, *talkative) {
	t.Helper()
	backend, err := protocol.Lookup("openai-chat")
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Target: Target{BaseURL: "http://test"}, Backend: backend, Protocol: protocol.Config{Model: "m", Stream: true},
		Arrivals: Arrivals{Rate: store.Rate(math.Inf(1)), Burstiness: 1}}
	if l.change != nil {
		l.change(&config)
	}
	ds, err := dataset.New(dataset.Config{Name: "synthetic-sessions", NumPrompts: l.sessions + config.Warmups, Warmups: config.Warmups, Seed: 1, Files: dataset.FilesConfig{Chat: true},
		Sessions: dataset.SessionsConfig{Recorded: l.recorded, Turns: dataset.Constant(3), Input: dataset.Constant(4), Output: dataset.Constant(2), Think: dataset.Constant(1000)}}, blanks{})
	if err != nil {
		t.Fatal(err)
	}
	sink := &kept{}
	server := &talkative{scripted: &scripted{ttft: 90 * time.Millisecond, itl: 10 * time.Millisecond, tokens: 2, fail: l.fail, chat: true}}
	e := New(config, ds, sink)
	e.transport, e.pause = server, sleepPause
	return e, sink, server
}

// Two conversations by one slot: the second begins when the first has ended, its user's thinking included; a warm-up is the
// first turn of one more.
func TestConversationHoldsItsSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, sink, server := sessionLoad{sessions: 2, change: func(c *Config) { c.MaxConcurrency, c.Warmups = 1, 1 }}.engine(t)
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 6 || o.Failed != 0 || o.Interrupted || e.Progress().Total != 6 {
			t.Fatalf("outcome %+v, %v", o, err)
		}
		for id := range int64(6) {
			rec, s, turn := sink.records[id], id/3, id%3
			due := s*2300e6 + turn*1100e6
			if rec.SessionID.V != fmt.Sprint(s) || rec.Turn.V != turn || rec.SessionTurns.V != 3 || rec.IntendedNS.V > due || rec.SlotNS != store.Int(due) || rec.SentNS != store.Int(due) {
				t.Errorf("request %d: %+v, want it sent at %d", id, rec.Request, due)
			}
		}
		if warm := sink.records[6]; len(sink.records) != 7 || warm.Phase != store.PhaseWarmup || warm.SessionID.V != "2" {
			t.Errorf("%d rows, the warm-up is %+v", len(sink.records), warm.Request)
		}
		for i, asked := range server.asked[1:] {
			if n := strings.Count(asked, `"assistant","content":"xx"`); n != i%3 {
				t.Errorf("request %d holds %d answers of the server, want %d: %s", i, n, i%3, asked)
			}
		}
	})
}

// A failed turn ends its conversation, for the next one was to hold the answer; where answers are on record it goes on.
func TestConversationAfterFailure(t *testing.T) {
	for recorded, want := range map[bool]int{false: 5, true: 6} {
		synctest.Test(t, func(t *testing.T) {
			fail := func(i int) error {
				if i == 1 {
					return errors.New("broken pipe")
				}
				return nil
			}
			e, sink, _ := sessionLoad{sessions: 2, recorded: recorded, fail: fail, change: func(c *Config) { c.MaxConcurrency = 1 }}.engine(t)
			o, err := e.Run(t.Context())
			if err != nil || int(o.Completed) != want-1 || o.Failed != 1 || o.Interrupted || len(sink.records) != want {
				t.Errorf("recorded %v: outcome %+v, %v, %d rows, want %d", recorded, o, err, len(sink.records), want)
			}
		})
	}
}

// A turn is tried again like any request, and its conversation goes on.
func TestConversationRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := func(i int) error {
			if i == 1 {
				return errors.New("broken pipe")
			}
			return nil
		}
		e, sink, _ := sessionLoad{sessions: 1, fail: fail, change: func(c *Config) {
			c.Retries.Most = 1
			if err := c.Retries.On.UnmarshalText([]byte(DefaultRetryOn)); err != nil {
				t.Fatal(err)
			}
		}}.engine(t)
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 3 || o.Failed != 0 {
			t.Fatalf("outcome %+v, %v", o, err)
		}
		if again := sink.records[1]; again.Attempt != 1 || again.Turn.V != 1 || again.SessionTurns.V != 3 || again.SessionID.V != "0" {
			t.Errorf("the second attempt is %+v", again.Request)
		}
	})
}

// When the time to send is over conversations are cut short; a stop while a user thinks interrupts the run at once.
func TestConversationEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, sink, _ := sessionLoad{sessions: 2, change: func(c *Config) { c.Arrivals.Duration = 2 * time.Second }}.engine(t)
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 4 || o.Interrupted || len(sink.records) != 4 {
			t.Errorf("outcome %+v, %v, %d rows: the third turns were due after the end", o, err, len(sink.records))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		e, sink, _ := sessionLoad{sessions: 2}.engine(t)
		time.AfterFunc(500*time.Millisecond, e.Stop)
		began := time.Now()
		o, err := e.Run(t.Context())
		if err != nil || o.Completed != 2 || !o.Interrupted || len(sink.records) != 2 || time.Since(began) != 500*time.Millisecond {
			t.Errorf("outcome %+v, %v after %s", o, err, time.Since(began))
		}
	})
}

// A dataset that fails in the middle ends the load, and what came is kept.
func TestConversationBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		whole, _, server := sessionLoad{sessions: 1}.engine(t)
		sink := &kept{}
		calls := 0
		e := New(whole.config, counting{whole.sessions, func() error {
			if calls++; calls > 1 {
				return errors.New("the file is gone")
			}
			return nil
		}}, sink)
		e.transport, e.pause = server, sleepPause
		o, err := e.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "make turn 1 of conversation 0: the file is gone") || o.Completed != 1 || len(sink.records) != 1 {
			t.Errorf("outcome %+v, %v", o, err)
		}
	})
}

// counting asks before each conversation.
type counting struct {
	dataset.Sessions
	before func() error
}

func (c counting) Talk(s int) (*dataset.Talk, error) {
	if err := c.before(); err != nil {
		return nil, err
	}
	return c.Sessions.Talk(s)
}
