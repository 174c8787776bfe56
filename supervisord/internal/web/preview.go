package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// preview tells what an update would do. Values that may be secret are not in
// it; config leaves them out.
func (s *Site) preview() (Preview, error) {
	next, changes, err := s.options.Daemon.Preview()
	if err != nil {
		return Preview{}, err
	}
	p := Preview{
		ConfigFile: next.File, Groups: []GroupChange{}, Daemon: optionChanges(changes.Daemon),
		Warnings: append([]string{}, next.Warnings...),
	}
	for i := range changes.Groups {
		p.Groups = append(p.Groups, groupChange(&changes.Groups[i]))
	}
	b, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	sum := sha256.Sum256(b)
	p.Fingerprint = hex.EncodeToString(sum[:12])
	return p, nil
}

func optionChanges(list []config.OptionChange) []OptionChange {
	changes := []OptionChange{}
	for _, c := range list {
		changes = append(changes, OptionChange{
			Section: c.Section, Option: c.Option, OldAt: at(c.Old), NewAt: at(c.New),
			OldValue: c.OldValue, NewValue: c.NewValue, Live: c.Live,
		})
	}
	return changes
}

func at(o config.Origin) string {
	if o == (config.Origin{}) {
		return ""
	}
	return o.String()
}

func groupChange(c *config.GroupChange) GroupChange {
	g := GroupChange{Name: c.Name, Kind: c.Kind.String(), Options: optionChanges(c.Options), Processes: []ProcessChange{}}
	switch {
	case c.Kind == config.Added:
		for i := range c.New.Processes {
			g.addProcess(added(&c.New.Processes[i]))
		}
	case c.Kind == config.Removed:
		for i := range c.Old.Processes {
			g.addProcess(ProcessChange{Names: []string{c.Old.Processes[i].Name}, Effect: "remove"})
		}
	default:
		whole := wholeGroup(c)
		told := map[string]bool{}
		for i := range c.Processes {
			told[c.Processes[i].Name] = true
			change := processChange(&c.Processes[i])
			if whole && change.Effect == "apply" {
				change.Effect = "restart"
			}
			g.addProcess(change)
		}
		for i := range c.New.Processes {
			if name := c.New.Processes[i].Name; whole && !told[name] {
				g.addProcess(ProcessChange{Names: []string{name}, Effect: "restart"})
			}
		}
	}
	return g
}

// wholeGroup reports whether every member is restarted, as core.UpdateGroup
// does for such changes.
func wholeGroup(c *config.GroupChange) bool {
	return c.Replaced || slices.ContainsFunc(c.Options, func(o config.OptionChange) bool { return strings.HasPrefix(o.Option, "socket") })
}

func added(p *config.Process) ProcessChange {
	origin, _ := p.Set.Of("command")
	return ProcessChange{Names: []string{p.Name}, Effect: "add", At: at(origin)}
}

func processChange(c *config.ProcessChange) ProcessChange {
	switch c.Kind {
	case config.Added:
		return added(c.New)
	case config.Removed:
		return ProcessChange{Names: []string{c.Name}, Effect: "remove"}
	}
	p := ProcessChange{Names: []string{c.Name}, Effect: "restart", Options: optionChanges(c.Options)}
	if c.Live() {
		p.Effect = "apply"
	}
	return p
}

// addProcess adds a change, joining processes to which the same happens.
func (g *GroupChange) addProcess(c ProcessChange) {
	if c.Options == nil {
		c.Options = []OptionChange{}
	}
	if n := len(g.Processes); n > 0 {
		last := &g.Processes[n-1]
		if last.Effect == c.Effect && last.At == c.At && slices.Equal(last.Options, c.Options) {
			last.Names = append(last.Names, c.Names...)
			return
		}
	}
	g.Processes = append(g.Processes, c)
}

// beginUpdate starts to bring groups in line with the configuration file. Its
// error is a fault, or errChanged.
func (s *Site) beginUpdate(req UpdateRequest) (*operation, error) {
	if s.options.Daemon.Mood() != core.MoodRunning {
		return nil, errShutdown
	}
	p, err := s.preview()
	if err != nil {
		return nil, err
	}
	if req.Fingerprint != "" && req.Fingerprint != p.Fingerprint {
		return nil, errChanged
	}
	return s.ops.begin("update", orElse(strings.Join(req.Groups, ","), "*"), func(ctx context.Context) outcome {
		return s.update(ctx, req.Groups)
	})
}

var errChanged = &apiError{409, "CHANGED", "the configuration is not what the preview has shown; nothing was done"}

// update reads the configuration and adds, changes and removes the groups that
// differ, or those of them that are named.
func (s *Site) update(ctx context.Context, only []string) outcome {
	d := s.options.Daemon
	added, changed, removed, err := d.Reread(ctx)
	if err != nil {
		return outcome{code: codeOf(err), message: "Cannot update: " + reason(err, nil) + "."}
	}
	u := updating{d: d, only: only}
	u.each(removed, "removed", u.remove(ctx))
	u.each(changed, "updated", func(name string) (string, error) {
		up, err := d.UpdateGroup(ctx, name)
		return described(up), err
	})
	u.each(added, "added", func(name string) (string, error) { return "", d.AddGroup(ctx, name) })
	return u.outcome()
}

// updating gathers what becomes of groups.
type updating struct {
	d       Daemon
	only    []string
	results []Result
	failed  []string
	code    string
}

func (u *updating) each(groups []string, done string, fn func(name string) (string, error)) {
	for _, name := range groups {
		if len(u.only) > 0 && !slices.Contains(u.only, name) {
			continue
		}
		more, err := fn(name)
		r := Result{Name: name, OK: err == nil, Code: codeOf(err), Message: done}
		if more != "" {
			r.Message += ": " + more
		}
		if err != nil {
			r.Message = "not " + done + ": " + reason(err, nil)
			u.failed = append(u.failed, name+" was "+r.Message)
			u.code = r.Code
		}
		u.results = append(u.results, r)
	}
}

func (u *updating) remove(ctx context.Context) func(string) (string, error) {
	return func(name string) (string, error) {
		if _, err := u.d.StopGroup(ctx, name, true); err != nil {
			return "", err
		}
		return "", u.d.RemoveGroup(ctx, name)
	}
}

func (u *updating) outcome() outcome {
	out := outcome{code: u.code, results: u.results}
	switch {
	case len(u.results) == 0:
		out.message = "There was nothing to update."
	case len(u.failed) > 0:
		out.message = "Not all could be updated: " + strings.Join(u.failed, "; ") + "."
	default:
		var parts []string
		for _, r := range u.results {
			parts = append(parts, r.Name+" "+r.Message)
		}
		out.message = "Updated. " + strings.Join(parts, "; ") + "."
	}
	return out
}

// described says what an update of a group did to its processes.
func described(up core.GroupUpdate) string {
	var parts []string
	for _, part := range []struct {
		word  string
		names []string
	}{{"added", up.Added}, {"removed", up.Removed}, {"restarted", up.Restarted}, {"changed while running", up.Applied}} {
		if len(part.names) > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", part.word, few(part.names)))
		}
	}
	return strings.Join(parts, ", ")
}

// few lists names, but not too many.
func few(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
