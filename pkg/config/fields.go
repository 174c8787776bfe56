package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// processField is an option of a process: how to compare and how to show it.
// Values that may be secret are shown masked.
type processField struct {
	option string
	same   func(before, after *Process) bool
	text   func(*Process) string
}

// field makes a processField of a value that can be compared.
func field[T comparable](option string, get func(*Process) T, show func(T) string) processField {
	return processField{
		option: option,
		same:   func(a, b *Process) bool { return get(a) == get(b) },
		text:   func(p *Process) string { return show(get(p)) },
	}
}

func verbatim(s string) string { return s }

// processFields are all options that make up a process, in the order of the
// manual.
var processFields = sync.OnceValue(makeProcessFields)

func makeProcessFields() []processField {
	return slices.Concat([]processField{
		field("command", func(p *Process) string { return p.Command }, verbatim),
		field("directory", func(p *Process) string { return p.Directory }, verbatim),
		field("umask", func(p *Process) int { return p.Umask }, showUmask),
		field("priority", func(p *Process) int { return p.Priority }, strconv.Itoa),
		field("autostart", func(p *Process) bool { return p.Autostart }, strconv.FormatBool),
		field("startsecs", func(p *Process) int { return p.StartSecs }, strconv.Itoa),
		field("startretries", func(p *Process) int { return p.StartRetries }, strconv.Itoa),
		field("autorestart", func(p *Process) AutoRestart { return p.AutoRestart }, AutoRestart.String),
		{"exitcodes",
			func(a, b *Process) bool { return slices.Equal(a.ExitCodes, b.ExitCodes) },
			func(p *Process) string { return showNumbers(p.ExitCodes) }},
		field("stopsignal", func(p *Process) int { return p.StopSignal }, showSignal),
		field("stopwaitsecs", func(p *Process) int { return p.StopWaitSecs }, strconv.Itoa),
		field("stopasgroup", func(p *Process) bool { return p.StopAsGroup }, strconv.FormatBool),
		field("killasgroup", func(p *Process) bool { return p.KillAsGroup }, strconv.FormatBool),
		// Two names of one user are the same.
		{"user",
			func(a, b *Process) bool { return a.UID == b.UID },
			func(p *Process) string { return p.User }},
		field("redirect_stderr", func(p *Process) bool { return p.RedirectStderr }, strconv.FormatBool),
	},
		outputFields("stdout", func(p *Process) *Output { return &p.Stdout }),
		outputFields("stderr", func(p *Process) *Output { return &p.Stderr }),
		[]processField{
			{"environment",
				func(a, b *Process) bool { return sameEnvironment(a.Environment, b.Environment) },
				func(p *Process) string { return showEnvironment(p.Environment) }},
			field("serverurl", serverURLOf, maskURL),
			{"socket",
				func(a, b *Process) bool { return sameSocket(a.Socket, b.Socket) },
				func(p *Process) string { return showSocket(p.Socket) }},
		})
}

// outputFields are the options of one output channel.
func outputFields(channel string, of func(*Process) *Output) []processField {
	log := channel + "_logfile"
	return []processField{
		{log,
			func(a, b *Process) bool { return sameLog(of(a), of(b)) },
			func(p *Process) string { return showLog(of(p)) }},
		field(log+"_maxbytes", func(p *Process) int64 { return of(p).MaxBytes }, showBytes),
		field(log+"_backups", func(p *Process) int { return of(p).Backups }, strconv.Itoa),
		field(channel+"_capture_maxbytes", func(p *Process) int64 { return of(p).CaptureBytes }, showBytes),
		field(channel+"_events_enabled", func(p *Process) bool { return of(p).Events }, strconv.FormatBool),
		field(channel+"_syslog", func(p *Process) bool { return of(p).Syslog }, strconv.FormatBool),
		field(log+"_rotation", func(p *Process) Rotation { return of(p).Rotation }, Rotation.String),
		field(log+"_compress", func(p *Process) bool { return of(p).Compress }, strconv.FormatBool),
		field(log+"_maxage", func(p *Process) time.Duration { return of(p).MaxAge }, showAge),
	}
}

// sameLog compares log names. An AUTO log that is asked for is the same as any
// that is there, as in Supervisor, where AUTO is replaced by the name of a file
// before it can be compared.
func sameLog(before, after *Output) bool {
	return after.Kind == LogAuto || before.Kind == after.Kind && before.Path == after.Path
}

// sameEnvironment compares variables without regard to their order.
func sameEnvironment(a, b []EnvVar) bool {
	if slices.Equal(a, b) {
		return true
	}
	return len(a) == len(b) && maps.Equal(environmentSet(a), environmentSet(b))
}

func environmentSet(env []EnvVar) map[string]string {
	set := make(map[string]string, len(env))
	for _, v := range env {
		set[v.Key] = v.Value
	}
	return set
}

// sameSocket compares sockets with mode, owner and backlog, which Supervisor
// leaves out.
func sameSocket(a, b *FastCGISocket) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func showUmask(mask int) string {
	if mask < 0 {
		return ""
	}
	return showOctal(uint32(mask), 3)
}

// showOctal shows at least so many digits behind a zero.
func showOctal(n uint32, digits int) string {
	s := strconv.FormatUint(uint64(n), 8)
	if len(s) < digits {
		s = strings.Repeat("0", digits-len(s)) + s
	}
	if s[0] != '0' {
		s = "0" + s
	}
	return s
}

func showNumbers(list []int) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}

func showSignal(n int) string {
	name := SignalName(n)
	if short, ok := strings.CutPrefix(name, "SIG"); ok {
		return short
	}
	return strconv.Itoa(n)
}

// showBytes uses the largest suffix that needs no fraction.
func showBytes(n int64) string {
	for i, suffix := range []string{"GB", "MB", "KB"} {
		if unit := int64(1) << (30 - 10*i); n != 0 && n%unit == 0 {
			return strconv.FormatInt(n/unit, 10) + suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

func showAge(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "0"
	case d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}

func showLog(o *Output) string {
	switch o.Kind {
	case LogNone:
		return "NONE"
	case LogAuto:
		return "AUTO"
	}
	return o.Path
}

// showEnvironment shows the names of the variables with their values masked.
func showEnvironment(env []EnvVar) string {
	texts := make([]string, len(env))
	for i, v := range env {
		texts[i] = v.Key + `="` + mask + `"`
	}
	return strings.Join(texts, ",")
}

const autoServerURL = "AUTO"

// serverURLOf returns serverurl as it is written.
func serverURLOf(p *Process) string {
	if p.ServerURL == "" && !p.NoServerURL {
		return autoServerURL
	}
	return p.ServerURL
}

// maskURL hides a password in a URL.
func maskURL(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, path, hasPath := strings.Cut(rest, "/")
	i := strings.LastIndexByte(host, '@')
	if i < 0 {
		return url
	}
	user, _, hasPassword := strings.Cut(host[:i], ":")
	if !hasPassword {
		return url
	}
	url = scheme + "://" + user + ":" + mask + host[i:]
	if hasPath {
		url += "/" + path
	}
	return url
}

func showSocket(s *FastCGISocket) string {
	if s == nil {
		return ""
	}
	return s.URL
}
