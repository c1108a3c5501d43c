"""Chapter 3: the LSTM and its gradients, along the cell and on the paths through h.

    f_t, i_t, o_t = sigma(W_{f,i,o} [h_{t-1}; x_t] + b_{f,i,o}),   C~_t = tanh(W_c [h_{t-1}; x_t] + b_c)
    C_t = f_t * C_{t-1} + i_t * C~_t,   h_t = o_t * tanh(C_t),   L = sum_t L_t,   L_t a function of h_t

Time first, then any batch axes, then features. States are h[0..T] and C[0..T]; x_t and the gates of
step t stand in row t-1. float64 unless all arguments are float32. NaN and inf pass through without a warning.
"""

from typing import NamedTuple

import numpy as np

from ._arguments import fit, parts, rows, step

WEIGHTS = "W_f: n n+m, W_i: n n+m, W_o: n n+m, W_c: n n+m, b_f: n, b_i: n, b_o: n, b_c: n"
STATES = "h: T+1 ... n, C: T+1 ... n, f: T ... n, i: T ... n, o: T ... n, C_tilde: T ... n"


class Params(NamedTuple):
    """The weights, or their gradients: each W (n, n + m) acts on [h_{t-1}; x_t], each b is (n,)."""

    W_f: np.ndarray
    W_i: np.ndarray
    W_o: np.ndarray
    W_c: np.ndarray
    b_f: np.ndarray
    b_i: np.ndarray
    b_o: np.ndarray
    b_c: np.ndarray


class States(NamedTuple):
    """All that forward computes: h, C (T+1, ..., n) and f, i, o, C_tilde (T, ..., n)."""

    h: np.ndarray
    C: np.ndarray
    f: np.ndarray
    i: np.ndarray
    o: np.ndarray
    C_tilde: np.ndarray


@np.errstate(all="ignore")
def forward(params, x, h0, C0):
    """All gates and states of the network (eq-lstm-gates, eq-lstm-cell, eq-lstm-hidden).

    x (T, ..., m), h0 (..., n), C0 (..., n) -> States with h[0] = h0 and C[0] = C0.
    Hochreiter & Schmidhuber (1997), with the forget gate of Gers, Schmidhuber & Cummins (2000). A gate is
    exactly 0 where its exp(-z) overflows, below z = -709.8 (float32: -88.8).
    """
    spec = f"x: T ... m, h0: ... n, C0: ... n, {WEIGHTS}"
    x, h0, C0, *params = fit(spec, x, h0, C0, *parts("params", params))
    n = h0.shape[-1]
    W_h, W_x, b = _stacked(params, n)
    for weights in W_h, W_x, b:
        weights[: 3 * n] *= -1  # the sign of exp(-z), given to the weights once
    gates = (rows(x) @ W_x.T + b).reshape(*x.shape[:-1], 4 * n)  # what the inputs add, then the gates
    o, f, i, C_tilde = np.split(gates, 4, axis=-1)
    h, C = (np.concatenate([start[None], np.empty_like(f)]) for start in (h0, C0))
    one = np.ones((*h0.shape[:-1], 3 * n), x.dtype)  # an array of ones is added faster than a 1
    for t, gates_t in enumerate(gates, 1):
        gates_t += h[t - 1].dot(W_h.T)
        logistic = gates_t[..., : 3 * n]  # not by tanh: sigma(-40) is 4e-18 here, and not 0
        np.exp(logistic, logistic)
        logistic += one
        np.reciprocal(logistic, logistic)
        np.tanh(C_tilde[t - 1], C_tilde[t - 1])
        C[t] = f[t - 1] * C[t - 1] + i[t - 1] * C_tilde[t - 1]
        h[t] = o[t - 1] * np.tanh(C[t])
    return States(h, C, f, i, o, C_tilde)


def _stacked(params, n):
    """The weights on h, on x and the biases of all four gates as one, so that a step is one product."""
    W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c = params
    weights = W_o, W_f, W_i, W_c  # the logistic gates together, and so are the three on the way to C_t
    W_h, W_x = (np.concatenate([W[:, half] for W in weights]) for half in (np.s_[:n], np.s_[n:]))
    return W_h, W_x, np.concatenate([b_o, b_f, b_i, b_c])


@np.errstate(all="ignore")
def backward(params, x, states, dl):
    """All gradients of L = sum_t L_t by backpropagation through time, with a_t the four pre-activations.

    dL/dC_t = f_{t+1} * dL/dC_{t+1} + o_t * (1 - tanh^2 C_t) * dL/dh_t,
    dL/dh_{t-1} = dL_{t-1}/dh_{t-1} + (da_t/dh_{t-1})^T dL/da_t,
    dL/dW = sum_t dL/da_t [h_{t-1}; x_t]^T,  dL/db = sum_t dL/da_t.

    dl (T+1, ..., n) with dL_t/dh_t in row t -> Params, summed over the batch, and the totals dL/dh_t and
    dL/dC_t, (T+1, ..., n) each. h_0 is given: dL/dC_0 has no part through h_0.
    """
    spec = f"x: T ... m, {STATES}, dl: T+1 ... n, {WEIGHTS}"
    arrays = x, *parts("states", states), dl, *parts("params", params)
    x, h, C, f, i, o, C_tilde, dl, *params = fit(spec, *arrays)
    n = h.shape[-1]
    W_h, *_ = _stacked(params, n)
    tanh_C = np.tanh(C[1:])
    dh, dC = dl.copy(), np.zeros_like(dl)
    dh_dC = o * (1 - tanh_C**2)
    slopes = [tanh_C * o * (1 - o), C[:-1] * f * (1 - f), C_tilde * i * (1 - i), i * (1 - C_tilde**2)]
    delta = np.stack(slopes, axis=-2)  # each gate's slope, then the gradient of its pre-activation
    delta_rows = delta.reshape(*f.shape[:-1], 4 * n)
    for t in range(len(x), 0, -1):
        delta_t = delta[t - 1]
        dC[t] += dh_dC[t - 1] * dh[t]
        delta_t[..., 0, :] *= dh[t]
        delta_t[..., 1:, :] *= dC[t, ..., None, :]
        dh[t - 1] += delta_rows[t - 1].dot(W_h)
        dC[t - 1] = f[t - 1] * dC[t]
    delta = rows(delta_rows)
    dW = np.hstack([delta.T @ rows(h[:-1]), delta.T @ rows(x)])
    (dW_o, dW_f, dW_i, dW_c), (db_o, db_f, db_i, db_c) = np.split(dW, 4), np.split(delta.sum(axis=0), 4)
    return Params(dW_f, dW_i, dW_o, dW_c, db_f, db_i, db_o, db_c), dh, dC


@np.errstate(all="ignore")
def gate_transport(states, t, k):
    """The derivative of C_t by C_k, gates and candidate frozen: prod_{s=k+1..t} diag(f_s) (eq-gate-path).

    States without batch axes, 0 <= k <= t <= T -> (n, n); the identity for t == k.
    """
    if not isinstance(states, States):
        raise TypeError(f"states must be a States, got {type(states).__name__}")
    (f,) = fit("f: T n", states.f)
    t = step("t", t, 0, len(f))
    k = step("k", k, 0, t)
    return np.diag(f[k:t].prod(axis=0))


@np.errstate(all="ignore")
def cell_transport(params, x, states, t, k):
    """The total derivative of C_t with respect to C_k, on all paths through h too (eq-full-jacobian).

    h_k = o_k tanh(C_k) moves with C_k while o_k is fixed; h_0 is given, so dh_0/dC_0 = 0. Then step by step
    dC_t = diag(f_t) dC_{t-1} + [diag(C_{t-1} f'_t) W_f + diag(C~_t i'_t) W_i + diag(i_t C~'_t) W_c] dh_{t-1},
    dh_t = diag(o_t (1 - tanh^2 C_t)) dC_t + diag(tanh(C_t) o'_t) W_o dh_{t-1},
    where a prime is the slope at the pre-activation and each W the part that acts on h.

    No batch axes, 0 <= k <= t <= T -> (n, n); the identity for t == k.
    """
    spec = f"x: T m, {STATES.replace(' ...', '')}, {WEIGHTS}"
    x, h, C, f, i, o, C_tilde, *params = fit(spec, x, *parts("states", states), *parts("params", params))
    t = step("t", t, 0, len(x))
    k = step("k", k, 0, t)
    n = h.shape[-1]
    W_f, W_i, W_o, W_c = (W[:, :n] for W in params[:4])
    C, f, i, o, C_tilde = (a[..., None] for a in (C, f, i, o, C_tilde))  # as columns: v * A is diag(v) A
    dC = np.eye(n, dtype=x.dtype)
    dh = o[k - 1] * (1 - np.tanh(C[k]) ** 2) * dC if k else 0 * dC
    for s in range(k, t):  # from C_s to C_{s+1}, whose gates stand in row s
        dC_dh = (
            C[s] * f[s] * (1 - f[s]) * W_f
            + C_tilde[s] * i[s] * (1 - i[s]) * W_i
            + i[s] * (1 - C_tilde[s] ** 2) * W_c
        )
        dh_dh = np.tanh(C[s + 1]) * o[s] * (1 - o[s]) * W_o
        dC = f[s] * dC + dC_dh @ dh
        dh = o[s] * (1 - np.tanh(C[s + 1]) ** 2) * dC + dh_dh @ dh
    return dC
