package dataset

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// conversations are made-up ones of 1 to 4 turns, by a tokenizer of one token a word.
func conversations(t *testing.T, change func(*Config)) Sessions {
	t.Helper()
	c := Config{Name: "synthetic-sessions", NumPrompts: 20, Seed: 3, Files: FilesConfig{Chat: true}, Sessions: SessionsConfig{
		Turns: Uniform(1, 4), Input: Uniform(3, 9), Output: Uniform(2, 5), System: 6, Think: Constant(250),
	}}
	if change != nil {
		change(&c)
	}
	ds, err := New(c, newWordTokenizer(false))
	if err != nil {
		t.Fatal(err)
	}
	s, ok := AsSessions(ds)
	if !ok {
		t.Fatalf("%T holds no conversations", ds)
	}
	return s
}

// held goes through a conversation in which the model says said.
func held(t *testing.T, s Sessions, i int, said func(turn int) Answer) (prompts []Prompt, thought []time.Duration) {
	t.Helper()
	talk, err := s.Talk(i)
	if err != nil {
		t.Fatal(err)
	}
	var answer Answer
	for !talk.Over() {
		p, think, err := talk.Next(answer)
		if err != nil {
			t.Fatal(err)
		}
		prompts, thought = append(prompts, p), append(thought, think)
		answer = said(p.Turn)
	}
	return prompts, thought
}

func saying(turn int) Answer { return Answer{Text: fmt.Sprintf("answer %d", turn), Tokens: 2} }

// Each turn holds the whole history with the model's own answers, and is new at its end; the numbers of requests run on.
func TestSyntheticSessionsGrow(t *testing.T) {
	t.Parallel()
	s := conversations(t, nil)
	seen, number, turnsSeen := map[string]bool{}, 0, map[int]bool{}
	for i := range s.Count() {
		if s.First(i) != number {
			t.Fatalf("conversation %d begins at %d, want %d", i, s.First(i), number)
		}
		prompts, thought := held(t, s, i, saying)
		number += len(prompts)
		turnsSeen[len(prompts)] = true
		tokens := 6
		for turn, p := range prompts {
			last := p.Messages[len(p.Messages)-1]
			tokens += len(strings.Fields(last.Content))
			if p.Turn != turn || p.Turns != len(prompts) || p.SessionID != fmt.Sprint(i) || len(p.Messages) != 2*turn+2 || p.InputTokens != tokens {
				t.Fatalf("conversation %d, turn %d: %+v, want %d messages of %d tokens", i, turn, p, 2*turn+2, tokens)
			}
			if p.Messages[0].Role != "system" || last.Role != "user" || seen[last.Content] || p.OutputTokens < 2 || p.OutputTokens > 5 {
				t.Errorf("conversation %d, turn %d: %+v", i, turn, p.Messages)
			}
			if turn > 0 {
				answer := p.Messages[2*turn]
				if answer.Role != "assistant" || answer.Content != fmt.Sprintf("answer %d", turn-1) {
					t.Errorf("conversation %d, turn %d: the answer before it is %+v", i, turn, answer)
				}
			}
			if want := map[bool]time.Duration{true: 250 * time.Millisecond}[turn > 0]; thought[turn] != want {
				t.Errorf("thought %s before turn %d, want %s", thought[turn], turn, want)
			}
			seen[last.Content] = true
			tokens += 2
		}
	}
	if s.Len() != number || s.First(s.Count()) != number || len(turnsSeen) != 4 {
		t.Errorf("%d requests, want %d; numbers of turns %v", s.Len(), number, turnsSeen)
	}
}

// Equal seeds give equal conversations in whatever order they are held, other seeds others, and all share the system prompt.
func TestSyntheticSessionsRepeat(t *testing.T) {
	t.Parallel()
	a, b := conversations(t, nil), conversations(t, nil)
	other := conversations(t, func(c *Config) { c.Seed = 4 })
	for i := range a.Count() {
		fromA, _ := held(t, a, i, saying)
		fromB, _ := held(t, b, a.Count()-1-i, saying)
		again, _ := held(t, b, i, saying)
		if !reflect.DeepEqual(fromA, again) {
			t.Fatalf("conversation %d differs from itself", i)
		}
		if fromA[0].Messages[0].Content != fromB[0].Messages[0].Content {
			t.Error("two system prompts")
		}
	}
	if x, _ := held(t, a, 0, saying); reflect.DeepEqual(x[0].Messages, must(other.Prompt(0)).Messages) {
		t.Error("another seed says the same")
	}
	if x := conversations(t, nil); x.First(7) != a.First(7) || !reflect.DeepEqual(x.Recipe(), a.Recipe()) {
		t.Error("numbers or recipes differ")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Recorded answers go into the history whatever the model says, and are as long as what is asked for.
func TestRecordedAnswers(t *testing.T) {
	t.Parallel()
	s := conversations(t, func(c *Config) { c.Sessions.Recorded, c.Sessions.Turns = true, Constant(3) })
	a, _ := held(t, s, 1, saying)
	b, _ := held(t, s, 1, func(int) Answer { return Answer{Text: "something else"} })
	if !reflect.DeepEqual(a, b) {
		t.Error("what the model said changed the history")
	}
	answer := a[1].Messages[2]
	if answer.Role != "assistant" || len(strings.Fields(answer.Content)) != a[0].OutputTokens || a[1].InputTokens != a[0].InputTokens+a[0].OutputTokens+len(strings.Fields(a[1].Messages[3].Content)) {
		t.Errorf("history %+v of %d tokens", a[1].Messages, a[1].InputTokens)
	}
	if !s.Recorded() || conversations(t, nil).Recorded() {
		t.Error("whose answers are these?")
	}
}

// bracketed is a template that marks who speaks.
type bracketed struct{ fails bool }

func (b bracketed) Render(messages []Message) (string, error) {
	if b.fails {
		return "", errors.New("no")
	}
	var text strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&text, "<%s>%s", m.Role, m.Content)
	}
	return text.String() + "<assistant>", nil
}
func (bracketed) Hash() string { return "brackets" }

// Backends that take a text get the history through the template, else one line below the other; each is the beginning of
// the next, which is what a prefix cache lives on.
func TestSessionsAsText(t *testing.T) {
	t.Parallel()
	for name, template := range map[string]Template{"template": bracketed{}, "lines": nil} {
		s := conversations(t, func(c *Config) {
			c.Files, c.Sessions.Turns = FilesConfig{Template: template}, Constant(4)
		})
		prompts, _ := held(t, s, 2, saying)
		for turn, p := range prompts {
			if p.Messages != nil || p.Text == "" {
				t.Fatalf("%s: %+v", name, p)
			}
			if turn > 0 && !strings.HasPrefix(p.Text, prompts[turn-1].Text+map[string]string{"template": "answer", "lines": "\nanswer"}[name]) {
				t.Errorf("%s: turn %d does not go on from the one before it:\n%q\n%q", name, turn, prompts[turn-1].Text, p.Text)
			}
		}
		if hash := s.Recipe()["chat_template"]; (hash != nil) != (name == "template") {
			t.Errorf("%s: recipe %v", name, s.Recipe())
		}
	}
	failing := conversations(t, func(c *Config) { c.Files = FilesConfig{Template: bracketed{fails: true}} })
	if _, err := failing.Prompt(0); err == nil || !strings.Contains(err.Error(), "apply the chat template") {
		t.Errorf("a template that fails gives %v", err)
	}
}

// Prompt stands in for a request: the same user's words, with the length the answers are to have.
func TestSessionsPreview(t *testing.T) {
	t.Parallel()
	s := conversations(t, func(c *Config) { c.Sessions.Turns = Constant(3) })
	var asked []int
	real, _ := held(t, s, 4, func(turn int) Answer {
		asked = append(asked, must(s.Prompt(s.First(4)+turn)).OutputTokens)
		return Answer{Text: fmt.Sprintf("<the model's answer of %d tokens>", asked[turn]), Tokens: asked[turn]}
	})
	if p := must(s.Prompt(s.First(4) + 2)); !reflect.DeepEqual(p, real[2]) || p.Turn != 2 || p.SessionID != "4" {
		t.Errorf("preview %+v, want %+v", p, real[2])
	}
}

// A conversation keeps the model it began with, whether or not the length of an answer is known.
func TestSessionsOfModels(t *testing.T) {
	t.Parallel()
	s, ok := AsSessions(WithModels(conversations(t, func(c *Config) { c.Sessions.Turns = Constant(3) }), []string{"a", "b"}, true, 1))
	if !ok {
		t.Fatal("no conversations")
	}
	for i := range 4 {
		prompts, _ := held(t, s, i, func(int) Answer { return Answer{Text: "of unknown length"} })
		for turn, p := range prompts {
			if want := map[int]string{0: `"a"`, 1: `"b"`}[i%2]; string(p.Body["model"]) != want {
				t.Errorf("conversation %d, turn %d names %s, want %s", i, turn, p.Body["model"], want)
			}
			if (p.InputTokens == 0) != (turn > 0) {
				t.Errorf("turn %d has %d tokens after an answer of unknown length", turn, p.InputTokens)
			}
		}
	}
	if _, ok := AsSessions(WithModels(prompts1{}, []string{"a"}, true, 1)); ok {
		t.Error("single prompts are taken for conversations")
	}
}

type prompts1 struct{ Dataset }

func TestSyntheticSessionsValidate(t *testing.T) {
	t.Parallel()
	c := Config{Name: "synthetic-sessions", NumPrompts: 2, Path: "x", PromptTokenIDs: true, Sessions: SessionsConfig{Turns: Uniform(0, 1_000_000), System: -1}}
	err := c.Validate()
	for _, want := range []string{"--dataset-path", "--session-turns uniform:min=0,max=1000000", "--session-input-len 0", "--session-output-len 0", "--session-system-len -1", "--prompt-token-ids"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	c = Config{Name: "synthetic-sessions", NumPrompts: mostPrompts, Sessions: SessionsConfig{Turns: Constant(mostTurns), Input: Constant(1), Output: Constant(1)}}
	if _, err := New(c, newWordTokenizer(false)); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("too many requests give %v", err)
	}
}

// ofFile are the conversations of a file with these lines.
func ofFile(t *testing.T, name, lines string, change func(*Config)) (Sessions, error) {
	t.Helper()
	c := Config{Name: name, Path: write(t, lines), NumPrompts: 1, Seed: 4, Files: FilesConfig{Chat: true, DisableShuffle: true},
		Turns: TurnsConfig{OutputLen: 7}, Custom: CustomConfig{OutputLen: ownLength, PromptColumn: "prompt", OutputColumn: "output_tokens"}, Sessions: SessionsConfig{Hold: true}}
	if change != nil {
		change(&c)
	}
	ds, err := New(c, newWordTokenizer(false))
	if err != nil {
		return nil, err
	}
	s, ok := AsSessions(ds)
	if !ok {
		t.Fatalf("%T holds no conversations", ds)
	}
	return s, nil
}

// spoken is a prompt in short: who speaks and what is said, then the length asked for.
func spoken(p Prompt) string {
	var b strings.Builder
	for _, m := range p.Messages {
		b.WriteString(m.Role[:1] + ":" + textOf(m) + " ")
	}
	return fmt.Sprint(b.String(), p.OutputTokens)
}

// Conversations of files are held as they stand: answers part their turns, and so do the questions of benches.
func TestSessionsOfFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dataset, lines string
		change         func(*Config)
		want           []string
	}{
		"sharegpt": {"sharegpt", `[{"conversations":[{"from":"human","value":"one two three four"},{"from":"gpt","value":"a b c d e"},{"from":"human","value":"five"},{"from":"gpt","value":"f g"},{"from":"human","value":"unanswered"}]}]`, nil,
			[]string{"u:one two three four 5", "u:one two three four a:A0 u:five 2"}},
		"answers on record": {"sharegpt", `[{"conversations":[{"from":"human","value":"one two three four"},{"from":"gpt","value":"a b c d"},{"from":"gpt","value":"e"},{"from":"human","value":"five"},{"from":"gpt","value":"f g"}]}]`,
			func(c *Config) { c.Sessions.Recorded = true },
			[]string{"u:one two three four 4", "u:one two three four a:a b c d\n\ne u:five 2"}}, // the tokenizer parts at blanks alone
		"at most": {"mt_bench", `{"turns":["one","two","three"]}`, func(c *Config) { c.Sessions.Turns, c.Sessions.Output = Constant(2), Constant(3) },
			[]string{"u:one 3", "u:one a:A0 u:two 3"}},
		"bench": {"mt_bench", `{"turns":["one","two"]}`, nil, []string{"u:one 7", "u:one a:A0 u:two 7"}},
		"speed_bench": {"speed_bench", `{"messages":[{"role":"system","content":"be"},{"role":"user","content":"one"},{"role":"user","content":"two"}]}`, nil,
			[]string{"s:be u:one 7", "s:be u:one a:A0 u:two 7"}},
		"messages": {"custom", `{"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"one"},{"role":"assistant","content":"a b"},{"role":"user","content":"two"},{"role":"tool","content":"42"},{"role":"assistant","content":"c"}]}`, nil,
			[]string{"s:be brief u:one 2", "s:be brief u:one a:A0 u:two t:42 1"}},
		"begun by the model": {"custom", `{"messages":[{"role":"assistant","content":"hello"},{"role":"user","content":"one"}],"output_tokens":9}`, nil, []string{"a:hello u:one 9"}},
		"a prompt alone":     {"custom", `{"prompt":"one","output_tokens":9}`, nil, []string{"u:one 9"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := ofFile(t, c.dataset, c.lines, c.change)
			if err != nil {
				t.Fatal(err)
			}
			prompts, _ := held(t, s, 0, func(turn int) Answer { return Answer{Text: fmt.Sprintf("A%d", turn), Tokens: 1} })
			var got []string
			words := 0
			for _, p := range prompts {
				got = append(got, spoken(p))
				words = 0
				for _, m := range p.Messages {
					words += len(must(newWordTokenizer(false).Encode(m.Content)))
				}
				if p.InputTokens != words {
					t.Errorf("turn %d has %d tokens, says %d", p.Turn, words, p.InputTokens)
				}
			}
			if !reflect.DeepEqual(got, c.want) || s.Len() != len(c.want) || s.Count() != 1 {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Many conversations are drawn from a few, rows that cannot be held are left out, and warm-ups are further ones.
func TestSessionsOversample(t *testing.T) {
	t.Parallel()
	lines := `{"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"a"},{"role":"user","content":"two"},{"role":"assistant","content":"b"}]}
{"messages":[{"role":"assistant","content":"a"},{"role":"user","content":"never answered"}]}
{"messages":[{"role":"user","content":"three"},{"role":"assistant","content":"c"}]}
`
	many := func(c *Config) { c.NumPrompts, c.Warmups, c.Custom.OutputColumn = 30, 2, "none" }
	if _, err := ofFile(t, "custom", lines, many); err == nil || !strings.Contains(err.Error(), `no column "none"`) {
		t.Errorf("a row that says no length gives %v", err)
	}
	ofOutput := func(c *Config) { many(c); c.Custom.OutputLen = 5 }
	s, err := ofFile(t, "custom", lines, ofOutput)
	if err != nil {
		t.Fatal(err)
	}
	if s.Count() != 30 || s.First(30) != s.Len() || s.Len() < 31 || s.Len() > 59 {
		t.Errorf("%d conversations of %d turns", s.Count(), s.Len())
	}
	short, err := ofFile(t, "custom", lines, func(c *Config) { ofOutput(c); c.Files.NoOversample = true })
	if err != nil || short.Count() != 3 {
		t.Errorf("%v, %v", short, err)
	}
	if _, err := ofFile(t, "custom", lines, func(c *Config) { ofOutput(c); c.Files.NoOversample, c.Warmups = true, 3 }); err == nil || !strings.Contains(err.Error(), "warm-ups") {
		t.Errorf("too few for the warm-ups: %v", err)
	}
	if _, err := ofFile(t, "mt_bench", `{"turns":["one","two"]}`, func(c *Config) { c.Sessions.Recorded = true }); err == nil || !strings.Contains(err.Error(), "--session-answers recorded") {
		t.Errorf("questions alone with recorded answers: %v", err)
	}
	if _, err := ofFile(t, "sonnet", "x", nil); err == nil || !strings.Contains(err.Error(), "--sessions: the dataset sonnet has no conversations; use one of custom, hf, mt_bench") {
		t.Errorf("%v", err)
	}
}

// A number of requests is met by whole conversations, and warm-ups come on top.
func TestSyntheticSessionsByRequests(t *testing.T) {
	t.Parallel()
	for _, warmups := range []int{0, 3} {
		s := conversations(t, func(c *Config) { c.Sessions.Requests, c.NumPrompts, c.Warmups = 25, 25+warmups, warmups })
		load := s.Count() - warmups
		if s.First(load) < 25 || s.First(load-1) >= 25 {
			t.Errorf("%d warm-ups: %d conversations have %d requests, without the last %d", warmups, load, s.First(load), s.First(load-1))
		}
	}
}

// A conversation about a picture has it in its first message, however the prompts of the dataset are made.
func TestConversationKeepsItsPicture(t *testing.T) {
	t.Parallel()
	seen := Message{Role: "user", Parts: []Part{{Text: "what is it"}, {Kind: PartImage, URL: "http://x/y.png"}}}
	ex := example{messages: []Message{seen}, turns: []Message{{Role: "user", Content: "what is it"}, {Role: "assistant", Content: "a cat"}, {Role: "user", Content: "sure?"}}}
	got := ex.conversation()
	if !reflect.DeepEqual(got, []Message{seen, ex.turns[1], ex.turns[2]}) || ex.turns[0].Content != "what is it" {
		t.Errorf("%+v", got)
	}
}
