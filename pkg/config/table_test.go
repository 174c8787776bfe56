package config

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTableIsComplete(t *testing.T) {
	for _, doc := range Reference() {
		if doc.Name == "" || doc.Help == "" || len(doc.Options) == 0 {
			t.Errorf("section %q lacks a name, a help or options", doc.Name)
		}
		seen := map[string]bool{}
		for _, o := range doc.Options {
			where := "[" + doc.Name + "] " + o.Name
			if seen[o.Name] {
				t.Errorf("%s is there twice", where)
			}
			seen[o.Name] = true
			if o.Type == "" || o.Help == "" || o.Example == "" {
				t.Errorf("%s lacks a type, a help or an example", where)
			}
			if o.Short == "" && o.Deprecated == "" {
				t.Errorf("%s lacks a short help", where)
			}
			if (o.Default == "") == (o.Unset == "" && !o.Required) {
				t.Errorf("%s must have one of Default, Unset and Required", where)
			}
			if (o.Since == "") != o.Extension {
				t.Errorf("%s must have either Since or Extension", where)
			}
		}
	}
}

// TestDefaultsAreValues reads a configuration that writes every default.
func TestDefaultsAreValues(t *testing.T) {
	for _, doc := range Reference() {
		if !isProcessKind(doc.Kind) && doc.Kind != SupervisordSection {
			continue
		}
		name := strings.Replace(doc.Name, ":x", ":p", 1)
		needed := map[SectionKind]string{EventListenerSection: "events=TICK\n", FastCGISection: "socket=tcp://x:1\n"}[doc.Kind]
		if doc.Kind != SupervisordSection {
			needed += "command=x\n"
		}
		plain := "[" + name + "]\n" + needed
		written := plain
		for _, o := range doc.Options {
			if o.Default != "" && o.Deprecated == "" && o.Name != "socket_mode" {
				written += o.Name + "=" + o.Default + "\n"
			}
		}
		if doc.Kind != SupervisordSection {
			plain, written = header+plain, header+written
		}
		before, after := mustLoad(t, plain), mustLoad(t, written)
		changes := Diff(before, after)
		// The default of a listener's processes is that of processes.
		if doc.Kind == EventListenerSection && len(changes.Groups) == 1 && len(changes.Groups[0].Processes[0].Options) == 1 {
			continue
		}
		if got := describeChanges(changes); len(got) > 0 {
			t.Errorf("[%s] with its defaults written differs: %q", name, got)
		}
	}
}

// TestTableHasTheReferencesOptions looks for the options that the Python version
// asks for.
func TestTableHasTheReferencesOptions(t *testing.T) {
	source, err := os.ReadFile("/usr/lib/python3/dist-packages/supervisor/options.py")
	if err != nil {
		t.Skip("the Python version of Supervisor is not installed, so there is nothing to compare with")
	}
	known := map[string]bool{}
	for _, doc := range Reference() {
		for _, o := range doc.Options {
			known[o.Name] = true
		}
	}
	asked := regexp.MustCompile(`(?:\bget|getdefault)\((?:section, ?)?'([a-z_]+)'`).FindAllStringSubmatch(string(source), -1)
	if len(asked) < 40 {
		t.Fatalf("only %d questions for options were found", len(asked))
	}
	for _, m := range asked {
		if !known[m[1]] && m[1] != "expansions" && m[1] != "include" { // a dictionary and a section
			t.Errorf("the reference reads %s, which the table does not have", m[1])
		}
	}
}

func TestNearest(t *testing.T) {
	names := optionNames(ProgramSection)
	for name, want := range map[string]string{
		"comand": "command", "startsec": "startsecs", "autorestrat": "autorestart", "stdout_log_file": "stdout_logfile", "usr": "user",
		"zzz": "", "environmant": "environment", "stdout_logfile_maxbyte": "stdout_logfile_maxbytes", "": "", "stopwaitsec": "stopwaitsecs",
	} {
		if got := nearest(name, names); got != want {
			t.Errorf("nearest(%q) = %q; want %q", name, got, want)
		}
	}
	for _, pair := range [][2]string{{"", ""}, {"a", "b"}, {"abc", "acb"}, {"kitten", "sitting"}} {
		if distance(pair[0], pair[1], 99) != distance(pair[1], pair[0], 99) {
			t.Errorf("distance(%q, %q) is not symmetric", pair[0], pair[1])
		}
	}
	if got := distance("kitten", "sitting", 99); got != 3 {
		t.Errorf("distance(kitten, sitting) = %d", got)
	}
	if !slices.IsSorted(names) {
		t.Error("the names of options are not sorted")
	}
}
