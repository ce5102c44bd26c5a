package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// manCmd prints the manual page, made from the grammar: llmbench man > /usr/local/share/man/man1/llmbench.1
type manCmd struct{}

// Run prints in the language of man(7).
func (manCmd) Run(a *app, k *kong.Context) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH LLMBENCH 1 \"\" \"llmbench %s\" \"User Commands\"\n.SH NAME\nllmbench \\- measure servers of large language models\n", roff(version))
	b.WriteString(".SH SYNOPSIS\n.B llmbench\n.I command\n[\\fIflags\\fR]\n.SH DESCRIPTION\n")
	paragraphs(&b, k.Model.Help)
	exampleParagraphs(&b, k.Model.Node)
	b.WriteString(".SH FLAGS OF ALL COMMANDS\n")
	flagParagraphs(&b, k.Model.Node)
	b.WriteString(".SH COMMANDS\n")
	commandSections(&b, k.Model.Node)
	b.WriteString(".SH ENVIRONMENT\nLLMBENCH_ with a flag's name in capitals, such as LLMBENCH_BASE_URL, gives it a default; LLMBENCH_CONFIG names a YAML file of them,\n" +
		"else ~/.config/llmbench/config.yaml is read. OPENAI_API_KEY is sent to the server. NO_COLOR leaves out colours.\n" +
		".SH EXIT STATUS\n0 done, 1 failed, 2 a threshold was crossed, 3 refused to judge, 80 wrong usage, 130 after Ctrl-C.\n")
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

func commandSections(b *strings.Builder, node *kong.Node) {
	for _, child := range node.Children {
		if child.Hidden {
			continue
		}
		fmt.Fprintf(b, ".SS %s\n", roff(strings.TrimSpace("llmbench "+commandPath(child))))
		paragraphs(b, child.Help)
		paragraphs(b, child.Detail)
		flagParagraphs(b, child)
		exampleParagraphs(b, child)
		commandSections(b, child)
	}
}

func flagParagraphs(b *strings.Builder, node *kong.Node) {
	for _, p := range node.Positional {
		fmt.Fprintf(b, ".TP\n.I %s\n%s\n", roff(p.Name), roff(p.Help))
	}
	for _, flag := range node.Flags {
		if !flag.Hidden {
			fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(flag.String()), roff(flag.Help))
		}
	}
}

// exampleParagraphs writes the command lines of a command as they are typed.
func exampleParagraphs(b *strings.Builder, node *kong.Node) {
	for i, line := range examples[commandPath(node)] {
		if i == 0 {
			b.WriteString(".PP\nExamples:\n.EX\n")
		}
		fmt.Fprintf(b, "%s\n", roff("  "+line))
	}
	if len(examples[commandPath(node)]) > 0 {
		b.WriteString(".EE\n")
	}
}

// paragraphs writes a help text; indented lines, which are examples, stay as they are.
func paragraphs(b *strings.Builder, help string) {
	for line := range strings.Lines(help) {
		switch text := strings.TrimSpace(line); {
		case text == "":
			b.WriteString(".PP\n")
		case strings.HasPrefix(line, "  "):
			fmt.Fprintf(b, ".EX\n%s\n.EE\n", roff(strings.TrimRight(line, "\n")))
		default:
			b.WriteString(roff(text) + "\n")
		}
	}
}

// roff escapes what the formatter would take for its own.
func roff(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	s = strings.ReplaceAll(s, "-", `\-`)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return strings.ReplaceAll(s, "\n", " ")
}
