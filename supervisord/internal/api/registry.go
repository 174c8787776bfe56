package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Registry holds every remote procedure by its full name. Calls, system.listMethods,
// system.methodSignature and system.methodHelp all read the same entries, and a
// name is only ever looked up in this one table: nothing that was not put here
// can be reached from outside.
//
// Its methods may be used from any goroutine.
type Registry struct {
	mu    sync.Mutex // taken by writers
	table atomic.Pointer[table]
}

// table is one state of the registry. It is never changed.
type table struct {
	namespaces map[string][]*Method
	order      []string // namespaces as they were added
	methods    map[string]*Method
	names      []string // full names, sorted
}

// NewRegistry returns a registry with nothing in it but the system namespace,
// whose methods describe the others.
func NewRegistry() *Registry {
	r := &Registry{}
	r.table.Store(&table{})
	if err := r.Add("system", systemMethods(r)...); err != nil {
		panic(err) // a name in systemMethods is not a name
	}
	return r
}

// Add registers the methods of a namespace that is not there yet. Namespaces
// and method names consist of letters, digits, "_" and, for namespaces, "-", and
// begin with a letter.
func (r *Registry) Add(namespace string, methods ...Method) error {
	if _, taken := r.table.Load().namespaces[namespace]; taken {
		return fmt.Errorf("cannot register the RPC namespace %q twice", namespace)
	}
	return r.Replace(namespace, methods...)
}

// Replace registers the methods of a namespace in place of those it had.
func (r *Registry) Replace(namespace string, methods ...Method) error {
	if !safeName(namespace, true) {
		return fmt.Errorf("cannot register the RPC namespace %q: a name begins with a letter and consists of letters, digits, '_' and '-'", namespace)
	}
	list := make([]*Method, len(methods))
	seen := make(map[string]bool, len(methods))
	for i := range methods {
		m := methods[i]
		switch {
		case !SafeName(m.Name):
			return fmt.Errorf("cannot register the RPC method %q of %q: a name begins with a letter and consists of letters, digits and '_'", m.Name, namespace)
		case seen[m.Name]:
			return fmt.Errorf("cannot register the RPC method %s.%s twice", namespace, m.Name)
		case m.Fn == nil:
			return fmt.Errorf("cannot register the RPC method %s.%s: it has no function", namespace, m.Name)
		}
		seen[m.Name] = true
		list[i] = &m
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table.Store(r.table.Load().with(namespace, list))
	return nil
}

func (t *table) with(namespace string, list []*Method) *table {
	n := &table{namespaces: maps.Clone(t.namespaces), order: slices.Clone(t.order)}
	if n.namespaces == nil {
		n.namespaces = map[string][]*Method{}
	}
	if _, known := n.namespaces[namespace]; !known {
		n.order = append(n.order, namespace)
	}
	n.namespaces[namespace] = list
	n.methods = map[string]*Method{}
	for ns, list := range n.namespaces {
		for _, m := range list {
			n.methods[ns+"."+m.Name] = m
		}
	}
	n.names = slices.Sorted(maps.Keys(n.methods))
	return n
}

// SafeName reports whether a method may have this name.
func SafeName(s string) bool { return safeName(s, false) }

// safeName reports whether s may name a method or, with dash, a namespace.
func safeName(s string, dash bool) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || dash && c == '-'):
		default:
			return false
		}
	}
	return s != ""
}

// Namespaces returns the names of the namespaces in the order in which they
// were added.
func (r *Registry) Namespaces() []string { return slices.Clone(r.table.Load().order) }

// Size returns how many methods a namespace has.
func (r *Registry) Size(namespace string) int { return len(r.table.Load().namespaces[namespace]) }

// Names returns the full names of all methods, sorted.
func (r *Registry) Names() []string { return slices.Clone(r.table.Load().names) }

// Lookup returns the method of a full name, "namespace.method", or nil.
func (r *Registry) Lookup(name string) *Method { return r.table.Load().methods[name] }

// Call carries out one call. Faults: UNKNOWN_METHOD, INCORRECT_PARAMETERS when
// the number of arguments is wrong, and those of the method.
func (r *Registry) Call(ctx context.Context, name string, args []any) (any, *wire.Fault) {
	m := r.Lookup(name)
	if m == nil {
		return nil, unknownMethod
	}
	if !m.AnyArgs && (len(args) > len(m.Params) || len(args) < m.required()) {
		return nil, incorrectParameters
	}
	v, err := m.Fn(ctx, args)
	if err != nil {
		return nil, asFault(err)
	}
	return v, nil
}

// Faults without a text of their own; they are never changed.
var (
	unknownMethod        = wire.NewFault(wire.UnknownMethod, "")
	incorrectParameters  = wire.NewFault(wire.IncorrectParameters, "")
	signatureUnsupported = wire.NewFault(wire.SignatureUnsupported, "")
	shutdownState        = wire.NewFault(wire.ShutdownState, "")
)

// asFault turns any error into a fault.
func asFault(err error) *wire.Fault {
	var f *wire.Fault
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, core.ErrEnded):
		return shutdownState
	}
	return wire.NewFault(wire.Failed, err.Error())
}
