"""Chapter 1: a recurrent network with logistic units, and its gradients through time.

    z_t = W h_{t-1} + U x_t,   h_t = sigma(z_t),   L = sum_t L_t,   L_t a function of h_t

Time first, then any batch axes, then features. States are h[0..T]; inputs are x_1..x_T, so x_t is x[t-1].
float64 unless all arguments are float32. NaN and inf pass through without a warning.
"""

from typing import NamedTuple

import numpy as np

from ._shapes import fit, step


class Params(NamedTuple):
    """The weights, or their gradients: W (n, n) acts on the state, U (n, m) on the input."""

    W: np.ndarray
    U: np.ndarray


@np.errstate(all="ignore")
def sigma(z):
    """The logistic function, for any shape; exact to rounding at both ends, analytic for complex z."""
    (z,) = fit("z: ...", z)
    e = np.exp(-np.where(z.real < 0, -z, z))  # never overflows
    return np.where(z.real < 0, e, 1 + 0 * e) / (1 + e)


@np.errstate(all="ignore")
def dsigma(z):
    """The derivative of the logistic function, sigma(z) (1 - sigma(z)) = sigma(z) sigma(-z) (eq-sigma-prime)."""
    return sigma(z) * sigma(-np.asarray(z))


@np.errstate(all="ignore")
def forward(params, x, h0):
    """All states of the network (eq-rnn): h_t = sigma(W h_{t-1} + U x_t).

    x (T, ..., m), h0 (..., n) -> h (T+1, ..., n) with h[0] = h0. Rumelhart, Hinton & Williams (1986).
    """
    W, U, x, h0 = fit("W: n n, U: n m, x: T ... m, h0: ... n", *params, x, h0)
    h = np.concatenate([h0[None], np.tensordot(x, U, (-1, -1))])  # row t holds U x_t until its turn comes
    for h_prev, h_t in zip(h, h[1:], strict=False):
        h_t += h_prev @ W.T
        h_t[...] = (1 + np.tanh(h_t / 2)) / 2
    return h


@np.errstate(all="ignore")
def backward(params, x, h, dl):
    """All gradients of L = sum_t L_t by backpropagation through time (eq-bptt).

    delta_t = sigma'(z_t) * dL/dh_t,  dL/dh_{t-1} = dL_{t-1}/dh_{t-1} + W^T delta_t,
    dL/dW = sum_t delta_t h_{t-1}^T,  dL/dU = sum_t delta_t x_t^T.

    h (T+1, ..., n) from forward, dl (T+1, ..., n) with dL_t/dh_t in row t -> Params(dW, dU), summed over the
    batch, and dh (T+1, ..., n), the total dL/dh_t. Werbos (1990).
    """
    W, U, x, h, dl = fit("W: n n, U: n m, x: T ... m, h: T+1 ... n, dl: T+1 ... n", *params, x, h, dl)
    dh = dl.copy()
    delta = (h * (1 - h))[1:]  # sigma'(z_t) until its turn comes
    for t in range(len(x), 0, -1):
        delta[t - 1] *= dh[t]
        dh[t - 1] += delta[t - 1] @ W
    time_and_batch = (range(x.ndim - 1),) * 2
    dW = np.tensordot(delta, h[:-1], time_and_batch)
    dU = np.tensordot(delta, x, time_and_batch)
    return Params(dW, dU), dh


@np.errstate(all="ignore")
def jacobian(params, h_t):
    """The Jacobian of one step, dh_t/dh_{t-1} = diag(sigma'(z_t)) W (eq-jacobian, eq-step-jacobian).

    h_t (..., n) -> (..., n, n), one row per output; sigma'(z_t) = h_t (1 - h_t).
    """
    W, h_t = fit("W: n n, h_t: ... n", params[0], h_t)
    return (h_t * (1 - h_t))[..., None] * W


@np.errstate(all="ignore")
def transport(params, h, t, k):
    """The total derivative dh_t/dh_k = J_t J_{t-1} ... J_{k+1}, newest factor leftmost (eq-transport).

    h (T+1, n) and 0 <= k <= t <= T -> (n, n); the identity for t == k.
    """
    W, h = fit("W: n n, h: T n", params[0], h)
    t = step("t", t, 0, len(h) - 1)
    product = np.eye(len(W), dtype=W.dtype)
    for i in range(step("k", k, 0, t) + 1, t + 1):
        product = jacobian(params, h[i]) @ product
    return product


@np.errstate(all="ignore")
def immediate(h_prev, h_t):
    """The immediate derivative of h_t by W, earlier states frozen (eq-immediate): sigma'_i delta_ia h_{t-1,b} at [i, a, b].

    h_prev (n,), h_t (n,) -> (n, n, n).
    """
    h_prev, h_t = fit("h_prev: n, h_t: n", h_prev, h_t)
    return np.multiply.outer(np.diag(h_t * (1 - h_t)), h_prev)


@np.errstate(all="ignore")
def double_sum(params, h, dl):
    """The gradient dL/dW as the page writes it, term by term (eq-double-sum); backward gives the same in T steps.

    dL/dW = sum_{t=1..T} sum_{k=1..t} (dL_t/dh_t) (dh_t/dh_k) (immediate dh_k/dW);  h (T+1, n), dl (T+1, n) -> (n, n).
    """
    W, h, dl = fit("W: n n, h: T n, dl: T n", params[0], h, dl)
    dW = np.zeros_like(W)
    for t in range(1, len(h)):
        for k in range(1, t + 1):
            dW += np.tensordot(dl[t] @ transport(params, h, t, k), immediate(h[k - 1], h[k]), 1)
    return dW
