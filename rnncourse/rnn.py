"""Chapter 1: a recurrent network with logistic units, and its gradients through time.

    z_t = W h_{t-1} + U x_t,   h_t = sigma(z_t),   L = sum_t L_t,   L_t a function of h_t

Time first, then any batch axes, then features. States are h[0..T]; inputs are x_1..x_T, so x_t is x[t-1].
float64 unless all arguments are float32. NaN and inf pass through without a warning.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ._arguments import fit, parts, rows, step


class Params(NamedTuple):
    """The weights, or their gradients: W (n, n) acts on the state, U (n, m) on the input."""

    W: np.ndarray
    U: np.ndarray


@np.errstate(all="ignore")
def sigma(z):
    """The logistic function 1 / (1 + exp(-z)) of an array of any shape, analytic for complex z.

    No exponent is ever positive, so nothing overflows, and sigma(-40) is 4e-18 and not 0.
    """
    (z,) = fit("z: ...", z)
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(np.minimum(z, -z)))


@np.errstate(all="ignore")
def dsigma(z):
    """The derivative of the logistic function (eq-sigma-prime), sigma(z) (1 - sigma(z)) = sigma(z) sigma(-z).

    z of any shape. The last form does not cancel: dsigma(40) is 4e-18 and not 0.
    """
    (z,) = fit("z: ...", z)
    return sigma(z) * sigma(-z)


@np.errstate(all="ignore")
def forward(params, x, h0):
    """All states of the network (eq-rnn): h_t = sigma(W h_{t-1} + U x_t).

    x (T, ..., m), h0 (..., n) -> h (T+1, ..., n) with h[0] = h0. Rumelhart, Hinton & Williams (1986).
    Each sigma is right to an absolute 1e-16, and so 0 where z_t < -37.
    """
    W, U, x, h0 = fit("W: n n, U: n m, x: T ... m, h0: ... n", *parts("params", params), x, h0)
    quarter_W_T, one = W.T / 4, np.ones_like(h0)
    h = np.empty((len(x) + 1, *h0.shape), x.dtype)  # at first 2h, for 2 sigma(z) = tanh(z / 2) + 1
    h[0] = 2 * h0
    np.matmul(rows(x), U.T / 2, out=rows(h[1:]))
    for h_prev, h_t in pairwise(h):  # h_t holds U x_t / 2, then z_t / 2, then 2 sigma(z_t)
        h_t += h_prev.dot(quarter_W_T)
        np.tanh(h_t, h_t)
        h_t += one
    h /= 2
    return h


@np.errstate(all="ignore")
def backward(params, x, h, dl):
    """All gradients of L = sum_t L_t by backpropagation through time (eq-bptt).

    delta_t = sigma'(z_t) * dL/dh_t,  dL/dh_{t-1} = dL_{t-1}/dh_{t-1} + W^T delta_t,
    dL/dW = sum_t delta_t h_{t-1}^T,  dL/dU = sum_t delta_t x_t^T.

    h (T+1, ..., n) from forward, dl (T+1, ..., n) with dL_t/dh_t in row t -> Params(dW, dU), summed over the
    batch, and dh (T+1, ..., n), the total dL/dh_t. Werbos (1990).
    """
    spec = "W: n n, U: n m, x: T ... m, h: T+1 ... n, dl: T+1 ... n"
    W, _, x, h, dl = fit(spec, *parts("params", params), x, h, dl)
    W = np.asfortranarray(W)  # by columns, as BLAS multiplies a row by it fastest
    dh = dl.copy()
    delta = 1 - h[1:]
    delta *= h[1:]  # sigma'(z_t) of all steps at once
    for (dh_t, dh_prev), delta_t in zip(pairwise(dh[::-1]), delta[::-1], strict=True):
        delta_t *= dh_t
        dh_prev += delta_t.dot(W)
    return Params(rows(delta).T @ rows(h[:-1]), rows(delta).T @ rows(x)), dh


@np.errstate(all="ignore")
def jacobian(params, h_t):
    """The Jacobian of one step, dh_t/dh_{t-1} = diag(sigma'(z_t)) W (eq-jacobian, eq-step-jacobian).

    h_t (..., n) -> (..., n, n), one row per output; sigma'(z_t) = h_t (1 - h_t).
    """
    W, h_t = fit("W: n n, h_t: ... n", *parts("params", params)[:1], h_t)
    return (h_t * (1 - h_t))[..., None] * W


@np.errstate(all="ignore")
def transport(params, h, t, k):
    """The total derivative dh_t/dh_k = J_t J_{t-1} ... J_{k+1}, newest factor leftmost (eq-transport).

    h (T+1, n) and 0 <= k <= t <= T -> (n, n); the identity for t == k.
    """
    W, h = fit("W: n n, h: T+1 n", *parts("params", params)[:1], h)
    t = step("t", t, 0, len(h) - 1)
    product = np.eye(len(W), dtype=W.dtype)
    for i in range(step("k", k, 0, t) + 1, t + 1):
        product = jacobian(params, h[i]) @ product
    return product


@np.errstate(all="ignore")
def immediate(h_prev, h_t):
    """The immediate derivative of h_t by W, all earlier states frozen (eq-immediate).

    h_prev (n,), h_t (n,) -> (n, n, n) with sigma'_i delta_ia h_{t-1,b} at [i, a, b].
    """
    h_prev, h_t = fit("h_prev: n, h_t: n", h_prev, h_t)
    return np.multiply.outer(np.diag(h_t * (1 - h_t)), h_prev)


@np.errstate(all="ignore")
def double_sum(params, h, dl):
    """The gradient dL/dW term by term, as the page writes it (eq-double-sum); backward needs only T steps.

    dL/dW = sum_{t=1..T} sum_{k=1..t} (dL_t/dh_t) (dh_t/dh_k) (immediate dh_k/dW).
    h (T+1, n), dl (T+1, n) -> (n, n).
    """
    W, h, dl = fit("W: n n, h: T+1 n, dl: T+1 n", *parts("params", params)[:1], h, dl)
    dW = np.zeros_like(W)
    for t in range(1, len(h)):
        for k in range(1, t + 1):
            dW += np.tensordot(dl[t] @ transport(params, h, t, k), immediate(h[k - 1], h[k]), 1)
    return dW
