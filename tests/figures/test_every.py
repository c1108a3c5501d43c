"""Every picture of the book: its letters fit their panel, it has words, and it is drawn alike twice."""

import inspect
import itertools
from types import FunctionType

import pytest
from matplotlib.text import Text

from rnncourse.figures import chapter_1, chapter_2, chapter_3, front, laboratories, style

VALUES = {
    "z": (-6.0, 0.0, 6.0), "preset": chapter_1.PRESETS, "last_factor": ("immediate", "total"),
    "contrast": (0.0, 1.0, 3.9), "k": (0, 16), "n": (0, 2, 12), "matrix": ("W₊ (printed)", "W₋ (decomposed)"),
    "coupling": (0.0, 10.0, 20.0), "gain": (chapter_2.GAINS[0], chapter_2.GAINS[-1]),
    "unit": ("logistic", "tanh"),
    "weights": ("Gaussian", "orthogonal"), "w": (4.0, 7.0), "u": (0.4, 0.7), "term": (1, 6),
    "step": (0, 4), "route": chapter_3.ROUTES,
}  # fmt: skip
OWN = {
    "unit_modulus": {"matrix": chapter_2.UNIT_MODULUS, "n": (0, 24)},
    "triangle": {"term": (1, 21), "last_factor": ("immediate", "total")},
    "cell_step": {"step": range(7)},
    "unrolled": {"moment": range(7)},
    "paths": {"B": (0.0, 16.0), "weights": chapter_3.SCALES},
}


def draws(function):
    """Whether it draws a picture by itself: what wants data is drawn by the tests of its chapter."""
    source, wants = inspect.getsource(function), inspect.signature(function).parameters.values()
    given = all(
        p.name in {**VALUES, **OWN.get(function.__name__, {})} or p.default is not p.empty for p in wants
    )
    return given and any(word in source for word in ("figure(", "panels(", "return cell("))


FIGURES = {
    name: function
    for module in (chapter_1, chapter_2, chapter_3, laboratories, front)
    for name, function in vars(module).items()
    if isinstance(function, FunctionType) and function.__module__ == module.__name__
    if draws(function) and not name.startswith("_")
}


def frames(name):
    """The figure with each choice of the values that its page offers, or its defaults."""
    names = inspect.signature(FIGURES[name]).parameters
    values = {key: value for key, value in (VALUES | OWN.get(name, {})).items() if key in names}
    for chosen in itertools.product(*values.values()):
        yield FIGURES[name], dict(zip(values, chosen, strict=True))


def test_there_are_many():
    assert len(FIGURES) > 20


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_fits_its_panel_and_has_words(name):
    for function, values in frames(name):
        fig = function(**values)
        style.svg(fig)
        assert len(fig.get_label()) > 40
        parts = fig.subfigs or [fig]
        assert all(part.bbox.width <= 4.81 * fig.dpi for part in parts), "wider than a phone"
        for part in parts:
            for text in (t for t in part.findobj(Text) if t.get_visible() and t.get_text().strip()):
                if text.axes is None:
                    continue
                box = text.get_window_extent()
                assert part.bbox.x0 - 2 <= box.x0 and box.x1 <= part.bbox.x1 + 2, (values, text.get_text())
                assert part.bbox.y0 - 2 <= box.y0 and box.y1 <= part.bbox.y1 + 2, (values, text.get_text())
                assert text.get_fontsize() >= 11, text.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_alike_twice(name):
    function, values = next(frames(name))
    assert style.html(function(**values)) == style.html(function(**values))
