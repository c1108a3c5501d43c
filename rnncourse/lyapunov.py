"""What survives in the long run: Lyapunov exponents of a network along its own states.

The largest is the rate at which almost every small change grows per step: below 0 it dies out, above 0 it
takes over (Oseledets 1968; the method is that of Benettin et al. 1980).
"""

import numpy as np

from . import lstm
from ._arguments import fit, parts, step


@np.errstate(divide="ignore")
def exponents(J, k=None):
    """The k largest Lyapunov exponents of the product J_T ... J_1, all of them if k is not given.

    J (T, n, n) -> (k,), in natural logarithms per step, estimated over these T steps. k directions are
    carried along and made orthonormal by QR after each step; the logarithms of R's diagonal are averaged.
    """
    (J,) = fit("J: T n n", J)
    n = J.shape[-1]
    k = n if k is None else step("k", k, 1, n)
    Q, total = np.linalg.qr(np.random.default_rng(0).normal(size=(n, k)))[0], np.zeros(k)
    for J_t in J:
        Q, R = np.linalg.qr(J_t @ Q)
        total += np.log(np.abs(np.diagonal(R)))
    return total / len(J)


def tanh_jacobians(W, h):
    """dh_t/dh_{t-1} = diag(1 - h_t^2) W of a tanh network: W (n, n), h (T+1, n) -> (T, n, n)."""
    W, h = fit("W: n n, h: T+1 n", W, h)
    return (1 - h[1:, :, None] ** 2) * W


def lstm_jacobians(params, states):
    """The Jacobians of the state (C_t, h_t) by (C_{t-1}, h_{t-1}): States without batch -> (T, 2n, 2n)."""
    spec = lstm.STATES.replace(" ...", "") + f", {lstm.WEIGHTS}"
    arrays = fit(spec, *parts("states", states), *parts("params", params))
    (h, C, f, i, o, C_tilde), weights = arrays[:6], arrays[6:10]
    n = h.shape[-1]
    W_f, W_i, W_o, W_c = (W[:, :n] for W in weights)

    def column(v):
        return v[..., None]

    tanh_C = np.tanh(C[1:])
    J = np.zeros((len(f), 2 * n, 2 * n), h.dtype)
    J[:, :n, :n] = column(f) * np.eye(n)
    J[:, :n, n:] = (
        column(C[:-1] * f * (1 - f)) * W_f
        + column(C_tilde * i * (1 - i)) * W_i
        + column(i * (1 - C_tilde**2)) * W_c
    )
    shown = column(o * (1 - tanh_C**2))
    J[:, n:] = shown * J[:, :n]
    J[:, n:, n:] += column(tanh_C * o * (1 - o)) * W_o
    return J
