package config

import (
	"maps"
	"regexp"
	"slices"
	"sync"
)

// SectionKind is a kind of section of the configuration file.
type SectionKind int

// The kinds of section.
const (
	UnixServerSection SectionKind = iota + 1
	InetServerSection
	SupervisordSection
	SupervisorctlSection
	ProgramSection
	EventListenerSection
	FastCGISection
	GroupSection
	RPCInterfaceSection
	CtlPluginSection
	IncludeSection

	lastSection = IncludeSection
)

// ValueType is the kind of value that an option takes.
type ValueType string

// The kinds of value.
const (
	TextValue        ValueType = "text"
	BoolValue        ValueType = "boolean"
	IntegerValue     ValueType = "integer"
	BytesValue       ValueType = "byte size"
	OctalValue       ValueType = "octal number"
	PathValue        ValueType = "path"
	DirectoryValue   ValueType = "existing directory"
	LevelValue       ValueType = "log level"
	SignalValue      ValueType = "signal"
	ExitCodesValue   ValueType = "list of exit statuses"
	EnvironmentValue ValueType = "list of KEY=\"value\""
	UserValue        ValueType = "user"
	OwnerValue       ValueType = "user or user:group"
	LogValue         ValueType = "path, AUTO or NONE"
	AddressValue     ValueType = "host:port"
	URLValue         ValueType = "URL"
	SocketValue      ValueType = "socket URL"
	NamesValue       ValueType = "list of names"
	RestartValue     ValueType = "true, false or unexpected"
	RotationValue    ValueType = "numbered or timestamp"
	AgeValue         ValueType = "days, or a duration such as 7d or 12h"
	CommandValue     ValueType = "command line"
	FactoryValue     ValueType = "factory name"
)

// Option describes one option of one kind of section. The table of options is
// what the file is read by, and what the sample configuration, the manual and
// the hints of warnings are made from.
type Option struct {
	Name       string
	Type       ValueType
	Default    string // as it would be written; "" if there is none
	Unset      string // what happens when there is no default, in words
	Since      string // version of Supervisor that brought it, or of this program for an extension
	Short      string // a few words, for the sample configuration
	Help       string // a paragraph, for the manual
	Example    string // a value, for the manual and the sample configuration
	Extension  bool   // Python's Supervisor does not know it
	Deprecated string // what to write instead; "" if it is not deprecated
	Required   bool
	Secret     bool // never shown
	Live       bool // a changed value can be applied without a restart of the process
}

// SectionDoc describes one kind of section.
type SectionDoc struct {
	Kind    SectionKind
	Name    string // as written; named kinds end in ":x"
	Help    string // a paragraph, for the manual
	Options []Option
}

// Reference returns the table of all sections and options, in the order in
// which the manual and the sample configuration show them. The caller must not
// change it.
func Reference() []SectionDoc { return table() }

// isSecret tells whether a value of the option must not be shown. It may be
// called for an unknown option, which is nil: only plug-ins have such, and what
// they are told may be a secret.
func (o *Option) isSecret(value string) bool {
	return o == nil || o.Secret || o.Type == URLValue && maskURL(value) != value || hasPassword.MatchString(value)
}

// hasPassword finds a URL with a password, as commands may have one: that its
// percent signs are not doubled is a common error.
var hasPassword = regexp.MustCompile(`://[^\s/:@]*:[^\s/@]+@`)

// optionIndex finds the options of one kind of section. It is made when it is
// first asked for: supervisorctl reads one section, and a program that tells its
// version none.
type optionIndex struct {
	once   sync.Once
	byName map[string]*Option
}

var optionIndexes [lastSection + 1]optionIndex

// optionsOf returns the options of one kind of section by name.
func optionsOf(kind SectionKind) map[string]*Option {
	index := &optionIndexes[kind]
	index.once.Do(func() {
		index.byName = map[string]*Option{}
		options := listOptions(kind)
		for i := range options {
			index.byName[options[i].Name] = &options[i]
		}
	})
	return index.byName
}

// listOptions returns the options of one kind of section. The rest of the table
// is not needed for those of supervisorctl.
func listOptions(kind SectionKind) []Option {
	if kind == SupervisorctlSection {
		return supervisorctlOptions
	}
	for _, doc := range table() {
		if doc.Kind == kind {
			return doc.Options
		}
	}
	return nil
}

// optionNames lists the options of one kind of section in lexical order.
func optionNames(kind SectionKind) []string {
	return slices.Sorted(maps.Keys(optionsOf(kind)))
}

// LookupOption returns the description of one option, or nil.
func LookupOption(kind SectionKind, name string) *Option { return optionsOf(kind)[name] }

// kindOf classifies a section by its name, as Supervisor does: servers by
// prefix, others by the whole name or by what stands before the colon. 0 is a
// section that nobody reads.
func kindOf(name string) SectionKind {
	for _, p := range sectionPrefixes {
		if len(name) >= len(p.prefix) && name[:len(p.prefix)] == p.prefix {
			return p.kind
		}
	}
	switch name {
	case "supervisord":
		return SupervisordSection
	case "supervisorctl":
		return SupervisorctlSection
	case "include":
		return IncludeSection
	}
	return 0
}

var sectionPrefixes = []struct {
	prefix string
	kind   SectionKind
}{
	{"program:", ProgramSection},
	{"eventlistener:", EventListenerSection},
	{"fcgi-program:", FastCGISection},
	{"group:", GroupSection},
	{"rpcinterface:", RPCInterfaceSection},
	{"ctlplugin:", CtlPluginSection},
	{"inet_http_server", InetServerSection},
	{"unix_http_server", UnixServerSection},
}
