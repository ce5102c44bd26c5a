package dataset_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"llmbench/collect/dataset"
	"llmbench/collect/tokenizer"
)

// Prompts of an exact length by the tokenizer in use; the same configuration gives the same prompts.
func Example() {
	tok := tokenizer.Approximate{}
	prompts, err := dataset.New(dataset.Config{
		Name: "random", NumPrompts: 1000, Seed: 7,
		Random: dataset.RandomConfig{InputLen: 24, OutputLen: 128},
	}, tok)
	if err != nil {
		log.Fatal(err)
	}
	p, err := prompts.Prompt(999)
	if err != nil {
		log.Fatal(err)
	}
	n, err := tok.Count(p.Text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(prompts.Len(), "prompts; the last has", n, "tokens and asks for", p.OutputTokens)
	// Output:
	// 1000 prompts; the last has 24 tokens and asks for 128
}

func ExampleParseLengths() {
	lengths, err := dataset.ParseLengths("lognormal:median=300,sigma=0.5,max=2048", 512)
	if err != nil {
		log.Fatal(err)
	}
	n := lengths.Draw(rand.New(rand.NewPCG(1, 2)))
	fmt.Println(lengths, n >= lengths.Least() && n <= lengths.Most())
	// Output:
	// lognormal:median=300,sigma=0.5,min=1,max=2048 true
}

// A configuration says all that is wrong with it at once, by the names of the flags.
func ExampleConfig_Validate() {
	fmt.Println(dataset.Config{Name: "random", Random: dataset.RandomConfig{InputLen: -1, OutputLen: 16}}.Validate())
	// Output:
	// --num-prompts 0: must be between 1 and 100000000
	// --random-input-len -1: must be between 0 and 10000000
}
