package main

import (
	"path/filepath"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tracked"
	"github.com/supervisor-go/supervisor/test/conformance/internal/cases"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

// TestDifferencesAreDocumented guards docs/differences.md: it is made from the
// cases.
func TestDifferencesAreDocumented(t *testing.T) {
	want := suite.Differences(cases.All())
	got, err := tracked.Read("../../docs/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/differences.md is stale; run `go run . -docs` in test/conformance")
	}
}

// TestEveryCaseIsRecorded guards the comparison on machines without the
// reference: each case has its observation, and each observation its case.
func TestEveryCaseIsRecorded(t *testing.T) {
	recorded, err := suite.Load(filepath.Join("testdata", "recorded"))
	if err != nil {
		t.Fatal(err)
	}
	all := known(cases.All())
	for key := range all {
		if _, ok := recorded[key]; !ok {
			t.Errorf("%s was never recorded; run `go run . -record -run '^%s$'` where the reference is installed", key, key)
		}
	}
	for key := range recorded {
		if !all[key] {
			t.Errorf("%s is recorded, but there is no such case", key)
		}
	}
}

// TestCaseNamesAreUnique guards against two cases with one record.
func TestCaseNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range cases.All() {
		for i := range s.Cases {
			key := suite.Key(s, &s.Cases[i])
			if seen[key] {
				t.Errorf("two cases are called %s", key)
			}
			seen[key] = true
		}
	}
}
