"""The exercises of the memory laboratory: half-lives by initialisation, and a latch."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains

# 3-chrono: biases from half-lives


@exercise(
    "3-chrono",
    "Biases from half-lives",
    "f(shortest, longest, n), the biases b_f and b_i, an array (2, n), of n units whose half-lives are "
    "spread evenly from the shortest to the longest, with i = 1 - f",
    lambda rng: (float(rng.uniform(1, 2)), float(rng.uniform(6, 20)), 4),
    lambda rng: (float(rng.uniform(2, 5)), float(rng.uniform(50, 200)), 3),
    domain=domains.half_lives,
    hints=(
        "Start with the half-lives, `np.linspace(shortest, longest, n)`. Which gate has the half-life tau?",
        "f^tau = 1/2 gives f = 2^(-1/tau). Which bias b has sigma(b) = f? Solve for b.",
        "b_f = ln(f / (1 - f)). And 1 - sigma(b) = sigma(-b), which gives b_i.",
    ),
)
def half_life_biases(
    shortest,
    longest,
    n,
    spread=np.linspace,
    gate=lambda tau: 2 ** (-1 / tau),
    bias=lambda f: np.log(f / (1 - f)),
    pair=lambda b: np.array([b, -b]),
):
    return pair(bias(gate(spread(shortest, longest, n))))


@half_life_biases.mistake("biases-spread", "eq-half-life")
def _(shortest, longest, n):
    """The biases are spread evenly here. The half-lives should be, and a half-life grows like e^b.

    A bias is what is set, and so its range is divided.
    """
    first, last = half_life_biases(shortest, longest, 2).T
    return np.linspace(first, last, n, axis=1)


@half_life_biases.mistake("logarithmic-spread", "eq-half-life", part="spread")
def _(shortest, longest, n):
    """The half-lives have equal ratios here; they should have equal distances.

    Times of very different sizes are usually spread on a logarithmic axis.
    """
    return np.geomspace(shortest, longest, n)


@half_life_biases.mistake("time-constant", "eq-half-life", part="gate")
def _(tau):
    """After tau steps 1/e is left with this gate, and 1/2 should be.

    Physics quotes decay times so, and 1/e is what the exponential offers.
    """
    return np.exp(-1 / tau)


@half_life_biases.mistake("linear-decay", "eq-half-life", part="gate")
def _(tau):
    """This gate takes away the same amount at each step; a gate takes the same share of what is left.

    A half is divided by the number of steps.
    """
    return 1 - 0.5 / tau


@half_life_biases.mistake("gates-for-biases", "eq-half-life", part="bias")
def _(f):
    """These are gates, not biases: the bias is what sigma turns into the gate.

    The inverse of sigma is left out.
    """
    return f


@half_life_biases.mistake("logarithm-of-gate", "eq-half-life", part="bias")
def _(f):
    """ln f is the inverse of the exponential. The inverse of sigma is needed.

    1 + e^-b is read as e^-b.
    """
    return np.log(f)


@half_life_biases.mistake("input-gate-open", "eq-half-life", part="pair")
def _(b):
    """The input bias is 0 here, so that the input gate is half open: i = 1 - f asks for another bias.

    Only the forget half is set.
    """
    return np.array([b, 0 * b])


@half_life_biases.mistake("input-as-forget", "eq-half-life", part="pair")
def _(b):
    """Both gates have the same bias here. Where f is nearly open, i = 1 - f is nearly shut.

    The minus sign is lost: 1 - sigma(b) = sigma(-b).
    """
    return np.array([b, b])


@half_life_biases.mistake("sign", "eq-half-life", part="pair")
def _(b):
    """Forget and input bias are exchanged, or both have the wrong sign: a long half-life needs f near 1.

    The quotient is turned upside down, (1 - f) / f.
    """
    return np.array([-b, b])


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
