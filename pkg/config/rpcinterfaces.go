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
		s, own := r.pluginScope(sec, RPCInterfaceSection, "rpcinterface.command", "rpcinterface.url")
		i := RPCInterface{Name: s.name(), Section: sec.Name()}
		i.Command, _ = s.text("rpcinterface.command")
		i.URL, _ = s.text("rpcinterface.url")
		i.Factory = s.factory(factoryKeyRPC, own)
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

// pluginScope returns the scope of a section of a plug-in, and whether the
// section has one of our own options that say what to run. Supervisor expands
// ENV_x alone in these sections; where it cannot read the section anyhow, here is
// expanded too.
func (r *reader) pluginScope(sec *ini.Section, kind SectionKind, keys ...string) (s *scope, own bool) {
	s = r.scope(sec, kind, r.environExpansions())
	for _, key := range keys {
		if text, _, ok := s.raw(key); ok && text != "" {
			s.exp = r.hereExpansions()
			return s, true
		}
	}
	return s, false
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
	s, own := r.pluginScope(sec, CtlPluginSection, "command")
	p := CtlPlugin{Name: s.name()}
	p.Command, _ = s.text("command")
	p.Factory = s.factory(factoryKeyCtl, own)
	p.Options = s.extras(factoryKeyCtl, "command")
	return p
}
