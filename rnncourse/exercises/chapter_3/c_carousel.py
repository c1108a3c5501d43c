"""The exercises of page 3c: the gradient along the cell."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.rnn import sigma

# 3c: the gradient along the cell, gates and candidate given


def gates(n, T, t, k):
    def draw(rng):
        return rng.uniform(0.2, 0.95, (T, n)), t, k

    draw.__doc__ = f"n = {n}, t = {t}, k = {k}"
    return draw


@exercise(
    "3c",
    "The gradient along the cell, gates and candidate given",
    "f(f, t, k), the (n, n) matrix dC_t/dC_k with f_t in row t - 1 of the array f",
    gates(3, 7, 5, 2),
    gates(4, 6, 4, 0),
    gates(2, 3, 2, 2),
    domain=domains.gates,
    hints=(
        "One step first: C_t = f_t * C_{t-1} + i_t * C~_t with all gates and the candidate fixed. What is "
        "dC_t/dC_{t-1}, and what shape has it?",
        "Each step multiplies by its own diagonal matrix. Which steps lie between C_k and C_t? Count them "
        "for t = k + 1.",
        "The steps are k + 1, ..., t, and f_i is in row i - 1: the rows `f[k:t]`. Their product along "
        "time is the diagonal; for t = k the product is empty, and the matrix the identity.",
    ),
    alike=(
        *("from-k+last-only", "until-t-1+first-only", "until-t-1+last-only", "row-off-by-one+first-only"),
        *("from-k-plus-1+last-only", "from-k-plus-1+first-only"),
        *("row-too-early+last-only", "row-too-early+first-only"),
    ),
)
def gate_path(
    f,
    t,
    k,
    rows=lambda f, t, k: f[k:t],
    share=lambda f: f,
    product=lambda f: f.prod(axis=0),
    shape=np.diag,
):
    return shape(product(share(rows(f, t, k))))


@gate_path.mistake("scalar-one", "eq-carousel")
def _(f, t, k):
    """This is the number 1: dC_t/dC_k is a matrix, and it is the identity only in the limit f = 1.

    The paper itself writes 1 for the limit, where the identity matrix is meant.
    """
    return 1.0


@gate_path.mistake("all-ones", "eq-carousel")
def _(f, t, k):
    """A matrix of ones is not the identity: it would mix every unit into every other.

    "The derivative is 1" is turned into a matrix by filling it.
    """
    return np.ones((f.shape[1],) * 2)


@gate_path.mistake("vector", "eq-gate-path", part="shape")
def _(v):
    """These are the right entries for some diagonal, but as a vector: a Jacobian has one row per output.

    Gates act entry by entry, so that their product looks like the derivative.
    """
    return v


@gate_path.mistake("power-of-last", "eq-gate-path", part="product")
def _(f):
    """This is a power of the last factor: the gates differ from step to step.

    One step is computed well and then repeated.
    """
    return f[-1] ** len(f)


@gate_path.mistake("from-k", "eq-gate-path", part="rows")
def _(f, t, k):
    """Your product begins one step too early: the gate of step k leads into the state at which you start.

    The product is taken from k to t, both included.
    """
    return f[k - 1 : t]


@gate_path.mistake("until-t-1", "eq-gate-path", part="rows")
def _(f, t, k):
    """Your product ends one step too early: the gate of step t is in the last factor.

    `range` leaves out its end, or the row of step t is taken for t.
    """
    return f[k : t - 1]


@gate_path.mistake("row-off-by-one", "eq-gate-path", part="rows")
def _(f, t, k):
    """The rows are one too late: step t has row t - 1, since there is no step 0.

    States have a row 0 and what a step reads has none, so that their rows are numbered differently.
    """
    return f[k + 1 : t + 1]


@gate_path.mistake("row-too-early", "eq-gate-path", part="rows")
def _(f, t, k):
    """The rows of f are one too early: they are those of f_k, ..., f_{t-1}, and you need f_{k+1}, ..., f_t.

    The offset between steps and rows is taken off twice.
    """
    return f[k - 1 : t - 1]


@gate_path.mistake("from-k-plus-1", "eq-gate-path", part="rows")
def _(f, t, k):
    """Your product begins one step too late: f_{k+1}, the first factor, is in row k.

    The product starts at k + 1, and the row of f_{k+1} is taken for k + 1.
    """
    return f[k + 1 : t]


@gate_path.mistake("forget-inverted", "eq-gate-path", part="share")
def _(f):
    """You multiply by 1 - f: f is the share that stays, in spite of its name.

    A gate called forget should forget when it is open, one would think.
    """
    return 1 - f


@gate_path.mistake("product-over-units", "eq-gate-path")
def _(f, t, k):
    """You multiply over the units, alone or as well as over time: each unit has its own product over time.

    `f[k:t].prod()` without an axis multiplies all numbers of the array.
    """
    return np.eye(f.shape[1]) * f[k:t].prod()


gate_path.also("product-over-units", lambda f, t, k: f[k:t].prod())
gate_path.also("product-over-units", lambda f, t, k: np.diag(f[k:t].prod(axis=1)))


@gate_path.mistake("summed", "eq-gate-path", part="product")
def _(f):
    """The factors are added where they multiply: each step scales what the step before has left.

    The double sum adds over time, and the product inside it is drawn into the sum.
    """
    return f.sum(axis=0)


@gate_path.mistake("mean-power", "eq-gate-path", part="product")
def _(f):
    """This is a power of the mean gate: a product of different numbers is not a power of their mean.

    A typical gate is put in the place of all.
    """
    return f.mean(axis=0) ** len(f)


gate_path.also("mean-power", lambda f, t, k: f.mean() ** (t - k) * np.eye(f.shape[1]))


@gate_path.mistake("last-only", "eq-gate-path", part="product")
def _(f):
    """Only the last step is there: this is the Jacobian from step t - 1 to step t.

    The slip of the paper's index: the factor is the same for all i, and one is written for all.
    """
    return f[-1]


@gate_path.mistake("first-only", "eq-gate-path", part="product")
def _(f):
    """Only the first step is there: this is dC_{k+1}/dC_k.

    One step is computed, the one that leaves C_k, and the others are left out.
    """
    return f[0]


@gate_path.mistake("zero", "eq-gate-path")
def _(f, t, k):
    """This is zero: C_k does reach C_t, on the path that every forget gate leaves open a little.

    With the gates fixed, C_t seems to depend on C_{t-1} alone.
    """
    return np.zeros((f.shape[1],) * 2)


@gate_path.mistake("always-identity", "eq-carousel")
def _(f, t, k):
    """This is the identity whatever the gates. It is right in the limit f = 1, which a sigma never reaches,
    or for an empty product: does your slice of f hold any rows?

    The constant error carousel of 1997, before there was a forget gate, is remembered as a law.
    """
    return np.eye(f.shape[1])


# 3c-half-life: how long a gradient lasts


@exercise(
    "3c-half-life",
    "The half-life of the cell",
    "f(b), the steps until a gradient along the cell has halved, if every forget gate is sigma(b)",
    lambda rng: (float(rng.uniform(1.5, 4)),),
    domain=domains.bias,
    hints=(
        "After s steps the gradient along the cell is f^s. For which s is that 1/2?",
        "Take logarithms on both sides, natural ones on both.",
        "s = ln 2 / -ln f, and f = sigma(b) = 1 / (1 + e^-b).",
    ),
)
def half_life(b, gate=sigma, steps=lambda f: np.log(2) / -np.log(f)):
    return steps(gate(b))


@half_life.mistake("time-constant", "eq-half-life", part="steps")
def _(f):
    """These are the steps until the gradient has fallen to 1/e, not to 1/2.

    Physics quotes decay times so, and 1/e is what the exponential offers.
    """
    return 1 / -np.log(f)


@half_life.mistake("linear-decay", "eq-half-life", part="steps")
def _(f):
    """You take the same amount away at each step; each step takes the same share of what is left.

    One step loses 1 - f, so that half should be gone after 1/2 : (1 - f).
    """
    return 0.5 / (1 - f)


@half_life.mistake("inverted", "eq-half-life", part="steps")
def _(f):
    """This is the inverse: halvings per step, not steps per halving.

    Solving f^s = 1/2 for s, one divides by the wrong logarithm.
    """
    return -np.log(f) / np.log(2)


@half_life.mistake("sign", "eq-half-life", part="steps")
def _(f):
    """The result is negative: ln f is, for f < 1, and so is ln 1/2.

    ln 2 / ln f forgets that the half is 1/2.
    """
    return np.log(2) / np.log(f)


@half_life.mistake("tanh-gate", "eq-half-life", part="gate")
def _(b):
    """You have taken tanh(b) for the gate; a gate is sigma(b).

    The cell has both functions.
    """
    return np.tanh(b)


@half_life.mistake("for-large-b", "eq-half-life")
def _(b):
    """This is ln 2 times e^b, which the half-life approaches for large b. Here it is too small.

    The gate misses 1 by about e^-b, and the rest of the formula is forgotten.
    """
    return np.log(2) * np.exp(b)


@half_life.mistake("gate-near-1", "eq-half-life")
def _(b):
    """1 - f is used for -ln f. They are close for gates near 1, and for no others.

    A step loses the share 1 - f, and the loss is taken for a rate.
    """
    return np.log(2) * (1 + np.exp(b))


# 3c-varying: the half-life of gates that change


@exercise(
    "3c-varying",
    "The half-life of gates that change",
    "f(f), the n half-lives for gates f of shape (T, n), each that of the constant gate that leaves the same "
    "fraction after T steps",
    lambda rng: (rng.uniform(0.2, 0.95, rng.integers([4, 3], [8, 5])),),
    domain=domains.gates_alone,
    hints=(
        "Which fraction of the gradient of one unit is left after all T steps?",
        "A constant gate g leaves g^T. For which g is that the same fraction? And its half-life?",
        "ln g is the mean of the ln f_t over time, so the half-life is ln 2 / -mean(ln f_t), with "
        "`axis=0` for one number per unit.",
    ),
    alike=("not-per-step+fraction-returned",),
)
def varying(
    f,
    constant=lambda f: np.exp(np.log(f).mean(axis=0)),
    steps=lambda g: np.log(2) / -np.log(g),
):
    return steps(constant(f))


@varying.mistake("arithmetic-mean", "eq-gate-path", part="constant")
def _(f):
    """You add the gates to average them. The gradient is multiplied by each gate, so its mean is another one.

    A typical gate is wanted, and a mean is a sum that is divided.
    """
    return f.mean(axis=0)


@varying.mistake("not-per-step", "eq-half-life", part="constant")
def _(f):
    """The fraction that is left after all T steps is taken for the gate of one step.

    The product is the hard half, and its half-life is then counted in runs of T steps.
    """
    return f.prod(axis=0)


@varying.mistake("one-step-only", "eq-gate-path", part="constant")
def _(f):
    """This is the half-life of a single step's gate. The other steps count as much.

    The last row is what the network does now.
    """
    return f[-1]


for one in (lambda f: f[0]), (lambda f: f.min(axis=0)), (lambda f: f.max(axis=0)):
    varying.also("one-step-only", constant=one)


@varying.mistake("mean-of-half-lives", "eq-half-life")
def _(f):
    """You combine half-lives, one for each gate. A single gate near 1 makes the result as long as you like,
    although the other gates still forget.

    Each gate has a half-life, and the unit is thought to have their mean.
    """
    return (np.log(2) / -np.log(f)).mean(axis=0)


varying.also("mean-of-half-lives", lambda f: (np.log(2) / -np.log(f)).sum(axis=0))


@varying.mistake("forget-inverted", "eq-gate-path", part="constant")
def _(f):
    """You multiply by 1 - f: the gradient keeps the fraction f, in spite of the name of the gate.

    A gate called forget should forget when it is open, one would think.
    """
    return np.exp(np.log(1 - f).mean(axis=0))


@varying.mistake("over-units", "eq-gate-path", part="constant")
def _(f):
    """You combine the gates of different units. Each unit has a gate of its own at every step; combine those
    of one unit, over time.

    The axis is the wrong one, or it is left out.
    """
    return np.exp(np.log(f).mean(axis=1))


varying.also("over-units", constant=lambda f: np.exp(np.log(f).mean()))


half_life.share(varying, "time-constant", "linear-decay", "inverted", "sign")
varying.also("linear-decay", lambda f: len(f) / 2 / (1 - f.prod(axis=0)))


@varying.mistake("fraction-returned", "eq-half-life", part="steps")
def _(g):
    """This is what the gates leave of the gradient, a fraction. How many steps does it take to halve?

    The mean gate is the new part, and the half-life is forgotten over it.
    """
    return g


varying.also("fraction-returned", lambda f: f.prod(axis=0))
