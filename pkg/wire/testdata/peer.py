"""Answers, line by line, what Python makes of XML-RPC documents.

A request is a JSON line {"kind": "response" | "call", "xml": TEXT}. The answer
is a JSON line: {"error": TEXT}, {"fault": [CODE, TEXT]}, {"value": V} or
{"method": TEXT, "params": [V...]}, where V is a pair of a type letter and data.
"""
import base64, datetime, json, sys, xmlrpc.client

try:
    from supervisor.xmlrpc import supervisor_xmlrpc_handler
    reference = supervisor_xmlrpc_handler(None, [])
except ImportError:
    reference = None


def tag(v):
    if v is None:
        return ["n", None]
    if isinstance(v, bool):
        return ["b", v]
    if isinstance(v, int):
        return ["i", str(max(-2**63, min(2**63 - 1, v)))]
    if isinstance(v, float):
        return ["d", repr(v)]
    if isinstance(v, str):
        return ["s", v]
    if isinstance(v, bytes):
        return ["x", base64.b64encode(v).decode()]
    if isinstance(v, datetime.datetime):
        return ["t", v.strftime("%Y%m%dT%H:%M:%S")]
    if isinstance(v, (list, tuple)):
        return ["a", [tag(x) for x in v]]
    if isinstance(v, dict):
        return ["m", {str(k): tag(x) for k, x in v.items()}]
    raise TypeError(repr(v))


def answer(req):
    if req["kind"] == "probe":
        return {"value": ["b", reference is not None]}
    if req["kind"] == "response":
        try:
            (v,), _ = xmlrpc.client.loads(req["xml"].encode(), use_builtin_types=True)
        except xmlrpc.client.Fault as f:
            return {"fault": [f.faultCode, f.faultString]}
        return {"value": tag(v)}
    params, method = reference.loads(req["xml"])
    if not method:
        return {"error": "no method"}
    return {"method": method, "params": [tag(p) for p in params or ()]}


for line in sys.stdin:
    try:
        out = answer(json.loads(line))
    except Exception as e:
        out = {"error": repr(e)}
    print(json.dumps(out), flush=True)
