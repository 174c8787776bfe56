package config

import (
	"os"

	"github.com/supervisor-go/supervisor/pkg/ini"
)

// LoadOptions says what to read and in which surroundings. Only File is needed.
type LoadOptions struct {
	// File is the path of the main configuration file.
	File string
	// Overrides are the command line's values of [supervisord].
	Overrides Overrides
	// Environ is the environment for ENV_x and ~, as "name=value"; nil stands for
	// os.Environ().
	Environ []string
	// Lookup resolves users and groups; nil stands for SystemUsers().
	Lookup UserLookup
	// Hostname is the value of %(host_node_name)s; "" stands for the name of this
	// machine.
	Hostname string
	// KnownFactory, if not nil, tells whether an RPC interface factory exists.
	KnownFactory func(spec string) bool
	// EffectiveUID is the user for whom the permissions of the files are judged;
	// nil stands for that of this process.
	EffectiveUID *int
}

// Load reads a configuration file and the files that it includes. The error is
// always of the type Errors and lists everything that is wrong.
func Load(opts LoadOptions) (*Config, error) {
	r := newReader(opts)
	r.load()
	if len(r.errs) > 0 {
		return nil, r.errs
	}
	return r.cfg, nil
}

// Check reads a configuration and returns everything that is wrong with it, and
// the warnings; it has no other effect.
func Check(opts LoadOptions) (errs Errors, warnings []string) {
	r := newReader(opts)
	r.load()
	return r.errs, r.cfg.Warnings
}

// reader holds the state of one Load.
type reader struct {
	opts  LoadOptions
	doc   *ini.Document
	cfg   *Config
	paths *paths
	// env holds the environment variables that ENV_x refers to: those of the
	// process and, once it has been read, of [supervisord] environment.
	env  map[string]string
	here string
	host string
	// hereOnly is the set of names that consists of here; it is not changed.
	hereOnly map[string]expansion
	byKind   map[SectionKind][]*ini.Section

	errs     Errors
	complain map[complaint]bool // what has been reported
	warned   map[string]bool
}

// complaint identifies an error, so that a section with many processes reports
// it once.
type complaint struct {
	origin       Origin
	section, key string
	item         string
}

func newReader(opts LoadOptions) *reader {
	if opts.Environ == nil {
		opts.Environ = os.Environ()
	}
	if opts.Lookup == nil {
		opts.Lookup = SystemUsers()
	}
	if opts.Hostname == "" {
		opts.Hostname, _ = os.Hostname()
	}
	if opts.EffectiveUID == nil {
		uid := os.Geteuid()
		opts.EffectiveUID = &uid
	}
	env := environMap(opts.Environ)
	here := absolute(directory(opts.File))
	return &reader{
		opts:     opts,
		doc:      ini.New(),
		cfg:      &Config{File: opts.File, Here: here},
		paths:    &paths{environ: environMap(opts.Environ), lookup: opts.Lookup, dirs: map[string]bool{}},
		env:      env,
		here:     here,
		hereOnly: map[string]expansion{"here": textExpansion(here)},
		host:     opts.Hostname,
		complain: map[complaint]bool{},
		warned:   map[string]bool{},
	}
}

// load reads everything in the order in which Supervisor does, so that the
// first error is the one that it would report.
func (r *reader) load() {
	if !r.readFiles() {
		return
	}
	if r.doc.Section("supervisord") == nil {
		r.fail(Error{
			Origin:    Origin{File: r.opts.File},
			Problem:   "there is no section [supervisord]",
			Allowed:   "a section [supervisord], which may be empty",
			reference: ".ini file does not include supervisord section",
		})
	} else {
		r.readSupervisord()
	}
	r.readRPCInterfaces()
	r.readGroups()
	r.readServers()
	r.applyOverrides()
	r.finishSupervisord()
	r.adviseOnDocument()
	r.cfg.Environ = prefixed(r.env)
	r.keepTexts()
}

// prefixed returns the environment by the names of its expansions.
func prefixed(env map[string]string) map[string]string {
	m := make(map[string]string, len(env))
	for k, v := range env {
		m[envPrefix+k] = v
	}
	return m
}

// fail records an error unless the same place has already been complained of.
func (r *reader) fail(e Error) {
	if e.Section != "" {
		c := complaint{e.Origin, e.Section, e.Key, e.item}
		if r.complain[c] {
			return
		}
		r.complain[c] = true
	}
	r.errs = append(r.errs, e)
}

// warn records a warning once.
func (r *reader) warn(message string) {
	if !r.warned[message] {
		r.warned[message] = true
		r.cfg.Warnings = append(r.cfg.Warnings, message)
	}
}

// sectionsOf returns the sections of one kind in file order. All files have been
// read.
func (r *reader) sectionsOf(kind SectionKind) []*ini.Section {
	if r.byKind == nil {
		r.byKind = map[SectionKind][]*ini.Section{}
		for _, s := range r.doc.Sections() {
			k := kindOf(s.Name())
			r.byKind[k] = append(r.byKind[k], s)
		}
	}
	return r.byKind[kind]
}
