"""The other answer to forgetting: a readout that looks back at every state, not at the last alone.

    a_t = softmax_t(u . h_t),   answer = sum_t a_t (v . h_t) + c,   t = 1..T

The loss then reaches each h_t directly, on a path without a product over steps. The price: all T states are
kept. Bahdanau, Cho & Bengio (2015) put such a readout on recurrent networks, with a u for each step.
"""

import numpy as np

from . import adding


def weights(kind, n, rng):
    """The weights of adding.weights, with u (n,) before v and c, uniform in +-1/sqrt(n)."""
    *cell, v, c = adding.weights(kind, n, rng)
    return [*cell, rng.uniform(-(n**-0.5), n**-0.5, n), v, c]


def forward(kind, w, x):
    """The states of adding.forward, the attention a (T, B), and the answer (B,), from x (T, B, 2)."""
    *cell, u, v, c = w
    states = adding.forward(kind, [*cell, v, c], x)
    h = (states.h if kind == "LSTM" else states)[1:]
    a = np.exp(h @ u - (h @ u).real.max(0))
    a /= a.sum(0)
    return states, a, (a * (h @ v)).sum(0) + c


def gradient(kind, w, x, y):
    """The mean squared error of a batch, its gradients by all weights, and the gradients by each state.

    x (T, B, 2), y (B,) -> a number, a list of arrays as w, and two arrays (T+1, B, n): the part that comes
    straight from the readout, and the total, with all that comes through later states.
    """
    *cell, u, v, c = w
    states, a, answer = forward(kind, w, x)
    h = states.h if kind == "LSTM" else states
    error, said = answer - y, h[1:] @ v
    by_said = 2 / len(y) * error * a
    by_score = by_said * (said - (a * said).sum(0))
    dl = np.zeros_like(h)
    dl[1:] = np.multiply.outer(by_said, v) + np.multiply.outer(by_score, u)
    by_cell, totals = adding.backward(kind, [*cell, v, c], x, states, dl)
    du, dv = (np.tensordot(by, h[1:], 2) for by in (by_score, by_said))
    return (error**2).mean(), [*by_cell, du, dv, 2 / len(y) * error.sum(keepdims=True)], (dl, totals[0])
