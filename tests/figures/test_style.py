"""The one look: colours, bytes that do not change, letters that a page can set in its own font."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from cycler import cycler

from rnncourse.explore import explore
from rnncourse.figures import chapter_1, chapter_2, chapter_3, check, front, laboratories
from rnncourse.figures.style import figure, heatmap, power_of_ten, svg
from rnncourse.palette import COLORS, TEXT, css

CSS = (Path(__file__).parents[2] / "book" / "_theme" / "static" / "course.css").read_text() + css()


def sample():
    fig, (left, right) = figure(1, 2)
    for i, (name, color) in enumerate(COLORS.items()):
        left.semilogy([1, 2, 3], [10.0**-i, 1, 2], "o-", color=color, label=name)
        left.text(1, 10.0**-i, name, color=color)
    left.set(xlabel="∂⁺hₜ₋₁ & co", title="a < b")
    left.annotate("x", (1, 1), (2, 2), arrowprops={"arrowstyle": "-|>"})
    heatmap(right, np.array([[0.5, -0.2], [-0.001, 0]]))
    right.text(0, 0, "on white", color="white")
    fig.set_label('Says "x < y" & more')
    return fig


@pytest.fixture(scope="module")
def text():
    return svg(sample())


@pytest.fixture(scope="module")
def root(text):
    return ElementTree.fromstring(text)


def test_alt_text_is_the_label(root):
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.find("defs/desc/p").text == 'Says "x < y" & more'


def test_a_figure_without_alt_text_is_refused():
    with pytest.raises(ValueError, match="needs an alt text"):
        svg(figure()[0])


def test_nothing_fixed_that_a_theme_must_change(text):
    assert not re.search(r"#000000|#ffffff(?!\))|font-family|<style|<image|data:|xlink|metadata|<!--", text)
    assert "currentColor" in text and "var(--rnn-page,var(--jp-layout-color0,#ffffff))" in text
    for name, color in COLORS.items():
        assert f"stroke:var(--rnn-{name},{color})" in text
        assert f"fill:var(--rnn-{name}-text,{TEXT[name]})" in text


def test_numbers_have_two_decimals_at_most(root):
    words = " ".join(
        value for e in root.iter() for key, value in e.items() if not re.search("label|id|href", key)
    )
    assert re.search(r"\d\.\d\d\b", words)
    assert not re.search(r"\d\.\d{3}|-0\b(?!\.)", words.replace("rotate(-90", ""))


def test_ids_are_needed_and_of_this_figure_alone(text):
    ids = re.findall(r' id="(.*?)"', text)
    used = re.findall(r'href="#(.*?)"|url\(#(.*?)\)', text)
    assert set(ids) == {a or b for a, b in used}
    assert len(ids) == len(set(ids)) > 2
    other = sample()
    other.set_label("another alt text")
    assert not set(ids) & set(re.findall(r' id="(.*?)"', svg(other)))


def test_scripts_are_set_from_the_pages_font(root):
    label = next(e for e in root.iter("text") if "∂" in "".join(e.itertext()))
    assert "".join(label.itertext()) == "∂+ht−1 & co"
    spans = {span.text: span for span in label}
    assert float(spans["+"].get("dy")) < 0 < float(spans["t−1"].get("dy"))
    assert float(spans["t−1"].get("font-size")) < 11
    assert sum(float(span.get("dy")) for span in label) == pytest.approx(0, abs=0.02)  # back on the line


def test_log_axes_speak_unicode(root):
    words = {"".join(e.itertext()) for e in root.iter("text")}
    assert {"10−2", "1"} <= words
    assert not any("mathdefault" in word or "$" in word for word in words)
    assert [power_of_ten(v) for v in (1, 10, 3, 0.25, 1e5)] == ["1", "10", "3", "0.25", "10⁵"]


def test_heatmap_writes_every_entry_with_its_sign(root):
    words = ["".join(e.itertext()) for e in root.iter("text")]
    assert {"0.50", "−0.20", "0.00"} <= set(words) and "−0.00" not in words
    tint = re.findall(r"fill:var\(--rnn-(\w+),#\w+\);opacity:([\d.]+)", ElementTree.tostring(root, "unicode"))
    assert tint[:2] == [("gradient", "0.45"), ("reference", "0.18")]


def test_same_bytes_in_every_process(text):
    code = "from tests.figures.test_style import sample, svg; print(svg(sample()))"
    env = os.environ | {"PYTHONHASHSEED": "1", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, encoding="utf-8")
    assert run.stdout.strip() == text, run.stderr


def test_drawing_twice_gives_the_same(text):
    fig = sample()
    assert svg(fig) == svg(fig) == text


def rgb(color):
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    return np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)])


def contrast(a, b):
    """WCAG's contrast of two colours as three numbers from 0 to 1."""
    linear = [np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in (a, b)]
    dark, light = sorted(c @ [0.2126, 0.7152, 0.0722] for c in linear)
    return (light + 0.05) / (dark + 0.05)


def themes(name):
    """The light and the dark value of a colour of the book."""
    return map(rgb, re.search(rf"--{name}: light-dark\((#\w+), ?(#\w+)\)", CSS).groups())


@pytest.mark.parametrize("name", COLORS)
def test_colours_are_legible_in_both_themes(name):
    white, night = themes("paper")
    _, line_dark = themes(f"rnn-{name}")
    letters, letters_dark = themes(f"rnn-{name}-text")
    assert contrast(letters, white) >= 4.5 and contrast(letters_dark, night) >= 4.5
    assert contrast(line_dark, night) >= 3


def test_letters_on_the_strongest_tint():
    for color in COLORS:
        for paper, tint, ink in zip(themes("paper"), themes(f"rnn-{color}"), themes("ink"), strict=True):
            assert contrast(0.55 * paper + 0.45 * tint, ink) >= 4.5


PICTURES = [
    function
    for module in (chapter_1, chapter_2, chapter_3, laboratories, front, check)
    for function in vars(module).values()
    if isinstance(function, FunctionType) and function.__module__ == module.__name__
    if "figure(" in inspect.getsource(function) and not function.__name__.startswith("_")
]
SHORT = [chapter_1.unrolled, chapter_1.jacobian, chapter_3.gates]
LOUD = {"lines.linewidth": 9, "axes.prop_cycle": cycler(color=["red"]), "svg.hashsalt": None, "font.size": 30}


def test_all_pictures_draw_in_the_course_s_style():
    assert len(PICTURES) > 25
    assert [f.__name__ for f in PICTURES if not hasattr(f, "__wrapped__")] == []


@pytest.mark.parametrize("taste", ["default", "ggplot", "seaborn-v0_8", "dark_background", "xkcd", LOUD])
@pytest.mark.parametrize("picture", SHORT, ids=lambda picture: picture.__name__)
def test_another_style_changes_no_picture(picture, taste):
    plain = svg(picture())
    with matplotlib.rc_context():
        plt.xkcd() if taste == "xkcd" else plt.style.use(taste)
        before = dict(matplotlib.rcParams)
        assert svg(picture()) == plain
        assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("taste", ["default", "xkcd"])
def test_an_explorable_of_the_readers_own_is_drawn_in_another_style(taste):
    def own(a):
        fig, ax = figure(height=2)
        ax.plot([0, a], label="a line")
        ax.legend()
        fig.set_label(f"To {a}.")
        return fig

    plain = explore(own, a=[1, 2]).html
    with matplotlib.rc_context():
        plt.xkcd() if taste == "xkcd" else plt.style.use(taste)
        assert explore(own, a=[1, 2]).html == plain


def test_importing_the_course_changes_no_setting():
    program = """
import matplotlib
before = dict(matplotlib.rcParams)
from rnncourse import certificates, check, explore, figures
from rnncourse.figures import chapter_1, chapter_2, chapter_3, front, laboratories
changed = {key for key, value in matplotlib.rcParams.items() if value != before[key]}
assert not changed, changed
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
