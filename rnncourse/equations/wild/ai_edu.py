"""Rows from ai-edu."""

import numpy as np

from ...certificates.oracles import Oracle
from . import Row, Source
from ._networks import (
    Net,
    bounded,
    by,
    deltas,
    felt,
    lstms,
    nets,
    norm,
    outer,
    product,
    turned,
    units,
    weighed,
)
from .min_char_rnn import classes, cross_entropy, softmax
from .sequence_models import back

SOURCE = Source(
    "Microsoft, *ai-edu*, basic course, section 20.1, LSTM",
    "repository microsoft/ai-edu, the later full versions b8d3380 and fb24c32, with the numbers printed "
    "there. The newest page (e6d711c) keeps only 20.1.1 and refers to the printed book.",
    "Row vectors: $z_t = h_{t-1}W + x_t U + b$, every weight transposed against the course's. $\\delta$ is "
    "a row. Two slips of an early version, a transpose in (15) and two shapes, were mended by its readers "
    "and are not counted.",
)


def e01():
    def rows_of(net: Net):
        """The same network with its Jacobians in rows: dz_{i+1} = dz_i diag(f'(z_i)) W^T."""
        return [d[:, None] * net.W.T for d in net.D[:-1]]

    def claim(net):
        """dE/dz_1 as a column, from the last step's."""
        delta = net.D[-1] * (net.V.T @ net.e[-1])
        return product([np.eye(len(net.h0)), *rows_of(net)]) @ delta

    def truth(net):
        return by("dz", last_loss)["complex step"].formula(net)[0]

    def last_loss(net):
        e = net.e[-1]
        return (e * e).sum() * 0.5

    def printed(net):
        delta = net.D[-1] * (net.V.T @ net.e[-1])
        return delta @ product([np.eye(len(net.h0)), *rows_of(net)])

    return Row(
        "20.1.1, first formula",
        r"\delta_k^{\top} = \delta_t^{\top}\prod_{i=k}^{t-1}\operatorname{diag}\bigl[f'(z_i)\bigr]\,W",
        "With this chapter's row vectors the product is right, and $\\delta_t^{\\top}$ belongs to its "
        "right; with column vectors each factor would be $W\\operatorname{diag}[f'(z_i)]$. The conclusion "
        "on vanishing is not touched.",
        "misprint",
        "eq-transport",
        nets,
        claim,
        {"complex step": Oracle(truth)},
        {
            "factors in reverse": lambda net: (
                product([np.eye(len(net.h0)), *rows_of(net)[::-1]]) @ (net.D[-1] * (net.V.T @ net.e[-1]))
            ),
            "one factor left out": lambda net: (
                product([np.eye(len(net.h0)), *rows_of(net)[1:]]) @ (net.D[-1] * (net.V.T @ net.e[-1]))
            ),
        },
        {"the error on the left, as printed": printed},
        correct=r"\delta_k^{\top} = "
        r"\prod_{i=k}^{t-1}\bigl(\operatorname{diag}[f'(z_i)]\,W\bigr)\,\delta_t^{\top}",
    )


def e02():
    def inputs(rng):
        """1, 3 and 10 linear units with every weight 0.5 or 0.9, 1 and 20 steps; random weights in (0, 1)"""
        for n in 1, 3, 10:
            for w in 0.5, 0.9:
                for q in 1, 20:
                    yield np.full((n, n), w), q
        yield from ((rng.uniform(size=(n, n)), q) for n, q in ((2, 3), (4, 7)))

    def truth(W, q):
        return norm(np.linalg.matrix_power(W, q))

    return Row(
        "20.1.1, point 1",
        r"0 < w_{ij} < 1 \;\Longrightarrow\; \prod W \to 0",
        "True for one unit. For $n$ units the sum of a row counts: decay is certain if $\\sigma_{\\max}(W) "
        "< 1/\\gamma$, where $\\gamma$ bounds the slope.",
        "true if",
        "eq-bound",
        inputs,
        lambda W, q: norm(W) ** q,
        {
            "the norm of the product": bounded(truth),
            "attained by orthogonal W": Oracle(lambda W, q: truth(turned(W), q), 1e-11),
        },
        {
            "the entry to the power, times n": lambda W, q: len(W) * W[0, 0] ** q / 1.01,
            "half the norm": lambda W, q: (norm(W) / 2) ** q,
        },
        {"the entry to the power": lambda W, q: W[0, 0] ** q},
        correct=r"\lVert W^{q} \rVert \le \sigma_{\max}(W)^{q}",
    )


def e04():
    return Row(
        "(14)",
        r"\frac{\partial\,loss}{\partial z} = \hat y - y",
        "Softmax with cross-entropy.",
        "true",
        "eq-bptt",
        classes,
        lambda net: softmax(net.run()[1]) - net.y,
        by("do", cross_entropy, dual=False),
        {
            "the sign": lambda net: net.y - softmax(net.run()[1]),
            "times the slope": lambda net: (softmax(net.run()[1]) - net.y) * softmax(net.run()[1]),
        },
    )


def e06():
    def inputs(rng):
        """T = 4, 5 and 3 steps of 3, 2 and 2 tanh units, a class as target at every step; weights normal,
        in the last network large"""
        return (a for a in classes(rng) if len(a[0].x) > 1)

    def claim(net, turn=False):
        e = softmax(net.run()[1])[-1] - net.y[-1]
        return e @ (net.V.T if turn else net.V)

    def truth(net):
        return tuple(by("dh", cross_entropy, dual=False)["complex step"].formula(net)[:-3:-1])

    def right(net, back=None):
        e = softmax(net.run()[1]) - net.y
        later = net.W.T @ (net.D[-1] * claim(net)) if back is None else back(net)
        return claim(net), e[-2] @ net.V + later

    return Row(
        "(16)",
        r"\delta_t = \delta^{l}_{h,t} + \delta^{l+1}_{x,t} = (a_t - y_t)\,V^{\top}",
        "The last equality at the last step only, where the text says that $\\delta_{h,t} = 0$; before it, "
        "what comes back from the next step is added. Measured at the last two steps.",
        "true if",
        "eq-bptt",
        inputs,
        right,
        {"complex step": Oracle(truth)},
        {
            "V for its transpose": lambda net: (claim(net, turn=True), right(net)[1]),
            "the sign of what comes back": lambda net: right(
                net, lambda net: -net.W.T @ (net.D[-1] * claim(net))
            ),
        },
        {"the last equality one step earlier": lambda net: right(net, lambda net: 0 * net.h0)},
        correct=r"\delta_t = (a_t - y_t)\,V^{\top} + \delta^{l}_{h,t}",
    )


def e07():
    def claim(u, slope=True, squash=True):
        _, _, o, _, C, tanh_C = u.values()
        return u.to_state * (tanh_C if squash else C) * (o * (1 - o) if slope else 1)

    return Row(
        "(17)",
        r"\delta_{z_o} = \delta_t \odot \tanh(c_t) \odot o_t \odot (1 - o_t)",
        "$\\delta_t$ is the derivative with respect to $h_t$.",
        "true",
        "eq-lstm-delta",
        units,
        claim,
        by("o", felt),
        {
            "the slope left out": lambda u: claim(u, slope=False),
            "c for tanh(c)": lambda u: claim(u, squash=False),
        },
    )


def at_end(rng):
    """LSTMs of T = 1, 4 and 10 steps with a loss at every step, at last a steep one; all else normal"""
    return lstms(rng, lengths=(1, 4, 10))


def e08():
    def claim(net, carry=1.0):
        out, v = deltas(net, carry)
        return outer(out["f"], v)

    return Row(
        "(18) and (37)",
        r"\delta_{c,t} = \delta_t \odot o_t \odot \bigl(1 - \tanh^2 c_t\bigr)",
        "The error that comes back along the cell, $\\delta_{c,t+1} \\odot f_{t+1}$, is not included, so "
        "the gradient is exact at the last step only (and for two steps from a zero start). The network of "
        "section 20.2, four steps, trains nevertheless.",
        "false",
        "eq-lstm-bptt",
        at_end,
        claim,
        by("W_f", weighed),
        {
            "half of the carry": lambda net: claim(net, 0.5),
            "the carry with the sign changed": lambda net: claim(net, -1.0),
        },
        {"without the carry": lambda net: claim(net, 0.0)},
        correct=r"\delta_{c,t} = \delta_{c,t+1} \odot f_{t+1} + \delta_t \odot o_t \odot \bigl(1 - \tanh^2 "
        r"c_t\bigr)",
    )


def e09():
    def claim(u, swap=False):
        first = back(u, "i"), back(u, "f")
        return back(u, "c"), *(first[::-1] if swap else first)

    def truth(u):
        return tuple(by(g, felt)["complex step"].formula(u) for g in "cif")

    return Row(
        "(19) to (21)",
        r"\delta_{z_{\tilde c}} = \delta_c \odot i(1 - \tilde c^2), \quad \delta_{z_i} = \delta_c \odot "
        r"\tilde c \odot i(1 - i), \quad \delta_{z_f} = \delta_c \odot c_{t-1} \odot f(1 - f)",
        "Given the whole $\\delta_c$.",
        "true",
        "eq-lstm-delta",
        units,
        claim,
        {"complex step": Oracle(truth)},
        {
            "the two gates exchanged": lambda u: claim(u, swap=True),
            "without what comes along the cell": lambda u: claim(u._replace(to_cell=0 * u.to_cell)),
        },
    )


def e10():
    def claim(net, steps=slice(None), gate="f"):
        out, v = deltas(net)
        return outer(out[gate][steps], v[steps])

    return Row(
        "(22) to (36)",
        r"\mathrm{d}W_g = \sum_t h_{t-1}^{\top}\,\delta_{z_g,t}, \quad \mathrm{d}U_g = \sum_t "
        r"x_t^{\top}\,\delta_{z_g,t}, \quad \mathrm{d}b_g = \sum_t \delta_{z_g,t}",
        "Rows, given the whole $\\delta$; the sums go over all steps, for the input weights too. Measured "
        "on the forget gate, both weights at once.",
        "true",
        "eq-lstm-dW",
        at_end,
        claim,
        by("W_f", weighed),
        {
            "the last step alone": lambda net: claim(net, slice(-1, None)),
            "the output gate's errors": lambda net: claim(net, gate="o"),
        },
    )
