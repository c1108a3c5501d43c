"""Sliders: every frame comes back from its pack, and both faces say the same in words."""

import gzip
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient

from rnncourse.explore import Grid, explore, live
from rnncourse.explore.frames import _rows
from rnncourse.explore.grids import read
from rnncourse.figures import style
from rnncourse.figures.chapter_1 import jacobian


@pytest.fixture(autouse=True)
def house():
    """Pictures drawn here by hand are drawn as explore draws them."""
    with style.house():
        yield


def wave(rate, shift):
    """Two lines of a hundred points; a shift above 2 adds a third, another structure."""
    fig, ax = style.figure(height=2.4)
    t = np.linspace(0, 10, 100)
    ax.plot(t, np.sin(rate * t + shift) * np.exp(-t / 5))
    ax.plot(t, np.tanh(rate * t - shift), "--")
    if shift > 2:
        ax.axhline(0, ls=":")
    ax.set(ylim=(-1.1, 1.1), xlabel="t", title=f"rate {rate:.2f} & shift < {shift + 1:g}")
    fig.set_label(f'At rate {rate:.2f} and shift {shift:g} it "waves".')
    return fig


def named(word):
    return wave(len(word), 1)


def unpack(html):
    """Every frame of the page as explore.js would set it: a second reader of the format."""
    pack = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])
    first = re.search(r"<svg.*?</svg>", html, re.DOTALL)[0]
    seen = [0] * len(pack["bases"])
    for group in pack["frames"]:
        root = ElementTree.fromstring(pack["bases"][group] or first)
        elements = list(root.iter())
        for i, name, parts, rows in pack["slots"][group]:
            row = rows[seen[group]]
            if parts is not None:
                values = (repr(n / 100).removesuffix(".0") for n in np.cumsum(row).tolist())
                row = parts[0] + "".join(v + part for v, part in zip(values, parts[1:], strict=True))
            if name == "text":
                elements[i].text = row
            else:
                elements[i].set(name, row)
        seen[group] += 1
        yield root


def plain(root):
    """The drawing as text, without the prefix that its ids have on a page."""
    return re.sub(r'((?<=id=")|(?<=#))(f\w{8}-|\ue000)', "", ElementTree.tostring(root, "unicode"))


GRIDS = {"rate": Grid([0.5, 1, 2], "rate", start=1), "shift": [0, 1, 2.5, 3]}


def test_every_frame_comes_back_from_the_pack():
    frames = list(unpack(explore(wave, **GRIDS).html))
    assert len(frames) == 12
    for frame, (rate, shift) in zip(frames, product([0.5, 1, 2], [0, 1, 2.5, 3]), strict=True):
        assert plain(frame) == plain(style.drawing(wave(rate, shift)))


def test_in_the_browsers_own_python_only_the_first_frame_is_drawn(monkeypatch):
    drawn = []

    def counted(rate, shift):
        drawn.append((rate, shift))
        return wave(rate, shift)

    monkeypatch.setattr(sys, "platform", "emscripten")
    figure = explore(counted, **GRIDS)
    assert drawn == [(1, 0)]
    assert "One frame of 12: rate from 0.5 to 2" in figure.html and 'aria-label="At rate 1.00' in figure.html
    data = json.loads(re.search(r"<script.*?>(.*)</script>", figure.html)[1])
    assert list(data) == ["grids"] and '<input type="range"' in figure.html  # no frames, but controls
    assert 'aria-label="At rate 2.00' in figure.frame([2, 1]) and drawn[1:] == [(2, 1)]


def test_frames_keep_their_places_while_labels_grow():
    def growing(n):
        fig, ax = style.figure(height=2)
        ax.plot([0, 10.0**n])
        ax.ticklabel_format(style="plain")
        fig.set_label("grows")
        return fig

    frames = unpack(explore(growing, n=[6, 0]).html)
    first, second = (re.search(r"clipPath.*?<rect (.*?)/>", plain(frame))[1] for frame in frames)
    assert first == second
    assert second not in plain(style.drawing(growing(0)))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_rows_hold_any_texts(data):
    n = data.draw(st.integers(2, 4))
    cell = st.one_of(
        st.integers(-(10**6), 10**6).map(lambda n: repr(n / 100).removesuffix(".0")),
        st.sampled_from(["0.50", "M", " ", "-", "1e5", "#0072B2", "−3"]),
    )
    texts = ["".join(row) for row in data.draw(st.lists(st.lists(cell, min_size=1), min_size=n, max_size=n))]
    parts, rows = _rows(texts)
    if parts is None:
        assert rows == texts
    else:
        sums = [[repr(v / 100).removesuffix(".0") for v in np.cumsum(row).tolist()] for row in rows]
        assert texts == ["".join(a + b for a, b in zip(parts, [*row, ""], strict=True)) for row in sums]


def test_first_frame_is_the_one_at_the_start():
    html = explore(wave, **GRIDS).html
    first = ElementTree.fromstring(re.search(r"<svg.*?</svg>", html, re.DOTALL)[0])
    assert plain(first) == plain(style.drawing(wave(1, 0)))


def test_every_frame_has_its_own_alt_text():
    labels = [frame.get("aria-label") for frame in unpack(explore(wave, **GRIDS).html)]
    assert len(set(labels)) == 12
    assert labels[0] == 'At rate 0.50 and shift 0 it "waves".'


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, name):
        return [attrs for tag, attrs in self.found if tag == name]


def test_numbers_slide_and_words_are_chosen():
    grids = {"rate": Grid(np.linspace(-1, 1, 5), "rate <r>", play=True, start=2), "shift": range(2)}
    tags = Tags(explore(wave, **grids).html)
    rate, shift = tags.all("input")
    assert (rate["type"], rate["min"], rate["max"], rate["value"]) == ("range", "0", "4", "2")
    assert rate["aria-valuetext"] == "rate <r>: 0" and shift["aria-valuetext"] == "shift: 0"
    assert [b["type"] for b in tags.all("button")] == ["button", "reset"]
    assert tags.all("form")[0]["hidden"]

    radios = Tags(explore(named, word=Grid(["a", "bb"], "word", start=1)).html)
    assert [("checked" in r, r["value"]) for r in radios.all("input")] == [(False, "0"), (True, "1")]
    assert radios.all("legend") and not radios.all("select")
    menu = Tags(explore(named, word=["a" * n for n in range(6)]).html)
    assert len(menu.all("option")) == 6 and not menu.all("input")


def test_words_for_those_who_cannot_slide():
    html = explore(wave, rate=Grid(np.linspace(-1, 1, 5), "rate"), shift=[1, 2]).html
    assert "One frame of 10: rate from −1 to 1 in 5 steps; shift from 1 to 2 in 2 steps." in html
    assert "One frame of 2: word: a, b&lt;." in explore(named, word=["a", "b<"]).html


def test_no_script_can_break_out_of_the_data():
    html = explore(named, word=["</script><script>alert(1)</script>", "&"]).html
    assert html.count("</script>") == 1 and html.count("<script") == 1


def test_ids_of_two_explorables_differ():
    one, two = (set(re.findall(r' id="(.*?)"', explore(wave, rate=[r], shift=[0]).html)) for r in (1, 2))
    assert one and not one & two


def fails_at_two(n):
    if n == 2:
        raise ZeroDivisionError("division by zero")
    return wave(n, 0)


@pytest.mark.parametrize(
    "figure, grids, sentence",
    [
        (wave, {}, "explore needs at least one grid of values, such as z=[-1, 0, 1]"),
        (wave, {"rate": [], "shift": [1]}, "the grid of rate has 0 values and no value number 0"),
        (wave, {"rate": Grid([1], "r", start=3)}, "the grid of rate has 1 values and no value number 3"),
        (wave, {"rate": 3}, "the grid of rate must be a sequence of values, not 3"),
        (named, {"word": "abc"}, "the grid of word must be a sequence of values, not 'abc'"),
        (fails_at_two, {"n": [1, 2]}, "No picture for n = 2: division by zero"),
        (lambda n: style.figure()[0], {"n": [-1]}, "No picture for n = −1: a figure needs an alt text"),
        (lambda n: None, {"n": [1]}, "No picture for n = 1: "),
        (lambda n: wave(n, 0), {"m": [1]}, "No picture for m = 1: .*unexpected keyword argument 'm'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(figure, grids, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence).replace(r"\.\*", ".*")):
        explore(figure, **grids)


def test_a_hundred_frames_of_lines_are_light():
    html = explore(wave, rate=np.linspace(0, 3, 25), shift=[0, 1, 2, 1.5]).html
    size = len(gzip.compress(html.encode(), 9))
    print(f"100 frames of two lines: {len(html.encode()) / 1024:.0f} KiB, {size / 1024:.0f} KiB gz")
    assert size <= 60 * 1024


def test_same_bytes_in_every_process():
    code = (
        "from rnncourse.explore import explore; from rnncourse.figures.chapter_1 import jacobian;"
        "print(explore(jacobian, z=[0, 1], preset=['identity', 'generic']).html)"
    )
    here = explore(jacobian, z=[0, 1], preset=["identity", "generic"]).html
    env = os.environ | {"PYTHONHASHSEED": "1", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, encoding="utf-8")
    assert run.stdout == here + "\n", run.stderr


# --- the live face --------------------------------------------------------------------------------------


def faces(view):
    *controls, reset, picture = view.children
    return controls, reset, picture


def test_live_controls_draw_what_they_say():
    grids = {name: read(name, grid) for name, grid in GRIDS.items()}
    (rate, shift), reset, picture = faces(live.face(wave, grids))
    assert "At rate 1.00 and shift 0 it" in picture.value and "<svg" in picture.value
    rate.value, shift.value = 2, 3
    assert "At rate 2.00 and shift 3 it" in picture.value
    reset.click()
    assert (rate.value, shift.value) == (1, 0)
    assert "At rate 1.00 and shift 0 it" in picture.value
    assert (rate.description, rate.tooltip) == ("rate", "rate")


def test_live_sliders_go_between_the_values_of_an_even_grid():
    grids = {"rate": read("rate", np.linspace(0.5, 1.5, 3)), "shift": read("shift", [0])}
    (rate, _), _, picture = faces(live.face(wave, grids))
    rate.value = 0.55
    assert "At rate 0.55" in picture.value


def test_live_says_why_there_is_no_picture():
    (n,), _, picture = faces(live.face(fails_at_two, {"n": Grid([1, 2, 3], "n")}))
    n.value = 2
    assert picture.value == "<p>No picture for n = 2: division by zero</p>"
    n.value = 3
    assert "<svg" in picture.value


def test_live_play_moves_the_slider():
    (row,), _, _ = faces(live.face(fails_at_two, {"n": Grid([1, 3], "n", play=True)}))
    slider, play = row.children
    assert (play.max, slider.index) == (1, 0)


def test_one_object_shows_both_faces(monkeypatch):
    figure = explore(named, word=["a", "b"])
    assert set(figure._repr_mimebundle_()) == {
        "text/html",
        "text/plain",
        "application/vnd.jupyter.widget-view+json",
    }
    monkeypatch.setattr(live, "ipywidgets", None)
    assert set(figure._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_widgets_before_version_8_are_shown_too(monkeypatch):
    monkeypatch.delattr(live.ipywidgets.Widget, "_repr_mimebundle_", raising=False)
    bundle = explore(named, word=["a", "b"])._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]


def test_notebooks_hold_the_static_face_and_nbval_sees_a_wrong_frame(tmp_path):
    show = "explore(chapter_1.jacobian, z=[-1, 0, 1], preset=['identity', 'generic'])"
    sources = [
        f"from rnncourse.explore import explore\nfrom rnncourse.figures import chapter_1\n{show}",
        "chapter_1.unrolled()",
        show,
    ]
    nb = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    )
    quiet = ["--IPKernelApp.log_level=40"]
    NotebookClient(nb, timeout=60, store_widget_state=False, extra_arguments=quiet).execute()
    right, figure, wrong = (cell.outputs[0].data for cell in nb.cells)
    for explorable in right, wrong:
        assert explorable.pop("application/vnd.jupyter.widget-view+json")
        assert explorable["text/plain"].startswith("One frame of 6: ")
    assert set(right) == set(figure) == {"text/html", "text/plain"}
    assert figure["text/plain"].startswith("Left, the network folded")

    page, data = wrong["text/html"].split("application/json")
    wrong["text/html"] = page + "application/json" + data.replace("has norm 0.2", "has norm 0.3", 1)
    assert wrong["text/html"] != right["text/html"]
    nbformat.write(nb, tmp_path / "toy.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "toy.ipynb"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert "1 failed, 2 passed" in run.stdout and "toy.ipynb::Cell 2" in run.stdout, run.stdout
