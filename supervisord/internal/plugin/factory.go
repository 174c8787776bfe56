package plugin

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/supervisor-go/supervisor/supervisord/internal/api"
)

// MainFactory is the name of the factory of the supervisor namespace. It is the
// one that stands in everybody's configuration.
const MainFactory = "supervisor.rpcinterface:make_main_rpcinterface"

// Factory makes the methods of a namespace for a daemon. options are the keys of
// the section other than supervisor.rpcinterface_factory.
type Factory func(daemon api.Options, options map[string]string) ([]api.Method, error)

var (
	mu        sync.Mutex
	factories = map[string]Factory{MainFactory: makeMain}
)

// Register makes a factory known under a name, which has the form of a Python
// factory: "package.module:function". It is meant to be called from the init
// function of a package that is compiled in, and panics if the name is taken.
func Register(name string, f Factory) {
	mu.Lock()
	defer mu.Unlock()
	if factories[name] != nil {
		panic("the RPC factory " + name + " is registered twice")
	}
	factories[name] = f
}

// Known reports whether there is a factory of this name.
func Known(name string) bool {
	mu.Lock()
	defer mu.Unlock()
	return factories[name] != nil
}

// Names returns the names of all factories, sorted.
func Names() []string {
	mu.Lock()
	defer mu.Unlock()
	return slices.Sorted(maps.Keys(factories))
}

func lookup(name string) (Factory, error) {
	mu.Lock()
	f := factories[name]
	mu.Unlock()
	if f == nil {
		return nil, fmt.Errorf("there is no factory %q in this program; there is %s, and plug-ins of their own are made with rpcinterface.command or rpcinterface.url",
			name, strings.Join(Names(), ", "))
	}
	return f, nil
}

func makeMain(daemon api.Options, _ map[string]string) ([]api.Method, error) {
	return api.SupervisorMethods(daemon), nil
}
