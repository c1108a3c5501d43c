"""Rows from rnn-from-scratch."""

import numpy as np

from . import Row, Source
from ._networks import by, last, nets, outer

SOURCE = Source(
    "Zhou, *An Introduction to Recurrent Neural Networks for Beginners*",
    "repository vzhou842/rnn-from-scratch, rnn.py, commit 68b10bb (2019), the newest stored; lines.",
    "Columns; Whh is $W$, Why is $V$. The loss is read at the last step.",
)


def k02():
    def claim(net, back=lambda W: W.T, slope=lambda h: 1 - h**2):
        d_h, raw = net.V.T @ net.e[-1], []
        for h in net.h[:0:-1]:
            raw.insert(0, slope(h) * d_h)
            d_h = back(net.W) @ raw[0]
        return outer(raw, net.h[:-1])

    return Row(
        "l.57 to 74",
        r"\frac{\partial L}{\partial h_{t-1}} = W\,\bigl[(1 - h_t^2) \odot \frac{\partial L}{\partial "
        r"h_t}\bigr]",
        "The forward pass has $W h_{t-1}$, so the step back needs the transpose (the code has it for $V$). "
        "At the author's starting weights, of size 1/1000, the error is below 1 %, and training begins "
        "well; it grows with the weights.",
        "false",
        "eq-bptt",
        nets,
        claim,
        by("W", last),
        {
            "no step back": lambda net: claim(net, lambda W: 0 * W),
            "slope h (1 - h)": lambda net: claim(net, slope=lambda h: h * (1 - h)),
        },
        {"W, as in the code": lambda net: claim(net, lambda W: W)},
        correct=r"\frac{\partial L}{\partial h_{t-1}} = W^{\top}\bigl[(1 - h_t^2) \odot \frac{\partial "
        r"L}{\partial h_t}\bigr]",
    )


def k16():
    return Row(
        "l.46 to 57",
        r"\frac{\partial L}{\partial V} = \frac{\partial L}{\partial y}\,h_T^{\top}, \qquad \frac{\partial "
        r"L}{\partial h_T} = V^{\top}\frac{\partial L}{\partial y}",
        "One output, from the last state.",
        "true",
        "eq-bptt",
        nets,
        lambda net: np.outer(net.e[-1], net.h[-1]),
        by("V", last),
        {
            "the state before": lambda net: np.outer(net.e[-1], net.h[-2]),
            "transposed": lambda net: np.outer(net.h[-1], net.e[-1]),
        },
    )
