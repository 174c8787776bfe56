package config

// readSupervisord reads [supervisord], in Supervisor's order.
func (r *reader) readSupervisord() {
	s := r.scope(r.doc.Section("supervisord"), SupervisordSection, r.hereExpansions())
	d := &r.cfg.Supervisord
	d.Set = map[string]Origin{}
	for _, o := range s.written() {
		d.Set[o.Option] = o.Origin
	}
	d.MinFDs = value(s, "minfds", ParseInt)
	d.MinProcs = value(s, "minprocs", ParseInt)
	d.Directory, _ = optional(s, "directory", r.paths.existingDirectory)
	d.User, _ = s.text("user")
	d.Umask = value(s, "umask", ParseOctal)
	d.LogFile = value(s, "logfile", r.paths.existingDirPath)
	d.LogFileMaxBytes = value(s, "logfile_maxbytes", ParseByteSize)
	d.LogFileBackups = value(s, "logfile_backups", ParseInt)
	d.LogLevel = value(s, "loglevel", ParseLogLevel)
	d.PidFile = value(s, "pidfile", r.paths.existingDirPath)
	d.Identifier = value(s, "identifier", plainText)
	d.Nodaemon = value(s, "nodaemon", ParseBool)
	d.Silent = value(s, "silent", ParseBool)
	d.ChildLogDir = valueOr(s, "childlogdir", r.paths.tempDir(), r.paths.existingDirectory)
	d.NoCleanup = value(s, "nocleanup", ParseBool)
	d.StripANSI = value(s, "strip_ansi", ParseBool)
	d.Environment = r.supervisordEnvironment(s)
	for _, v := range d.Environment {
		r.env[v.Key] = v.Value
	}
	d.Subreaper = value(s, "subreaper", ParseBool)
}

func plainText(s string) (string, error) { return s, nil }

// supervisordEnvironment reads environment=. Its text is expanded twice, as
// Supervisor does it: a percent sign is written %%%%.
func (r *reader) supervisordEnvironment(s *scope) []EnvVar {
	text, ok := s.text("environment")
	if !ok {
		return nil
	}
	text, err := expand(text, r.globalExpansions(), "environment")
	if err != nil {
		s.bad("environment", err)
		return nil
	}
	env, err := ParseEnvironment(text)
	if err != nil {
		s.bad("environment", err)
		return nil
	}
	return env
}

// finishSupervisord does what Supervisor does after the command line has been
// applied: paths become absolute and the user is looked up.
func (r *reader) finishSupervisord() {
	d := &r.cfg.Supervisord
	if d.LogFile != "syslog" {
		d.LogFile = r.paths.normalize(d.LogFile)
	}
	d.PidFile = r.paths.normalize(d.PidFile)
	d.UID, d.GID = -1, -1
	if d.User == "" && !d.isSet("user") {
		return
	}
	u, err := resolveUser(r.opts.Lookup, d.User)
	if err != nil {
		r.badUser(err)
		return
	}
	d.UID, d.GID = u.UID, u.GID
}

func (d *Supervisord) isSet(name string) bool {
	_, ok := d.Set[name]
	return ok
}

// badUser reports the user of [supervisord], who may be from the command line.
func (r *reader) badUser(err error) {
	if r.opts.Overrides.User == nil {
		s := r.scope(r.doc.Section("supervisord"), SupervisordSection, r.environExpansions())
		s.bad("user", err)
		return
	}
	e := Error{Problem: "cannot run as user " + r.cfg.Supervisord.User, reference: err.Error()}
	if bad, ok := err.(*ValueError); ok {
		e.Problem += ": " + bad.Wrong
		e.Allowed = bad.Allowed
	}
	r.fail(e)
}
