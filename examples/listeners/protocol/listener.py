#!/usr/bin/env python3
"""A listener that speaks the protocol by itself, in Python: it prints every
event to stderr. It works in bytes. "len" counts characters, as the Python
Supervisor does; where that differs, "bytes" has the number of bytes."""
import sys

stdin, stdout, stderr = sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer


def answer(text):
    stdout.write(text)
    stdout.flush()


while True:
    answer(b"READY\n")
    header = stdin.readline()
    if not header:
        break  # supervisord has closed the pipe
    tokens = dict(token.split(b":", 1) for token in header.split())
    payload = stdin.read(int(tokens.get(b"bytes", tokens[b"len"])))
    stderr.write(header + payload + b"\n")
    stderr.flush()
    answer(b"RESULT 2\nOK")
