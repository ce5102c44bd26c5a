package tokenizer_test

import (
	"fmt"
	"log"

	"llmbench/collect/tokenizer"
)

// The ids of a text by a model's own file, and back.
func ExampleLoad() {
	t, err := tokenizer.Load("testdata/bytelevel/tokenizer.json")
	if err != nil {
		log.Fatal(err)
	}
	ids, err := t.Encode("The server waits.")
	if err != nil {
		log.Fatal(err)
	}
	text, err := t.Decode(ids)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ids)
	fmt.Printf("%d tokens: %q\n", len(ids), text)
	// Output:
	// [415 739 863 278 82 13]
	// 6 tokens: "The server waits."
}

// Without a file of the model's, and without a server to ask, there is the approximation; the notes say why.
func ExampleApproximate() {
	var a tokenizer.Approximate
	n, err := a.Count("The server waits for requests.")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, a.Name())
	// Output:
	// 6 approximate (up to 9 letters, 3 digits or 1.7 CJK characters to a token)
}
