#!/usr/bin/env python3
"""An XML-RPC plug-in for supervisord, in Python's standard library.

    [rpcinterface:greeter]
    rpcinterface.command = /usr/bin/python3 %(here)s/greeter.py
    word = Hello

supervisord runs it with a listening socket as standard input and offers its
functions as greeter.greet and greeter.count:

    $ python3 -c 'from xmlrpc.client import ServerProxy as P; print(P("http://localhost:9001").greeter.greet("you"))'
    Hello, you!
"""
import os
import socket
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer


class Handler(SimpleXMLRPCRequestHandler):
    disable_nagle_algorithm = False  # a UNIX socket has none


class Server(SimpleXMLRPCServer):
    def __init__(self):
        super().__init__(("", 0), Handler, logRequests=False, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=0)

    def get_request(self):
        return self.socket.accept()[0], ("supervisord", 0)


class Greeter:
    word = os.environ.get("SUPERVISOR_RPC_OPTION_WORD", "Hello")
    greeted = 0

    def greet(self, name):
        """Greet somebody.

        @param string name   whom to greet
        @return string result   the greeting
        """
        self.greeted += 1
        return "%s, %s!" % (self.word, name)

    def count(self):
        """Tell how many have been greeted since the plug-in was started."""
        return self.greeted


server = Server()
server.register_introspection_functions()  # system.listMethods and its like
server.register_instance(Greeter())
server.serve_forever()
