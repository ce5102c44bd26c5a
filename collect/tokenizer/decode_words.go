package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
)

// cleanup takes out the blanks that cutting words put before English punctuation and short forms, in this order: a text may
// be changed by one rule after another.
func cleanup(text string) string {
	for _, rule := range [][2]string{
		{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"}, {" do not", " don't"},
		{" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
	} {
		text = strings.ReplaceAll(text, rule[0], rule[1])
	}
	return text
}

// newWordPieceDecoder puts a blank before every token that does not go on with a word.
func newWordPieceDecoder(data json.RawMessage) (decoder, error) {
	o := struct {
		Prefix  string `json:"prefix"`
		Cleanup bool   `json:"cleanup"`
	}{"##", true}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("decoder WordPiece: %w", err)
	}
	return decodeFunc(func(tokens []string) []string {
		for i, t := range tokens {
			if i > 0 {
				later, ok := strings.CutPrefix(t, o.Prefix)
				if t = later; !ok {
					t = " " + t
				}
			}
			if o.Cleanup {
				t = cleanup(t)
			}
			tokens[i] = t
		}
		return tokens
	}), nil
}

// newCTC reads the output of speech models: tokens repeated, with pads between those that are really twice there.
func newCTC(data json.RawMessage) (decoder, error) {
	o := struct {
		Pad     string `json:"pad_token"`
		Blank   string `json:"word_delimiter_token"`
		Cleanup bool   `json:"cleanup"`
	}{"<pad>", "|", true}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("decoder CTC: %w", err)
	}
	return decodeFunc(func(tokens []string) []string {
		kept := tokens[:0]
		for i, before := 0, ""; i < len(tokens); i++ {
			t := tokens[i]
			if i > 0 && t == before {
				continue
			}
			before = t
			t = strings.ReplaceAll(t, o.Pad, "")
			if o.Cleanup {
				t = strings.ReplaceAll(cleanup(t), o.Blank, " ")
			}
			if t != "" {
				kept = append(kept, t)
			}
		}
		return kept
	}), nil
}
