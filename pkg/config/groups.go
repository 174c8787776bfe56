package config

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/supervisor-go/supervisor/pkg/ini"
)

// defaultPriority is that of a process, and of all groups but event listener
// pools.
const defaultPriority = "999"

// readGroups reads all sections that make groups, in Supervisor's order.
func (r *reader) readGroups() {
	taken := map[string]bool{} // sections that are members of a [group:x]
	for _, sec := range r.sectionsOf(GroupSection) {
		r.readGroup(sec, taken)
	}
	for _, sec := range r.sectionsOf(ProgramSection) {
		if !taken[sec.Name()] {
			r.readProgram(sec)
		}
	}
	for _, sec := range r.sectionsOf(EventListenerSection) {
		r.readEventListener(sec)
	}
	for _, sec := range r.sectionsOf(FastCGISection) {
		if !taken[sec.Name()] {
			r.readFastCGI(sec)
		}
	}
	r.mergeEnvironments()
	sortGroups(r.cfg.Groups)
	r.adviseOnNames()
}

// mergeEnvironments puts the environment of [supervisord] under that of every
// process.
func (r *reader) mergeEnvironments() {
	base := r.cfg.Supervisord.Environment
	for i := range r.cfg.Groups {
		for j := range r.cfg.Groups[i].Processes {
			p := &r.cfg.Groups[i].Processes[j]
			p.Environment = mergeEnvironment(base, p.Environment)
		}
	}
}

func sortGroups(groups []Group) {
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Name, b.Name))
	})
	for _, g := range groups {
		slices.SortStableFunc(g.Processes, func(a, b Process) int {
			return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Name, b.Name))
		})
	}
}

// groupScope reads the options of a section that concern the group. Only here
// and ENV_x can be expanded there.
func (r *reader) groupScope(sec *ini.Section, kind SectionKind) *scope {
	return r.scope(sec, kind, r.hereExpansions())
}

// groupName checks the name of the group that a section makes.
func (s *scope) groupName() (string, bool) {
	name, err := ParseName(s.name())
	if err != nil {
		s.badName(err)
		return "", false
	}
	return name, true
}

func (s *scope) badName(err error) {
	bad := err.(*ValueError)
	s.badSection("", bad.Wrong, bad.Allowed, bad.Error())
}

// readGroup reads a [group:x] section.
func (r *reader) readGroup(sec *ini.Section, taken map[string]bool) {
	s := r.groupScope(sec, GroupSection)
	name, ok := s.groupName()
	if !ok {
		name = s.name()
	}
	programs, _ := optional(s, "programs", func(t string) ([]string, error) { return ParseList(t), nil })
	g := Group{
		Kind:     ProgramGroup,
		Name:     name,
		Section:  sec.Name(),
		Priority: value(s, "priority", ParseInt),
		Set:      s.written(),
	}
	said := sec.Name() // the section that Supervisor's message names
	for _, program := range programs {
		member, kind := r.member(s, program, said)
		if member == nil {
			continue
		}
		said = member.Name()
		taken[said] = true
		g.Processes = append(g.Processes, r.readMember(member, kind, name)...)
	}
	r.cfg.Groups = append(r.cfg.Groups, g)
}

// member finds the section of a program that a group names.
func (r *reader) member(s *scope, program, said string) (*ini.Section, SectionKind) {
	ordinary, fcgi := r.doc.Section("program:"+program), r.doc.Section("fcgi-program:"+program)
	shown := s.shown("programs", program)
	switch {
	case ordinary == nil && fcgi == nil:
		s.badItem("programs", program, fmt.Sprintf("there is no program %s", shown),
			"names of [program:x] and [fcgi-program:x] sections"+r.nearProgram(program),
			fmt.Sprintf("[%s] names unknown program or fcgi-program %s", said, shown))
		return nil, 0
	case ordinary != nil && fcgi != nil:
		s.badItem("programs", program, fmt.Sprintf("%s is both a program and a fcgi-program", shown),
			"names that stand for one section only",
			fmt.Sprintf("[%s] name %s is ambiguous (exists as program and fcgi-program)", said, shown))
		return nil, 0
	case ordinary != nil:
		return ordinary, ProgramSection
	default:
		return fcgi, FastCGISection
	}
}

// readMember makes the processes of a program that is part of a [group:x]. An
// fcgi-program keeps its socket; Supervisor makes an ordinary program of it and
// does not look at the socket, so that a wrong one is no error here.
func (r *reader) readMember(sec *ini.Section, kind SectionKind, group string) []Process {
	var socket *FastCGISocket
	if kind == FastCGISection {
		s := r.groupScope(sec, kind)
		var err error
		if socket, err = s.memberSocket(); err != nil {
			s.warn("socket", fmt.Sprintf("the program runs without a FastCGI socket: %v", err))
		}
	}
	processes := r.processes(sec, kind, group)
	for i := range processes {
		processes[i].Socket = socket
	}
	return processes
}

// readProgram reads a [program:x] that is a group of its own.
func (r *reader) readProgram(sec *ini.Section) {
	s := r.groupScope(sec, ProgramSection)
	name, ok := s.groupName()
	if !ok {
		name = s.name()
	}
	g := Group{
		Kind:     ProgramGroup,
		Name:     name,
		Section:  sec.Name(),
		Priority: value(s, "priority", ParseInt),
	}
	g.Processes = r.processes(sec, ProgramSection, name)
	g.Set = s.setOf(g.Processes)
	r.cfg.Groups = append(r.cfg.Groups, g)
}

// setOf returns the origins of the section's options, shared with its processes
// if there are any.
func (s *scope) setOf(processes []Process) Origins {
	if len(processes) > 0 {
		return processes[0].Set
	}
	return s.written()
}
