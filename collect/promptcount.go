package collect

import "fmt"

// PromptCounts compares the server's counts of prompt tokens with the client's, over the measured requests that ended well
// and have both.
type PromptCounts struct {
	Requests, Differ int64
	Least, Most      int64 // the server's less the client's
	Client, Server   int64 // sums
}

func (c *PromptCounts) add(client, server int64) {
	above := server - client
	if c.Requests++; c.Requests == 1 {
		c.Least, c.Most = above, above
	}
	if above != 0 {
		c.Differ++
	}
	c.Least, c.Most = min(c.Least, above), max(c.Most, above)
	c.Client, c.Server = c.Client+client, c.Server+server
}

// Finding says in a line how far the counts are apart; "" when they agree: in every request, or but for the special tokens
// that the tokenizer knows a server may add.
func (c PromptCounts) Finding(special int) string {
	even := c.Least == c.Most
	switch {
	case c.Differ == 0, even && c.Most == int64(special):
		return ""
	case even:
		return fmt.Sprintf("the server counted %+d prompt tokens in each of %d requests", c.Most, c.Requests)
	}
	return fmt.Sprintf("the server counted %+d to %+d prompt tokens in %d of %d requests, %+.1f%% in all",
		c.Least, c.Most, c.Differ, c.Requests, 100*float64(c.Server-c.Client)/float64(c.Client))
}
