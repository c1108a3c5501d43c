"""The exercises of the cliff laboratory: a wall, and clipping."""

import numpy as np

from rnncourse import rnn, spectra
from rnncourse.check.answers import arrays
from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains

# 2-wall: another start


@exercise(
    "2-wall",
    "The wall of another start",
    "a pair (b, w): the b of the wall at w = 6, and the w above which it exists, for x_0 = 0",
    hints=(
        "The wall is where the start is a fixed point of x -> w sigma(x) + b.",
        "And it is a wall if that fixed point repels: what is the slope of the map there?",
        "sigma(0) = 1/2 and sigma'(0) = 1/4; solve 0 = 6 sigma(0) + b, and w sigma'(0) > 1.",
    ),
    kind=arrays("b", "w"),
)
def other_wall(shift=lambda: 0.0, height=lambda: 0.5, sign=lambda: -1, slope=lambda: 0.25):
    return shift() + sign() * height() * 6, 1 / slope()


@other_wall.mistake("old-start", "eq-wall")
def _():
    """This is the wall of the start 1/2: sigma and its slope are needed at the new start.

    The numbers of the page are used.
    """
    return 0.5 - 6 * rnn.sigma(0.5), 1 / rnn.dsigma(0.5)


@other_wall.mistake("shift-kept", "eq-wall", part="shift")
def _():
    """One half of the formula still has the old start: x_0 itself occurs there, beside its sigma.

    The 1/2 in front looks like a constant.
    """
    return 0.5


@other_wall.mistake("sign", "eq-wall", part="sign")
def _():
    """The sign of b is wrong: at the wall it takes back what w sigma(x_0) adds.

    The fixed point is solved for b, and the sign is lost on the way.
    """
    return 1


@other_wall.mistake("sigma-for-slope", "eq-wall", part="slope")
def _():
    """The threshold uses sigma where its slope is needed: a fixed point repels if the slope of the map
    exceeds 1.

    Both have a 1/2 or a 1/4 at 0, and they are easily exchanged.
    """
    return 0.5


@other_wall.mistake("slope-for-sigma", "eq-wall", part="height")
def _():
    """b uses the slope of sigma where sigma itself is needed: a fixed point is a matter of values.

    Both have a 1/2 or a 1/4 at 0, and they are easily exchanged.
    """
    return 0.25


@other_wall.mistake("threshold-of-old-start", "eq-wall", part="slope")
def _():
    """The threshold still belongs to the start 1/2: the slope is needed at the new start.

    b is derived anew, and the second number is copied.
    """
    return rnn.dsigma(0.5)


@other_wall.mistake("results-swapped", "eq-wall")
def _():
    """The two numbers have changed places: b comes first, and w second.

    The threshold is found first, and written down first.
    """
    return other_wall()[::-1]


# 2-width: how wide the wall is


def steep(rng):
    """a w between 4.6 and 6"""
    return (rng.uniform(4.6, 6),)


def steeper(rng):
    """w = 7"""
    return (7.0,)


@exercise(
    "2-width",
    "The width of the wall",
    "f(w), the linear estimate of the interval of b in which x_50 stays within 1/2 of its start 1/2",
    steep,
    steeper,
    domain=domains.steep,
    hints=(
        "Lean b a little. By how much has x moved after one step, after two, after three?",
        "Each step multiplies what there is by mu and adds the lean again: a geometric sum.",
        "x_50 moves by (mu^50 - 1) / (mu - 1) times the lean, with mu = w sigma'(1/2); it may move "
        "by 1 in all.",
    ),
)
def width(
    w,
    slope=lambda: rnn.dsigma(0.5),
    total=lambda mu: (mu**50 - 1) / (mu - 1),
    room=lambda: 1,
):
    return room() / total(w * slope())


@width.mistake("last-step-only", "eq-wall", part="total")
def _(mu):
    """Only the lean of the first step is followed. b leans in every step: all of them add up.

    This would be the width in x_0, 1 over the multiplier.
    """
    return mu**50


width.also("last-step-only", total=lambda mu: mu**49)


@width.mistake("one-step-short", "eq-wall", part="total")
def _(mu):
    """The sum has one term too few: 50 steps, from mu^0 to mu^49.

    The last exponent is taken for the number of terms.
    """
    return (mu**49 - 1) / (mu - 1)


@width.mistake("one-step-long", "eq-wall", part="total")
def _(mu):
    """The sum has one term too many: x_0 does not lean.

    Both ends are counted.
    """
    return (mu**51 - 1) / (mu - 1)


@width.mistake("slope-of-the-cusp", "eq-wall", part="slope")
def _():
    """The slope is that at 0, where sigma is steepest; the unit is at 1/2.

    1/4 is the slope that one knows by heart.
    """
    return 0.25


@width.mistake("sigma-for-slope", "eq-wall", part="slope")
def _():
    """sigma is used where its slope is needed: a small lean is passed on by the slope of the map.

    The wall's own formula has sigma in it.
    """
    return rnn.sigma(0.5)


@width.mistake("one-side-only", "eq-wall", part="room")
def _():
    """This is the way to one side. The interval reaches to both.

    The 1/2 of the question is a half-width.
    """
    return 0.5


@width.mistake("twice-too-wide", "eq-wall", part="room")
def _():
    """The interval is twice too wide: from 1/2 below to 1/2 above is 1 in all.

    One doubles for the two sides, and 1 is already the whole.
    """
    return 2


# 2-clip: the norm of a gradient, bounded


def gradients(*lengths):
    def draw(rng):
        g = rng.normal(size=(len(lengths), 4))
        return g / np.linalg.norm(g, axis=1, keepdims=True) * np.array(lengths)[:, None], 2.0

    draw.__doc__ = (
        f"{len(lengths)} gradients of 4 entries, of the lengths {', '.join(map(str, lengths))}; limit 2"
    )
    return draw


@exercise(
    "2-clip",
    "Gradients, clipped by norm",
    "f(g, limit), the clipped gradients; each row of g (m, n) is the gradient of one run",
    gradients(30, 0.5, 6, 1.8),
    gradients(2, 1e-6, 1e6, 5),
    gradients(0, 3),
    kind=arrays(rows=True),
    domain=domains.gradients,
    hints=(
        "Each row has its own Euclidean norm. Which rows may stay as they are?",
        "A row that is too long keeps its direction: by which positive number do you multiply it?",
        "`norms = np.linalg.norm(g, axis=1, keepdims=True)`, then `g * limit / np.maximum(norms, limit)`: "
        "no row of zeros can do harm there.",
    ),
    alike=("always-rescaled+one-norm-for-all", "squared-norm+dropped"),
)
def clip(
    g,
    limit,
    norms=lambda g: np.linalg.norm(g, axis=1, keepdims=True),
    scale=lambda c, norms: c / np.maximum(norms, c),
):
    return g * scale(limit, norms(g))


@clip.mistake("entry-by-entry", "eq-clip")
def _(g, limit):
    """Every entry is clipped by itself, which turns the gradient. Shorten it as a whole.

    `np.clip` is named after the thing and does another.
    """
    return np.clip(g, -limit, limit)


@clip.mistake("always-rescaled", "eq-clip", part="scale")
def _(c, norms):
    """Short gradients are stretched to the limit too. A gradient within the limit stays as it is.

    Normalised descent does this, on purpose; clipping does not.
    """
    return c / norms


@clip.mistake("unit-length", "eq-clip", part="scale")
def _(c, norms):
    """Long gradients come out with length 1, not with the length of the limit.

    With a limit of 1, the usual one, nobody would notice.
    """
    return np.where(norms > c, 1 / norms, 1)


@clip.mistake("squared-norm", "eq-clip", part="norms")
def _(g):
    """This is the squared norm: the root is missing.

    The sum of squares is what the code computes first.
    """
    return (g**2).sum(axis=1, keepdims=True)


@clip.mistake("squared-norm-compared", "eq-clip")
def _(g, limit):
    """The squared norm is compared with the limit in place of the norm: between them too much, or too
    little, is shortened.

    The sum of squares is what the code computes first.
    """
    squared = (g**2).sum(axis=1, keepdims=True)
    return np.where(squared > limit, g * limit / np.sqrt(squared), g)


@clip.mistake("one-norm-for-all", "eq-clip", part="norms")
def _(g):
    """All rows share one norm here. Each row is the gradient of a run of its own.

    `np.linalg.norm(g)` without an axis takes the whole array.
    """
    return np.linalg.norm(g)


@clip.mistake("dropped", "eq-clip", part="scale")
def _(c, norms):
    """Long gradients are dropped. They are too long, not wrong: keep the direction.

    Skipping a bad step is what one does against NaN.
    """
    return np.where(norms > c, 0, 1)


# 2-rate: a step that is short enough


def beside_the_wall(rng):
    """a w between 4.4 and 5, b up to 0.1 beside the wall, and a length between 0.05 and 0.2"""
    w = rng.uniform(4.4, 5)
    return w, spectra.wall(w) + rng.uniform(-0.1, 0.1), rng.uniform(0.05, 0.2)


def on_the_wall(rng):
    """w = 6, b on the wall, length 0.1"""
    return 6.0, spectra.wall(6), 0.1


@exercise(
    "2-rate",
    "The largest rate for a bounded step",
    "f(w, b, length), the largest rate with which one plain step of descent on the error of the cliff, from "
    "(w, b), is no longer than length",
    beside_the_wall,
    on_the_wall,
    domain=domains.beside_the_wall,
    hints=(
        "The step is the rate times the gradient, a vector of two entries. How long is it?",
        "`spectra.cliff(w, b)` returns E, dE/dw, dE/db and the multiplier. Which two of these do you need?",
        "`_, dw, db, _ = spectra.cliff(w, b)`; the gradient is `np.hypot(dw, db)` long, and the rate is "
        "`length` divided by that.",
    ),
)
def largest_rate(
    w,
    b,
    length,
    size=lambda dw, db, multiplier: np.hypot(dw, db),
    solve=lambda length, size: length / size,
):
    return solve(length, np.abs(size(*spectra.cliff(w, b)[1:])))


@largest_rate.mistake("w-alone", "eq-clip", part="size")
def _(dw, db, multiplier):
    """The step goes along b too, and here only its share along w is kept short.

    dE/dw comes first among the derivatives.
    """
    return dw


@largest_rate.mistake("b-alone", "eq-clip", part="size")
def _(dw, db, multiplier):
    """The step goes along w too, and here only its share along b is kept short.

    The picture of the wall is a slice along b.
    """
    return db


@largest_rate.mistake("squared-norm", "eq-clip", part="size")
def _(dw, db, multiplier):
    """This divides by the squared norm: the root is missing.

    The sum of squares is what the code computes first.
    """
    return dw**2 + db**2


@largest_rate.mistake("multiplier-for-gradient", "eq-wall", part="size")
def _(dw, db, multiplier):
    """This divides by the multiplier, the derivative of x_50 by x_0. Descent moves w and b, along the
    gradient of E.

    The multiplier is the number that makes the wall steep.
    """
    return multiplier


@largest_rate.mistake("multiplied", "eq-clip", part="solve")
def _(length, size):
    """This is the length times that of the gradient: the steeper, the longer would be the step.

    Rate times gradient is the step, and length takes the place of the rate.
    """
    return length * size


@largest_rate.mistake("inverted", "eq-clip", part="solve")
def _(length, size):
    """The fraction is upside down: where the gradient is long, the rate must be small.

    The equation is solved for the wrong letter.
    """
    return size / length
