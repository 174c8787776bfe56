package command

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/docgen"
	"github.com/supervisor-go/supervisor/pkg/man"
)

const (
	chapter    = "../../../docs/supervisorctl.md"
	manualPage = "../../../docs/man/supervisorctl.1"
)

//go:generate go test -run TestDocuments -update .

// The manual is made from the tables that the program works with.
func TestDocuments(t *testing.T) {
	docgen.CheckPart(t, chapter, "options", optionsTable())
	docgen.CheckPart(t, chapter, "commands", commandsText())
	docgen.CheckPart(t, chapter, "exit statuses", statusTable())
	docgen.CheckPart(t, chapter, "json", schemaText())
	docgen.Check(t, manualPage, page(t))
}

func optionsTable() string {
	var b strings.Builder
	b.WriteString("| Option | Meaning |\n|---|---|\n")
	for _, o := range Options {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(o.spelling(), "/", "`, `"), docgen.Cell(o.Help))
	}
	return b.String()
}

func commandsText() string {
	var b strings.Builder
	for _, cmd := range Commands() {
		if !cmd.visible() {
			continue
		}
		fmt.Fprintf(&b, "### %s\n\n", cmd.Name)
		if cmd.Extension {
			b.WriteString("Not in the Python Supervisor.\n\n")
		}
		b.WriteString("| Form | Meaning |\n|---|---|\n")
		for _, f := range cmd.Forms {
			fmt.Fprintf(&b, "| `%s` | %s |\n", docgen.Cell(f.Synopsis), docgen.Cell(f.Meaning))
		}
		for _, n := range cmd.Notes {
			b.WriteString("\n" + n + "\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func statusTable() string {
	var b strings.Builder
	b.WriteString("| Status | Meaning |\n|---|---|\n")
	for _, e := range ExitMeanings {
		fmt.Fprintf(&b, "| %s | %s |\n", e.Status, docgen.Cell(e.Meaning))
	}
	return b.String()
}

// parts are the members of the documents, by command.
var parts = []struct {
	title string
	doc   any
}{
	{"`processes` of status and wait", ProcessDoc{}},
	{"`results` of start, stop, restart, signal, clear, add, remove and update", ResultDoc{}},
	{"`fault` of a result", FaultDoc{}},
	{"`changes` of reread", ChangeDoc{}},
	{"`processes` of avail", ConfigDoc{}},
	{"`pids` of pid", PIDDoc{}},
}

func schemaText() string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "### %s\n\n| Member | Type | Meaning |\n|---|---|---|\n", p.title)
		t := reflect.TypeOf(p.doc)
		for i := range t.NumField() {
			f := t.Field(i)
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Tag.Get("json"), jsonType(f.Type), docgen.Cell(f.Tag.Get("doc")))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonType(t.Elem()) + " or null"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Struct:
		return "object"
	}
	return "integer"
}

func page(t *testing.T) []byte {
	p := man.New("supervisorctl", 1, "Supervisor", `Made from the tables of supervisorctl. Run "make generate" to renew it.`)
	p.Name("supervisorctl", "control the programs that supervisord runs")
	p.Synopsis("supervisorctl", "[OPTION...] [ACTION [ARGUMENT...]]")
	p.Section("Description")
	p.Markdown(docgen.Section(t, chapter, "Use"))
	p.Section("Options")
	for _, o := range Options {
		p.Items(man.Item{Term: strings.ReplaceAll(o.spelling(), "/", ", "), Text: o.Help})
	}
	p.Section("Actions")
	for _, cmd := range Commands() {
		for _, f := range cmd.Forms {
			p.Items(man.Item{Term: f.Synopsis, Text: f.Meaning})
		}
		p.More(cmd.Notes...)
	}
	for _, title := range []string{"Names", "The shell", "JSON", "Plug-ins", "Completion"} {
		p.Section(title)
		p.Markdown(docgen.Section(t, chapter, title))
	}
	p.Section("Exit status")
	for _, e := range ExitMeanings {
		p.Items(man.Item{Term: e.Status, Text: e.Meaning})
	}
	p.SeeAlso("supervisord(1)", "supervisord.conf(5)")
	return p.Bytes()
}

// What the option parser takes is what the help tells.
func TestOptionsAreParsed(t *testing.T) {
	for _, o := range Options {
		long := strings.ReplaceAll(o.Long, "-", "_")
		short := o.Short
		if o.Value != "" {
			long, short = long+"=", short+":"
		}
		if !slices.Contains(optionSpec.Long, long) || o.Short != "" && !strings.Contains(optionSpec.Short, short) {
			t.Errorf("%s is not parsed", o.spelling())
		}
	}
	if len(optionSpec.Long) != len(Options) {
		t.Errorf("%d options are parsed, %d told of", len(optionSpec.Long), len(Options))
	}
}
