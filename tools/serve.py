"""Serve the built book to this machine only, and say where."""

import os
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HTML = Path(__file__).parent.parent / "_build" / "html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def listen(port):
    """A server on the first free port from `port` on."""
    for candidate in range(port, min(port + 100, 65536)):
        try:
            return ThreadingHTTPServer(("127.0.0.1", candidate), partial(Quiet, directory=HTML))
        except OSError:
            print(f"Port {candidate} is busy; trying {candidate + 1}.")
    sys.exit(f"No free port from {port} on: name another one, as in make PORT=9000 book")


def main():
    text = os.environ.get("PORT", "8000")
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {text!r}")
    with listen(int(text)) as server:
        print(f"The book: http://127.0.0.1:{server.server_port}/  (Ctrl-C stops it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
