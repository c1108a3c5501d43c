"""The exercises of page 3d: the gated recurrent unit."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.rnn import sigma

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
