"""The first page's task: read a list of random numbers, and say at its end which number came first.

Two inputs per step, a number in [0, 1] and a mark, which is 1 in the first step only. The networks and their
gradients are those of the memory laboratory (adding.py).
"""

import numpy as np

from . import adding
from ._arguments import step
from .stored import runs

BEST_CONSTANT = 1 / 12  # the mean squared error of always saying 1/2


def batch(rng, T, size=32, first=None):
    """Numbers and marks x (T, size, 2), and the number y (size,) of the first step: random, or first."""
    x = np.zeros((step("T", T, 1), size, 2))
    x[..., 0] = rng.random((T, size))
    x[0, :, 0] = x[0, :, 0] if first is None else first
    x[0, :, 1] = 1
    return x, x[0, :, 0].copy()


def start(kind, n, T, rng):
    """The weights before training, as adding.weights; the LSTM's forget gates are open for about T steps.

    kind is "LSTM", with chrono initialisation (adding.chrono) where T > 2, or another of adding.weights.
    """
    w = adding.weights(kind, n, rng)
    return adding.chrono(w, T, rng) if kind == "LSTM" and T > 2 else w


def train(kind, T, n=8, seed=0, rate=0.02, updates=600, w=None):
    """Train on fresh batches of 32 lists of T numbers until it is solved, or for so many updates.

    -> the weights, and the mean squared error of each batch.
    """
    rng = np.random.default_rng(seed)
    w = start(kind, n, T, rng) if w is None else w
    return adding.descend(w, lambda w: adding.gradient(kind, w, *batch(rng, T)), rate, updates, solved)


def solved(losses):
    """Whether the mean of the last 20 errors is below 0.001: answers are then about 0.03 away from right."""
    return len(losses) >= 20 and np.mean(losses[-20:]) < 0.001


def answers(kind, w, x):
    """What the network says at the end of each list: x (T, size, 2) -> (size,)."""
    states = adding.forward(kind, w, x)
    return (states.h if kind == "LSTM" else states)[-1] @ w[-2] + w[-1]


def by_hand(T):
    """A plain tanh network of two units whose weights were not learnt: it remembers over T steps, T > 1.

    Unit 0 passes the marked number, and is at -1 in every other step. Unit 1 adds what unit 0 passes, made
    so small that its state q is nearly kept: tanh(q) is about q - q^3 / 3. What T steps take in that way, the
    answer gives back. -> weights of kind "tanh".
    """
    small, slope = 0.003, 0.2
    q = 2 * small  # what unit 1 holds for the number 1/2
    W, U, b = [[0, 0], [small, 1]], [[slope, 8], [0, 0]], [-8 - slope / 2, small]
    v, c = [0, (1 + T * q**2) / (small * slope)], [0.5 - (1 + T * q**2 * 2 / 3) * 2 / slope]
    return [np.array(a, float) for a in (W, U, b, v, c)]


def recorded():
    """What the long runs of `python -m benchmarks.hero` gave."""
    return runs("hero")
