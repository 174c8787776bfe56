package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
)

// Limits on what a plug-in may say about itself.
const (
	maxMethods = 500
	maxHelp    = 64 << 10
	maxParams  = 64
)

// described is a method as a plug-in describes it.
type described struct {
	name   string // without the namespace
	remote string // as the plug-in calls it
	help   string
	sig    []string
}

// describe asks a plug-in for its methods. Methods are called NAMESPACE.NAME or
// just NAME by the plug-in; its other namespaces are its own affair. ignored
// tells of names that cannot be offered.
func describe(ctx context.Context, namespace string, e *endpoint) (methods []described, ignored []string, err error) {
	v, err := e.call(ctx, "system.listMethods", nil)
	if err != nil {
		return nil, nil, fmt.Errorf("system.listMethods: %w", err)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, nil, errors.New("system.listMethods: its answer is not an array")
	}
	seen := map[string]bool{}
	for _, item := range list {
		remote, _ := item.(string)
		name, own := localName(namespace, remote)
		switch {
		case !own:
			continue
		case !api.SafeName(name), len(name) > 200, len(methods) == maxMethods, seen[name]:
			ignored = append(ignored, shortened(remote, 100))
			continue
		}
		seen[name] = true
		methods = append(methods, described{name: name, remote: remote})
	}
	for i := range methods {
		if err := methods[i].ask(ctx, e); err != nil {
			return nil, nil, err
		}
	}
	return methods, ignored, nil
}

// localName returns the name of a plug-in's method within its namespace.
func localName(namespace, remote string) (name string, own bool) {
	if name, ok := strings.CutPrefix(remote, namespace+"."); ok {
		return name, true
	}
	return remote, remote != "" && !strings.Contains(remote, ".")
}

// ask fills in help and signature. A plug-in need not know them.
func (d *described) ask(ctx context.Context, e *endpoint) error {
	v, err := tolerant(e.call(ctx, "system.methodHelp", []any{d.remote}))
	if err != nil {
		return fmt.Errorf("system.methodHelp: %w", err)
	}
	help, _ := v.(string)
	d.help = shortened(help, maxHelp)
	v, err = tolerant(e.call(ctx, "system.methodSignature", []any{d.remote}))
	if err != nil {
		return fmt.Errorf("system.methodSignature: %w", err)
	}
	d.sig = signature(v)
	return nil
}

// tolerant takes a fault for an answer without content.
func tolerant(v any, err error) (any, error) {
	var f *wire.Fault
	if errors.As(err, &f) {
		return nil, nil
	}
	return v, err
}

// signature reads the result of methodSignature: an array of type names, or, as
// most servers other than Supervisor have it, an array of such arrays, of which
// the first counts.
func signature(v any) []string {
	list, _ := v.([]any)
	if len(list) > 0 {
		if first, ok := list[0].([]any); ok {
			list = first
		}
	}
	if len(list) > maxParams+1 {
		return nil
	}
	sig := make([]string, 0, len(list))
	for _, item := range list {
		name, ok := item.(string)
		if !ok || name == "" || len(name) > 100 {
			return nil
		}
		sig = append(sig, name)
	}
	return sig
}

// method makes the description an entry for the registry.
func (d *described) method(fn api.Func) api.Method {
	m := api.Method{Name: d.name, RawHelp: d.help, AnyArgs: true, Fn: fn}
	if m.RawHelp == "" {
		m.RawHelp = "The plug-in does not describe this method.\n"
	}
	if len(d.sig) > 0 {
		m.Returns.Type = api.Type(d.sig[0])
		for _, t := range d.sig[1:] {
			m.Params = append(m.Params, api.Param{Type: api.Type(t)})
		}
	}
	return m
}
