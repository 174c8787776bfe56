package command

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// files is a configuration reader without files.
func files(found string, ctl *config.Ctl, err error) ConfigReader {
	return ConfigReader{
		Find: func(string) string { return found },
		Load: func(file string, _ []string) (*config.Ctl, error) {
			if err != nil {
				return nil, err
			}
			c := *ctl
			c.HistoryFile = file + ".history"
			return &c, nil
		},
	}
}

func TestSettings(t *testing.T) {
	ctl := &config.Ctl{ServerURL: "unix:///file.sock", Username: "fu", Password: "fp", Prompt: "web1", Plugins: []config.CtlPlugin{{Name: "x"}}}
	none := files("", nil, errors.New("must not be read"))
	some := files("/found.conf", ctl, nil)
	for _, tc := range []struct {
		args  string
		files ConfigReader
		want  Settings
	}{
		{"", none, Settings{ServerURL: DefaultServerURL, Prompt: "supervisor", Interactive: true}},
		{"status all", none, Settings{ServerURL: DefaultServerURL, Prompt: "supervisor", Args: []string{"status", "all"}}},
		{"", some, Settings{ServerURL: "unix:///file.sock", Username: "fu", Password: "fp", Prompt: "web1", HistoryFile: "/found.conf.history", Interactive: true, Plugins: ctl.Plugins}},
		{"-c /my.conf -s http://x:1 -u cu -p cp -r h -i status -x", some, Settings{ServerURL: "http://x:1", Username: "cu", Password: "cp", Prompt: "web1", HistoryFile: "h", Interactive: true, Plugins: ctl.Plugins, Args: []string{"status", "-x"}}},
		{"-c /my.conf pid", some, Settings{ServerURL: "unix:///file.sock", Username: "fu", Password: "fp", Prompt: "web1", HistoryFile: "/my.conf.history", Plugins: ctl.Plugins, Args: []string{"pid"}}},
		{"--history-file=h --output=json pid", some, Settings{ServerURL: "unix:///file.sock", Username: "fu", Password: "fp", Prompt: "web1", HistoryFile: "h", Format: JSON, Plugins: ctl.Plugins, Args: []string{"pid"}}},
		{"--hist h --out TEXT pid", some, Settings{ServerURL: "unix:///file.sock", Username: "fu", Password: "fp", Prompt: "web1", HistoryFile: "h", Plugins: ctl.Plugins, Args: []string{"pid"}}},
	} {
		got, err := ParseSettings(append([]string{"ctl"}, strings.Fields(tc.args)...), nil, tc.files)
		if err != nil {
			t.Errorf("%s: %v", tc.args, err)
			continue
		}
		tc.want.Progname = "ctl"
		if tc.want.Args == nil {
			tc.want.Args = []string{}
		}
		if d := cmp.Diff(&tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.args, d)
		}
	}
}

func TestBadSettings(t *testing.T) {
	bad := files("/found.conf", nil, errors.New("no such section"))
	for args, want := range map[string]string{
		"status":                     "no such section",
		"-c x status":                "no such section",
		"--output yaml":              "invalid value for --output 'yaml': text and json are allowed",
		"--output":                   "option --output requires argument",
		"-s nowhere":                 "invalid value for -s 'nowhere': value 'nowhere' is not a URL",
		"--serverurl=':x'":           `invalid value for --serverurl "':x'": value "':x'" is not a URL`,
		"-c a --config=b":            "conflicting command line option '--configuration'",
		"--output text --out json x": "conflicting command line option '--output'",
	} {
		_, err := ParseSettings(append([]string{"ctl"}, strings.Fields(args)...), nil, bad)
		var u *UsageError
		if !errors.As(err, &u) || err.Error() != want {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
	if _, err := ParseSettings([]string{"ctl", "-h", "--output", "yaml"}, nil, bad); !errors.Is(err, ErrHelp) {
		t.Errorf("help is not given first: %v", err)
	}
}

func TestIsURL(t *testing.T) {
	for s, want := range map[string]bool{
		"http://localhost:9001": true, "unix:///a": true, "foo:bar": true, "localhost:9001": true, "http:///": true, "a+b.c-1:x": true,
		"": false, "foo": false, "http://": false, "http:": false, ":x": false, "1a:x": false, "a b:x": false, "http://?q": false, "http:#f": false,
	} {
		if got := isURL(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestQuoted(t *testing.T) {
	for s, want := range map[string]string{
		"": "''", "a": "'a'", "it's": `"it's"`, `say "hi"`: `'say "hi"'`, `both ' and "`: `'both \' and "'`,
		"a\\b\n\r\t\x00\x7f": `'a\\b\n\r\t\x00\x7f'`, "é€😀": "'é€😀'", "\u00a0\u0085": `'\xa0\x85'`, "\u200b\U000e0001": `'\u200b\U000e0001'`, "\xff": `'\udcff'`, "\ufffd": "'\ufffd'",
	} {
		if got := quoted(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestParseInt(t *testing.T) {
	for s, want := range map[string]int64{"5": 5, "-5": -5, "+5": 5, "1_000": 1000, "007": 7} {
		if got, ok := parseInt(s); !ok || got != want {
			t.Errorf("%q: %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "-", "--5", "x", "5x", "1__0", "_1", "1_", "0x10", "1e3", "99999999999999999999"} {
		if got, ok := parseInt(s); ok {
			t.Errorf("%q is taken for %d", s, got)
		}
	}
}

func TestHelpHasEveryCommand(t *testing.T) {
	for _, cmd := range Commands() {
		for _, f := range cmd.Forms {
			if !strings.HasPrefix(f.Synopsis, cmd.Name) || f.Meaning == "" {
				t.Errorf("%s: %+v", cmd.Name, f)
			}
		}
		if cmd.run == nil {
			t.Errorf("%s does nothing", cmd.Name)
		}
	}
}
