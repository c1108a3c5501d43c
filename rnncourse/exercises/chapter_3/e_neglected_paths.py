"""The exercises of page 3e: what the carousel leaves out."""

import numpy as np

from rnncourse import lstm
from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.exercises.chapter_3.a_gates import weights

# 3c-full: the exact total, gates and all


def run(n, m, T, t, k):
    def draw(rng):
        params, x = weights(rng, n, m), rng.uniform(-1.5, 1.5, (T, m))
        states = lstm.forward(params, x, rng.uniform(-1, 1, n), rng.uniform(-2, 2, n))
        return params, x, states, t, k

    given = "" if k else ", where h_0 is given and does not move with C_0"
    draw.__doc__ = f"n = {n}, t = {t}, k = {k}{given}"
    return draw


def on_h(params, change, *names):
    """The parameters with change(W) for the columns that meet h, in each W that is named."""
    n, old = len(params.b_f), params._asdict()
    return params._replace(
        **{name: np.hstack([change(old[name][:, :n]), old[name][:, n:]]) for name in names}
    )


@exercise(
    "3c-full",
    "The exact gradient of the cell",
    "f(params, x, states, t, k), the (n, n) total dC_t/dC_k, with h_k = o_k tanh(C_k) moving with C_k and "
    "o_k fixed",
    run(3, 2, 6, 5, 2),
    run(2, 3, 4, 3, 0),
    run(2, 3, 4, 2, 2),
    domain=domains.lstm_run,
    forbids=(lstm.cell_transport,),
    hints=(
        "C_k reaches C_{k+1} on the direct path and, through h_k, on three more: f, i and C~ all read h_k.",
        "Carry two matrices forward, dC_s/dC_k and dh_s/dC_k. They start as I and diag(o_k (1 - tanh² C_k)); "
        "for k = 0 the second one is 0, since h_0 is given.",
        "A step adds to diag(f) dC the terms diag(C_prev f (1 - f)) W_f dh, diag(C~ i (1 - i)) W_i dh and "
        "diag(i (1 - C~²)) W_c dh, each W without its columns for x. Then dh is renewed, and o moves with dh "
        "too.",
    ),
)
def full_path(params, x, states, t, k, beside_f=lambda C, s: C[s]):
    _, C, f, i, o, C_tilde = (a[..., None] for a in states)
    W_f, W_i, W_o, W_c = (W[:, : len(W)] for W in params[:4])
    dC, D = np.eye(len(W_f)), o * (1 - np.tanh(C[1:]) ** 2)
    dh = D[k - 1] * dC if k else 0 * dC
    for s in range(k, t):
        A = beside_f(C, s) * f[s] * (1 - f[s]) * W_f + C_tilde[s] * i[s] * (1 - i[s]) * W_i
        dC = f[s] * dC + (A + i[s] * (1 - C_tilde[s] ** 2) * W_c) @ dh
        dh = D[s] * dC + np.tanh(C[s + 1]) * o[s] * (1 - o[s]) * W_o @ dh
    return dC


@full_path.mistake("gates-only", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the product of the forget gates, gates and candidate frozen. All four boxes read h_{t-1}, and
    h_{t-1} moves with C_{t-1}.

    The paper calls the other paths negligible.
    """
    return lstm.gate_transport(states, t, k)


@full_path.mistake("one-step-product", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is a product of one-step derivatives dC_i/dC_{i-1} with o_i fixed. C alone is not the whole state:
    the output gates carry h_{i-1} into h_i past C_i.

    The chain rule is used on C alone, as if C_{t-1} determined C_t.
    """
    product = np.eye(states.C.shape[1])
    for i in range(k + 1, t + 1):
        product = lstm.cell_transport(params, x, states, i, i - 1) @ product
    return product


@full_path.mistake("hidden-fixed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The path of the first step through h_k is missing: h_k = o_k tanh(C_k) moves with C_k.

    The derivative is started with dh_k/dC_k = 0, which is right for k = 0 only.
    """
    o = states.o.copy()
    o[k - 1] = 0  # o_k enters only there
    return lstm.cell_transport(params, x, states._replace(o=o), t, k)


@full_path.mistake("path-missing", "eq-full-jacobian")
def _(params, x, states, t, k):
    """One of the paths into C_t is missing: f, i and the candidate all read h_{t-1}.

    The product rule has four terms here, and one is easily dropped.
    """
    return full_path(on_h(params, np.zeros_like, "W_f"), x, states, t, k)


for name in "W_i", "W_c":  # without W_o it is the one-step product
    full_path.also("path-missing", lambda p, *a, name=name: full_path(on_h(p, np.zeros_like, name), *a))


@full_path.mistake("weights-transposed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The weights on h are transposed: forward in time each W itself is needed, its rows scaled by a slope.

    The backward pass multiplies by W^T.
    """
    return full_path(on_h(params, np.transpose, *params._fields[:4]), x, states, t, k)


@full_path.mistake("new-cell-for-old", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The path through the forget gate carries C_t: what the gate multiplies is the old cell, C_{t-1}.

    Row s of the gates belongs to step s + 1, and row s of the cell to step s.
    """
    return full_path(params, x, states, t, k, beside_f=lambda C, s: C[s + 1])


@full_path.mistake("transposed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """Rows and columns are exchanged: row a belongs to entry a of C_t.

    The backward pass multiplies by transposes, and they are kept.
    """
    return full_path(params, x, states, t, k).T


@full_path.mistake("from-k", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the derivative with respect to C_{k-1}: one step too many.

    Row k of the gates belongs to step k + 1, and that of the states to step k.
    """
    return lstm.cell_transport(params, x, states, t, k - 1)


@full_path.mistake("until-t-1", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the derivative of C_{t-1}: the last step is missing.

    `range` leaves out its end.
    """
    return lstm.cell_transport(params, x, states, t - 1, k)
