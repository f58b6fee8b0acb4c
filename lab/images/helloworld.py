"""Istio's sample helloworld, on the standard library alone."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = os.environ.get("SERVICE_VERSION")
INSTANCE = os.uname().nodename


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/hello":
            self.answer(200, f"Hello version: {VERSION}, instance: {INSTANCE}\n")
        elif path == "/health":
            self.answer(200, "Helloworld is healthy")
        else:
            self.answer(404, "Not Found\n")

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


Server(("", int(sys.argv[1])), Handler).serve_forever()
