package config

import (
	"maps"
	"slices"
)

// Changes tells how one configuration differs from another.
type Changes struct {
	// Daemon lists what changed in [supervisord], the servers and the RPC
	// interfaces. None of it takes effect without a restart of supervisord.
	Daemon []OptionChange
	// Groups lists the groups that differ, by name.
	Groups []GroupChange
}

// ChangeKind tells what became of something.
type ChangeKind int

// The kinds of change.
const (
	Unchanged ChangeKind = iota
	Added
	Removed
	Changed
)

// String returns "unchanged", "added", "removed" or "changed".
func (k ChangeKind) String() string {
	return [...]string{"unchanged", "added", "removed", "changed"}[k]
}

// GroupChange tells how a group differs.
type GroupChange struct {
	Name     string
	Kind     ChangeKind
	Old, New *Group // nil where there is none
	// Replaced is set if the group has become one of another kind, such as a
	// program that was a listener: nothing of it can be kept.
	Replaced bool
	// Options lists the options of the group itself that differ.
	Options []OptionChange
	// Processes lists the processes that differ, by name.
	Processes []ProcessChange
}

// ProcessChange tells how a process differs.
type ProcessChange struct {
	Name     string
	Kind     ChangeKind
	Old, New *Process // nil where there is none
	Options  []OptionChange
}

// Live tells whether the new values can be applied while the process runs.
func (c ProcessChange) Live() bool {
	return c.Kind == Changed && !slices.ContainsFunc(c.Options, func(o OptionChange) bool { return !o.Live })
}

// OptionChange tells of an option whose value differs.
type OptionChange struct {
	Section string // the section as it is now, or was
	Option  string // "" if the whole section came or went
	// Old and New tell where the values were written; the zero Origin is a
	// default or the absence of the section.
	Old, New Origin
	// OldValue and NewValue are the values, for kinds of value that cannot hold a
	// secret; both are "" otherwise.
	OldValue, NewValue string
	// Live tells whether the value can be applied without a restart.
	Live bool
}

// Diff tells how configuration after differs from before.
func Diff(before, after *Config) Changes {
	c := Changes{Daemon: diffDaemon(before, after), Groups: diffGroups(before.Groups, after.Groups)}
	for _, g := range c.Groups {
		for _, p := range g.Processes {
			blameDaemon(p.Options, before, after)
		}
	}
	return c
}

// blameDaemon gives changed environments of programs that have none of their own
// the origin of that of [supervisord].
func blameDaemon(options []OptionChange, before, after *Config) {
	const option = "environment"
	for i, o := range options {
		if o.Option != option {
			continue
		}
		if o.Old == (Origin{}) {
			options[i].Old = before.Supervisord.Set[option]
		}
		if o.New == (Origin{}) {
			options[i].New = after.Supervisord.Set[option]
		}
	}
}

func diffGroups(before, after []Group) []GroupChange {
	old, now := groupsByName(before), groupsByName(after)
	var changes []GroupChange
	for _, name := range unionKeys(old, now) {
		if c := DiffGroup(old[name], now[name]); c.Kind != Unchanged {
			changes = append(changes, c)
		}
	}
	return changes
}

// groupsByName takes the first of several groups of one name, which is the one
// that runs.
func groupsByName(groups []Group) map[string]*Group {
	m := make(map[string]*Group, len(groups))
	for i := range groups {
		if _, twice := m[groups[i].Name]; !twice {
			m[groups[i].Name] = &groups[i]
		}
	}
	return m
}

// unionKeys returns the keys of both maps in lexical order.
func unionKeys[V any](a, b map[string]V) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// SameGroup tells whether a group is unchanged in the sense of reloadConfig:
// whether a reread would not list it. An AUTO log in after equals any log.
// Other than in Supervisor, mode, owner and backlog of a FastCGI socket count,
// and the order of the programs of a [group:x] does not.
func SameGroup(before, after *Group) bool {
	if before.Kind != after.Kind || before.Name != after.Name || len(before.Processes) != len(after.Processes) {
		return false
	}
	for _, f := range groupFields {
		if !f.same(before, after) {
			return false
		}
	}
	for i := range before.Processes {
		a, b := &before.Processes[i], &after.Processes[i]
		if a.Name != b.Name || !sameProcess(a, b) {
			return false
		}
	}
	return true
}

func sameProcess(a, b *Process) bool {
	for _, f := range processFields() {
		if !f.same(a, b) {
			return false
		}
	}
	return true
}

// DiffGroup tells how a group differs. Either may be nil: then the group was
// added or removed. The Kind of the result is Unchanged exactly if SameGroup is
// true of both.
func DiffGroup(before, after *Group) GroupChange {
	switch {
	case before == nil && after == nil:
		return GroupChange{}
	case before == nil:
		return GroupChange{Name: after.Name, Kind: Added, New: after}
	case after == nil:
		return GroupChange{Name: before.Name, Kind: Removed, Old: before}
	}
	if SameGroup(before, after) {
		return GroupChange{Name: after.Name, Old: before, New: after}
	}
	c := GroupChange{Name: after.Name, Kind: Changed, Old: before, New: after, Replaced: before.Kind != after.Kind}
	for _, f := range groupFields {
		if !f.same(before, after) {
			c.Options = append(c.Options, optionChange(f.option, before.Section, after.Section, before.Set, after.Set, f.text(before), f.text(after)))
		}
	}
	c.Processes = diffProcesses(before, after)
	return c
}

func diffProcesses(before, after *Group) []ProcessChange {
	old, now := processesByName(before), processesByName(after)
	var changes []ProcessChange
	for _, name := range unionKeys(old, now) {
		if c := diffProcess(old[name], now[name]); c.Kind != Unchanged {
			c.Name = name
			changes = append(changes, c)
		}
	}
	return changes
}

// processesByName takes the last of several processes of one name, which is the
// one that runs.
func processesByName(g *Group) map[string]*Process {
	m := make(map[string]*Process, len(g.Processes))
	for i := range g.Processes {
		m[g.Processes[i].Name] = &g.Processes[i]
	}
	return m
}

func diffProcess(before, after *Process) ProcessChange {
	switch {
	case before == nil:
		return ProcessChange{Kind: Added, New: after}
	case after == nil:
		return ProcessChange{Kind: Removed, Old: before}
	}
	c := ProcessChange{Old: before, New: after}
	for _, f := range processFields() {
		if !f.same(before, after) {
			c.Kind = Changed
			c.Options = append(c.Options, optionChange(f.option, before.Section, after.Section, before.Set, after.Set, f.text(before), f.text(after)))
		}
	}
	return c
}

// optionChange describes one changed option of a group or process.
func optionChange(option, oldSection, newSection string, oldSet, newSet Origins, oldText, newText string) OptionChange {
	c := OptionChange{Section: newSection, Option: option}
	c.Old, _ = oldSet.Of(option)
	c.New, _ = newSet.Of(option)
	doc := LookupOption(kindOf(newSection), option)
	if doc == nil {
		doc = LookupOption(kindOf(oldSection), option)
	}
	if doc != nil {
		c.Live = doc.Live
		if harmless(doc.Type) {
			c.OldValue, c.NewValue = oldText, newText
		}
	}
	return c
}

// harmless reports whether values of a type cannot hold a secret.
func harmless(t ValueType) bool {
	switch t {
	case BoolValue, IntegerValue, BytesValue, OctalValue, LevelValue, SignalValue,
		ExitCodesValue, NamesValue, RestartValue, RotationValue, AgeValue:
		return true
	}
	return false
}
