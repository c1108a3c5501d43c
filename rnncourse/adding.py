"""The laboratory of chapter 3: the adding problem, and four networks that learn it from our own gradients.

A network's weights are a list: those of its cell, then v and c of the prediction v . h_T + c. The cell is the
LSTM, or h_t = phi(W h_{t-1} + U x_t + b) with phi = tanh (W random, or orthogonal) or phi = ReLU (W = I: the
IRNN of Le, Jaitly & Hinton 2015).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from . import lstm
from ._arguments import brief, step
from .stored import runs


class Cell(NamedTuple):
    """What one kind of network has of its own; w is the list of the cell's weights."""

    weights: Callable  # n, uniform, rng, forget_bias -> w
    forward: Callable  # w, x, h0 -> the states
    hidden: Callable  # the states -> h (T+1, ..., n)
    backward: Callable  # w, x, the states, dl -> gradients as w, totals


def lstm_cell():
    """Four gates; all biases are 0 but those of the forget gate."""

    def weights(n, uniform, rng, forget_bias):
        return [uniform(n, n + 2) for _ in range(4)] + [np.full(n, forget_bias)] + [np.zeros(n)] * 3

    def backward(w, x, states, dl):
        gradients, *totals = lstm.backward(lstm.Params(*w), x, states, dl)
        return [*gradients], totals

    return Cell(
        weights=weights,
        forward=lambda w, x, h0: lstm.forward(lstm.Params(*w), x, h0, h0),
        hidden=lambda states: states.h,
        backward=backward,
    )


def plain_cell(phi, slope, start):
    """h_t = phi(W h_{t-1} + U x_t + b); slope(h_t) is phi'(z_t), and start(random, orthogonal) is W."""

    def weights(n, uniform, rng, forget_bias):
        random, orthogonal = uniform(n, n), np.linalg.qr(rng.normal(size=(n, n)))[0]
        return [start(random, orthogonal), uniform(n, 2), np.zeros(n)]

    def forward(w, x, h0):
        W, U, b = w
        h = np.concatenate([h0[None], x @ U.T + b])
        for t in range(1, len(h)):
            h[t] = phi(h[t] + h[t - 1] @ W.T)
        return h

    def backward(w, x, h, dl):
        W, dh = w[0], dl.copy()
        delta = slope(h[1:])  # phi'(z_t) until its turn comes
        for t in range(len(x), 0, -1):
            delta[t - 1] *= dh[t]
            dh[t - 1] += delta[t - 1] @ W
        time_and_batch = (tuple(range(x.ndim - 1)),) * 2
        dW, dU = (np.tensordot(delta, a, time_and_batch) for a in (h[:-1], x))
        return [dW, dU, delta.sum(time_and_batch[0])], (dh,)

    return Cell(weights, forward, lambda h: h, backward)


def slope_of_tanh(h):
    return 1 - h**2


CELLS = {
    "LSTM": lstm_cell(),
    "tanh": plain_cell(np.tanh, slope_of_tanh, lambda random, orthogonal: random),
    "orthogonal": plain_cell(np.tanh, slope_of_tanh, lambda random, orthogonal: orthogonal),
    "IRNN": plain_cell(
        lambda z: np.maximum(z, 0), lambda h: (h > 0).astype(float), lambda random, _: np.eye(len(random))
    ),
}


def batch(rng, T, size=64):
    """Numbers and marks x (T, size, 2), and the sum y (size,) of the two numbers that are marked.

    One mark in each half, and so T >= 2. The best constant, 1, errs by 1/6 in mean square. Hochreiter &
    Schmidhuber (1997).
    """
    T = step("T", T, 2)
    x, each = np.zeros((T, size, 2)), np.arange(size)
    x[..., 0] = rng.random((T, size))
    for half in ((0, T // 2), (T // 2, T)):
        x[rng.integers(*half, size), each, 1] = 1
    return x, (x[..., 0] * x[..., 1]).sum(0)


def weights(kind, n, rng, forget_bias=1.0):
    """The weights of a network of n units, uniform in +-1/sqrt(n) where nothing else is said; two inputs.

    kind is "LSTM", "tanh", "orthogonal" or "IRNN" -> a list: the eight of lstm.Params, or W (n, n), U (n, 2)
    and b (n,); then v (n,) and c (1,). ValueError for another kind.
    """
    if kind not in CELLS:
        raise ValueError(f"kind must be one of {', '.join(CELLS)}, got {brief(kind)}")

    def uniform(*shape):
        return rng.uniform(-(n**-0.5), n**-0.5, shape)

    return [*CELLS[kind].weights(n, uniform, rng, forget_bias), uniform(n), np.zeros(1)]


def chrono(w, T, rng, both=True):
    """The weights of an LSTM with half-lives spread up to about T steps: chrono initialisation.

    w from weights("LSTM", ...), T > 2: the forget bias of each unit is ln u, u uniform in (1, T - 1), and the
    input bias -ln u, unless only the forget half is wanted -> a new list. Tallec & Ollivier (2018).
    """
    w = list(w)
    w[4] = np.log(rng.uniform(1, T - 1, w[4].shape)).astype(w[4].dtype)
    w[5] = -w[4] if both else w[5]
    return w


def forward(kind, w, x):
    """The states from x (T, ..., 2), from zero: lstm.States, or h (T+1, ..., n) of the plain network."""
    *cell, v, _ = w
    h0 = np.zeros((*x.shape[1:-1], len(v)), np.result_type(x, w[0]))
    return CELLS[kind].forward(cell, x, h0)


def backward(kind, w, x, states, dl):
    """The gradients of the cell's weights, summed over the batch, and the totals dh and, for the LSTM, dC.

    x (T, ..., 2), states from forward, dl (T+1, ..., n) with dL_t/dh_t in row t -> a list of arrays as w, and
    totals (T+1, ..., n).
    """
    return CELLS[kind].backward(w[:-2], x, states, dl)


def gradient(kind, w, x, y):
    """The mean squared error of a batch, its gradients by all weights, and its totals by the states.

    x (T, B, 2), y (B,) -> a number, a list of arrays as w, and (dh,) or, for the LSTM, (dh, dC), each of
    shape (T+1, B, n).
    """
    *_, v, c = w
    states = forward(kind, w, x)
    h = CELLS[kind].hidden(states)
    error = h[-1] @ v + c - y
    dl = np.zeros_like(h)
    dl[-1] = 2 / len(y) * np.multiply.outer(error, v)  # only the last state is asked
    cell, totals = backward(kind, w, x, states, dl)
    readout = [2 / len(y) * error @ h[-1], 2 / len(y) * error.sum(keepdims=True)]
    return (error**2).mean(), cell + readout, totals


def adam(w, gradients, memory, rate):
    """One step of Adam (Kingma & Ba 2015), the norm of the gradient clipped at 1 (Pascanu et al. 2013).

    w and gradients are lists of arrays of the same shapes; memory is (t, m, s): the number of steps so far,
    and running means of each gradient and of its square -> the new w and the new memory.
    """
    t, m, s = memory
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    gradients = [g / max(norm, 1) for g in gradients]
    t, m = t + 1, [0.9 * a + 0.1 * g for a, g in zip(m, gradients, strict=True)]
    s = [0.999 * a + 0.001 * g**2 for a, g in zip(s, gradients, strict=True)]
    moves = [a / (1 - 0.9**t) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8) for a, b in zip(m, s, strict=True)]
    return [a - rate * move for a, move in zip(w, moves, strict=True)], (t, m, s)


def train(kind, T, n=32, seed=0, rate=0.02, updates=600, forget_bias=1.0):
    """Train n units on fresh batches of 64 sequences of T steps until it is solved, or for so many updates.

    -> the weights, and the mean squared error of each batch. ValueError for another kind than in weights.
    """
    rng = np.random.default_rng(seed)
    w = weights(kind, n, rng, forget_bias)
    return descend(w, lambda w: gradient(kind, w, *batch(rng, T)), rate, updates)


def descend(w, gradient, rate, updates, until=None):
    """Adam from the weights w, until it is solved (or until(losses) holds) or for so many updates.

    gradient(w) draws a batch and returns its loss and gradients, and perhaps more -> the weights, and the
    loss of each batch.
    """
    losses, until = [], until or solved
    memory = 0, [np.zeros_like(a) for a in w], [np.zeros_like(a) for a in w]
    while len(losses) < updates and not until(losses):
        loss, gradients, *_ = gradient(w)
        w, memory = adam(w, gradients, memory, rate)
        losses.append(loss)
    return w, losses


def solved(losses):
    """Whether the mean of the last 20 errors is below 0.01, a sixteenth of what the best constant makes."""
    return len(losses) >= 20 and np.mean(losses[-20:]) < 0.01


def recorded():
    """What the long runs of `python -m benchmarks.memory` gave: training at T = 50, 100 and 200."""
    return runs("memory")


def carousel(w, x, y, k):
    """How far the carousel alone misses the gradient dL/dC_k of a batch, and how long each unit holds.

    -> the relative error of dL/dC_T prod_{s=k+1..T} diag(f_s) for each sequence (eq-gate-path), and the
    half-life of each unit, from the geometric mean of its forget gate (eq-half-life).
    """
    f = forward("LSTM", w, x).f
    *_, (_, dC) = gradient("LSTM", w, x, y)
    frozen = dC[-1] * f[k:].prod(0)
    missed = np.linalg.norm(frozen - dC[k], axis=-1) / np.linalg.norm(dC[k], axis=-1)
    return missed, np.log(2) / -np.log(f).mean((0, 1))
