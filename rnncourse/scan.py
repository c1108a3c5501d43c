"""After the LSTM: gates that do not read h, and so a linear recurrence, computed in any order.

    h_t = a_t * h_{t-1} + b_t,   for the minGRU a_t = 1 - z_t and b_t = z_t * h~_t

with z_t = sigma(W_z x_t + b_z) and h~_t = W_h x_t + b_h (Feng et al. 2024). Time first, then any batch axes.
"""

from typing import NamedTuple

import numpy as np

from ._arguments import fit, parts, rows
from .rnn import sigma

WEIGHTS = "W_z: n m, W_h: n m, b_z: n, b_h: n"


class Params(NamedTuple):
    """The minGRU's weights, or their gradients: each W (n, m) acts on x_t alone, each b is (n,)."""

    W_z: np.ndarray
    W_h: np.ndarray
    b_z: np.ndarray
    b_h: np.ndarray


def sequential(a, b, h0):
    """h_t = a_t h_{t-1} + b_t step by step: a, b (T, ...), h0 (...) -> h (T+1, ...) with h[0] = h0."""
    a, b, h0 = fit("a: T ..., b: T ..., h0: ...", a, b, h0)
    h = np.concatenate([h0[None], np.empty_like(b)])
    for t in range(len(b)):
        h[t + 1] = a[t] * h[t] + b[t]
    return h


def parallel(a, b, h0):
    """The same states in about log2 T rounds, each of them one operation on whole arrays.

    After the round with gap s, row t holds the map from h_{t-2s}, or h_0, to h_t. Hillis & Steele (1986).
    """
    a, b, h0 = fit("a: T ..., b: T ..., h0: ...", a, b, h0)
    gap = 1
    while gap < len(b):
        a, b = (
            np.concatenate([a[:gap], a[gap:] * a[:-gap]]),
            np.concatenate([b[:gap], a[gap:] * b[:-gap] + b[gap:]]),
        )
        gap *= 2
    return np.concatenate([h0[None], a * h0 + b])


def forward(params, x, h0, scan=sequential):
    """The minGRU's states h (T+1, ..., n), and its gates z and candidates h~ (T, ..., n).

    x (T, ..., m), h0 (..., n); scan is sequential or parallel: the same states, the first sooner on one core.
    """
    W_z, W_h, b_z, b_h, x, h0 = fit(f"{WEIGHTS}, x: T ... m, h0: ... n", *parts("params", params), x, h0)
    z, candidate = sigma(x @ W_z.T + b_z), x @ W_h.T + b_h
    return scan(1 - z, z * candidate, h0), z, candidate


def backward(params, x, states, dl, scan=sequential):
    """All gradients, by the same scan backwards: dL/dh_t = dL_t/dh_t + (1 - z_{t+1}) dL/dh_{t+1}.

    states from forward, dl (T+1, ..., n) with dL_t/dh_t in row t -> Params, summed over the batch, and the
    totals dL/dh_t (T+1, ..., n).
    """
    (h, z, candidate), (W_z, *_) = states, params
    dh = scan(1 - z[::-1], dl[-2::-1], dl[-1])[::-1]
    delta_z = rows(dh[1:] * (candidate - h[:-1]) * z * (1 - z))
    delta_h = rows(dh[1:] * z)
    x = rows(np.asarray(x, W_z.dtype))
    return Params(delta_z.T @ x, delta_h.T @ x, delta_z.sum(0), delta_h.sum(0)), dh


def exponential_gates(log_f, log_i, value):
    """A cell with exponential gates, safe from overflow: the sLSTM's C_t / N_t of Beck et al. (2024).

    C_t = f_t C_{t-1} + i_t value_t and N_t = f_t N_{t-1} + i_t, both kept times exp(-m_t) with the running
    maximum m_t = max(log f_t + m_{t-1}, log i_t): the ratio is the same. All (T, ...) -> (T, ...).
    """
    log_f, log_i, value = fit("log_f: T ..., log_i: T ..., value: T ...", log_f, log_i, value)
    C, N, m = np.zeros_like(value[0]), np.zeros_like(value[0]), np.full_like(value[0], -np.inf)
    ratio = np.zeros_like(value)
    for t in range(len(value)):
        m_new = np.maximum(log_f[t] + m, log_i[t])
        keep, write = np.exp(log_f[t] + m - m_new), np.exp(log_i[t] - m_new)
        C, N, m = keep * C + write * value[t], keep * N + write, m_new
        ratio[t] = C / N
    return ratio


def last_marked(rng, T, size=64):
    """Numbers seen only where they are marked, x (T, size, 2), and the number y (size,) that was marked last.

    Inputs are mark * number and mark; a step is marked with probability 1/5, the first one always. The best
    constant errs by 1/12 in mean square. Whoever sums with one decay for all steps mixes older numbers in.
    """
    marks = rng.random((T, size)) < 0.2
    marks[0] = True
    numbers = rng.random((T, size))
    last = T - 1 - marks[::-1].argmax(0)
    return np.stack([marks * numbers, marks], axis=-1), numbers[last, np.arange(size)]


def gradient(w, x, y, selective=True):
    """The mean squared error of v . h_T + c, the minGRU from zero, and its gradients by all weights.

    w is a list of the four of Params, v (n,) and c (1,). Not selective: W_z has gradient 0, so that a network
    which starts from W_z = 0 keeps one decay for each unit, learnt by its b_z.
    """
    *cell, v, c = w
    states = forward(cell, x, np.zeros((x.shape[1], len(v))))
    h = states[0]
    error = h[-1] @ v + c - y
    dl = np.zeros_like(h)
    dl[-1] = 2 / len(y) * np.multiply.outer(error, v)
    gradients, _ = backward(cell, x, states, dl)
    if not selective:
        gradients = gradients._replace(W_z=np.zeros_like(gradients.W_z))
    return (error**2).mean(), [*gradients, 2 / len(y) * error @ h[-1], 2 / len(y) * error.sum(keepdims=True)]
