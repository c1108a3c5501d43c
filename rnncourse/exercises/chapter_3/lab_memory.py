"""The exercises of the memory laboratory: half-lives by initialisation, the gradient of 1997, a latch."""

import numpy as np

from rnncourse import lstm
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


@half_life_biases.mistake("gates-spread", "eq-half-life")
def _(shortest, longest, n):
    """The gates are spread evenly here. The half-lives should be, and equal distances of gates are not equal
    distances of half-lives.

    A gate comes from the bias at once, and a half-life only after a logarithm.
    """
    return half_life_biases(*(2 ** (-1 / tau) for tau in (shortest, longest)), n, gate=lambda f: f)


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


half_life_biases.also("time-constant", gate=lambda tau: 1 - 1 / tau)


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


half_life_biases.also("gates-for-biases", bias=lambda f: f, pair=lambda b: np.array([b, 1 - b]))


@half_life_biases.mistake("chrono-start", "eq-half-life")
def _(shortest, longest, n):
    """The biases here are the logarithms of the half-lives. That sets f = tau / (1 + tau): about the time to
    fall to 1/e, and not to one half.

    The chrono start puts the logarithm of a time into the bias.
    """
    b = np.log(np.linspace(shortest, longest, n))
    return np.array([b, -b])


# 3-truncated: the gradient of 1997


def a_loss_at_each_step(n, m, T):
    def draw(rng):
        params = lstm.Params(*rng.uniform(-1.5, 1.5, (4, n, n + m)), *rng.uniform(-1, 1, (4, n)))
        x = rng.uniform(-1.5, 1.5, (T, m))
        states = lstm.forward(params, x, rng.uniform(-1, 1, n), rng.uniform(-1.5, 1.5, n))
        return params, x, states, rng.normal(size=(T + 1, n))

    draw.__doc__ = f"n = {n}, m = {m}, T = {T}"
    return draw


def to_the_cell(s, dl):
    """dL_t/dC_t with o_t held, in row t - 1."""
    return dl[1:] * s.o * (1 - np.tanh(s.C[1:]) ** 2)


def along_the_cell(local, f):
    """What each cell collects when only the forget gates carry the gradient back."""
    total = local.copy()
    for t in range(len(local) - 1, 0, -1):
        total[t - 1] += f[t] * total[t]
    return total


@exercise(
    "3-truncated",
    "The gradient of 1997",
    "f(params, x, states, dl), the gradient of W_f, an array (n, n + m), by the truncated rule: dl[t] is "
    "dL_t/dh_t, and no gradient flows through a gate or the candidate into h_{t-1}",
    a_loss_at_each_step(3, 2, 5),
    a_loss_at_each_step(1, 1, 1),
    domain=domains.lstm_losses,
    hints=(
        "Start with the loss of each step: it reaches C_t through o_t (1 - tanh² C_t), with o_t held.",
        "Walk back along the cell: dC_{t-1} collects its own loss and f_t * dC_t, and nothing else.",
        "W_f gets at each step the outer product of dC_t * C_{t-1} * f_t (1 - f_t) with [h_{t-1}; x_t].",
    ),
    alike=("not-carried+gates-left-out", "not-carried+row-of-gates"),
    forbids=(lstm.backward,),
)
def truncated(
    params,
    x,
    states,
    dl,
    local=to_the_cell,
    collect=along_the_cell,
    cell=lambda s: s.C[:-1],
    slope=lambda f: f * (1 - f),
    reads=lambda s, x: np.concatenate([s.h[:-1], x], axis=1),
):
    s = states
    dC = collect(local(s, dl), s.f)
    return (dC * cell(s) * slope(s.f)).T @ reads(s, x)


@truncated.mistake("full-gradient", "eq-gate-path")
def _(params, x, states, dl):
    """This is the full gradient, with all paths through h; the rule of 1997 cuts them.

    Backpropagation through time is the habit, and the truncation has to be put in on purpose.
    """
    return lstm.backward(params, x, states, dl)[0].W_f


@truncated.mistake("not-carried", "eq-gate-path", part="collect")
def _(local, f):
    """Nothing is carried back along the cell here: the rule cuts the paths through h, and the cell's stays.

    Truncating is read as stopping at every step.
    """
    return local


@truncated.mistake("last-loss-only", "eq-gate-path", part="local")
def _(s, dl):
    """Only the last loss is there; each L_t reaches the cell of its own step too.

    The memory tasks of the laboratory have one loss, at the end.
    """
    local = to_the_cell(s, dl)
    return local * (np.arange(len(local)) == len(local) - 1)[:, None]


@truncated.mistake("gates-left-out", "eq-gate-path", part="collect")
def _(local, f):
    """The gradient is carried back with the factor 1; this cell has forget gates.

    The cell of 1997 had none, and its carousel is exactly 1.
    """
    return local[::-1].cumsum(axis=0)[::-1]


@truncated.mistake("row-of-gates", "eq-gate-path", part="collect")
def _(local, f):
    """The forget gate of the wrong step carries the gradient: from C_t to C_{t-1} it is f_t.

    f_t is in row t - 1, and so is the gradient of C_t.
    """
    total = local.copy()
    for t in range(len(local) - 1, 0, -1):
        total[t - 1] += f[t - 1] * total[t]
    return total


@truncated.mistake("output-gate-missing", "eq-lstm-hidden", part="local")
def _(s, dl):
    """The output gate is missing: a loss reaches C_t through o_t and the slope of tanh.

    h = tanh(C) is differentiated.
    """
    return dl[1:] * (1 - np.tanh(s.C[1:]) ** 2)


@truncated.mistake("tanh-slope-missing", "eq-lstm-hidden", part="local")
def _(s, dl):
    """The slope of tanh is missing: a loss reaches C_t through o_t (1 - tanh² C_t).

    h = o C is differentiated.
    """
    return dl[1:] * s.o


@truncated.mistake("loss-one-step-early", "eq-lstm-hidden", part="local")
def _(s, dl):
    """The losses are one step off: row t of dl belongs to h_t, and row 0 to the given h_0.

    Gates have no row 0, and losses have one.
    """
    return dl[:-1] * s.o * (1 - np.tanh(s.C[1:]) ** 2)


@truncated.mistake("new-cell", "eq-lstm-cell", part="cell")
def _(s):
    """The forget gate multiplies the cell before its step, C_{t-1}, not C_t.

    All other factors have the index t.
    """
    return s.C[1:]


@truncated.mistake("gate-slope-missing", "eq-lstm-gates", part="slope")
def _(f):
    """The slope of the gate, f (1 - f), is missing.

    The gate is differentiated as if it were its pre-activation.
    """
    return np.ones_like(f)


@truncated.mistake("new-state", "eq-lstm-gates", part="reads")
def _(s, x):
    """The gates read h_{t-1}, the state before their step, not h_t.

    All other factors have the index t.
    """
    return np.concatenate([s.h[1:], x], axis=1)


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
    alike=("fixed-point-forgotten+square-root-missing",),
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
    """The slope of the map is w (1 - tanh² a): w occurs once, not squared.

    The slope is set to 1/w instead of 1.
    """
    return np.sqrt(1 - 1 / w**2)


@threshold.mistake("square-root-missing", "eq-latch", part="slope")
def _(w):
    """1 - 1/w is the square of the tanh.

    tanh² a = 1 - 1/w is read as tanh a.
    """
    return 1 - 1 / w


@threshold.mistake("slope-for-pull", "eq-latch")
def _(w):
    """w - 1 is how much steeper than the diagonal the curve starts, and also w (1 - 1/w), where 1 - 1/w is
    the tanh squared and no place is subtracted. The pull is the largest height above the diagonal.

    A slope is read as a height; or two slips meet.
    """
    return w - 1
