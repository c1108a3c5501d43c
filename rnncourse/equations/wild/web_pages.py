"""Rows from single web pages."""

import numpy as np

from ...certificates.oracles import Oracle, by_complex_step, logistic, tanh
from . import Row, Source
from ._networks import decided, grows, matrices, norm, radius
from .pascanu import chain, chains, slope, slopes

SOURCE = Source(
    "Single web pages",
    "stored copies; each row names its address.",
    "Columns, unless a row says otherwise. A page that gives both halves of row C06, with the norm in the "
    "place of the largest singular value, is not counted again.",
)


def w01():
    def claim(W, drive, x0, c, read=lambda W, d: W * d):
        return read(W, slope(chain(W, drive, x0)[-2]))

    def truth(W, drive, x0, c):
        before = chain(W, drive, x0)[-2]
        return slopes(lambda x: W @ np.tanh(x) + drive[-1], before)

    return Row(
        "nadavb.com/Vanishing-Gradients",
        r"x_t = W\sigma(x_{t-1}) + \dots: \quad \frac{\partial x_t}{\partial x_{t-1}} = "
        r"W\operatorname{diag}\bigl(\sigma'(x_{t-1})\bigr)",
        "The page remarks on the transpose of row P04.",
        "true",
        "eq-step-jacobian",
        chains,
        claim,
        {"complex step": Oracle(truth)},
        {
            "W transposed": lambda *a: claim(*a, read=lambda W, d: W.T * d),
            "slopes on the left": lambda *a: claim(*a, read=lambda W, d: d[:, None] * W),
        },
    )


def w02():
    return Row(
        "kshirol-dev/learnAI, DeepLearning/06-recurrent-neural-networks.html, commit 841c199, l.211",
        r"\text{largest eigenvalue below } 1: \text{ gradients shrink; above } 1: \text{ they explode}",
        "For a linear network, with moduli, and in the end. With tanh, saturation can make the gradient "
        "vanish in spite of a large eigenvalue.",
        "true if",
        "eq-sandwich",
        matrices,
        lambda W: radius(W) > 1,
        {"powers of W": decided(grows)},
        {
            "the largest entry": lambda W: np.max(abs(W)) > 1,
            "the determinant": lambda W: abs(np.linalg.det(W)) > 1,
        },
        {"the largest signed eigenvalue": lambda W: np.max(np.real(np.linalg.eigvals(W))) > 1},
    )


def peephole_steps(rng):
    """3 and 5 steps of one peephole LSTM of 2 and 1 units; all that is given is normal, inputs and loss of
    the first 3 and 100 times larger"""
    for T, n, wide, steep in (3, 2, 3, 100), (5, 1, 1, 1):
        yield (
            rng.normal(size=(4, n, n)) * 0.7,
            rng.normal(size=(3, n)),
            wide * rng.normal(size=(T, 4, n)),
            steep * rng.normal(size=(T, n)),
        )


def w05():
    def run(R, p, x, g):
        """The states of an LSTM whose gates see the cell; z, i, f, o in this order."""
        n = len(x[0, 0])
        y, c, seen = np.zeros(n), np.zeros(n), []
        for x_t in x:
            z = tanh(R[0] @ y + x_t[0])
            i = logistic(R[1] @ y + x_t[1] + p[0] * c)
            f = logistic(R[2] @ y + x_t[2] + p[1] * c)
            old_y, old_c = y, c
            c = z * i + f * c
            o = logistic(R[3] @ y + x_t[3] + p[2] * c)
            y = o * tanh(c)
            seen.append((z, i, f, o, c, old_y, old_c))
        return seen

    def loss(R, p, x, g):
        return sum((g_t * s[3] * tanh(s[4])).sum() for g_t, s in zip(g, run(R, p, x, g), strict=True))

    def claim(R, p, x, g, later=1.0, own=1.0):
        dy, dc, di, df, out = (np.zeros(len(p[0])) for _ in range(5))
        out = np.zeros_like(R[2])
        for g_t, (z, i, f, o, c, old_y, old_c) in zip(g[::-1], run(R, p, x, g)[::-1], strict=True):
            dy = dy + g_t
            do = dy * np.tanh(c) * o * (1 - o)
            dc = dy * o * (1 - np.tanh(c) ** 2) + own * p[2] * do + later * (p[0] * di + p[1] * df) + dc
            df = dc * old_c * f * (1 - f)
            di = dc * z * i * (1 - i)
            dz = dc * i * (1 - z**2)
            out = out + np.outer(df, old_y)
            dy = R[0].T @ dz + R[1].T @ di + R[2].T @ df + R[3].T @ do
            dc = dc * f
        return out

    return Row(
        "ProgrammingBishop/python, notebooks/Artificial_Intelligence/Readings/LSTM.ipynb, commit 13febd7; "
        "notes after Greff and others (2017)",
        r"\delta c_t = \delta y \odot o \odot \tanh'(c) + p_o \odot \delta o + p_i \odot \delta i_{t+1} + "
        r"p_f \odot \delta f_{t+1} + \delta c_{t+1} \odot f_{t+1}",
        "The LSTM whose gates see the cell; the letter $o'$ stands for $\\sigma'$ there. Measured on the "
        "recurrent weights of the forget gate.",
        "true",
        "eq-lstm-bptt",
        peephole_steps,
        claim,
        {"complex step": Oracle(lambda R, p, x, g: by_complex_step(lambda R: loss(R, p, x, g), 0, R)[2])},
        {
            "without the next step's gates": lambda *a: claim(*a, later=0.0),
            "without the output gate's peephole": lambda *a: claim(*a, own=0.0),
        },
    )


def w06():
    def inputs(rng, low=0.0):
        """3 ReLU units with W = I and inputs of 0 to 1, all active, 1, 10 and 100 steps"""
        for T in 1, 10, 100:
            yield rng.uniform(low, 1, size=(T, 3)), np.full(3, 0.5)

    def mixed(rng):
        """the same with inputs of -1 to 1"""
        return (a for a in inputs(rng, -1.0) if len(a[0]) > 1)

    def truth(x, h):
        J = np.eye(3)
        for x_t in x:
            z = h + x_t
            h, J = np.maximum(z, 0), (z > 0)[:, None] * J
        return J

    return Row(
        "Le, Jaitly and Hinton (2015), arXiv 1504.00941",
        r"W = I \text{ and ReLU}: \quad \frac{\partial h_t}{\partial h_0} = I",
        "While every unit is active, and at the initial weights.",
        "true if",
        "eq-survival",
        inputs,
        lambda x, h: np.eye(3),
        {"the slopes, step by step": Oracle(truth)},
        {
            "decay of 0.99 per step": lambda x, h: 0.99 ** len(x) * np.eye(3),
            "no derivative": lambda x, h: np.zeros((3, 3)),
        },
        outside=mixed,
    )


def w07():
    return Row(
        "cs-cheatsheet.readthedocs.io, subjects/deep_learning/rnn",
        r"\text{powers of } W \text{ explode if the largest eigenvalue is} > 1, \text{ vanish if it is} < 1",
        "Moduli are meant: with eigenvalues 0.5 and -1.5 the largest is below 1, and the powers explode.",
        "true if",
        "eq-sandwich",
        matrices,
        lambda W: radius(W) > 1,
        {"powers of W": decided(grows)},
        {
            "the norm": lambda W: norm(W) > 1,
            "the sum of the moduli": lambda W: sum(abs(np.linalg.eigvals(W))) > 1,
        },
        {"the largest signed eigenvalue": lambda W: np.max(np.real(np.linalg.eigvals(W))) > 1},
    )
