"""Prints what the reference makes of events.

First line: the names of all event types, each with the names of its subtypes.
Then, for every event that is read (a line of JSON), its name, its payload and
its envelope; and what the reference's own listener library reads from that.
"""
import base64
import io
import json
import sys

from supervisor import childutils, events, process

NAMES = {n: c for n, c in events.EventTypes.__dict__.items() if isinstance(c, type)}


class Holder:
    def __init__(self, **fields):
        self.__dict__.update(fields)


def make(e):
    proc = Holder(config=Holder(name=e['process']), group=Holder(config=Holder(name=e['group'])),
                  pid=e['pid'], backoff=e['tries'])
    cls = NAMES[e['type']]
    data = base64.b64decode(e['data'])
    if issubclass(cls, events.ProcessStateEvent):
        return cls(proc, e['from'], e['expected'])
    if issubclass(cls, (events.ProcessLogEvent, events.ProcessCommunicationEvent)):
        return cls(proc, e['pid'], data)
    if cls is events.RemoteCommunicationEvent:
        return cls(e['remote'], data.decode('utf-8'))
    if issubclass(cls, events.TickEvent):
        return cls(e['when'], None)
    if issubclass(cls, events.ProcessGroupEvent):
        return cls(e['group'])
    return cls()


def answer(e):
    event = make(e)
    pool = Holder(config=Holder(name=e['pool'], options=Holder(identifier=e['server'])))
    payload = event.payload()
    envelope = process.EventListenerPool._eventEnvelope(pool, event.__class__, e['serial'], e['poolserial'], payload)
    # newline='': the reference's envelope may hold carriage returns
    headers, read = childutils.EventListenerProtocol().wait(io.StringIO(envelope, newline=''), io.StringIO())
    assert read == payload, (read, payload)
    assert headers['eventname'] == e['type'], headers
    return {'envelope': envelope}


def main():
    print(json.dumps({n: [m for m, d in NAMES.items() if issubclass(d, c)] for n, c in NAMES.items()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()
