"""Chapter 3: the LSTM and its gradients, along the cell and through the gates.

    f_t, i_t, o_t = sigma(W_{f,i,o} [h_{t-1}; x_t] + b_{f,i,o}),   C~_t = tanh(W_c [h_{t-1}; x_t] + b_c)   (eq-lstm-gates)
    C_t = f_t * C_{t-1} + i_t * C~_t   (eq-lstm-cell),   h_t = o_t * tanh(C_t)   (eq-lstm-hidden)

Hochreiter & Schmidhuber (1997) with the forget gate of Gers, Schmidhuber & Cummins (2000). Time first, then any
batch axes, then features; h[t] and C[t] for t = 0..T, but x_t, f_t, i_t, o_t, C~_t in row t-1.
"""

from typing import NamedTuple

import numpy as np

from ._shapes import fit, step

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
    """
    x, h0, C0, *params = fit("x: T ... m, h0: ... n, C0: ... n, " + WEIGHTS, x, h0, C0, *params)
    n = h0.shape[-1]
    W, b = np.concatenate(params[:4]), np.concatenate(params[4:])  # the four gates in one product
    a = np.tensordot(x, W[:, n:], (-1, -1)) + b  # the inputs' share; row t-1 becomes the gates of step t
    h, C = (np.concatenate([s0[None], np.empty_like(a[..., :n])]) for s0 in (h0, C0))
    f, i, o, C_tilde = np.split(a, 4, axis=-1)
    for t in range(1, len(h)):
        a[t - 1] += h[t - 1] @ W[:, :n].T
        a[t - 1, ..., : 3 * n] = (1 + np.tanh(a[t - 1, ..., : 3 * n] / 2)) / 2
        C_tilde[t - 1] = np.tanh(C_tilde[t - 1])
        C[t] = f[t - 1] * C[t - 1] + i[t - 1] * C_tilde[t - 1]
        h[t] = o[t - 1] * np.tanh(C[t])
    return States(h, C, f, i, o, C_tilde)


@np.errstate(all="ignore")
def backward(params, x, states, dl):
    """All gradients of L = sum_t L_t by backpropagation through time (eq-lstm-bptt).

    dL/dC_t = f_{t+1} * dL/dC_{t+1} + o_t * (1 - tanh^2 C_t) * dL/dh_t, and with a_t the four pre-activations
    dL/dh_{t-1} = dL_{t-1}/dh_{t-1} + W_h^T dL/da_t,  dL/dW = sum_t dL/da_t [h_{t-1}; x_t]^T,  dL/db = sum_t dL/da_t.

    dl (T+1, ..., n) with dL_t/dh_t in row t -> Params, summed over the batch, and the totals dh, dC (T+1, ..., n).
    """
    spec = f"x: T ... m, {STATES}, dl: T+1 ... n, {WEIGHTS}"
    x, h, C, f, i, o, C_tilde, dl, *params = fit(spec, x, *states, dl, *params)
    n = h.shape[-1]
    W_h = np.concatenate(params[:4])[:, :n]
    tanh_C = np.tanh(C[1:])
    dh_dC = o * (1 - tanh_C**2)
    da_dC = np.stack([C[:-1] * f * (1 - f), C_tilde * i * (1 - i), i * (1 - C_tilde**2)], -2)
    da_dh = tanh_C * o * (1 - o)
    dh, dC = dl.copy(), np.zeros_like(dl)
    da = np.empty((*x.shape[:-1], 4, n), x.dtype)
    for t in range(len(x), 0, -1):
        dC[t] += dh_dC[t - 1] * dh[t]
        da[t - 1][..., [0, 1, 3], :] = dC[t][..., None, :] * da_dC[t - 1]
        da[t - 1][..., 2, :] = dh[t] * da_dh[t - 1]
        dh[t - 1] += da[t - 1].reshape(*dl.shape[1:-1], 4 * n) @ W_h
        dC[t - 1] = f[t - 1] * dC[t]
    time_and_batch = tuple(range(x.ndim - 1))
    hx = np.concatenate([h[:-1], x], -1)
    dW = np.tensordot(da, hx, (time_and_batch,) * 2)
    return Params(*dW, *da.sum(time_and_batch)), dh, dC


@np.errstate(all="ignore")
def gate_transport(states, t, k):
    """The derivative of C_t by C_k with all gates frozen, prod_{i=k+1..t} diag(f_i) (eq-gate-path).

    States without batch axes, 0 <= k <= t <= T -> (n, n); the identity for t == k.
    """
    (f,) = fit("f: T n", states.f)
    t = step("t", t, 0, len(f))
    k = step("k", k, 0, t)
    return np.diag(f[k:t].prod(axis=0))


@np.errstate(all="ignore")
def cell_transport(params, x, states, t, k):
    """The total derivative of C_t by C_k, through the cell and through all gates in between (eq-full-jacobian).

    h_k = o_k tanh(C_k) moves with C_k while o_k is fixed; h_0 is given, so that dh_0/dC_0 = 0. Then step by step
    dC_t = diag(f_t) dC_{t-1} + [C_{t-1} df_t + C~_t di_t + i_t dC~_t] W_h dh_{t-1},
    dh_t = diag(o_t (1 - tanh^2 C_t)) dC_t + [tanh(C_t) do_t] W_o,h dh_{t-1}, each primed gate a diagonal.

    No batch axes, 0 <= k <= t <= T -> (n, n); the identity for t == k.
    """
    x, h, C, f, i, o, C_tilde, *params = fit(f"x: T m, {STATES.replace(' ...', '')}, {WEIGHTS}", x, *states, *params)
    n = h.shape[-1]
    W_f, W_i, W_o, W_c = (W[:, :n] for W in params[:4])
    t = step("t", t, 0, len(x))
    k = step("k", k, 0, t)
    dC = np.eye(n, dtype=x.dtype)
    dh = np.diag(o[k - 1] * (1 - np.tanh(C[k]) ** 2)) if k else np.zeros_like(dC)
    column = np.s_[:, None]
    for s in range(k, t):
        dC = (
            f[s][column] * dC
            + (C[s] * f[s] * (1 - f[s]))[column] * (W_f @ dh)
            + (C_tilde[s] * i[s] * (1 - i[s]))[column] * (W_i @ dh)
            + (i[s] * (1 - C_tilde[s] ** 2))[column] * (W_c @ dh)
        )
        tanh_C = np.tanh(C[s + 1])
        dh = (tanh_C * o[s] * (1 - o[s]))[column] * (W_o @ dh) + (o[s] * (1 - tanh_C**2))[column] * dC
    return dC
