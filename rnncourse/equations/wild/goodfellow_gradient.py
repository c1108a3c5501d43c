"""Rows from Deep Learning, chapter 10: the gradient."""

import numpy as np

from ...certificates.oracles import Oracle
from . import Row, Source
from ._networks import by, nets, outer, part, returned, squares

SOURCE = Source(
    "Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 10.2.2",
    "repository exacity/deeplearningbook-chinese, Chapter10/sequence_modeling_rnn.tex, commit a03e98d: "
    "lines of the translation's source. For every row that is not plainly right, the English text reads the "
    "same.",
    "Columns; $\\nabla_h L$ is a column. The book introduces copies $W^{(t)}$ of the weights: its "
    "$\\nabla_{W^{(t)}}$ is the course's $\\partial^{+}$. $V$ maps the state to the output $o$.",
)


def backwards(net, J=lambda net, t: net.J[t].T, own=1.0):
    """dL/dh_t from dL/dh_{t+1}, one step each, for t = 1..T."""
    g = returned(net)
    T = len(net.x)
    later = np.array([J(net, t) @ g[t] if t < T else 0 * g[0] for t in range(1, T + 1)])
    return later + own * net.e @ net.V


def scores(rng):
    """2, 3 and 7 classes, normal scores, every class once the right one"""
    for n in 2, 3, 7:
        o = 2 * rng.normal(size=n)
        yield from ((o, y) for y in range(n))


def cross_entropy(o, y):
    return np.log(np.exp(o).sum()) - o[y]


def softmax(o):
    return np.exp(o) / np.exp(o).sum()


def slope_by_step(o, y):
    eps = 1e-200
    return np.array([np.imag(cross_entropy(o + 1j * eps * e, y)) / eps for e in np.eye(len(o))])


def g01():
    return Row(
        "l.342 to 344",
        r"\bigl(\nabla_{o} L\bigr)_i = \hat y_i - \mathbf{1}_{i = y}",
        "Softmax with the negative log-likelihood.",
        "true",
        "eq-bptt",
        scores,
        lambda o, y: softmax(o) - np.eye(len(o))[y],
        {"complex step": Oracle(slope_by_step)},
        {
            "the sign": lambda o, y: np.eye(len(o))[y] - softmax(o),
            "times y(1 - y)": lambda o, y: (softmax(o) - np.eye(len(o))[y]) * softmax(o) * (1 - softmax(o)),
        },
    )


def g02():
    return Row(
        "l.349",
        r"\nabla_{h_T} L = V^{\top}\,\nabla_{o_T} L",
        "The last state has one successor.",
        "true",
        "eq-bptt",
        nets,
        lambda net: net.V.T @ net.e[-1],
        part(by("dh", squares), -1),
        {
            "V for its transpose": lambda net: net.V @ net.e[-1],
            "the errors of all steps": lambda net: net.V.T @ net.e.sum(0),
        },
    )


def g03():
    return Row(
        "l.354 to 355",
        r"\nabla_{h_t} L = \Bigl(\frac{\partial h_{t+1}}{\partial h_t}\Bigr)^{\top}\nabla_{h_{t+1}} L + "
        r"\Bigl(\frac{\partial o_t}{\partial h_t}\Bigr)^{\top}\nabla_{o_t} L",
        "Numerator layout: the Jacobian has a row per output.",
        "true",
        "eq-bptt",
        nets,
        backwards,
        part(by("dh", squares), slice(1, None)),
        {
            "the Jacobian for its transpose": lambda net: backwards(net, lambda net, t: net.J[t]),
            "the step's own loss left out": lambda net: backwards(net, own=0.0),
        },
    )


def g04():
    def scaled_first(net, t):
        return net.W.T * net.D[t]

    return Row(
        "l.356 to 357",
        r"\nabla_{h_t} L = W^{\top}\bigl(\nabla_{h_{t+1}} L\bigr)\operatorname{diag}\bigl(1 - "
        r"h_{t+1}^2\bigr) + V^{\top}\nabla_{o_t} L",
        "The diagonal matrix belongs between $W^{\\top}$ and the gradient. Read as an entrywise product "
        "with the gradient, the line is right; read as a scaling of the whole product, it is not.",
        "misprint",
        "eq-bptt",
        nets,
        lambda net: backwards(net, scaled_first),
        part(by("dh", squares), slice(1, None)),
        {
            "W for its transpose": lambda net: backwards(net, lambda net, t: net.W * net.D[t]),
            "the slope of step t": lambda net: backwards(net, lambda net, t: net.W.T * net.D[t - 1]),
        },
        {
            "the diagonal matrix after the product": lambda net: backwards(
                net, lambda net, t: (net.W * net.D[t]).T
            )
        },
        correct=r"\nabla_{h_t} L = W^{\top}\operatorname{diag}\bigl(1 - h_{t+1}^2\bigr)\nabla_{h_{t+1}} L + "
        r"V^{\top}\nabla_{o_t} L",
    )


def g05():
    return Row(
        "l.373 to 374",
        r"\nabla_{c} L = \sum_t \nabla_{o_t} L",
        "$c$ is the bias of the output.",
        "true",
        "eq-bptt",
        nets,
        lambda net: net.e.sum(0),
        by("c", squares),
        {"last step only": lambda net: net.e[-1], "the mean": lambda net: net.e.mean(0)},
    )


def g06():
    return Row(
        "l.375 to 376",
        r"\nabla_{b} L = \sum_t \operatorname{diag}\bigl(1 - h_t^2\bigr)\,\nabla_{h_t} L",
        "The Jacobian is the one with respect to the copy $b^{(t)}$.",
        "true",
        "eq-lstm-dW",
        nets,
        lambda net: (net.D * returned(net)).sum(0),
        by("b", squares),
        {
            "the slope left out": lambda net: returned(net).sum(0),
            "losses not sent back": lambda net: (net.D * (net.e @ net.V)).sum(0),
        },
    )


def g07():
    return Row(
        "l.377 to 378",
        r"\nabla_{V} L = \sum_t \bigl(\nabla_{o_t} L\bigr)\,h_t^{\top}",
        "An outer product per step.",
        "true",
        "eq-bptt",
        nets,
        lambda net: outer(net.e, net.h[1:]),
        by("V", squares),
        {
            "h of the step before": lambda net: outer(net.e, net.h[:-1]),
            "transposed": lambda net: outer(net.h[1:], net.e),
        },
    )


def g08():
    return Row(
        "l.367 to 381",
        r"\nabla_{W} L = \sum_t \operatorname{diag}\bigl(1 - h_t^2\bigr)\bigl(\nabla_{h_t} "
        r"L\bigr)\,h_{t-1}^{\top}",
        "Every use of $W$ is a copy $W^{(t)}$; the sum is over the copies.",
        "true",
        "eq-copies",
        nets,
        lambda net: outer(net.D * returned(net), net.h[:-1]),
        by("W", squares),
        {
            "h_t for h_(t-1)": lambda net: outer(net.D * returned(net), net.h[1:]),
            "losses not sent back": lambda net: outer(net.D * (net.e @ net.V), net.h[:-1]),
        },
    )


def g09():
    return Row(
        "l.382 to 384",
        r"\nabla_{U} L = \sum_t \operatorname{diag}\bigl(1 - h_t^2\bigr)\bigl(\nabla_{h_t} "
        r"L\bigr)\,x_t^{\top}",
        "As for $W$, with the input in the place of the old state.",
        "true",
        "eq-bptt",
        nets,
        lambda net: outer(net.D * returned(net), net.x),
        by("U", squares),
        {
            "the slope left out": lambda net: outer(returned(net), net.x),
            "inputs in reverse": lambda net: outer(net.D * returned(net), net.x[::-1]),
        },
    )
