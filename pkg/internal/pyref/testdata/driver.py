"""Answers questions about Python's and Supervisor's behaviour, one JSON object a line.

A request is [operation, argument...]; the answer {"ok": value} or
{"error": [type, message]}. In both, every text is written with one character
for each byte of its UTF-8 form, so that bytes that are not UTF-8 pass.
"""
import fnmatch
import glob
import io
import json
import shlex
import socket
import sys

from supervisor import datatypes, events, options


def to_wire(value):
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    if isinstance(value, (list, tuple)):
        return [to_wire(v) for v in value]
    if isinstance(value, dict):
        return {to_wire(k): to_wire(v) for k, v in value.items()}
    return value


def from_wire(value):
    if isinstance(value, str):
        return value.encode("latin-1").decode("utf-8", "surrogateescape")
    if isinstance(value, list):
        return [from_wire(v) for v in value]
    if isinstance(value, dict):
        return {from_wire(k): from_wire(v) for k, v in value.items()}
    return value


def tokens(text):
    lexer = shlex.shlex(text)
    lexer.wordchars += "/.+-():"
    return list(lexer)


def ini(*texts):
    """Reads texts one after the other as files named 0, 1, ..."""
    parser = options.UnhosedConfigParser()
    for number, text in enumerate(texts):
        parser.read_file(io.StringIO(text, newline=None), source=str(number))
    return [
        list(parser.defaults().items()),
        [[name, list(parser._sections[name].items())] for name in parser.sections()],
    ]


def format_text(text, expansions):
    return text % expansions


class Usage(Exception):
    pass


class Options(options.ServerOptions):
    def usage(self, msg):
        raise Usage(str(msg))


NAMES = [n for n in options.ProcessConfig.req_param_names + options.ProcessConfig.optional_param_names]


def plain(value):
    if value is datatypes.Automatic:
        return "auto"
    if value is datatypes.RestartUnconditionally:
        return "always"
    if value is datatypes.RestartWhenExitUnexpected:
        return "unexpected"
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, dict):
        return sorted([k, v] for k, v in value.items())
    return value


def socket_config(config):
    if config is None:
        return None
    return {
        "url": config.url,
        "backlog": config.backlog,
        "mode": getattr(config, "mode", None),
        "owner": getattr(config, "owner", None),
    }


def process(config):
    fields = {n: plain(getattr(config, n)) for n in NAMES}
    for name in ["directory", "stdout_logfile", "stderr_logfile"]:
        fields[name] = fields[name] or None  # an empty text counts as none
    return fields


def config(args):
    opts = Options()
    opts.realize(args=args, doc="", progname="supervisord")
    section = opts.configroot.supervisord
    groups = []
    for group in opts.process_group_configs:
        g = {
            "class": type(group).__name__,
            "name": group.name,
            "priority": group.priority,
            "processes": [process(p) for p in sorted(group.process_configs)],
            "socket": socket_config(getattr(group, "socket_config", None)),
        }
        if hasattr(group, "pool_events"):
            g["events"] = sorted(events.getEventNameByType(e) for e in group.pool_events)
            g["buffer_size"] = group.buffer_size
        groups.append(g)
    servers = []
    for s in opts.server_configs:
        servers.append({
            "section": s["section"],
            "username": s["username"] or None,
            "password": s["password"] if s["username"] else None,
            "host": s.get("host"),
            "port": s.get("port"),
            "file": s.get("file"),
            "chmod": s.get("chmod"),
            "chown": s.get("chown"),
            "inet": s["family"] == socket.AF_INET,
        })
    names = ["logfile", "logfile_maxbytes", "logfile_backups", "loglevel", "pidfile", "identifier",
             "nodaemon", "silent", "minfds", "minprocs", "umask", "user", "directory", "childlogdir",
             "nocleanup", "strip_ansi"]
    flags = ["nodaemon", "silent", "nocleanup", "strip_ansi"]  # 1 on the command line, True in a file
    return {
        "supervisord": {n: (getattr(opts, n) or None) if n == "directory" else bool(getattr(opts, n)) if n in flags else plain(getattr(opts, n)) for n in names},
        "environment": sorted([k, v] for k, v in section.environment.items()),
        "uid": opts.uid,
        "gid": opts.gid,
        "groups": groups,
        "servers": servers,
        "rpcinterfaces": [[name, extras] for name, factory, extras in section.rpcinterface_factories],
        "warnings": list(dict.fromkeys(opts.parse_warnings)),  # each once
        "infos": opts.parse_infos,
    }


class Client(options.ClientOptions):
    def usage(self, msg):
        raise Usage(str(msg))


def ctl(path):
    opts = Client()
    opts.realize(args=["-c", path, "status"], doc="", progname="supervisorctl")
    return [opts.serverurl, opts.username, opts.password, opts.prompt, opts.history_file]


def search_paths(argv0):
    before = sys.argv[0]
    sys.argv[0] = argv0
    try:
        return options.Options().searchpaths
    finally:
        sys.argv[0] = before


OPERATIONS = {
    "split": shlex.split,
    "tokens": tokens,
    "pairs": datatypes.dict_of_key_value_pairs,
    "fnmatch": fnmatch.fnmatchcase,
    "glob": glob.glob,
    "ini": ini,
    "format": format_text,
    "config": config,
    "ctl": ctl,
    "repr": repr,
    "int": int,
    "value": lambda kind, text: plain(getattr(datatypes, kind)(text)),
    "paths": search_paths,
}


for line in sys.stdin:
    operation, *arguments = from_wire(json.loads(line))
    try:
        answer = {"ok": to_wire(OPERATIONS[operation](*arguments))}
    except Exception as error:  # whatever it is, it is the answer
        answer = {"error": to_wire([type(error).__name__, str(error)])}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
