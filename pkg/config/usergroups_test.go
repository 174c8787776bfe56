package config

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestGroupsOfAgreesWithID(t *testing.T) {
	for _, name := range []string{"root", "nobody", "www-data"} {
		out, err := exec.Command("id", "-G", name).Output()
		if err != nil {
			continue // no such user here
		}
		var want []int
		for _, f := range strings.Fields(string(out)) {
			gid, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, gid)
		}
		u, err := SystemUsers().UserByName(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := GroupsOf(u)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("groups of %s: %v, want %v", name, got, want)
		}
	}
}

func TestLocalSources(t *testing.T) {
	for line, want := range map[string]bool{
		"group: files systemd\n":             true,
		"group:files [NOTFOUND=return] db":   true,
		"group: files sss":                   false,
		"group: files # sss":                 true,
		"initgroups: ldap":                   false,
		"passwd: files sss":                  true,
		"# group: ldap":                      true,
		"":                                   true,
		"group files ldap":                   true,
		"  group :  compat  [!UNAVAIL=x] \n": true,
	} {
		if got := localSources(line); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}
