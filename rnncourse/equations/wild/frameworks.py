"""Rows from the documentation of frameworks."""

import numpy as np

from ...certificates.oracles import Oracle, logistic, lstm_step, tanh
from . import Row, Source

SOURCE = Source(
    "Documentation of PyTorch, TensorFlow, Keras and OpenVINO",
    "pages as stored: docs.pytorch.org (2.14), tensorflow.org, docs.openvino.ai (2024), paddlepaddle.org.cn "
    "(2.3); keras-team/keras, keras/src/layers/rnn/gru.py, commit 3422977 (August 2026), the newest stored.",
    "PyTorch and OpenVINO keep weights as the course does: rows are outputs. TensorFlow and Keras write "
    "rows, $[x, h]\\,W$. PyTorch stacks the gates of an LSTM as i, f, g, o, where $g$ is $\\tilde C$; Keras "
    "stacks them as i, f, c, o. Historical and not counted: an early docstring of LSTMCell "
    "(pytorch/pytorch, commit 0010582) wrote $c_t$ where the new cell is meant, and the shape of a weight "
    "the other way round; the current page is right.",
)


def steps(rng):
    """one step of 2 and 3 units with 3 and 2 inputs; all that is given is normal"""
    for n, m in (2, 3), (3, 2):
        shapes = (4 * n, m), (4 * n, n), (4 * n,), (4 * n,), (m,), (n,), (n,)
        yield tuple(rng.normal(size=shape) for shape in shapes)


def t01():
    def claim(W_ih, W_hh, b_ih, b_hh, x, h, c, order="ifgo", second=1.0, squash=np.tanh):
        z = dict(zip(order, np.split(W_ih @ x + b_ih + W_hh @ h + second * b_hh, 4), strict=True))
        c = logistic(z["f"]) * c + logistic(z["i"]) * np.tanh(z["g"])
        return c, logistic(z["o"]) * squash(c)

    def course(W_ih, W_hh, b_ih, b_hh, x, h, c):
        W = np.split(np.concatenate([W_hh, W_ih], axis=1), 4)
        b = np.split(b_ih + b_hh, 4)
        by_gate = [0, 1, 3, 2]  # of i, f, g, o the course takes f, i, o, c
        W, b = [W[k] for k in (1, 0, 3, 2)], [b[k] for k in (1, 0, 3, 2)]
        assert len(by_gate) == len(W)
        *_, C, h = lstm_step(*W, *b, x, h, c)
        return C, h

    return Row(
        "PyTorch, torch.nn.LSTM",
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh(c_t), \quad \text{two biases "
        r"per gate}",
        "The two biases of a gate act through their sum only.",
        "true",
        "eq-lstm-cell",
        steps,
        claim,
        {"the course's cell": Oracle(course)},
        {
            "gates in the order f, i, g, o": lambda *a: claim(*a, order="figo"),
            "one bias left out": lambda *a: claim(*a, second=0.0),
            "h without tanh": lambda *a: claim(*a, squash=lambda c: c),
        },
    )


def grus(rng):
    """one step of a GRU of 2 and 3 units with 3 and 2 inputs; all that is given is normal"""
    for n, m in (2, 3), (3, 2):
        shapes = (n, m), (n, n), (n,), (n,), (m,), (n,)
        yield *(rng.normal(size=shape) for shape in shapes), rng.uniform(size=n)


def after(U, W, b, c, x, h, r):
    """The candidate with the reset gate after the product."""
    return tanh(U @ x + b + r * (W @ h + c))


def before(U, W, b, c, x, h, r):
    """The candidate with the reset gate before the product."""
    return tanh(U @ x + b + W @ (r * h) + c)


def t02():
    def claim(U, W, b, c, x, h, r, scale=lambda r: r):
        return np.diag(scale(r) * (1 - after(U, W, b, c, x, h, r) ** 2))

    def truth(U, W, b, c, x, h, r):
        columns = [np.imag(after(U, W, b, c + 1e-200j * e, x, h, r)) / 1e-200 for e in np.eye(len(c))]
        return np.array(columns).T

    return Row(
        "PyTorch, torch.nn.GRU",
        r"n_t = \tanh\bigl(W_{in}x + b_{in} + r_t \odot (W_{hn}h_{t-1} + b_{hn})\bigr): \quad "
        r"\frac{\partial n_t}{\partial b_{hn}} = \operatorname{diag}\bigl(r_t \odot (1 - n_t^2)\bigr)",
        "The reset gate acts after the product, so that the two biases of the candidate are not "
        "interchangeable here. It is another unit than $W(r \\odot h)$ unless $r$ is the same in every "
        "unit.",
        "true",
        "eq-lstm-gates",
        grus,
        claim,
        {"complex step": Oracle(truth)},
        {
            "as for b_in": lambda *a: claim(*a, scale=lambda r: 1.0),
            "1 - r": lambda *a: claim(*a, scale=lambda r: 1 - r),
        },
    )


def t03():
    def inputs(rng):
        """one update of 2 and 4 units; all that is given is normal, twice as large for the latter"""
        for n, size in (2, 1), (4, 2):
            shapes = (n, n), (n,), (n,), (n,)
            yield tuple(size * rng.normal(size=shape) for shape in shapes)

    def kept(W, b, h, new):
        z = logistic(W @ h + b)
        return z * h + (1 - z) * new

    def written(W, b, h, new):
        z = logistic(W @ h + b)
        return (1 - z) * h + z * new

    return Row(
        "PyTorch, torch.nn.GRU; d2l, gru.md; PaddlePaddle, gru_unit",
        r"(1 - z) \odot n + z \odot h \;\text{ and }\; (1 - z) \odot h + z \odot n \;\text{ are one family}",
        "Change the sign of every weight and of the bias of the update gate.",
        "true",
        "eq-gate-range",
        inputs,
        lambda W, b, h, new: written(-W, -b, h, new),
        {"the other form": Oracle(kept)},
        {
            "no sign changed": written,
            "the bias keeps its sign": lambda W, b, h, new: written(-W, b, h, new),
        },
    )


def t06():
    def inputs(rng):
        """one step of 2 and 3 units with as many inputs; all that is given is normal"""
        for n in 2, 3:
            shapes = (n,), (n,), (n,), (n,), (2 * n, n), (n,)
            x, h, r, u, W, b = (rng.normal(size=shape) for shape in shapes)
            yield x, h, logistic(r), logistic(u), W, b

    def claim(x, h, r, u, W, b, keep=1.0, swapped=False):
        row = np.concatenate([h * r, x] if swapped else [x, h * r])
        c = np.tanh(row @ W + b)
        return u * h + (1 - u) * c if keep else (1 - u) * h + u * c

    def columns(x, h, r, u, W, b):
        n = len(h)
        c = [
            np.tanh(sum(W[j, i] * x[j] + W[n + j, i] * h[j] * r[j] for j in range(n)) + b[i])
            for i in range(n)
        ]
        return np.array([u[i] * h[i] + (1 - u[i]) * c[i] for i in range(n)])

    return Row(
        "TensorFlow, raw_ops.GRUBlockCell",
        r"c = \tanh\bigl([x,\; h \odot r]\,W_c + b_c\bigr), \quad h_t = (1 - u) \odot c + u \odot h_{t-1}",
        "Row vectors; the reset gate acts before the product.",
        "true",
        "eq-lstm-cell",
        inputs,
        claim,
        {"sums over single weights": Oracle(columns)},
        {
            "[h r, x]": lambda *a: claim(*a, swapped=True),
            "u and 1 - u exchanged": lambda *a: claim(*a, keep=0.0),
        },
    )


def t07():
    def inputs(rng):
        """one step of 2 and 3 units; all that is given is normal"""
        return grus(rng)

    def claim(U, W, b, c, x, h, r, inside=True):
        """Rows, with the weights transposed in the formula."""
        hidden = h[None] @ W.T + c if inside else h[None] @ W.T
        return np.tanh(x[None] @ U.T + r * hidden + (b if inside else b + c))[0]

    return Row(
        "OpenVINO, GRUCell-3",
        r"\text{linear\_before\_reset: } \tilde h = g\bigl(X W^{\top} + r \odot (H R^{\top} + R_b) + "
        r"W_b\bigr)",
        "The variant with the reset gate after the product, in rows; the default of the operation has it "
        "before.",
        "true",
        "eq-lstm-gates",
        inputs,
        claim,
        {"PyTorch's form, in columns": Oracle(after)},
        {
            "the recurrent bias outside": lambda *a: claim(*a, inside=False),
            "the reset gate before the product": before,
        },
    )


def t08():
    def built(U, W, b, c, x, h, r):
        """What reset_after=True computes, weight by weight."""
        n = range(len(h))
        inner = [sum(W[i, j] * h[j] for j in n) + c[i] for i in n]
        return np.array([np.tanh(U[i] @ x + b[i] + r[i] * inner[i]) for i in n])

    return Row(
        "Keras, layers.GRU, class text (l.363 to 366) against argument list and signature (l.442 and 489)",
        r"\text{default variant: } \tilde h = \tanh\bigl(U x + W(r \odot h) + b\bigr)",
        "The sentence on the default variant dates from reset_after=False. The default is True, so the "
        "layer applies the reset gate after the product, as its own argument list says.",
        "misprint",
        "eq-lstm-gates",
        grus,
        after,
        {"the layer's default": Oracle(built)},
        {
            "the recurrent bias outside": lambda U, W, b, c, x, h, r: tanh(U @ x + b + c + r * (W @ h)),
            "no reset gate": lambda U, W, b, c, x, h, r: after(U, W, b, c, x, h, 1 + 0 * r),
        },
        {"the reset gate before the product": before},
        correct=r"\tilde h = \tanh\bigl(U x + b + r \odot (W h + c)\bigr)",
    )
