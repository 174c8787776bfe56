package config

import (
	"slices"
	"sync"
)

// table returns the table of all options, in the order of the manual. It is made
// when it is first asked for.
var table = sync.OnceValue(func() []SectionDoc {
	return []SectionDoc{
		{
			Kind: UnixServerSection, Name: "unix_http_server",
			Help: `A UNIX socket on which supervisord answers supervisorctl and other clients. There may be several, named
[unix_http_server:x].`,
			Options: slices.Concat(unixServerOptions, credentialOptions),
		},
		{
			Kind: InetServerSection, Name: "inet_http_server",
			Help: `A TCP port on which supervisord shows its web page and answers supervisorctl and other clients. There may be
several, named [inet_http_server:x]. Never expose it to a network that you do not trust.`,
			Options: slices.Concat(inetServerOptions, credentialOptions),
		},
		{
			Kind: SupervisordSection, Name: "supervisord",
			Help:    `The daemon itself. The section must be there; it may be empty. Options of the command line take precedence.`,
			Options: supervisordOptions,
		},
		{
			Kind: SupervisorctlSection, Name: "supervisorctl",
			Help:    `How supervisorctl finds the daemon.`,
			Options: supervisorctlOptions,
		},
		{
			Kind: ProgramSection, Name: "program:x",
			Help: `A program to run, x being its name. Unless a [group:x] names it, the section makes a group of its own with that
name, of numprocs= processes.`,
			Options: processOptions(),
		},
		{
			Kind: GroupSection, Name: "group:x",
			Help: `Several programs under one name. The groups that the sections of these programs would make do not exist then.`,
			Options: []Option{
				{
					Name: "programs", Type: NamesValue, Required: true, Since: "3.0", Example: "one,two",
					Short: "names of the programs, with commas between them",
					Help:  `The names of the [program:x] and [fcgi-program:x] sections that make up the group, with commas between them.`,
				},
				{
					Name: "priority", Type: IntegerValue, Default: defaultPriority, Since: "3.0", Example: "999", Live: true,
					Short: "order of starting; default 999",
					Help:  `The place of the group in the order of starting and stopping: lower numbers start first and stop last.`,
				},
			},
		},
		{
			Kind: EventListenerSection, Name: "eventlistener:x",
			Help: `A pool of processes that are told of events. The options of programs apply to them too, except those of capture
mode and redirect_stderr=true.`,
			Options: listenerOptions(),
		},
		{
			Kind: FastCGISection, Name: "fcgi-program:x",
			Help:    `A group of FastCGI programs that accept connections from one socket. The options of programs apply to them too.`,
			Options: slices.Concat(processOptions(), socketOptions),
		},
		{
			Kind: RPCInterfaceSection, Name: "rpcinterface:x",
			Help: `A set of XML-RPC methods, x being their namespace. [rpcinterface:supervisor] must be there for supervisorctl and
the web page to work. Options that are not in this list are passed on to the plug-in.`,
			Options: []Option{
				{
					Name: factoryKeyRPC, Type: FactoryValue, Since: "3.0", Example: "supervisor.rpcinterface:make_main_rpcinterface",
					Unset: "one of the options below",
					Short: "the implementation",
					Help: `The name of an implementation that is part of the program. The name that the Python version uses for its
standard interface stands for the built-in one.`,
				},
				{
					Name: "rpcinterface.command", Type: CommandValue, Extension: true, Unset: "no program is started", Example: "/usr/local/bin/my-rpc",
					Short: "a program that answers the methods",
					Help:  `A program that supervisord starts to answer the methods of the namespace.`,
				},
				{
					Name: "rpcinterface.url", Type: URLValue, Extension: true, Unset: "no server is asked", Example: "unix:///run/my-rpc.sock",
					Short: "a server that answers the methods",
					Help:  `The URL of a server that answers the methods of the namespace: http://host:port/path or unix:///path.`,
				},
			},
		},
		{
			Kind: CtlPluginSection, Name: "ctlplugin:x",
			Help: `Additional commands of supervisorctl. Options that are not in this list are passed on to the plug-in.`,
			Options: []Option{
				{
					Name: factoryKeyCtl, Type: FactoryValue, Since: "3.0", Example: "my.package:make_plugin",
					Unset: "the option below",
					Short: "kept for old files",
					Help:  `Names a Python function, which cannot be called by this program.`,
				},
				{
					Name: "command", Type: CommandValue, Extension: true, Unset: "supervisorctl-x, looked up in PATH", Example: "/usr/local/bin/my-command",
					Short: "the program that carries out the command x",
					Help: `The program that carries out the command x of supervisorctl. It finds the URL and the credentials of the server
in its environment.`,
				},
			},
		},
		{
			Kind: IncludeSection, Name: "include",
			Help: `Further configuration files. An [include] in one of them is not followed.`,
			Options: []Option{
				{
					Name: "files", Type: PathValue, Required: true, Since: "3.0", Example: "conf.d/*.conf",
					Short: "files to read too, with wildcards; relative to this file",
					Help: `The paths of the files, with white space between them. They may contain * ? and [...], and are relative to
the directory of the main file. Files that match a pattern are read in lexical order.`,
				},
			},
		},
	}
})
