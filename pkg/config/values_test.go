package config

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

func quoted(s string) string { return pytext.Repr(s) }

// converters pairs our parsers with the reference's.
var converters = []struct {
	reference string
	ours      func(string) (any, error)
	pieces    []string
}{
	{"integer", untyped(ParseInt), []string{"1", "23", "0", "-", "+", "_", " ", "x", ".", "\t", "٣", "\u00a0", "1e3", "0x", "é"}},
	{"boolean", untyped(ParseBool), []string{"true", "FALSE", "yes", "no", "on", "off", "1", "0", " ", "x", "Ye", "s"}},
	{"byte_size", untyped(ParseByteSize), []string{"1", "5", "KB", "mb", "Gb", "k", "B", " ", "-", "_", ".", "x"}},
	{"octal_type", untyped(ParseOctal), []string{"0", "7", "2", "o", "O", "8", "_", " ", "+", "x", "0o"}},
	{"list_of_exitcodes", untyped(ParseExitCodes), []string{"0", "2", "255", "256", ",", " ", "-", "x", "+1"}},
	{"logging_level", untyped(ParseLogLevel), []string{"info", "WARN", "debug", "trace", "blather", "critical", "error", "x", " "}},
	{"auto_restart", untyped(ParseAutoRestart), []string{"true", "Unexpected", "false", "1", "off", "x", " "}},
	{"process_or_group_name", untyped(ParseName), []string{"a", "é", " ", ":", "/", "-", "\t", "%", "'"}},
	{"dict_of_key_value_pairs", untyped(ParseEnvironment), []string{"A", "B1", "=", ",", `"`, "'", " ", "x y", "é", "#", "\n", "/.", ";", `\`}},
	{"inet_address", untyped(ParseInetAddress), []string{"a", "LOCALHOST", ":", "*", "80", "0", "65536", " ", "-", "x", "."}},
	{"url", untyped(ParseURL), []string{"http", "unix", "://", "/", ":", "a", "9", "?", "#", "x=1", ".", "+", "é"}},
	{"signal_number", untyped(ParseSignal), []string{"TERM", "sig", "int", "9", "64", "-", " ", "x", "CLD", "usr", "1", "rt", "max"}},
}

func untyped[T any](parse func(string) (T, error)) func(string) (any, error) {
	return func(s string) (any, error) { return parse(s) }
}

func TestValuesSameAsReference(t *testing.T) {
	python := pyref.Start(t)
	r := rand.New(rand.NewPCG(11, 12))
	for _, c := range converters {
		good := 0
		for range 600 {
			text := ""
			for range 1 + r.IntN(5) {
				text += c.pieces[r.IntN(len(c.pieces))]
			}
			got, err := c.ours(text)
			want, wantErr := python.Call("value", c.reference, text)
			switch {
			case (err == nil) != (wantErr == nil):
				t.Errorf("%s(%q) = %v, error %v; reference %v, error %v", c.reference, text, got, err, want, wantErr)
			case err != nil:
				if err.Error() != wantErr.Message {
					t.Errorf("%s(%q): error %q; reference %q", c.reference, text, err, wantErr.Message)
				}
			default:
				good++
				if octal, ok := got.(uint32); ok {
					// Bits beyond 07777 mean nothing to the system.
					n, _ := want.(json.Number).Int64()
					want = uint32(n & 0o7777)
					got = octal
				}
				if show(got) != show(want) {
					t.Errorf("%s(%q) = %s; reference %s", c.reference, text, show(got), show(want))
				}
			}
		}
		if good < 10 {
			t.Errorf("only %d of 600 texts for %s were right", good, c.reference)
		}
	}
}

// show renders a value of either side in one way.
func show(v any) string {
	switch v := v.(type) {
	case AutoRestart:
		return map[AutoRestart]string{RestartAlways: `"always"`, RestartNever: "false", RestartUnexpected: `"unexpected"`}[v]
	case LogLevel:
		return fmt.Sprint(int(v))
	case []EnvVar:
		v2 := envAsReference(v)
		return show(v2)
	case InetAddress:
		return show([]any{v.Host, v.Port})
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestIntegersAreCutTo32Bits(t *testing.T) {
	for text, want := range map[string]int{
		"2147483647": 2147483647, "2147483648": 2147483647, "99999999999999999999999": 2147483647,
		"-2147483648": -2147483648, "-99999999999999999999999": -2147483648,
	} {
		if got, err := ParseInt(text); err != nil || got != want {
			t.Errorf("ParseInt(%s) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestByteSizesDoNotOverflow(t *testing.T) {
	for _, text := range []string{"99999999999GB", "9223372036854775808", "99999999999999999999999999KB"} {
		if got, err := ParseByteSize(text); err != nil || got != 1<<63-1 {
			t.Errorf("ParseByteSize(%s) = %d, %v", text, got, err)
		}
	}
}

func TestParseAge(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"0": 0, "7": 7 * day, "7d": 7 * day, "12h": 12 * time.Hour, "1d12h": 36 * time.Hour, "90m": 90 * time.Minute, " 3D ": 3 * day,
		"+2": 2 * day, "36500": 36500 * day,
	} {
		if got, err := ParseAge(text); err != nil || got != want {
			t.Errorf("ParseAge(%q) = %v, %v; want %v", text, got, err, want)
		}
		if again, err := ParseAge(showAge(want)); err != nil || again != want {
			t.Errorf("ParseAge(showAge(%v)) = %v, %v", want, again, err)
		}
	}
	for _, text := range []string{"", "d", "x", "-1", "-1d", "-5h", "7w", "36501", "99999999999999999999", "1d-5h", "876001h", "1d1d"} {
		if got, err := ParseAge(text); err == nil {
			t.Errorf("ParseAge(%q) = %v; want an error", text, got)
		}
	}
}

func TestParseInetAddressV6(t *testing.T) {
	for text, want := range map[string]InetAddress{
		"[::1]:9001": {"::1", 9001}, "[::]:80": {"::", 80}, "::1:9001": {"::1", 9001}, "[FE80::1]:1": {"fe80::1", 1}, "*:9001": {"", 9001},
	} {
		if got, err := ParseInetAddress(text); err != nil || got != want {
			t.Errorf("ParseInetAddress(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func FuzzParseEnvironment(f *testing.F) {
	for _, s := range []string{"", "A=1", `A="1",B='2'`, "A=1#x", `A="`, "=", "A=é", "A=1,\n B=2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		env, err := ParseEnvironment(text)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, v := range env {
			if seen[v.Key] || v.Key == "" {
				t.Errorf("ParseEnvironment(%q): key %q is empty or there twice", text, v.Key)
			}
			seen[v.Key] = true
			if strings.ContainsAny(v.Value[:min(1, len(v.Value))], `'"`) {
				t.Errorf("ParseEnvironment(%q): value %q has quotes", text, v.Value)
			}
		}
	})
}
