package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/docgen"
	"github.com/supervisor-go/supervisor/pkg/man"
)

//go:generate go test -run ^TestConfigurationDocs$ . -update

const (
	chapter    = "../../docs/configuration.md"
	manualPage = "../../docs/man/supervisord.conf.5"
)

// TestConfigurationDocs keeps the list of options in the manual and the man page
// true.
func TestConfigurationDocs(t *testing.T) {
	docgen.CheckPart(t, chapter, "options", optionsChapter())
	docgen.Check(t, manualPage, confPage(t))
}

// borrowed are the options of a section that are the same as those of programs,
// and own are the others.
func borrowed(doc *SectionDoc) (shared bool, own []Option) {
	if doc.Kind != EventListenerSection && doc.Kind != FastCGISection {
		return false, doc.Options
	}
	for _, o := range doc.Options {
		if p := LookupOption(ProgramSection, o.Name); p == nil || !reflect.DeepEqual(*p, o) {
			own = append(own, o)
		}
	}
	return true, own
}

const borrowedNote = "It has all the options of `[program:x]`. These are different or its own:"

func optionsChapter() string {
	var b strings.Builder
	for i := range table() {
		doc := &table()[i]
		fmt.Fprintf(&b, "### [%s]\n\n%s\n\n", doc.Name, markdown(doc.Help))
		shared, options := borrowed(doc)
		if shared {
			fmt.Fprintf(&b, "%s\n\n", borrowedNote)
		}
		for _, o := range options {
			fmt.Fprintf(&b, "#### %s\n\n%s\n\n", o.Name, markdown(o.Help))
			for _, f := range facts(doc, &o) {
				fmt.Fprintf(&b, "- %s\n", f)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// markdown lets a plain text stand in Markdown as it is.
func markdown(text string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "]", `\]`).Replace(text)
}

// facts are what there is to know of an option besides its meaning.
func facts(doc *SectionDoc, o *Option) []string {
	var list []string
	if o.Deprecated != "" {
		list = append(list, "**Deprecated.** Use instead: "+o.Deprecated+".")
	}
	list = append(list, "Type: "+string(o.Type)+".")
	switch {
	case o.Required:
		list = append(list, "Required.")
	case o.Default != "":
		list = append(list, "Default: `"+o.Default+"`.")
	default:
		list = append(list, "Default: "+o.Unset+".")
	}
	if o.Extension {
		list = append(list, "Since: this supervisord; the Python Supervisor ignores it.")
	} else {
		list = append(list, "Since: "+o.Since+".")
	}
	list = append(list, "Example: `"+o.Name+" = "+o.Example+"`")
	if change := takesEffect(doc.Kind, o); change != "" {
		list = append(list, "A change "+change+".")
	}
	return list
}

func takesEffect(kind SectionKind, o *Option) string {
	switch {
	case o.Deprecated != "":
		return ""
	case kind == SupervisorctlSection || kind == CtlPluginSection:
		return "holds for the next supervisorctl"
	case kind == GroupSection && o.Name == "programs":
		return "starts and stops the processes that come and go"
	case kind == IncludeSection:
		return ""
	case o.Live:
		return "is **applied at once** by update"
	case isProcessKind(kind) && o.Name == "numprocs":
		return "starts and stops the processes that come and go, by update"
	case isProcessKind(kind):
		return "restarts the process, by update"
	default:
		return "needs a restart of supervisord"
	}
}

func confPage(t *testing.T) []byte {
	p := man.New("supervisord.conf", 5, "Supervisor", "Made from the table of options and docs/configuration.md. Run \"make generate\" to renew it.")
	p.Name("supervisord.conf", "configuration of supervisord and supervisorctl")
	p.Section("Description")
	p.Text("supervisord and supervisorctl read one file, usually called supervisord.conf. echo_supervisord_conf(1) prints a "+
		"commented sample that works as it is.",
		"`supervisord --check` says what is wrong with a file without starting anything. `supervisord --dump-config` prints the "+
			"configuration in effect, with the file and line that each value comes from.")
	for _, title := range []string{
		"Which file is read", "The file", "Including other files", "Expansions", "Kinds of value", "How changes take effect",
	} {
		p.Section(title)
		p.Markdown(docgen.Section(t, chapter, title))
	}
	for i := range table() {
		confSection(p, &table()[i])
	}
	p.Section("Files")
	p.Items(man.Item{Term: "/etc/supervisord.conf, /etc/supervisor/supervisord.conf", Text: "the usual places of the file"})
	p.SeeAlso("supervisord(1)", "supervisorctl(1)", "echo_supervisord_conf(1)", "eventlisten(1)", "pidproxy(1)")
	return p.Bytes()
}

func confSection(p *man.Page, doc *SectionDoc) {
	p.Section("[" + doc.Name + "]")
	p.Text(doc.Help)
	shared, options := borrowed(doc)
	if shared {
		p.Text(borrowedNote)
	}
	for _, o := range options {
		p.Items(man.Item{Term: o.Name, Text: strings.Join(strings.Fields(o.Help), " ")})
		p.More(strings.ReplaceAll(strings.Join(facts(doc, &o), " "), "**", ""))
	}
}
