"""Sliders for a figure function: live widgets beside a kernel, precomputed frames on a page without one."""

import json
import re
import sys
from html import escape
from itertools import product
from math import prod
from numbers import Real
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np

from rnncourse._arguments import brief
from rnncourse.figures import style

try:
    import ipywidgets
except ImportError:  # the static face needs no widgets
    ipywidgets = None

NEED = "The controls need scripts or a running kernel."
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Grid(NamedTuple):
    """The values one control runs through, its words for the reader, and where it stands at first."""

    values: Any
    label: str
    play: bool = False
    start: int = 0


class Explorable(NamedTuple):
    """What a notebook shows: `html` on a page, widgets beside it where there is a kernel to compute them."""

    figure: Any
    grids: dict
    html: str

    def __repr__(self):
        return sentence(self.grids)

    def _repr_mimebundle_(self, include=None, exclude=None):
        view = live(self.figure, self.grids)._repr_mimebundle_() if ipywidgets else {}
        return view | {"text/html": self.html, "text/plain": repr(self)}


def explore(figure, **grids):
    """Sliders for `figure(**values)`, a function that returns a matplotlib figure with an alt text.

    A grid is a sequence or a Grid: numbers make a slider, words make radio buttons (more than five, a menu).
    Every frame is drawn at once; if the figure fails for one, a ValueError names it. In a browser that
    would take a minute: there only the first is drawn, and the widgets draw the others when they are wanted.
    """
    if not grids:
        raise ValueError("explore needs at least one grid of values, such as z=[-1, 0, 1]")
    grids = {name: _grid(name, grid) for name, grid in grids.items()}
    places = []
    first = _draw(figure, grids, [grid.values[grid.start] for grid in grids.values()], places)
    if sys.platform == "emscripten":
        return Explorable(figure, grids, style.named(f"{_picture(first)}\n<p>{escape(sentence(grids))}</p>"))
    frames = product(*(grid.values for grid in grids.values()))
    drawings = [_draw(figure, grids, values, places) for values in frames]
    return Explorable(figure, grids, static(grids, drawings))


def _grid(name, grid):
    grid = grid if isinstance(grid, Grid) else Grid(grid, name.replace("_", " "))
    if isinstance(grid.values, str) or not np.iterable(grid.values) or not hasattr(grid.values, "__len__"):
        raise ValueError(f"the grid of {name} must be a sequence of values, not {brief(grid.values)}")
    if not isinstance(grid.label, str):
        raise TypeError(f"the grid of {name} must have words for a label, not {brief(grid.label)}")
    grid = grid._replace(values=list(grid.values))
    if any(isinstance(value, np.ndarray) for value in grid.values):
        raise TypeError(f"the grid of {name} must hold numbers or words, not arrays")
    if not isinstance(grid.start, int) or grid.start not in range(len(grid.values)):
        number = brief(grid.start)
        raise ValueError(f"the grid of {name} has {len(grid.values)} values and no value number {number}")
    return grid


def _draw(figure, grids, values, places):
    """One frame, its axes where `places` has them: they stand still, and the layout is computed but once."""
    try:
        fig = figure(**dict(zip(grids, values, strict=True)))
        if len(places) == len(fig.axes):
            fig.set_layout_engine("none")
            for ax, place in zip(fig.axes, places, strict=True):
                ax.set_position(place)
        drawing = style.drawing(fig)
        places[:] = places or [ax.get_position(original=True) for ax in fig.axes]
        return drawing
    except Exception as error:
        frame = ", ".join(f"{name} = {say(value)}" for name, value in zip(grids, values, strict=True))
        raise ValueError(f"No picture for {frame}: {error}") from error


def say(value):
    """The value in the reader's typography."""
    number = isinstance(value, Real) and abs(value) < 1e308  # a float
    return style.minus(f"{float(value):.4g}") if number else str(value)


def slides(grid):
    """Whether the grid makes a slider (numbers) or a choice (words)."""
    return all(isinstance(value, Real) and not isinstance(value, bool) for value in grid.values)


def sentence(grids):
    """What varies and over which range, for those who cannot slide."""
    ranges = [
        f"{grid.label} from {say(grid.values[0])} to {say(grid.values[-1])} in {len(grid.values)} steps"
        if slides(grid)
        else f"{grid.label}: {', '.join(map(say, grid.values))}"
        for grid in grids.values()
    ]
    return f"One frame of {prod(len(grid.values) for grid in grids.values())}: {'; '.join(ranges)}."


# The static face: explore.js moves it, explore.css clothes it.


def static(grids, drawings):
    """The first frame, native controls that wait for explore.js, and all frames as what differs in them."""
    shape = [len(grid.values) for grid in grids.values()]
    start = int(np.ravel_multi_index([grid.start for grid in grids.values()], shape))
    packed = pack(drawings, start)
    packed["grids"] = [[name, grid.label, list(map(say, grid.values))] for name, grid in grids.items()]
    data = json.dumps(packed, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    label = escape(", ".join(grid.label for grid in grids.values()))
    text = f"""<div class="explore" role="group" aria-label="{label}">
{_picture(drawings[start])}
<form class="explore-controls" autocomplete="off" hidden="hidden">
{"".join(_control(name, grid) for name, grid in grids.items())}<button type="reset">Reset</button>
</form>
<p class="explore-range">{escape(sentence(grids))} <span>{NEED}</span></p>
<p class="explore-said" aria-live="polite"></p>
<script type="application/json">{data}</script>
</div>"""
    return style.named(text)


def _control(name, grid):
    label, values = escape(grid.label), [escape(say(value)) for value in grid.values]
    now = values[grid.start]
    if slides(grid):
        play = '<button type="button" class="explore-play">Play</button>' if grid.play else ""
        return f"""<div class="explore-control"><label><span>{label}</span> <input type="range" name="{name}"
min="0" max="{len(values) - 1}" value="{grid.start}" aria-valuetext="{label}: {now}"></label>
<output aria-live="off">{now}</output>{play}</div>
"""
    if len(values) > 5:
        option = '<option value="{}"{}>{}</option>'
        choices = [option.format(i, " selected" * (i == grid.start), value) for i, value in enumerate(values)]
        return f"""<div class="explore-control"><label><span>{label}</span>
<select name="{name}">{"".join(choices)}</select></label></div>
"""
    radio = f'<label><input type="radio" name="{name}" value="{{}}"{{}}>{{}}</label>'
    choices = [radio.format(i, " checked" * (i == grid.start), value) for i, value in enumerate(values)]
    return f'<fieldset class="explore-control"><legend>{label}</legend>{"".join(choices)}</fieldset>\n'


def _picture(drawing):
    return f'<div class="rnn-figure" style="{style.BLOCK}">{_markup(drawing)}</div>'


def _markup(drawing):
    return ElementTree.tostring(drawing, encoding="unicode")


def pack(drawings, start):
    """Frames of equal structure as one group: one drawing as its base, and what differs in each frame.

    A slot is [element, attribute, parts, rows], a row for each frame. Where numbers alone differ, the row
    holds them in hundredths, each as its difference from the one before (smooth curves then compress well),
    to be set between the parts; else parts is None and the row is the text itself.
    The first group is that of frame `start`, which stands on the page already: its base is None.
    """
    kind = [tuple((e.tag, *e.attrib, e.text is None, len(e)) for e in drawing.iter()) for drawing in drawings]
    kinds = [kind[start], *(k for k in dict.fromkeys(kind) if k != kind[start])]
    members = [[drawing for drawing, k in zip(drawings, kind, strict=True) if k == own] for own in kinds]
    return {
        "start": start,
        "frames": [kinds.index(k) for k in kind],
        "bases": [None, *(_markup(group[0]) for group in members[1:])],
        "slots": [_slots(group) for group in members],
    }


def _slots(group):
    slots = []
    for i, elements in enumerate(zip(*(drawing.iter() for drawing in group), strict=True)):
        for key in [*elements[0].attrib, "text"]:
            texts = [element.text if key == "text" else element.get(key) for element in elements]
            if len(set(texts)) > 1:
                slots.append([i, key, *_rows(texts)])
    return slots


def _rows(texts):
    parts, tokens = zip(*((NUMBER.split(text), NUMBER.findall(text)) for text in texts), strict=True)
    if any(len(token) > 300 for row in tokens for token in row):  # no float
        return None, texts
    hundredths = [[round(100 * float(token)) for token in row] for row in tokens]
    same = all(part == parts[0] for part in parts)
    if not same or tokens != tuple([repr(h / 100).removesuffix(".0") for h in row] for row in hundredths):
        return None, texts
    varies = [len(set(column)) > 1 for column in zip(*hundredths, strict=True)]
    between = [parts[0][0]]
    for token, part, vary in zip(tokens[0], parts[0][1:], varies, strict=True):
        if vary:
            between.append(part)
        else:
            between[-1] += token + part
    return between, np.diff(np.array(hundredths)[:, varies], axis=1, prepend=0).tolist()


# The live face.


def live(figure, grids):
    """Widgets that draw the figure as asked for: between the values of an even grid, too."""
    controls = {name: _widget(grid) for name, grid in grids.items()}
    picture, places = ipywidgets.HTML(), []

    def show(change=None):
        try:
            drawing = _draw(figure, grids, [control.value for control in controls.values()], places)
            picture.value = style.named(_picture(drawing))
        except ValueError as error:
            picture.value = f"<p>{escape(str(error))}</p>"

    def restart(button):
        for name, grid in grids.items():
            controls[name].value = grid.values[grid.start]

    for control in controls.values():
        control.observe(show, "value")
    reset = ipywidgets.Button(description="Reset")
    reset.on_click(restart)
    show()
    rows = [_playing(controls[name]) if grid.play else controls[name] for name, grid in grids.items()]
    return ipywidgets.VBox([*rows, reset, picture])


def _widget(grid):
    values, low, high = grid.values, grid.values[0], grid.values[-1]
    words = {"description": grid.label, "tooltip": grid.label, "style": {"description_width": "initial"}}
    fine = slides(grid) and not grid.play and isinstance(low, float) and low < high
    if fine and np.isfinite(high - low) and np.allclose(values, np.linspace(low, high, len(values))):
        step, value = (values[1] - low) / 10, values[grid.start]
        return ipywidgets.FloatSlider(min=low, max=high, step=step, value=value, readout_format="", **words)
    choice = ipywidgets.RadioButtons if len(values) <= 5 else ipywidgets.Dropdown
    kind = ipywidgets.SelectionSlider if slides(grid) else choice
    return kind(options=[(say(value), value) for value in values], index=grid.start, **words)


def _playing(slider):
    play = ipywidgets.Play(max=len(slider.options) - 1, interval=500)
    ipywidgets.jslink((play, "value"), (slider, "index"))
    return ipywidgets.HBox([slider, play])
