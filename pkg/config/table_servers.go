package config

// credentialOptions are common to both kinds of server.
var credentialOptions = []Option{
	{
		Name: "username", Type: TextValue, Unset: "no authentication", Since: "3.0", Example: "user",
		Short: "user name for HTTP authentication; default none",
		Help: `The user name that clients must give by HTTP Basic authentication. It needs password= beside it.
Without it everybody who can reach the socket controls all programs.`,
	},
	{
		Name: "password", Type: TextValue, Unset: "no authentication", Since: "3.0", Example: "123", Secret: true,
		Short: "its password, in clear or as {SHA}...; default none",
		Help: `The password that belongs to username=, in clear text, or as {SHA} followed by the SHA-1 digest of the
password in hexadecimal digits. The file must not be readable by others then.`,
	},
	{
		Name: "web_get_actions", Type: BoolValue, Default: "false", Extension: true, Example: "false",
		Short: "let links of the web page change things",
		Help: `If true, the addresses of the old web page (index.html?processname=x&action=stop) act at once, as they do
in the Python version. If false they show a form that asks for confirmation, so that no foreign page and no
prefetching browser can stop a program.`,
	},
	{
		Name: "web_hosts", Type: NamesValue, Unset: "the names that cannot belong to a stranger", Extension: true,
		Example: "apps.example.org, *.corp.example.org",
		Short:   "further names by which browsers reach the web page",
		Help: `Names, separated by commas, by which browsers reach this server, for example by way of a proxy. On a TCP
server without a password the web page and its API answer only to names that no stranger can point at this
machine: IP addresses, localhost, the name of this machine, the name in port= and these; unless the server listens
on a loopback address only, also names without a dot and names below .local, .internal and .home.arpa. Otherwise a
page on the Internet could give its own name the address of this machine, and then control it from the browser of
a visitor. *.example.org stands for every name below example.org.`,
	},
}

var unixServerOptions = []Option{
	{
		Name: "file", Type: PathValue, Required: true, Since: "3.0", Example: "/run/supervisor.sock",
		Short: "path of the socket",
		Help: `The path of the UNIX socket on which supervisord answers HTTP and XML-RPC requests. A socket left behind by
a daemon that is gone is replaced; one that is in use is not. %(here)s may be used.`,
	},
	{
		Name: "chmod", Type: OctalValue, Default: "0700", Since: "3.0", Example: "0700",
		Short: "permissions of the socket; default 0700",
		Help:  `The permissions of the socket. Whoever may write to it may connect.`,
	},
	{
		Name: "chown", Type: OwnerValue, Unset: "the user and group of supervisord", Since: "3.0", Example: "nobody:nogroup",
		Short: "user:group that owns the socket",
		Help:  `The user, or the user and group, that own the socket. Only root can give a socket to another user.`,
	},
}

var inetServerOptions = []Option{
	{
		Name: "port", Type: AddressValue, Required: true, Since: "3.0", Example: "127.0.0.1:9001",
		Short: "host:port to listen on; *:port for every address",
		Help: `The TCP address on which supervisord answers HTTP and XML-RPC requests: host:port, *:port or port for every
address of the machine, 0.0.0.0:port for every address of IPv4, or [::1]:port for IPv6. Requests are not
encrypted: listen on the loopback address, or put a proxy with TLS before it.`,
	},
}
