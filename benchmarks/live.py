"""How soon a page answers: bytes and seconds of the page's worker beside bare Pyodide with numpy.

    python -m benchmarks.live      after `make html`, on a quiet machine

Each is the median of three fresh contexts. Compare the ratios: the seconds are this machine's.
"""

import gzip
import json
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from tools.browser import AT_HOME, chromium
from tools.serve import Quiet

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
ENTRY = ("buttons.js", "live.css")
WORKER = (ROOT / "tests" / "book" / "worker.js").read_text("utf-8")
BARE = """(base) => new Promise((done) => {
  const source = `const {loadPyodide} = await import("${base}pyodide/pyodide.mjs");
    const {all, lock} = await (await fetch("${base}files.json")).json();
    const more = {lockFileContents: lock, packageBaseUrl: "${base}"};
    const pyodide = await loadPyodide({indexURL: "${base}pyodide/", ...more});
    const wheel = Object.keys(all).find((name) => name.includes("/numpy-"));
    pyodide.unpackArchive(await (await fetch("${base}" + wheel)).arrayBuffer(), "wheel");
    pyodide.runPython("import numpy"); postMessage(0);`;
  const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const worker = new Worker(address, {type: "module"});
  worker.onmessage = () => { worker.terminate(); done(); };
})"""
PAGE = "1-backpropagation-through-time/a-jacobian.html"
PRESS = """(cell) => new Promise((done) => {
  const box = document.querySelector(`[data-cell=${cell}]`);
  const look = () => box.dataset.state === "same" ? done() : setTimeout(look, 5);
  box.querySelector(".do-run").click();
  look();
})"""
EXPLORE = """from rnncourse.explore import explore
explore(pictures.jacobian, z=[-1, 0, 1], preset=list(pictures.PRESETS))"""


def clock(page, script, argument=None):
    """The seconds that a script takes to answer, and its answer."""
    now = "performance.now()"
    timed = f"const start = {now}, answer = await ({script})(x); return [({now} - start) / 1e3, answer];"
    return page.evaluate(f"async (x) => {{ {timed} }}", argument)


def run(page, code):
    seconds, done = clock(page, "(code) => ask({type: 'run', id: 1, code, name: 'cell 1'})", code)
    assert done["type"] == "done" and not done["error"], done
    return seconds


def once(browser, server):
    base, found = f"{server}/_static/live/", {}
    with browser.new_page() as page:
        page.goto(f"{server}/licences.txt")
        found["bare Pyodide and numpy"] = clock(page, BARE, base)[0]
    with browser.new_page() as page:
        page.set_default_timeout(120_000)
        page.goto(f"{server}/{PAGE}", wait_until="networkidle")
        found["Run to the first output"] = clock(page, PRESS, "a005")[0]
        found["Run to the second output"] = clock(page, PRESS, "a007")[0]
        found["Run to the first figure"] = clock(page, PRESS, "a003")[0]
    with browser.new_page() as page:
        page.set_default_timeout(120_000)
        page.goto(f"{server}/licences.txt")
        clock(page, WORKER, base)
        run(page, "import numpy")  # as the page's first cell does
        found["first verdict"] = run(
            page, "from rnncourse.check import check\ncheck('1a', lambda W, x: W * 2)"
        )
        found["verdict"] = run(page, "check('1a', lambda W, x: W.T)")
        run(page, "from rnncourse.figures import chapter_1 as pictures")
        run(page, EXPLORE)
        frame = "() => ask({type: 'frame', id: 2, explorable: 'x0', values: [1, 1]})"
        found["frame of a changed explorable"] = clock(page, frame)[0]
        page.evaluate("over()")
        found["Stop to ready"] = clock(page, WORKER, base)[0]
    return found


def main():
    sent = json.loads((SITE / "_static" / "live" / "files.json").read_text("utf-8"))["groups"]
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE)) as http,
        sync_playwright() as p,
    ):
        threading.Thread(target=http.serve_forever, daemon=True).start()
        browser = p.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"], env=AT_HOME
        )
        runs = [once(browser, f"http://127.0.0.1:{http.server_port}") for _ in range(3)]
        http.shutdown()
    entry = sum(len(gzip.compress((SITE / "_static/live" / name).read_bytes(), 6)) for name in ENTRY)
    print(f"on the page before Run {entry / 1024:.1f} KiB, compressed")
    print(f"to the first output {(sent['Python'] + sent['numpy']) / 1e6:.1f} MB, as a host sends them")
    print(f"to the first figure {sent['matplotlib'] / 1e6:.1f} MB more")
    bare = median(found["bare Pyodide and numpy"] for found in runs)
    for name in runs[0]:
        seconds = median(found[name] for found in runs)
        print(f"{name:30} {seconds:6.2f} s  {seconds / bare:5.2f} of bare")


if __name__ == "__main__":
    main()
