#!/usr/bin/env python3
"""Keeps the state of every process in a file, as JSON: FILE is its argument.
To be run by eventlisten --lines --ack for PROCESS_STATE events. An event is
acknowledged once the file is written, so none is missing in it."""
import json
import os
import sys

path, states = sys.argv[1], {}
for line in sys.stdin:
    event = json.loads(line)
    fields = event["fields"]
    name = fields["groupname"] + ":" + fields["processname"]
    states[name] = event["event"].removeprefix("PROCESS_STATE_")
    with open(path + ".new", "w") as f:
        json.dump(states, f, indent=1, sort_keys=True)
    os.rename(path + ".new", path)
    print("OK", flush=True)
