"""Rows from Dive into Deep Learning: networks and cells."""

import numpy as np

from ...certificates.oracles import Oracle, exact, tanh
from . import Row, Source
from ._networks import (
    Unit,
    bounded,
    by,
    decided,
)

SOURCE = Source(
    "Zhang, Lipton, Li and Smola, *Dive into Deep Learning*: networks and cells",
    "as above: commit 23d7a5a; files of chapter_recurrent-neural-networks and chapter_recurrent-modern, "
    "with lines.",
    "Minibatches are rows: $H_t = \\phi(X_t W_{xh} + H_{t-1} W_{hh} + b)$, so that every weight is the "
    "transpose of the course's. $U$ is $W_{xh}$ and $W$ is $W_{hh}$.",
)


def d17():
    def inputs(rng):
        """batches of 1 and 3 examples with as many inputs as units, 2 and 3"""
        for size, n in (1, 2), (3, 3):
            yield tuple(rng.normal(size=shape) for shape in ((size, n), (n, n), (size, n), (n, n)))

    def loops(X, U, H, W):
        X, U, H, W = map(exact, (X, U, H, W))
        sums = [
            [
                sum(x * u for x, u in zip(x_row, u_col, strict=True))
                + sum(h * w for h, w in zip(h_row, w_col, strict=True))
                for u_col, w_col in zip(U.T, W.T, strict=True)
            ]
            for x_row, h_row in zip(X, H, strict=True)
        ]
        return np.array(sums, dtype=float)

    def claim(X, U, H, W):
        return np.concatenate([X, H], axis=1) @ np.concatenate([U, W])

    return Row(
        "rnn.md, l.99 and 152 to 156",
        r"X_t U + H_{t-1} W = \begin{bmatrix}X_t & H_{t-1}\end{bmatrix}\begin{bmatrix}U \\ W\end{bmatrix}",
        "Rows: one example per row, so the states stand side by side and the weights are stacked.",
        "true",
        "eq-rnn",
        inputs,
        claim,
        {"sums in fractions": Oracle(loops)},
        {
            "one of the two in the other order": lambda X, U, H, W: claim(H, U, X, W),
            "weights transposed": lambda X, U, H, W: claim(X, U.T, H, W.T),
        },
    )


def d18():
    def inputs(rng):
        """a . x with g along a, sin(a . x) near 0 and anywhere, with any g; steps of 0.1, 0.5 and 5"""
        for f, eta in (lambda s: s, 0.1), (np.sin, 0.5), (lambda s: s, 0.5), (lambda s: s, 5):
            a = rng.normal(size=3)
            yield f, a, -1e-3 * a, a / (1.5 * np.linalg.norm(a)), eta
            yield f, a, *rng.normal(size=(2, 3)), eta

    def change(f, a, x, g, eta):
        return abs(f(a @ x) - f(a @ (x - eta * g)))

    def claim(f, a, x, g, eta, times=1.0, power=1):
        return times * np.linalg.norm(a) * eta * np.linalg.norm(g) ** power

    return Row(
        "rnn-scratch.md, l.467 to 474",
        r"f \text{ Lipschitz with constant } K \;\Longrightarrow\; |f(x) - f(x - \eta g)| \le K\eta\,\lVert "
        r"g\rVert",
        "Every step; the linear functions tried reach the bound.",
        "true",
        "eq-clip",
        inputs,
        claim,
        {
            "the change itself": bounded(change),
            "attained by a . x along a": Oracle(
                lambda f, a, x, g, eta: change(
                    lambda s: s, a, 0 * x, a * np.linalg.norm(g) / np.linalg.norm(a), eta
                )
            ),
        },
        {
            "half of it": lambda *a: claim(*a, times=0.5),
            "the norm squared": lambda *a: claim(*a, power=2),
        },
    )


def d19():
    def inputs(rng):
        """gradients of norm 0.1 to 100, with theta = 1 and 5"""
        for size in 0.1, 0.9, 1.1, 4.0, 100.0:
            for theta in 1.0, 5.0:
                g = rng.normal(size=4)
                yield size * g / np.linalg.norm(g), theta

    def nearest(g, theta):
        """The point of the ball nearest to g, its length found by bisection."""
        low, high = 0.0, 1.0
        if (g * g).sum() <= theta**2:
            return g
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if ((middle * g) ** 2).sum() < theta**2 else (low, middle)
        return low * g

    return Row(
        "rnn-scratch.md, l.510",
        r"g \;\leftarrow\; \min\Bigl(1, \frac{\theta}{\lVert g\rVert}\Bigr)\,g",
        "$g \\ne 0$. The norm never exceeds $\\theta$ and the direction is kept.",
        "true",
        "eq-clip",
        inputs,
        lambda g, theta: min(1, theta / np.linalg.norm(g)) * g,
        {"the nearest point of the ball": Oracle(nearest)},
        {
            "always scaled": lambda g, theta: theta / np.linalg.norm(g) * g,
            "entry by entry": lambda g, theta: np.clip(g, -theta, theta),
        },
    )


def gates(rng):
    """one step of an LSTM of 2 and 3 units with h_{t-1} held fixed; all that is given is normal"""
    for n in 2, 3:
        yield (Unit(*rng.normal(size=(7, n))),)


def d20():
    return Row(
        "lstm.md, l.185",
        r"C_t = f_t \odot C_{t-1} + i_t \odot \tilde C_t, \quad\text{so}\quad "
        r"\frac{\partial^{+}C_t}{\partial C_{t-1}} = \operatorname{diag}(f_t)",
        "The immediate derivative: $h_{t-1}$ is held fixed. The total one has three more paths, through the "
        "gates and the candidate.",
        "true",
        "eq-gate-path",
        gates,
        lambda u: np.diag(u.values()[0]),
        by("C_prev", lambda u: u.values()[4]),
        {
            "the input gate": lambda u: np.diag(u.values()[1]),
            "its slope f (1 - f)": lambda u: np.diag(u.values()[0] * (1 - u.values()[0])),
        },
    )


def d21():
    def inputs(rng):
        """cells that 50 steps of open gates have filled, up to |C| = 5"""
        for C in np.linspace(-5, 5, 9):
            yield np.full(2, C), rng.uniform(0.98, 1, size=2)

    return Row(
        "lstm.md, l.215 to 218",
        r"h_t = o_t \odot \tanh(C_t) \in (-1, 1)",
        "Every entry, however large the cell.",
        "true",
        "eq-lstm-hidden",
        inputs,
        lambda C, o: 1.0,
        {
            "the largest entry": bounded(lambda C, o: np.max(abs(o * np.tanh(C)))),
            "approached by a full cell": Oracle(lambda C, o: np.max(np.tanh(20 + abs(C)))),
        },
        {
            "tanh(1), as if |C| < 1": lambda C, o: np.tanh(1),
            "1/2": lambda C, o: 0.5,
        },
    )


def d22():
    def inputs(rng):
        """old states of size 0.1, 1 and 3, with candidates near their bounds"""
        for size in 0.1, 1.0, 3.0:
            h = size * rng.uniform(-1, 1, size=5)
            yield h, rng.uniform(size=5), tanh(4 * rng.normal(size=5))
            yield h, np.ones(5), tanh(rng.normal(size=5))

    def mixed(h, z, new):
        return np.max(abs(z * h + (1 - z) * new))

    return Row(
        "gru.md, l.105 and 146",
        r"h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde h_t: \quad |h_t| \le \max\bigl(|h_{t-1}|, "
        r"1\bigr)",
        "An average of the old state and a candidate in $(-1, 1)$, entry by entry. The reset gate acts "
        "before the matrix product here.",
        "true",
        "eq-lstm-cell",
        inputs,
        lambda h, z, new: max(np.max(abs(h)), 1),
        {
            "the largest entry": bounded(mixed),
            "approached with the gate at 0 or 1": Oracle(
                lambda h, z, new: max(mixed(h, 0 * z + 1, new), mixed(h, 0 * z, np.tanh(20 + new)))
            ),
        },
        {"1": lambda h, z, new: 1.0, "the old state's size": lambda h, z, new: np.max(abs(h))},
    )


def d23():
    def inputs(rng):
        """layers 2, 3 and 5, with 3 inputs and 4 units"""
        for layer in 2, 3, 5:
            yield layer, 3, 4

    def first(rng):
        """layer 1"""
        yield 1, 3, 4

    def built(layer, d, n):
        """The shape that lets (2, width of the layer below) be multiplied to (2, n)."""
        below = np.ones((2, d if layer == 1 else n))
        return next(
            s for s in ((d, n), (n, n)) if below.shape[1] == s[0] and (below @ np.ones(s)).shape == (2, n)
        )

    return Row(
        "deep-rnn.md, l.57 to 72",
        r"H^{(0)} = X \in \mathbb{R}^{N \times d}, \qquad U^{(l)} \in \mathbb{R}^{n \times n} \text{ for "
        r"every layer}",
        "From the second layer on; in the first layer $U$ is $d \\times n$.",
        "true if",
        "eq-rnn",
        inputs,
        lambda layer, d, n: (n, n),
        {"what can be multiplied": decided(built)},
        {"d rows": lambda layer, d, n: (d, n), "d columns": lambda layer, d, n: (n, d)},
        outside=first,
    )
