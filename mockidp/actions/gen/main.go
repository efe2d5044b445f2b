// Gen writes the tables of docs/actions.md from those that the runtime uses.
// go generate in mockidp/actions runs it.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: gen FILE.md")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal("gen: ", err)
	}
}

// run puts each table between its two marks; the text around is written by hand.
func run(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, part := range []struct{ name, text string }{
		{"event", table(actions.EventMembers())},
		{"api", table(actions.APIMembers())},
		{"globals", words(actions.Globals())},
		{"modules", words(actions.Modules())},
		{"packages", packages()},
	} {
		begin, end := "<!-- generated: "+part.name+" -->\n", "<!-- end of "+part.name+" -->\n"
		from, to := bytes.Index(text, []byte(begin)), bytes.Index(text, []byte(end))
		if from < 0 || to < from {
			return fmt.Errorf("%s: expected a line %q and then a line %q", file, begin, end)
		}
		text = slices.Concat(text[:from+len(begin)], []byte(part.text), text[to:])
	}
	return os.WriteFile(file, text, 0o644)
}

func table(members []actions.Member) string {
	var b strings.Builder
	typed := slices.ContainsFunc(members, func(m actions.Member) bool { return m.Type != "" })
	if typed {
		b.WriteString("| | type | | |\n|---|---|---|---|\n")
	} else {
		b.WriteString("| | | |\n|---|---|---|\n")
	}
	for _, m := range members {
		b.WriteString("| `" + m.Name + "` |")
		if typed {
			b.WriteString(" " + m.Type + " |")
		}
		b.WriteString(" " + strings.TrimRight(m.Support+" | "+m.Note, " ") + " |\n")
	}
	return b.String()
}

func words(names []string) string { return "`" + strings.Join(names, "`, `") + "`\n" }

func packages() string {
	var list []string
	for name, version := range actions.BundledPackages() {
		list = append(list, name+" "+version)
	}
	slices.Sort(list)
	return words(list)
}
