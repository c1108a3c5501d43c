"""The exercises of page 3d: variables that are used in one more place, and the gated recurrent unit."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.exercises.steps import slope_from_h
from rnncourse.rnn import sigma

# 3d-coupled: one gate that is used twice


def coupled_step(n):
    def draw(rng):
        dC, C_prev = rng.uniform(-2, 2, (2, n))
        return dC, C_prev, rng.uniform(0.1, 0.9, n), rng.uniform(-0.9, 0.9, n)

    draw.__doc__ = f"{n} units"
    return draw


@exercise(
    "3d-coupled",
    "One gate for both",
    "f(dC, C_prev, f, C_tilde), the gradient delta_f (n,) with respect to the pre-activation of f_t",
    coupled_step(3),
    coupled_step(1),
    domain=domains.coupled_step,
    hints=(
        "f_t is used twice: beside C_{t-1}, and inside 1 - f_t beside the candidate. One term for each.",
        "The second term has a minus sign, because 1 - f_t falls when f_t rises. Both carry dC_t.",
        "df = dC * (C_prev - C_tilde). Then one slope of sigma leads to the pre-activation.",
    ),
)
def coupled(
    dC,
    C_prev,
    f,
    C_tilde,
    uses=lambda C_prev, C_tilde: C_prev - C_tilde,
    slope=slope_from_h,
    arrives=lambda dC: dC,
):
    return arrives(dC) * uses(C_prev, C_tilde) * slope(f)


@coupled.mistake("use-missing", "eq-lstm-delta", part="uses")
def _(C_prev, C_tilde):
    """One of the two uses of f_t is missing: it multiplies C_{t-1}, and 1 - f_t multiplies the candidate.

    The page's own formula is taken, in which the input gate has a gradient of its own.
    """
    return C_prev


coupled.also("use-missing", uses=lambda C_prev, C_tilde: -C_tilde)
coupled.also("use-missing", uses=lambda C_prev, C_tilde: C_tilde)


@coupled.mistake("signs-alike", "eq-lstm-delta", part="uses")
def _(C_prev, C_tilde):
    """Both terms have the same sign. When f_t rises, the share 1 - f_t of the candidate falls.

    The page's delta_f and delta_i are added, and 1 - f has the same slope as f but for the sign.
    """
    return C_prev + C_tilde


@coupled.mistake("sign", "eq-lstm-delta", part="uses")
def _(C_prev, C_tilde):
    """The sign is wrong: an open f_t keeps C_{t-1}, and a closed one lets the candidate in.

    The gate is taken for the share of the new, as the update gates of some libraries are.
    """
    return C_tilde - C_prev


@coupled.mistake("slope-missing", "eq-lstm-delta", part="slope")
def _(f):
    """This is the gradient with respect to the gate f_t; with respect to its pre-activation there is one more
    factor, the slope of sigma.

    The two uses are the new part, and the last step is forgotten over them.
    """
    return 1


@coupled.mistake("tanh-slope", "eq-lstm-delta", part="slope")
def _(f):
    """This is the slope of tanh, 1 - f^2; a gate goes through sigma.

    The cell has both functions.
    """
    return 1 - f**2


@coupled.mistake("loss-left-out", "eq-lstm-delta", part="arrives")
def _(dC):
    """This is the derivative of C_t. For that of the loss, multiply it by the gradient that arrives at C_t.

    The local derivative is found, and the chain is not continued.
    """
    return 1


# 3d-peephole: a gate that reads the cell


def peephole_step(n):
    def draw(rng):
        f_next, o = rng.uniform(0.1, 0.9, (2, n))
        return f_next, o, *rng.uniform(-1.5, 1.5, (4, n))

    draw.__doc__ = f"{n} units"
    return draw


@exercise(
    "3d-peephole",
    "A gate that reads the cell",
    "f(f_next, o, C, p, dh, dC_next), the total gradient dL/dC_t (n,)",
    peephole_step(3),
    peephole_step(1),
    domain=domains.peephole_step,
    hints=(
        "C_t is used in three places: in C_{t+1}, inside the tanh of h_t, and inside the gate o_t of h_t.",
        "The first two terms are those of the page. For the third, h_t moves with o_t by tanh(C_t).",
        "And o_t moves with C_t by o_t (1 - o_t) p: the third term is dh * tanh(C) * o * (1 - o) * p.",
    ),
)
def peephole(
    f_next,
    o,
    C,
    p,
    dh,
    dC_next,
    carried=lambda f_next, dC_next: f_next * dC_next,
    direct=lambda o, C, dh: dh * o * (1 - np.tanh(C) ** 2),
    inside=lambda o, C, p, dh: dh * np.tanh(C) * o * (1 - o) * p,
):
    return carried(f_next, dC_next) + direct(o, C, dh) + inside(o, C, p, dh)


@peephole.mistake("peephole-missing", "eq-lstm-bptt", part="inside")
def _(o, C, p, dh):
    """This is the gradient without the peephole: here o_t moves with C_t too.

    The page's equation is copied, in which the gate does not see the new cell.
    """
    return 0


@peephole.mistake("gate-slope-missing", "eq-lstm-bptt", part="inside")
def _(o, C, p, dh):
    """The slope of the gate is missing: C_t enters o_t through a sigma.

    The peephole weight is written down as if it led into the gate itself.
    """
    return dh * np.tanh(C) * p


@peephole.mistake("cell-for-tanh", "eq-lstm-bptt", part="inside")
def _(o, C, p, dh):
    """The output gate multiplies tanh(C_t), not C_t: what stands beside the gate is its derivative.

    The gate acts on the cell, one says.
    """
    return dh * C * o * (1 - o) * p


@peephole.mistake("tanh-slope-missing", "eq-lstm-bptt", part="direct")
def _(o, C, dh):
    """The slope of tanh is missing where C_t enters h_t beside the gate: h_t = o_t * tanh(C_t).

    The gate is taken for the whole derivative.
    """
    return dh * o


@peephole.mistake("slope-at-cell", "eq-lstm-bptt", part="direct")
def _(o, C, dh):
    """The slope of tanh is 1 minus the square of its output; you take 1 - C^2.

    For gates and candidate the output is at hand under its own name; for the cell it is not.
    """
    return dh * o * (1 - C**2)


@peephole.mistake("not-carried", "eq-lstm-bptt", part="carried")
def _(f_next, dC_next):
    """What comes from C_{t+1} is missing: C_t is used there too.

    The two places in h_t are the interesting ones, and the old one is forgotten.
    """
    return 0


@peephole.mistake("carried-whole", "eq-lstm-bptt", part="carried")
def _(f_next, dC_next):
    """dL/dC_{t+1} is added as it is: C_t enters C_{t+1} multiplied by a gate.

    The carousel is remembered with the factor 1 of 1997.
    """
    return dC_next


@peephole.mistake("gate-over-all", "eq-lstm-bptt")
def _(f_next, o, C, p, dh, dC_next):
    """The forget gate of step t + 1 multiplies all terms: it belongs to what comes from C_{t+1} alone.

    Code that returns dC_{t-1} multiplies the finished sum by a gate, that of its own step.
    """
    return f_next * (dC_next + peephole(f_next, o, C, p, dh, 0))


# The gated recurrent unit


def gru_step(n, m):
    def draw(rng):
        return *rng.uniform(-1.5, 1.5, (3, n, n + m)), rng.uniform(-1.5, 1.5, m), rng.uniform(-1, 1, n)

    draw.__doc__ = f"{n} units with {m} inputs"
    return draw


def stacked(h, x):
    return np.concatenate([h, x])


@exercise(
    "gru",
    "One GRU step",
    "f(W_z, W_r, W_h, x_t, h_prev), the state h_t (n,) of a GRU without biases",
    gru_step(3, 2),
    gru_step(1, 3),
    domain=domains.gru_step,
    hints=(
        "Two gates first, both from [h_{t-1}; x_t]; then the candidate; then the mixture.",
        "The candidate reads [r * h_{t-1}; x_t]: the reset gate acts before the matrix.",
        "h_t = z * h_prev + (1 - z) * h_tilde: z is the share of the old state.",
    ),
)
def gru(
    W_z,
    W_r,
    W_h,
    x_t,
    h_prev,
    stack=stacked,
    reset=lambda W_h, r, h, x, stack: W_h @ stack(r * h, x),
    candidate=np.tanh,
    mix=lambda z, h, h_tilde: z * h + (1 - z) * h_tilde,
):
    v = stack(h_prev, x_t)
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    return mix(z, h_prev, candidate(reset(W_h, r, h_prev, x_t, stack)))


@gru.mistake("update-inverted", None, part="mix")
def _(z, h, h_tilde):
    """The update gate and its complement have changed places: here z is the share that is kept.
    (Some libraries do it the other way round.)

    Update suggests: the share of the new.
    """
    return (1 - z) * h + z * h_tilde


@gru.mistake("gate-not-coupled", None, part="mix")
def _(z, h, h_tilde):
    """The candidate enters in full: it is weighted by 1 - z.

    The LSTM's cell has two separate gates.
    """
    return z * h + h_tilde


@gru.mistake("reset-after-matrix", None, part="reset")
def _(W_h, r, h, x, stack):
    """The reset gate acts after the matrix: it belongs on h_{t-1}, before W_h. (Some libraries do it after.)

    It saves a product, and libraries offer it.
    """
    n = len(h)
    return r * (W_h[:, :n] @ h) + W_h[:, n:] @ x


@gru.mistake("reset-missing", None, part="reset")
def _(W_h, r, h, x, stack):
    """The reset gate is missing: the candidate reads r * h_{t-1}.

    All four boxes of the LSTM read the same vector.
    """
    return W_h @ stack(h, x)


@gru.mistake("reset-on-input", None, part="reset")
def _(W_h, r, h, x, stack):
    """The reset gate acts on the old state only, not on what the candidate reads of the input.

    The whole pre-activation is gated.
    """
    return r * (W_h @ stack(h, x))


@gru.mistake("gates-swapped", None)
def _(W_z, W_r, W_h, x_t, h_prev):
    """The two gates have changed places: z mixes old state and candidate, r acts within the candidate.

    Both are sigma of the same vector.
    """
    return gru(W_r, W_z, W_h, x_t, h_prev)


@gru.mistake("gated-candidate", None, part="candidate")
def _(z):
    """The candidate went through sigma: it is no gate, it takes both signs.

    Three similar lines, and the third is copied.
    """
    return sigma(z)


@gru.mistake("input-order", None, part="stack")
def _(h, x):
    """The input is stacked on the state: in this course the first columns of each W act on h.

    Other texts write [x; h]; the shapes agree either way.
    """
    return np.concatenate([x, h])


@exercise(
    "gru-jacobian",
    "The Jacobian of a GRU step",
    "f(W_z, W_r, W_h, x_t, h_prev), the (n, n) matrix dh_t/dh_{t-1}",
    gru_step(3, 2),
    gru_step(1, 3),
    domain=domains.gru_step,
    hints=(
        "h_{t-1} is used in four places: beside z, inside z, beside r, inside r. One term for each.",
        "Beside z: diag(z). Inside z: z multiplies h_{t-1} and -z multiplies h_tilde, so that z' comes with "
        "(h_{t-1} - h_tilde).",
        "Through the candidate: diag((1 - z)(1 - h_tilde²)) W_h [diag(r) + diag(h_{t-1} r (1 - r)) W_r], "
        "each W without its columns for x.",
    ),
)
def gru_jacobian(
    W_z, W_r, W_h, x_t, h_prev, keep=1, update=1, candidate=1, reset=1, old=1, new=1, finish=lambda J: J
):
    n, v = len(h_prev), stacked(h_prev, x_t)
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    h_tilde = np.tanh(W_h @ stacked(r * h_prev, x_t))
    inside = np.diag(r) + reset * (h_prev * r * (1 - r))[:, None] * W_r[:, :n]
    through_z = ((old * h_prev - new * h_tilde) * z * (1 - z))[:, None] * W_z[:, :n]
    through_h = ((1 - z) * (1 - h_tilde**2))[:, None] * (W_h[:, :n] @ inside)
    return finish(keep * np.diag(z) + update * through_z + candidate * through_h)


@gru_jacobian.mistake("gates-only", None)
def _(*arguments):
    """This is the carousel alone, diag(z): all gates frozen. They read h_{t-1}, and so does the candidate.

    By analogy with the product of forget gates.
    """
    return gru_jacobian(*arguments, update=0, candidate=0)


@gru_jacobian.mistake("update-frozen", None)
def _(*arguments):
    """The path through the update gate is missing: z reads h_{t-1}.

    z is treated as a given number.
    """
    return gru_jacobian(*arguments, update=0)


@gru_jacobian.mistake("reset-frozen", None)
def _(*arguments):
    """The path through the reset gate is missing: r reads h_{t-1}.

    r is treated as a given number.
    """
    return gru_jacobian(*arguments, reset=0)


@gru_jacobian.mistake("candidate-missing", None)
def _(*arguments):
    """The path through the candidate is missing: it reads r * h_{t-1}.

    Only the gates are differentiated.
    """
    return gru_jacobian(*arguments, candidate=0)


@gru_jacobian.mistake("carousel-missing", None)
def _(*arguments):
    """The direct path is missing: h_{t-1} itself is multiplied by z.

    Only what passes through a matrix is differentiated.
    """
    return gru_jacobian(*arguments, keep=0)


@gru_jacobian.mistake("one-side-of-update", None)
def _(*arguments):
    """z occurs in the formula twice: it multiplies h_{t-1}, and 1 - z multiplies the candidate.

    The product rule is applied to one of the two products.
    """
    return gru_jacobian(*arguments, old=0)


gru_jacobian.also("one-side-of-update", lambda *arguments: gru_jacobian(*arguments, new=0))


@gru_jacobian.mistake("transposed", None)
def _(*arguments):
    """Rows and columns are exchanged: row a belongs to entry a of h_t.

    The backward pass multiplies by the transpose, and it is returned.
    """
    return gru_jacobian(*arguments).T
