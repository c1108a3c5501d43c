"""The exercises of page 2d: what a bound guarantees."""

import numpy as np

from rnncourse.check.answers import arrays
from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains

# 2d: tanh as a logistic


def tanh_network(n, T):
    def draw(rng):
        return rng.normal(size=(n, n)), rng.normal(size=(T, n))

    draw.__doc__ = f"{n} units and {T} steps"
    return draw


@exercise(
    "2d-tanh",
    "tanh, as a logistic",
    "f(W, x) -> (V, y), so that with h_t = tanh(W h_(t-1) + x_t) and g = (h + 1) / 2, "
    "g_t = sigma(V g_(t-1) + y_t); x and y (T, n)",
    tanh_network(3, 4),
    tanh_network(1, 2),
    tanh_network(5, 1),
    domain=domains.tanh_network,
    hints=(
        "Put h = 2 g - 1 on both sides, and tanh z = 2 sigma(2 z) - 1.",
        "The argument of sigma is 2 (W (2 g - 1) + x). Which part of it goes with g, and which does not?",
        "V = 4 W, and y_t = 2 (x_t - W 1): `2 * (x - W.sum(axis=1))`.",
    ),
    kind=arrays("V", "y"),
)
def disguise(W, x, weights=lambda W: 4 * W, scale=lambda: 2, shift=lambda W: -W.sum(axis=1)):
    return weights(W), scale() * (x + shift(W))


@disguise.mistake("half-the-weights", "eq-bound", part="weights")
def _(W):
    """The weights are doubled once; h = 2 g - 1 doubles them a second time.

    The 2 inside tanh z = 2 σ(2z) - 1 is seen, the one in front is not.
    """
    return 2 * W


@disguise.mistake("weights-kept", "eq-bound", part="weights")
def _(W):
    """The weights stay as they are: then both bounds would be the same, and they differ by a factor of 4.

    Only the inputs are thought to move.
    """
    return W


@disguise.mistake("inputs-not-doubled", "eq-rnn", part="scale")
def _():
    """What the inputs bring is not doubled, and the 2 multiplies everything inside tanh.

    It is taken for a factor of the weights.
    """
    return 1


@disguise.mistake("shift-forgotten", "eq-rnn", part="shift")
def _(W):
    """The inputs do not make up for the -1 in h = 2 g - 1: W acts on it too.

    A shift is thought to drop out, as it does in a derivative.
    """
    return 0


@disguise.mistake("shift-sign", "eq-rnn", part="shift")
def _(W):
    """The shift of the inputs has the wrong sign: it comes from W (2 g - 1).

    The -1 is moved to the other side.
    """
    return W.sum(axis=1)


@disguise.mistake("column-sums", "eq-rnn", part="shift")
def _(W):
    """The columns of W are summed. W times a vector of ones sums its rows.

    `sum(axis=0)` for `sum(axis=1)`.
    """
    return -W.sum(axis=0)


# 2d: a small slope, and an explosion all the same


def read_pair(value):
    """The moduli of w and z: a gradient grows as fast with -w, and the slope is the same at -z."""
    return tuple(map(np.abs, arrays("w", "z").read(value)))


@exercise(
    "2d-eighth",
    "An explosion with slope 1/8",
    "a pair (w, z): a weight, and a pre-activation with slope 1/8, so that gradients grow by 1.5 a step",
    hints=(
        "The factor per step is w times the slope.",
        "The slope is y (1 - y) for y = sigma(z). Solve y (1 - y) = 1/8 for y, then sigma(z) = y for z.",
        "y = (1 + sqrt(1/2)) / 2 and z = ln(y / (1 - y)); w is 1.5 divided by 1/8.",
    ),
    kind=arrays("w", "z")._replace(read=read_pair),
)
def eighth(weight=lambda: 12.0, output=lambda: (1 + np.sqrt(0.5)) / 2, invert=lambda y: np.log(y / (1 - y))):
    return weight(), invert(output())


@eighth.mistake("quarter-for-eighth", "eq-bound", part="weight")
def _():
    """This w makes 1.5 with the largest slope of all, 1/4; here the slope is 1/8.

    The 4 of the bound is remembered.
    """
    return 6.0


@eighth.mistake("multiplied-for-divided", "eq-bound", part="weight")
def _():
    """This is 1.5 times the slope, where w times the slope has to be 1.5.

    The equation is solved for the wrong letter.
    """
    return 1.5 / 8


@eighth.mistake("bound-only", "eq-bound", part="weight")
def _():
    """With this w the gradient keeps its size: w times the slope is 1.

    It is the weight that is necessary for an explosion, and no more.
    """
    return 8.0


@eighth.mistake("output-for-slope", "eq-sigma-prime", part="output")
def _():
    """At this z the output is 1/8, not the slope.

    σ and σ' are mixed up.
    """
    return 1 / 8


@eighth.mistake("output-for-preactivation", "eq-sigma-prime", part="invert")
def _(y):
    """This is the output at which the slope is right; which z makes it?

    y (1 - y) = 1/8 is solved for y, and y is taken for z.
    """
    return y


@eighth.mistake("results-swapped", "eq-sigma-prime")
def _():
    """The two numbers have changed places: the weight comes first, and the pre-activation second.

    One needs z to know the slope, and so finds it first.
    """
    return eighth()[::-1]


# 2d: what the bound guarantees


MATRIX_OF_C = np.array([[2.0, -3.0], [1.0, 1.0]])


@exercise(
    "2d-guarantee",
    "A guarantee",
    "a number: below which c > 0 the bound guarantees that the gradients of a logistic network with "
    "W = c [[2, -3], [1, 1]] vanish",
    hints=(
        "Each factor of the transport is diag(sigma') W. How large can it be, in the norm?",
        "sigma' is at most 1/4, so a factor is at most sigma_max(W) / 4. What is the largest singular value "
        "of [[2, -3], [1, 1]]?",
        "Its two singular values have the product 5, and their squares add up to 15: they are "
        "(5 + sqrt(5)) / 2 and (5 - sqrt(5)) / 2. Then c times the larger, over 4, must be below 1.",
    ),
)
def guaranteed(size=lambda M: np.linalg.norm(M, 2), slope=lambda: 1 / 4, solve=lambda factor: 1 / factor):
    return solve(size(MATRIX_OF_C) * slope())


@guaranteed.mistake("radius-decides", "eq-bound", part="size")
def _(M):
    """The spectral radius of W bounds one power, not a product of different Jacobians: the bound multiplies
    norms.

    Eigenvalues are what the page before was about.
    """
    return abs(np.linalg.eigvals(M)).max()


@guaranteed.mistake("frobenius-norm", "eq-bound", part="size")
def _(M):
    """The Frobenius norm guarantees too, but less: it is larger than the largest singular value.

    `np.linalg.norm` of a matrix is the Frobenius norm unless a 2 is asked for.
    """
    return np.linalg.norm(M)


@guaranteed.mistake("row-sum", "eq-bound", part="size")
def _(M):
    """This is the largest sum of a row, or of a column. It bounds a norm, but the bound of the page uses the
    largest singular value.

    The sum of a row is the easiest of all norms by hand.
    """
    return 5


@guaranteed.mistake("matrix-left-out", "eq-bound", part="size")
def _(M):
    """This is the bound on the largest singular value of W. W is c times a matrix whose own largest singular
    value is not 1.

    "Below 4" is the result of the page, and c is taken for the norm.
    """
    return 1


@guaranteed.mistake("tanh-bound", "eq-bound", part="slope")
def _():
    """Without the 4 this is the bound for tanh: the slope of the logistic is at most 1/4.

    "Below 1" is what one remembers.
    """
    return 1


@guaranteed.mistake("inverted", "eq-bound", part="solve")
def _(factor):
    """This is the factor per step for c = 1. How large may c be before c times it reaches 1?

    The equation is solved for the wrong letter.
    """
    return factor


# 2d: vanishing gradients are forgetting


def contraction(n):
    """A matrix for which the four ways to measure it, and the ways to round, give different numbers."""

    def draw(rng):
        while True:
            W = rng.normal(size=(n, n))
            W *= rng.uniform(2.2, 3.2) / np.linalg.norm(W, 2)
            eps = 10 ** rng.uniform(-6, -3)
            steps = np.log(eps) / np.log(np.linalg.norm(W, 2) / 4)
            if np.linalg.norm(W) < 3.8 and 0.1 < steps % 1 < 0.9:
                return W, eps

    draw.__doc__ = f"a matrix of shape {(n, n)}"
    return draw


def nothing_to_forget(rng):
    """W = [[3]] and eps = 1"""
    return np.array([[3.0]]), 1.0


def half_at_once(rng):
    """W = [[0.4]] and eps = 0.5"""
    return np.array([[0.4]]), 0.5


@exercise(
    "2d-forget",
    "How soon two starts are forgotten",
    "f(W, eps), the smallest whole t for which the bound guarantees that two copies of a logistic network, "
    "fed alike, are at most eps times as far apart as at their starts; sigma_max(W) < 4 and eps <= 1",
    contraction(3),
    contraction(2),
    nothing_to_forget,
    half_at_once,
    domain=domains.contraction,
    hints=(
        "By which factor does the bound shrink the distance in one step? And in t steps?",
        "(sigma_max / 4)^t <= eps. Take logarithms of both sides, and mind that they are negative.",
        "`np.ceil(np.log(eps) / np.log(np.linalg.norm(W, 2) / 4))`.",
    ),
)
def forget(W, eps, size=lambda W: np.linalg.norm(W, 2), slope=lambda: 1 / 4, rounded=np.ceil):
    return rounded(np.log(eps) / np.log(size(W) * slope()))


@forget.mistake("slope-forgotten", "eq-bound", part="slope")
def _():
    """The slope is missing from the factor per step: the logistic brings a 1/4.

    For tanh there is none.
    """
    return 1


@forget.mistake("radius-decides", "eq-bound", part="size")
def _(W):
    """This uses the spectral radius of W. The distance to the other copy is multiplied by different matrices:
    only norms bound it.

    It would be right, in the long run, for powers of W.
    """
    return np.abs(np.linalg.eigvals(W)).max()


@forget.mistake("frobenius-norm", "eq-bound", part="size")
def _(W):
    """This uses the Frobenius norm. It guarantees too, but later: the largest singular value is smaller.

    `np.linalg.norm(W)` is the Frobenius norm unless a 2 is asked for.
    """
    return np.linalg.norm(W)


@forget.mistake("one-step-early", "eq-bound", part="rounded")
def _(t):
    """One step too early: at your t the bound still exceeds eps.

    The number is rounded down, as `int` does.
    """
    return np.floor(t)
