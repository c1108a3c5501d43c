"""What exercises of several pages share: networks on which a mistake is named, and steps of derivations."""

import numpy as np

from rnncourse.rnn import sigma


def network(n, T, m=None):
    """W, states and local loss gradients of a network; with m also its inputs."""

    def draw(rng):
        W = rng.uniform(-3, 3, (n, n))
        x = rng.uniform(-3, 3, (T, m or n))  # wide enough for the slopes to differ from step to step
        U = rng.uniform(-1, 1, (n, m or n))
        h = [rng.uniform(0.1, 0.9, n)]
        for x_t in x:
            h.append(sigma(W @ h[-1] + U @ x_t))
        dl = rng.uniform(-1, 1, (T + 1, n))
        return (W, np.array(h), dl) if m is None else (W, np.array(h), x, dl)

    draw.__doc__ = f"n = {n}, T = {T}"
    return draw


def stretch(n, T, t, k, says=None):
    def draw(rng):
        return *network(n, T)(rng)[:2], t, k

    draw.__doc__ = says
    return draw


def warm(n, T):
    def draw(rng):
        W, h, dl = network(n, T)(rng)
        h_before = rng.uniform(0.1, 0.9, n)
        return W, h_before, h, dl

    draw.__doc__ = f"n = {n}, T = {T}"
    return draw


def two_states(n, says=None):
    """Two successive states of n units."""

    def draw(rng):
        return rng.uniform(0.1, 0.9, n), rng.uniform(0.1, 0.9, n)

    draw.__doc__ = says
    return draw


def unchanged(value, *_):
    return value


def on_rows(s, W):
    return s[:, None] * W


def slope_from_h(h):
    return h * (1 - h)


def triangle(T):
    return [(t, k) for t in range(1, T + 1) for k in range(1, t + 1)]


def chain(J, t, k):
    product = np.eye(len(J[0]))
    for i in range(k + 1, t + 1):
        product = J[i] @ product
    return product
