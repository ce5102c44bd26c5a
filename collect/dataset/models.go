package dataset

import (
	"encoding/json"
	"maps"
)

// models is a dataset whose requests each name a model of their own, such as a LoRA adapter.
type models struct {
	Dataset
	names      []json.RawMessage
	recipe     map[string]any
	roundRobin bool
	seed       int64
}

// WithModels gives every prompt of ds one of the names as its model: in turn, or drawn by the seed and the prompt's place.
func WithModels(ds Dataset, names []string, roundRobin bool, seed int64) Dataset {
	m := &models{Dataset: ds, roundRobin: roundRobin, seed: seed}
	for _, name := range names {
		raw, err := json.Marshal(name)
		if err != nil { // a string always encodes
			continue
		}
		m.names = append(m.names, raw)
	}
	m.recipe = map[string]any{"lora_modules": names, "lora_round_robin": roundRobin}
	return m
}

// Prompt is that of the dataset below with the model's name among its own fields.
func (m *models) Prompt(i int) (Prompt, error) {
	p, err := m.Dataset.Prompt(i)
	if err != nil {
		return p, err
	}
	body := maps.Clone(p.Body)
	if body == nil {
		body = map[string]json.RawMessage{}
	}
	body["model"] = m.name(i)
	p.Body = body
	return p, nil
}

// name is the model of the i-th request, or conversation.
func (m *models) name(i int) json.RawMessage {
	place := i % len(m.names)
	if !m.roundRobin {
		// Not the prompt's own generator, whose first draw is its length.
		place = generator(m.seed^0x6c6f7261, i).IntN(len(m.names))
	}
	return m.names[place]
}

// Recipe adds the names to that of the dataset below.
func (m *models) Recipe() map[string]any {
	recipe := maps.Clone(m.Dataset.Recipe())
	if recipe == nil {
		recipe = map[string]any{}
	}
	maps.Copy(recipe, m.recipe)
	return recipe
}
