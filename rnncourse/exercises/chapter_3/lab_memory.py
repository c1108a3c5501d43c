"""The exercises of the memory laboratory: a latch."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains

# 3-latch: Bengio's latch


@exercise(
    "3-latch",
    "The threshold of the latch",
    "f(w), the largest constant pull u that a latched unit a_t = w tanh(a_{t-1}) - u withstands, w > 1",
    lambda rng: (float(rng.uniform(1.5, 4)),),
    domain=domains.latch,
    hints=(
        "Draw w tanh(a) - u and the diagonal. The upper fixed point disappears when the curve just touches "
        "the diagonal.",
        "Touching means two equations: a = w tanh(a) - u, and slope w (1 - tanh² a) = 1.",
        "The second gives tanh a = s = sqrt(1 - 1/w), hence a = atanh s; put both into the first.",
    ),
)
def threshold(w, slope=lambda w: np.sqrt(1 - 1 / w), u=lambda w, s: w * s - np.arctanh(s)):
    return u(w, slope(w))


@threshold.mistake("fixed-point-forgotten", "eq-latch", part="u")
def _(w, s):
    """The pull must bring the curve down to the diagonal, not to zero: subtract the point where they touch.

    The height of the curve is taken for its distance from the diagonal.
    """
    return w * s


@threshold.mistake("tanh-for-atanh", "eq-latch", part="u")
def _(w, s):
    """The place where the slope is 1 is atanh(s), not s: s is the value of the tanh there.

    a and tanh(a) are confused.
    """
    return w * np.tanh(s) - s


@threshold.mistake("sign", "eq-latch", part="u")
def _(w, s):
    """The sign is wrong: the pull is counted downwards.

    u is put on the other side.
    """
    return np.arctanh(s) - w * s


@threshold.mistake("slope-of-state", "eq-latch", part="slope")
def _(w):
    """The slope of the map is w (1 - tanh² a): w stands there once, not squared.

    The slope is set to 1/w instead of 1.
    """
    return np.sqrt(1 - 1 / w**2)


@threshold.mistake("square-root-missing", "eq-latch", part="slope")
def _(w):
    """1 - 1/w is the square of the tanh.

    tanh² a = 1 - 1/w is read as tanh a.
    """
    return 1 - 1 / w
