package command

import (
	"context"
	"path"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// isPattern reports whether a name is to be matched against names. "group:*" is
// the API's own way to write a group and no pattern.
func isPattern(name string) bool {
	group, process, ok := strings.Cut(name, ":")
	if ok && process == "*" {
		return strings.ContainsAny(group, "*?[")
	}
	return strings.ContainsAny(name, "*?[")
}

// matches reports whether a process is meant by a pattern. With a colon, group
// and process must match their parts; without one, either name may.
func matches(pattern, group, process string) bool {
	if pattern == namespec.Make(group, process) {
		return true
	}
	groups, processes, ok := strings.Cut(pattern, ":")
	if !ok {
		return glob(pattern, group) || glob(pattern, process)
	}
	if processes == "" {
		processes = "*"
	}
	return glob(groups, group) && glob(processes, process)
}

func glob(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// expand replaces each pattern by the names of the processes that it matches. A
// pattern without a match stays, to be told of as an unknown name.
func (c *Ctl) expand(ctx context.Context, conn *client.Client, names []string) ([]string, error) {
	return c.expandIf(ctx, conn, names, isPattern)
}

// expandGroups does so for "group:*" as well.
func (c *Ctl) expandGroups(ctx context.Context, conn *client.Client, names []string) ([]string, error) {
	return c.expandIf(ctx, conn, names, func(name string) bool {
		return isPattern(name) || strings.HasSuffix(name, ":*") || strings.HasSuffix(name, ":")
	})
}

func (c *Ctl) expandIf(ctx context.Context, conn *client.Client, names []string, wanted func(string) bool) ([]string, error) {
	var infos []wire.ProcessInfo
	var out []string
	for _, name := range names {
		if !wanted(name) {
			out = append(out, name)
			continue
		}
		if infos == nil {
			var err error
			if infos, err = conn.AllProcessInfo(ctx); err != nil {
				return nil, err
			}
		}
		found := false
		for i := range infos {
			if matches(name, infos[i].Group, infos[i].Name) {
				found = true
				out = append(out, namespec.Make(infos[i].Group, infos[i].Name))
			}
		}
		if !found {
			out = append(out, name)
		}
	}
	return out, nil
}
