package chattemplate_test

import (
	"encoding/json"
	"fmt"
	"log"

	"llmbench/collect/chattemplate"
	"llmbench/collect/dataset"
)

func Example() {
	source := `{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`
	template, err := chattemplate.New(source, map[string]json.RawMessage{"bos_token": json.RawMessage(`"<s>"`)})
	if err != nil {
		log.Fatal(err)
	}
	text, err := template.Render([]dataset.Message{{Role: "system", Content: "Be brief."}, {Role: "user", Content: "Hi!"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text)
	// Output:
	// <s><|system|>Be brief.<|user|>Hi!<|assistant|>
}
