"""Sliders for a figure function: live widgets beside a kernel, precomputed frames on a page without one."""

import sys
from itertools import product
from typing import Any, NamedTuple

from rnncourse.explore import live, static
from rnncourse.explore.frames import draw, pack
from rnncourse.explore.grids import Grid, read, sentence
from rnncourse.figures import style

__all__ = ["Explorable", "Grid", "explore"]


class Explorable(NamedTuple):
    """What a notebook shows: `html` on a page, widgets beside it where there is a kernel to compute them."""

    figure: Any
    grids: dict
    html: str
    places: list  # where the axes stand, once drawn

    def __repr__(self):
        return sentence(self.grids)

    def frame(self, at):
        """The picture with each grid at the place given, from 0, as HTML."""
        values = [grid.values[i] for grid, i in zip(self.grids.values(), at, strict=True)]
        return style.named(static.picture(draw(self.figure, self.grids, values, self.places)))

    def _repr_mimebundle_(self, include=None, exclude=None):
        view = live.bundle(self.figure, self.grids)
        return view | {"text/html": self.html, "text/plain": repr(self)}


def explore(figure, **grids):
    """Sliders for `figure(**values)`, a function that returns a matplotlib figure with an alt text.

    A grid is a sequence or a Grid: numbers make a slider, words make radio buttons (more than five, a menu).
    Every frame is drawn at once; if the figure fails for one, a ValueError names it. In a browser that
    would take a minute: there only the first is drawn, and the page asks for the others when they are wanted.
    """
    if not grids:
        raise ValueError("explore needs at least one grid of values, such as z=[-1, 0, 1]")
    grids = {name: read(name, grid) for name, grid in grids.items()}
    places = []
    first = draw(figure, grids, [grid.values[grid.start] for grid in grids.values()], places)
    if sys.platform == "emscripten":
        return Explorable(figure, grids, static.face(grids, first, {}), places)
    frames = product(*(grid.values for grid in grids.values()))
    drawings = [draw(figure, grids, values, places) for values in frames]
    start = static.start(grids)
    return Explorable(figure, grids, static.face(grids, drawings[start], pack(drawings, start)), places)
