"""Rows from min-char-rnn."""

import numpy as np

from . import Row, Source
from ._networks import Net, by, nets, outer

SOURCE = Source(
    "Karpathy, *min-char-rnn*",
    "the annotated copy weixsong/min-char-rnn, min-char-rnn.py, commit 7cd6372 (2016), the newest stored; "
    "lines.",
    "Columns. Whh is $W$, Wxh is $U$, Why is $V$; hs is $h$ and dy is $\\hat y - y$, the derivative with "
    "respect to the scores.",
)


def classes(rng):
    """T = 1, 4, 5 and 3 steps of 2, 3, 2 and 2 tanh units, a class as target at every step; weights
    normal, in the last network large"""
    for (net,) in nets(rng):
        if len(net.h0) > 1:  # with one class there is nothing to learn
            yield (net._replace(y=np.eye(len(net.h0))[np.argmax(net.y, axis=1)]),)


def softmax(o):
    e = np.exp(o)
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(net: Net):
    """sum_t -log of the share of the right class."""
    o = net.run()[1]
    return (np.log(np.exp(o).sum(axis=1)) - (o * net.y).sum(axis=1)).sum()


def k01():
    def claim(net, turn=False, carry=1.0, slope=lambda h: 1 - h**2):
        dy = softmax(net.run()[1]) - net.y
        h, dh_next, raw = net.h, np.zeros(len(net.h0)), []
        for t in range(len(net.x), 0, -1):
            dh = net.V.T @ dy[t - 1] + carry * dh_next
            raw.insert(0, slope(h[t]) * dh)
            dh_next = (net.W if turn else net.W.T) @ raw[0]
        return outer(raw, h[:-1])

    return Row(
        "l.85 to 110",
        r"\mathrm{d}h = V^{\top}\mathrm{d}y + \mathrm{d}h_{\text{next}},\quad \mathrm{d}h_{\text{raw}} = (1 "
        r"- h^2)\odot\mathrm{d}h,\quad \mathrm{d}W \mathrel{+}= "
        r"\mathrm{d}h_{\text{raw}}\,h_{t-1}^{\top},\quad \mathrm{d}h_{\text{next}} = "
        r"W^{\top}\mathrm{d}h_{\text{raw}}",
        "Before the clipping to $[-5, 5]$.",
        "true",
        "eq-bptt",
        classes,
        claim,
        by("W", cross_entropy, dual=False),
        {
            "W for its transpose": lambda net: claim(net, turn=True),
            "dh_next not added": lambda net: claim(net, carry=0.0),
            "slope 1/(1 - h^2)": lambda net: claim(net, slope=lambda h: 1 / (1 - h**2)),
        },
    )
