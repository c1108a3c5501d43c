"""What each control runs through, and how its values read."""

from math import prod
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from rnncourse._arguments import brief
from rnncourse.figures import style


class Grid(NamedTuple):
    """The values one control runs through, its words for the reader, and where it stands at first."""

    values: Any
    label: str
    play: bool = False
    start: int = 0


def read(name, grid):
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
