package dataset

// mostLooks bounds the requests that TooLong looks at, which must not hold up a load of millions.
const mostLooks = 100_000

// TooLong counts the requests among the first n, or their first hundred thousand, that do not fit into a context of so many
// tokens, and gives the length of the longest. Of a dataset that does not know its lengths beforehand there are none.
func TooLong(ds Dataset, n, context int) (requests, looked, longest int) {
	if m, ok := ds.(*models); ok {
		return TooLong(m.Dataset, n, context)
	}
	lengths, ok := lengthsOf(ds)
	if !ok {
		return 0, 0, 0
	}
	looked = min(n, mostLooks)
	for i := range looked {
		input, output := lengths(i)
		if input+output > context {
			requests++
		}
		longest = max(longest, input+output)
	}
	return requests, looked, longest
}

// lengthsOf gives the lengths of requests, in tokens, without making their prompts; they must be asked for in their order.
func lengthsOf(ds Dataset) (func(i int) (input, output int), bool) {
	switch d := ds.(type) {
	case *synthetic:
		return d.growingLengths(), true
	case *random:
		return d.sizes, true
	case *trace:
		return d.sizes, true
	}
	return nil, false
}

// sizes are drawn as for the prompt.
func (d *random) sizes(i int) (input, output int) {
	input, output = d.lengths(generator(d.seed, i))
	return d.shared.tokens + input, output
}

// sizes are the recorded ones.
func (d *trace) sizes(i int) (input, output int) {
	row := d.rows[i%len(d.rows)]
	return int(row.Input), int(row.Output)
}

// growingLengths adds up what is said and asked for at the turns of a conversation.
func (d *synthetic) growingLengths() func(i int) (input, output int) {
	session, history := 0, 0
	return func(i int) (input, output int) {
		for d.First(session+1) <= i {
			session++
		}
		turn := i - d.First(session)
		if turn == 0 {
			history = d.config.Sessions.System
		}
		said, asked := d.drawn(i, turn)
		input = history + said
		history = input + asked
		return input, asked
	}
}
