// Package arch checks which packages import which: the architecture as a test.
// Every module of the project has a test that calls Check with its rules.
package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// Rule forbids imports.
type Rule struct {
	// Packages are path patterns of the importing packages, relative to the
	// module's directory, such as "internal/life" or "internal/*".
	Packages []string
	// Except are patterns of packages the rule is not for.
	Except []string
	// Forbidden are patterns of import paths. "std:" and a name stands for a
	// package of the standard library and what is below it.
	Forbidden []string
	// Reason says why, for the one who reads the failure.
	Reason string
}

// listed is what `go list -json` tells of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Module     *struct{ Path string }
}

// Check fails the test for every import that breaks a rule. It looks at the
// packages of the current module without their tests.
func Check(t *testing.T, rules []Rule) {
	t.Helper()
	pkgs, err := list()
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) == 0 {
		t.Fatal("cannot list the packages of this module: go list printed none")
	}
	for _, p := range pkgs {
		rel := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, p.Module.Path), "/")
		for _, r := range rules {
			if matchAny(r.Packages, rel) && !matchAny(r.Except, rel) {
				r.check(t, rel, p.Imports)
			}
		}
	}
}

func (r Rule) check(t *testing.T, rel string, imports []string) {
	t.Helper()
	for _, imp := range imports {
		if slices.ContainsFunc(r.Forbidden, func(f string) bool { return forbids(f, imp) }) {
			t.Errorf("%s imports %s: %s", rel, imp, r.Reason)
		}
	}
}

func forbids(pattern, imp string) bool {
	if std, ok := strings.CutPrefix(pattern, "std:"); ok {
		return imp == std || strings.HasPrefix(imp, std+"/")
	}
	return match(pattern, imp)
}

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, name) })
}

// match compares a pattern of package paths; "/..." at its end stands for
// everything below.
func match(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == prefix || strings.HasPrefix(name, prefix+"/")
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

func list() ([]listed, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Module", "./...")
	cmd.Dir = moduleDir()
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var pkgs []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
}

func moduleDir() string {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "."
	}
	return path.Dir(strings.TrimSpace(string(out)))
}
