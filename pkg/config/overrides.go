package config

// Overrides are values of [supervisord] from the command line. What is nil or
// false is not given.
type Overrides struct {
	Nodaemon  bool
	NoCleanup bool
	StripANSI bool
	Silent    bool

	User            *string
	Umask           *uint32
	Directory       *string
	LogFile         *string
	LogFileMaxBytes *int64
	LogFileBackups  *int
	LogLevel        *LogLevel
	PidFile         *string
	Identifier      *string
	ChildLogDir     *string
	MinFDs          *int
	MinProcs        *int
	ProfileOptions  *string
}

// SetText sets one value by the name of its option, reading text as
// supervisord's command line does. Options without an argument ignore text. ok is
// false if there is no such option; the message of err is Supervisor's.
func (o *Overrides) SetText(name, text string) (ok bool, err error) {
	switch name {
	case "nodaemon":
		o.Nodaemon = true
	case "nocleanup":
		o.NoCleanup = true
	case "strip_ansi":
		o.StripANSI = true
	case "silent":
		o.Silent = true
	case "user":
		o.User = &text
	case "umask":
		o.Umask, err = given(text, ParseOctal)
	case "directory":
		o.Directory, err = given(text, ExistingDirectory)
	case "logfile":
		o.LogFile, err = given(text, ExistingDirPath)
	case "logfile_maxbytes":
		o.LogFileMaxBytes, err = given(text, ParseByteSize)
	case "logfile_backups":
		o.LogFileBackups, err = given(text, ParseInt)
	case "loglevel":
		o.LogLevel, err = given(text, ParseLogLevel)
	case "pidfile":
		o.PidFile, err = given(text, ExistingDirPath)
	case "identifier":
		o.Identifier = &text
	case "childlogdir":
		o.ChildLogDir, err = given(text, ExistingDirectory)
	case "minfds":
		o.MinFDs, err = given(text, ParseInt)
	case "minprocs":
		o.MinProcs, err = given(text, ParseInt)
	case "profile_options":
		o.ProfileOptions = &text
	default:
		return false, nil
	}
	return true, err
}

func given[T any](text string, parse func(string) (T, error)) (*T, error) {
	v, err := parse(text)
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// applyOverrides puts the values of the command line in place of the file's.
func (r *reader) applyOverrides() {
	d, o := &r.cfg.Supervisord, &r.opts.Overrides
	if d.Set == nil {
		d.Set = map[string]Origin{}
	}
	overrideFlag(d, "nodaemon", &d.Nodaemon, o.Nodaemon)
	overrideFlag(d, "nocleanup", &d.NoCleanup, o.NoCleanup)
	overrideFlag(d, "strip_ansi", &d.StripANSI, o.StripANSI)
	overrideFlag(d, "silent", &d.Silent, o.Silent)
	override(d, "user", &d.User, o.User)
	override(d, "umask", &d.Umask, o.Umask)
	override(d, "directory", &d.Directory, o.Directory)
	override(d, "logfile", &d.LogFile, o.LogFile)
	override(d, "logfile_maxbytes", &d.LogFileMaxBytes, o.LogFileMaxBytes)
	override(d, "logfile_backups", &d.LogFileBackups, o.LogFileBackups)
	override(d, "loglevel", &d.LogLevel, o.LogLevel)
	override(d, "pidfile", &d.PidFile, o.PidFile)
	override(d, "identifier", &d.Identifier, o.Identifier)
	override(d, "childlogdir", &d.ChildLogDir, o.ChildLogDir)
	override(d, "minfds", &d.MinFDs, o.MinFDs)
	override(d, "minprocs", &d.MinProcs, o.MinProcs)
	override(d, "profile_options", &d.ProfileOptions, o.ProfileOptions)
}

func override[T any](d *Supervisord, name string, field *T, v *T) {
	if v != nil {
		*field = *v
		d.Set[name] = Origin{}
	}
}

func overrideFlag(d *Supervisord, name string, field *bool, v bool) {
	if v {
		*field = true
		d.Set[name] = Origin{}
	}
}
