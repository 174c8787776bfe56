"""A small web application: says which of its kind it is."""
import http.server
import os
import signal
import sys

port = int(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{os.environ['SUPERVISOR_PROCESS_NAME']} pid {os.getpid()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("listening on", port)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
