"""Rows from the RNNLM tutorial."""

import numpy as np

from ...certificates.oracles import Oracle
from . import Row, Source
from ._networks import by, outer
from .min_char_rnn import classes, cross_entropy, softmax

SOURCE = Source(
    "Britz, *Recurrent Neural Networks Tutorial* (WildML)",
    "repository dennybritz/rnn-tutorial-rnnlm, RNNLM.ipynb, commit 344d8ff (2023), the newest stored; lines "
    "of the file.",
    "Columns; $s$ is the state $h$. A comment that counts steps back where the loop counts terms is not a "
    "slip: $n$ steps back give $n + 1$ terms.",
)


def k03():
    def claim(net, truncate=1000, slope=lambda h, k: 1 - h[k - 1] ** 2):
        error, h, out = softmax(net.run()[1]) - net.y, net.h, 0 * net.W
        for t in range(1, len(net.x) + 1):
            delta = net.V.T @ error[t - 1] * (1 - h[t] ** 2)
            for k in range(t, max(0, t - 1 - truncate), -1):
                out = out + outer([delta], [h[k - 1]])
                delta = net.W.T @ delta * slope(h, k)
        return out

    return Row(
        "l.470 to 477",
        r"\delta_t = V^{\top}(\hat y_t - y_t) \odot (1 - h_t^2), \quad \delta_{k-1} = W^{\top}\delta_k "
        r"\odot (1 - h_{k-1}^2), \quad \frac{\partial L}{\partial W} = \sum_t\sum_{k \le "
        r"t}\delta_k\,h_{k-1}^{\top}",
        "The whole gradient where the truncation is at least the length.",
        "true",
        "eq-double-sum",
        classes,
        claim,
        by("W", cross_entropy, dual=False),
        {
            "the slope of step k": lambda net: claim(net, slope=lambda h, k: 1 - h[k] ** 2),
            "truncated after one step": lambda net: claim(net, truncate=1),
        },
    )


def k05():
    def inputs(rng):
        """vocabularies of 8000 and 10 words, 100 and 3 units"""
        yield from ((8000, 100), (10, 3))

    def counted(C, H):
        return sum(np.zeros(shape).size for shape in ((H, C), (C, H), (H, H)))

    return Row(
        "l.208 to 221",
        r"U, V, W \text{ hold } 2HC + H^2 \text{ numbers: } 1\,610\,000 \text{ for } C = 8000, H = 100",
        "There are no biases in this network.",
        "true",
        "eq-rnn",
        inputs,
        lambda C, H: 2 * H * C + H * H,
        {"sizes of the arrays": Oracle(counted)},
        {
            "one matrix between words and units": lambda C, H: H * C + H * H,
            "without W": lambda C, H: 2 * H * C,
        },
    )
