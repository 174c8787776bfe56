package config

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
)

// GroupsOf returns the ids of all groups that u belongs to, its primary group
// among them. Like SystemUsers it asks package os/user first, and the command
// getent where the system has other sources of groups than files.
func GroupsOf(u User) ([]int, error) {
	account := &user.User{Username: u.Name, Uid: strconv.Itoa(u.UID), Gid: strconv.Itoa(u.GID)}
	names, err := account.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("cannot find the groups of %s: %w", u.Name, err)
	}
	if !onlyLocalGroups() {
		if fields, err := getent("initgroups", u.Name, 1); err == nil {
			names = append(names, strings.Fields(fields[0])[1:]...)
		} else if !errors.Is(err, ErrNoSuchUser) {
			return nil, fmt.Errorf("cannot find the groups of %s: %w", u.Name, err)
		}
	}
	return groupNumbers(names)
}

// groupNumbers parses group ids and drops those that come twice.
func groupNumbers(names []string) ([]int, error) {
	seen := make(map[int]bool, len(names))
	var gids []int
	for _, n := range names {
		gid, err := strconv.Atoi(n)
		if err != nil {
			return nil, fmt.Errorf("cannot read the group number %q: %w", n, err)
		}
		if !seen[gid] {
			seen[gid] = true
			gids = append(gids, gid)
		}
	}
	return gids, nil
}

// onlyLocalGroups tells whether nsswitch.conf(5) names no source of groups but
// those that os/user reads, and those that have no members to tell.
func onlyLocalGroups() bool {
	text, err := os.ReadFile("/etc/nsswitch.conf")
	if err != nil {
		return true
	}
	for line := range strings.Lines(string(text)) {
		if !localSources(line) {
			return false
		}
	}
	return true
}

// localSources judges one line of nsswitch.conf.
func localSources(line string) bool {
	line, _, _ = strings.Cut(line, "#")
	database, sources, ok := strings.Cut(line, ":")
	if database = strings.TrimSpace(database); !ok || database != "group" && database != "initgroups" {
		return true
	}
	for _, source := range strings.Fields(sources) {
		switch source {
		case "files", "compat", "db", "systemd", "altfiles":
		default:
			if !strings.HasPrefix(source, "[") { // an action such as [NOTFOUND=return]
				return false
			}
		}
	}
	return true
}
