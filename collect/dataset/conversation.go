package dataset

// Conversations is a dataset whose prompts begin conversations that go on.
type Conversations interface {
	Dataset
	// Conversation gives all messages of the i-th prompt's conversation in their order, the recorded answers among them. A
	// dataset of questions alone has those of the user only. It is nil where there is no more than the prompt.
	Conversation(i int) ([]Message, error)
}

var _ Conversations = (*sampled)(nil)

// AsConversations gives the dataset of conversations that ds is, or is made from.
func AsConversations(ds Dataset) (Conversations, bool) {
	if m, ok := ds.(*models); ok {
		return AsConversations(m.Dataset)
	}
	c, ok := ds.(Conversations)
	return c, ok
}

// Conversation reads the row of the i-th prompt again.
func (d *sampled) Conversation(i int) ([]Message, error) {
	row, err := d.row(i)
	if err != nil {
		return nil, err
	}
	ex, err := d.example(row)
	if err != nil {
		return nil, err
	}
	return ex.turns, readMedia(ex.turns, d.dir)
}

// row is that of the i-th prompt.
func (d *sampled) row(i int) (uint32, error) {
	if d.filter == nil {
		return d.config.pick(d.order, i), nil
	}
	row, _, err := d.keep(i)
	return row, err
}
