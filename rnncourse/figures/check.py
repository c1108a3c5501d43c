"""The picture of the self-checks: what is made, and what it is called."""

from itertools import permutations

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from rnncourse.check import EXERCISES, confusion
from rnncourse.check.exercises import draw
from rnncourse.figures import style

LEVELS = {0.03: "1 to 3 %", 0.1: "3 to 10 %", 0.3: "10 to 30 %", 1: "30 to 100 %", np.inf: "more"}


def confusion_matrix(exercise):
    """What was handed in, and what the check called it: the right answer and all known mistakes.

    The tint of a cell says how far two of them lie apart, relative to the larger: the fainter, the closer.
    """
    names, apart = distances(exercise)
    called = dict(confusion(exercise))
    n = len(names)
    fig, ax = style.figure(height=1.5 + 0.18 * n)
    tint = np.searchsorted(list(LEVELS), apart)
    for level, words in enumerate(LEVELS.values()):
        cells = [square(i, j) for i, j in np.argwhere(tint == level) if i != j]
        # One path a tint makes a small file.
        patch = PathPatch(Path.make_compound_path(*cells) if cells else square(0, -9), linewidth=0)
        ax.add_patch(patch).set(facecolor=style.COLORS["gradient"], alpha=0.1 + 0.2 * level, label=words)
    for i, name in enumerate(names):
        ax.plot(names.index(called[name]) + 0.5, i + 0.5, "o", color="black", markersize=4)
    ax.set(xlim=(0, n), ylim=(n, 0), xlabel="called (same order)")
    ax.set_title("made", x=0, ha="right")
    ax.set_xticks(np.arange(0, n, 5) + 0.5, range(1, n + 1, 5))
    ax.set_yticks(np.arange(n) + 0.5, [f"{name}  {i}" for i, name in enumerate(names, 1)])
    ax.tick_params(length=0)
    fig.legend(title="apart by", loc="outside lower center", ncols=3)
    i, j = np.unravel_index(np.argmin(apart), apart.shape)
    hits = sum(called[name] == name for name in names)
    fig.set_label(
        f"Confusion matrix of exercise {exercise}: {n} answers, the right one and {n - 1} mistakes; "
        f"{hits} of them on the diagonal, called by their own name. "
        f"Closest together lie {names[i]} and {names[j]}."
    )
    return fig


def distances(exercise):
    """The names of the right answer and the typical mistakes, and how far each two lie apart."""
    first = {}
    for slugs, value in draw(EXERCISES[exercise], 0).values:
        first.setdefault("+".join(slugs) or "right", np.concatenate([part.real.ravel() for part in value]))
    names = ["right", *EXERCISES[exercise].mistakes]
    apart = np.full((len(names),) * 2, np.inf)
    for (i, a), (j, b) in permutations(enumerate(map(first.get, names)), 2):
        if a.shape == b.shape:
            apart[i, j] = np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max())
    return names, apart


def square(i, j):
    return Path.unit_rectangle().transformed(Affine2D().translate(j, i))


style.dress(globals())
