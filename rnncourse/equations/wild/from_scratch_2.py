"""Rows from the code of Deep Learning from Scratch 2."""

import numpy as np

from ...certificates.oracles import Oracle, logistic, tanh
from . import Row, Source
from ._networks import Unit, by, felt, units

SOURCE = Source(
    "Saito, *Deep Learning from Scratch 2* (code)",
    "repository oreilly-japan/deep-learning-from-scratch-2, commit 842ae31 (August 2024), the newest "
    "stored; lines.",
    "Rows are examples: $t = h_{t-1}W_h + x W_x + b$, so that the weights are the course's transposed. $g$ "
    "is $\\tilde C$; in the GRU, $z = 1$ writes.",
)


def rows(rng):
    """one step for 1 and 3 examples of 2 and 3 units with 3 and 2 inputs; all that is given is normal, at
    last with dh ten times as large"""
    for size, n, m, times in (1, 2, 3, 1), (3, 3, 2, 1), (3, 2, 3, 10):
        shapes = (m, n), (n, n), (n,), (size, m), (size, n)
        yield *(rng.normal(size=shape) for shape in shapes), times * rng.normal(size=(size, n))


def by_step(loss, i):
    """The oracle for the derivative of loss(*arguments) with respect to argument i: the complex step."""

    def truth(*a):
        units = np.eye(a[i].size).reshape(-1, *a[i].shape)
        moved = (loss(*a[:i], a[i] + 1e-200j * e, *a[i + 1 :]) for e in units)
        return np.reshape([np.imag(L) / 1e-200 for L in moved], a[i].shape)

    return {"complex step": Oracle(truth)}


def simple(W_x, W_h, b, x, h, dh):
    return (dh * tanh(h @ W_h + x @ W_x + b)).sum()


def k10():
    def claim(W_x, W_h, b, x, h, dh, slope=lambda h: 1 - h**2, turn=True):
        dt = dh * slope(np.tanh(h @ W_h + x @ W_x + b))
        return dt @ (W_h.T if turn else W_h)

    return Row(
        "common/time_layers.py, l.25 to 30",
        r"\mathrm{d}t = \mathrm{d}h \odot (1 - h^2), \quad \mathrm{d}W_h = h_{t-1}^{\top}\,\mathrm{d}t, "
        r"\quad \mathrm{d}h_{t-1} = \mathrm{d}t\,W_h^{\top}",
        "Rows: the factors stand in the reverse order of the course's. Measured on $\\mathrm{d}h_{t-1}$.",
        "true",
        "eq-bptt",
        rows,
        claim,
        by_step(simple, 4),
        {
            "W for its transpose": lambda *a: claim(*a, turn=False),
            "slope 1 - h": lambda *a: claim(*a, lambda h: 1 - h),
        },
    )


def k11():
    def claim(W_x, W_h, b, x, h, dh, dt=lambda dh, h: dh * (1 - h**2)):
        return h.T @ dt(dh, np.tanh(h @ W_h + x @ W_x + b))

    return Row(
        "issue #26 (open), on l.25",
        r"\mathrm{d}t = \frac{1}{1 - h^2}",
        "The issue proposes this in place of the line above. It is the derivative of the inverse function "
        "at $h$, and the incoming gradient is lost. The line in the book's code is right. Measured on "
        "$\\mathrm{d}W_h$.",
        "false",
        "eq-sigma-prime",
        rows,
        claim,
        by_step(simple, 1),
        {
            "the gradient left out": lambda *a: claim(*a, lambda dh, h: 1 - h**2),
            "divided by the slope": lambda *a: claim(*a, lambda dh, h: dh / (1 - h**2)),
        },
        {"as proposed": lambda *a: claim(*a, lambda dh, h: 1 / (1 - h**2))},
        correct=r"\mathrm{d}t = \mathrm{d}h \odot (1 - h^2)",
    )


def k12():
    def claim(u: Unit, carry=1.0, back="f"):
        f, i, o, _, _, tanh_C = u.values()
        ds = carry * u.to_cell + u.to_state * o * (1 - tanh_C**2)
        return ds * (f if back == "f" else i)

    return Row(
        "common/time_layers.py, l.136 to 145",
        r"\mathrm{d}s = \mathrm{d}C + (\mathrm{d}h \odot o) \odot (1 - \tanh^2 C), \quad \mathrm{d}C_{t-1} "
        r"= \mathrm{d}s \odot f, \quad \mathrm{d}i = \mathrm{d}s \odot g, \;\dots",
        "The path along the cell is there. Measured on $\\mathrm{d}C_{t-1}$; the gates are rows N01 and E09.",
        "true",
        "eq-lstm-bptt",
        units,
        claim,
        by("C_prev", felt),
        {
            "without what comes along the cell": lambda u: claim(u, carry=0.0),
            "the input gate for the forget gate": lambda u: claim(u, back="i"),
        },
    )


def k13():
    def inputs(rng):
        """one step of 2 and 3 units, biases and inputs in one; all that is given is normal, at last with
        dh ten times as large"""
        for n, times in (2, 1), (3, 1), (2, 10):
            shapes = [(n, n)] * 3 + [(n,)] * 4
            yield *(rng.normal(size=shape) for shape in shapes), times * rng.normal(size=n)

    def gates(W_z, W_r, W_h, b_z, b_r, b_h, h):
        z, r = logistic(h @ W_z + b_z), logistic(h @ W_r + b_r)
        return z, r, tanh((r * h) @ W_h + b_h)

    def loss(W_z, W_r, W_h, b_z, b_r, b_h, h, dh):
        z, _, new = gates(W_z, W_r, W_h, b_z, b_r, b_h, h)
        return dh @ ((1 - z) * h + z * new)

    def claim(W_z, W_r, W_h, b_z, b_r, b_h, h, dh, reset=1.0, sign=1.0):
        z, r, new = gates(W_z, W_r, W_h, b_z, b_r, b_h, h)
        dt = dh * z * (1 - new**2)
        d_reset = dt @ W_h.T
        dz = sign * dh * (new - h) * z * (1 - z)
        dr = reset * d_reset * h * r * (1 - r)
        return dh * (1 - z) + r * d_reset + dz @ W_z.T + dr @ W_r.T

    return Row(
        "common/time_layers.py, l.469 to 495",
        r"\mathrm{d}z = \mathrm{d}h \odot (\hat h - h_{t-1}), \quad \mathrm{d}(r \odot h_{t-1}) = "
        r"\mathrm{d}t\,W_{h}^{\top}, \quad \mathrm{d}r = \mathrm{d}(r \odot h_{t-1}) \odot h_{t-1}",
        "$h_t = (1 - z) \\odot h_{t-1} + z \\odot \\hat h$, the reset gate before the product. Measured on "
        "$\\mathrm{d}h_{t-1}$, which gathers them all.",
        "true",
        "eq-lstm-bptt",
        inputs,
        claim,
        by_step(loss, 6),
        {
            "the way through r left out": lambda *a: claim(*a, reset=0.0),
            "the sign of dz": lambda *a: claim(*a, sign=-1.0),
        },
    )


def k14():
    def inputs(rng):
        """two arrays with norms together of 0.5, 4 and 60, the threshold 5"""
        for size in 0.5, 4.0, 60.0:
            a, b = rng.normal(size=3), rng.normal(size=2)
            scale = size / np.sqrt(a @ a + b @ b)
            yield scale * a, scale * b, 5.0

    def claim(a, b, limit, together=True):
        total = np.sqrt(a @ a + b @ b)
        sizes = (total, total) if together else (np.linalg.norm(a), np.linalg.norm(b))
        rates = [min(1, limit / (size + 1e-6)) for size in sizes]
        return rates[0] * a, rates[1] * b

    def nearest(a, b, limit):
        """By bisection, on the ball that is smaller by a hair: one part in 10^6 of its radius over |g|."""
        size = float(np.linalg.norm([*a, *b]))
        low, high, limit = 0.0, 1.0, limit * (1 - 1 / (1 + 1e6 * size))
        for _ in range(60):
            rate = (low + high) / 2
            inside = ((rate * a) ** 2).sum() + ((rate * b) ** 2).sum() < limit**2
            low, high = (rate, high) if inside else (low, rate)
        return low * a, low * b

    return Row(
        "common/util.py, l.184 to 193",
        r"\text{rate} = \frac{\theta}{\lVert g \rVert + 10^{-6}} \text{, applied if it is below } 1",
        "The norm over all parameters together; it ends a hair below $\\theta$.",
        "true",
        "eq-clip",
        inputs,
        claim,
        {"the nearest point of a hair smaller ball": Oracle(nearest)},
        {
            "a norm for each array": lambda *a: claim(*a, together=False),
            "always applied": lambda a, b, limit: tuple(
                limit / np.sqrt(a @ a + b @ b) * part for part in (a, b)
            ),
        },
    )
