"""Rows from DeepLearning-500-questions."""

import numpy as np

from ...certificates.oracles import Oracle
from . import Row, Source
from ._networks import bounded, by, immediate, last, nets, norm, product, total, transport
from .cs231n import at_rest, pulled, pulses

SOURCE = Source(
    "*DeepLearning-500-questions*, chapter 6",
    "repository scutan90/DeepLearning-500-questions, commit 6087a06 (October 2021), the newest stored; "
    "lines.",
    "Columns, with one sign $\\partial$ for total and immediate derivatives, as is common. $W_s$ is $W$.",
)


def q01():
    def claim(net, derivative=immediate, first=1):
        T, g = len(net.x), net.e[-1] @ net.V
        terms = (np.tensordot(g @ transport(net, T, k), derivative(net, k), 1) for k in range(first, T + 1))
        return sum(terms) + 0 * net.W

    return Row(
        "first section numbered 6.9, l.231 to 233",
        r"\frac{\partial L_t}{\partial W} = \sum_{k=0}^{t}\frac{\partial L_t}{\partial o_t}\,\frac{\partial "
        r"o_t}{\partial h_t}\Bigl(\prod_{j=k+1}^{t}\frac{\partial h_j}{\partial "
        r"h_{j-1}}\Bigr)\frac{\partial h_k}{\partial W}",
        "True if the last factor is the immediate derivative. $k = 0$ adds nothing when $h_0$ is constant; "
        "the worked line for three steps has $k = 1$ to 3.",
        "two readings",
        "eq-double-sum",
        nets,
        claim,
        by("W", last),
        {
            "k from 2": lambda net: claim(net, first=2),
            "the newest term twice": lambda net: claim(net) + claim(net, first=len(net.x)),
        },
        {"the last factor total": lambda net: claim(net, total)},
    )


def q02():
    def inputs(rng):
        """a grid from -6 to 6 with 0, and random points"""
        yield (np.concatenate([np.linspace(-6, 6, 121), rng.normal(size=20)]),)

    def steepest(z):
        z = z + 1e-200j
        return np.array([np.max(np.imag(f) / 1e-200) for f in (1 / (1 + np.exp(-z)), np.tanh(z))])

    return Row(
        "l.251",
        r"\sigma' \in (0, \tfrac14], \qquad \tanh' \in (0, 1]",
        "Both bounds are reached, at 0.",
        "true",
        "eq-sigma-prime",
        inputs,
        lambda z: np.array([0.25, 1.0]),
        {"complex step on a grid": Oracle(steepest)},
        {
            "1/2 for the logistic function": lambda z: np.array([0.5, 1.0]),
            "exchanged": lambda z: np.array([1.0, 0.25]),
        },
    )


def q03():
    def claim(net, turn=-1, J=None):
        factors = net.J if J is None else J(net)
        return product([np.eye(len(net.h0)), *factors[::turn]])

    def truth(net):
        return by("dh", lambda net: net.h[-1])["complex step"].formula(net)[:, 0]

    return Row(
        "l.253 to 260",
        r"\prod_{j=k+1}^{t}\frac{\partial h_j}{\partial h_{j-1}} = \prod_{j=k+1}^{t}\tanh' \cdot W",
        "$\\tanh'$ as a diagonal matrix at step $j$, the newest factor leftmost.",
        "true",
        "eq-transport",
        nets,
        claim,
        {"complex step": Oracle(truth)},
        {
            "factors in the order of the index": lambda net: claim(net, 1),
            "columns scaled": lambda net: claim(net, J=lambda net: net.W * net.D[:, None, :]),
        },
    )


def q04():
    return Row(
        "l.262",
        r"\tanh', \sigma' \le 1 \;\Longrightarrow\; \text{the product is one of small numbers and shrinks "
        r"to } 0",
        "The factor $W$ is left out of the argument. Decay is certain if $\\sigma_{\\max}(W) < 1/\\gamma$; "
        "otherwise the product may grow.",
        "true if",
        "eq-bound",
        pulses,
        lambda W, x: norm(W) ** len(x),
        {"the norm of the product": bounded(pulled), "attained at rest": at_rest},
        {
            "twice as many steps": lambda W, x: norm(W) ** (2 * len(x)),
            "one step more": lambda W, x: norm(W) ** (len(x) + 1),
        },
        {"the slopes alone, without W": lambda W, x: 1.0},
        correct=r"\Bigl\lVert\prod_j\frac{\partial h_j}{\partial h_{j-1}}\Bigr\rVert \le "
        r"\bigl(\gamma\,\sigma_{\max}(W)\bigr)^{t-k}",
    )


def q05():
    def inputs(rng, points=(0.0, 0.5, -1.0, 1.6)):
        """z = 0, 0.5, -1 and 1.6"""
        yield from ((z,) for z in points)

    def far(rng):
        """z = 1.7 and -3"""
        return inputs(rng, (1.7, -3.0))

    def compared(z):
        z = z + 1e-200j
        return bool(np.imag(np.tanh(z)) > np.imag(1 / (1 + np.exp(-z))))

    def differs(claim, truth):
        return float(claim != truth)

    return Row(
        "l.264",
        r"\tanh'(z) > \sigma'(z)",
        "Near 0 only: the slopes cross at $|z| = 1.66$, and further out the logistic function is the "
        "steeper one.",
        "true if",
        "eq-sigma-prime",
        inputs,
        lambda z: True,
        {"complex step": Oracle(compared, 0, differs)},
        {"the other way round": lambda z: False, "only for positive z": lambda z: z > 0},
        outside=far,
    )


def q06():
    def inputs(rng):
        """all of 3 ReLU units active for 1, 10 and 50 steps, W of norm 0.9, 1 and 1.2"""
        for t in 1, 10, 50:
            for size in 0.9, 1.0, 1.2:
                Q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
                yield size * Q, t

    def truth(W, t):
        """dh_t/dh_0 by differences of 1: the units are linear while a large input keeps them active."""
        ends, high = [], 10 * max(1, norm(W)) ** t
        for start in np.zeros(3), *np.eye(3):
            h = start
            for _ in range(t):
                h = np.maximum(W @ h + high, 0) - high  # the input, and the bias of the next step
            ends.append(h)
        return norm(np.array(ends[1:]) - ends[0])

    return Row(
        "l.270",
        r"\mathrm{ReLU}' = 1 \text{ on the right} \;\Longrightarrow\; \text{no vanishing}",
        "On the active side, and then $W$ alone decides: with $\\sigma_{\\max}(W) = 0.9$ the product still "
        "vanishes. A unit that is not active gives exactly 0.",
        "true if",
        "eq-survival",
        inputs,
        lambda W, t: norm(W) ** t,
        {"a start moved by 1": Oracle(truth, 1e-6)},
        {
            "one step less": lambda W, t: norm(W) ** (t - 1),
            "the share of active units, 1/2 per step": lambda W, t: norm(W) ** t / 2**t,
        },
        {"no change of size": lambda W, t: 1.0},
        correct=r"\Bigl\lVert\frac{\partial h_t}{\partial h_0}\Bigr\rVert = \lVert W^{t} \rVert \text{ "
        r"while all units are active}",
    )
