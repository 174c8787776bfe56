package api

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
)

// referenceMethods asks a daemon for its methods and their signatures, and reads
// the tags out of the help texts with the reference's parser.
const referenceMethods = `
import json, sys
from xmlrpc.client import ServerProxy
from supervisor.xmlrpc import SupervisorTransport, gettags
p = ServerProxy("http://127.0.0.1", SupervisorTransport(None, None, "unix://" + sys.argv[1]))
json.dump({m: {"Signature": p.system.methodSignature(m),
               "Params": [t[3] for t in gettags(p.system.methodHelp(m)) if t[1] == "param"]}
           for m in p.system.listMethods()}, sys.stdout)
`

// referenceTags parses our help texts with the reference's parser.
const referenceTags = `
import json, sys
from supervisor.xmlrpc import gettags
def described(help):
    tags = gettags(help)
    return {"Signature": [t[2] for t in tags if t[1] == "return"] + [t[2] for t in tags if t[1] == "param"],
            "Params": [t[3] for t in tags if t[1] == "param"]}
json.dump({m: described(h) for m, h in json.load(sys.stdin).items()}, sys.stdout)
`

type described struct {
	Signature, Params []string
}

func TestMethodsAreTheReferences(t *testing.T) {
	socket := apitest.Reference(t, "")
	var want map[string]described
	if err := json.Unmarshal(apitest.Python(t, referenceMethods, nil, socket), &want); err != nil {
		t.Fatal(err)
	}
	r, _ := newRegistry(t, apitest.New())
	got, help := map[string]described{}, map[string]string{}
	for _, name := range r.Names() {
		m := r.Lookup(name)
		if m.Extension {
			continue
		}
		d := described{Signature: m.Signature(), Params: []string{}}
		for _, p := range m.Params {
			d.Params = append(d.Params, p.Name)
		}
		got[name], help[name] = d, m.Help()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("methods (-reference +ours):\n%s", diff)
	}
	if !slices.ContainsFunc(r.Names(), func(n string) bool { return r.Lookup(n).Extension }) {
		t.Error("no method is marked as an extension")
	}

	input, _ := json.Marshal(help)
	var tags map[string]described
	if err := json.Unmarshal(apitest.Python(t, referenceTags, input), &tags); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, tags); diff != "" {
		t.Errorf("help texts as clients parse them (-signatures +tags):\n%s", diff)
	}
}
