package config

import (
	"fmt"
	"maps"

	"github.com/supervisor-go/supervisor/pkg/ini"
)

// The keys that name Python factories.
const (
	factoryKeyRPC = "supervisor.rpcinterface_factory"
	factoryKeyCtl = "supervisor.ctl_factory"
)

func (r *reader) readRPCInterfaces() {
	for _, sec := range r.sectionsOf(RPCInterfaceSection) {
		s := r.scope(sec, RPCInterfaceSection, r.environExpansions())
		i := RPCInterface{Name: s.name(), Section: sec.Name()}
		i.Command, _ = s.text("rpcinterface.command")
		i.URL, _ = s.text("rpcinterface.url")
		i.Factory = s.factory(factoryKeyRPC, i.Command != "" || i.URL != "")
		if i.Command != "" && i.URL != "" {
			s.badSection("rpcinterface.url", "a plug-in is either started or called at a URL", "one of rpcinterface.command and rpcinterface.url", "")
		}
		if known := r.opts.KnownFactory; known != nil && i.Factory != "" && !known(i.Factory) {
			s.badSection(factoryKeyRPC, "there is no such RPC interface in this program",
				"supervisor.rpcinterface:make_main_rpcinterface, or a plug-in by rpcinterface.command",
				fmt.Sprintf("%s cannot be resolved within [%s]", i.Factory, sec.Name()))
		}
		i.Options = s.extras(factoryKeyRPC, "rpcinterface.command", "rpcinterface.url")
		r.cfg.RPCInterfaces = append(r.cfg.RPCInterfaces, i)
	}
}

// factory reads the name of a factory, which is needed unless there is an
// extension in its place.
func (s *scope) factory(key string, replaced bool) string {
	if _, _, ok := s.raw(key); !ok && !replaced {
		s.badSection("", "there is no option "+key, key+" = the factory of the plug-in",
			fmt.Sprintf("section [%s] does not specify a %s", s.sec.Name(), key))
	}
	text, _ := s.text(key)
	return text
}

// extras returns the options that are not among known.
func (s *scope) extras(known ...string) map[string]string {
	options := map[string]string{}
	for _, key := range s.sec.AllKeys() {
		options[key], _ = s.text(key)
	}
	maps.DeleteFunc(options, func(key, _ string) bool {
		for _, k := range known {
			if key == k {
				return true
			}
		}
		return false
	})
	return options
}

// readCtlPlugin reads a [ctlplugin:x] section.
func (r *reader) readCtlPlugin(sec *ini.Section) CtlPlugin {
	s := r.scope(sec, CtlPluginSection, r.environExpansions())
	p := CtlPlugin{Name: s.name()}
	p.Command, _ = s.text("command")
	p.Factory = s.factory(factoryKeyCtl, p.Command != "")
	p.Options = s.extras(factoryKeyCtl, "command")
	return p
}
