"""Rows from the CS231n course notes."""

import numpy as np

from ...certificates.oracles import Oracle, exact
from . import Row, Source
from ._networks import (
    bounded,
    by,
    decided,
    grows,
    immediate,
    last,
    matrices,
    nets,
    norm,
    product,
    radius,
    transport,
    turned,
)

SOURCE = Source(
    "Stanford CS231n course notes, *Recurrent Neural Networks*",
    "repository cs231n/cs231n.github.io, rnn.md, commit 3d84654 (April 2026), the newest stored; lines.",
    "Columns. $W$ is $W_{hh}$ and $U$ is $W_{xh}$ there; $\\tanh'$ of a vector stands for a diagonal "
    "matrix. Three slips of typing are not counted: $t_1$ for $t-1$ four times (lines 267 to 270), a letter "
    "e for l (line 175), and a power under a product sign once more (line 243, as C03).",
)


def c01():
    def inputs(rng):
        """one step of 2, 1, 3, 2 and 2 units, the last of each network"""
        return nets(rng)

    def claim(net, scale=lambda net: net.D[-1][:, None]):
        return scale(net) * net.W

    def moved(net):
        return net.h[-1]

    def step(net):
        """dh_T/dh_{T-1}: h_{T-1} is moved by dh."""
        ask = by("dh", moved)["complex step"].formula
        return ask(net)[:, -2]

    return Row(
        "l.225",
        r"\frac{\partial h_t}{\partial h_{t-1}} = \tanh'(W h_{t-1} + U x_t)\,W",
        "$\\tanh'$ of the vector is a diagonal matrix on the left: it scales rows.",
        "true",
        "eq-step-jacobian",
        inputs,
        claim,
        {"complex step": Oracle(step)},
        {
            "columns scaled": lambda net: claim(net, lambda net: net.D[-1]),
            "slope 1 - h": lambda net: claim(net, lambda net: 1 - net.h[-1][:, None]),
        },
    )


def c02():
    def term(net, k):
        g = net.e[-1] @ net.V @ transport(net, len(net.x), k)
        return np.tensordot(g, immediate(net, k), 1)

    def claim(net, read=lambda net: sum(term(net, k) for k in range(1, len(net.x) + 1))):
        return term(net, 1), read(net)

    def truth(net):
        by_copies = by("W", last)["complex step"].formula(net.copied())
        return by_copies[0], by("W", last)["dual numbers"].formula(net)

    return Row(
        "l.231 to 232",
        r"\frac{\partial L_T}{\partial W} = \frac{\partial L_T}{\partial "
        r"h_T}\Bigl(\prod_{t=2}^{T}\frac{\partial h_t}{\partial h_{t-1}}\Bigr)\frac{\partial h_1}{\partial "
        r"W}",
        "The product is the contribution of the first step, as the sentence before announces. The "
        "derivative with respect to $W$ adds such a term for every step; for $h_0 = 0$ the first one is "
        "itself 0.",
        "two readings",
        "eq-double-sum",
        nets,
        claim,
        {"derivative by the first copy of W, and by W": Oracle(truth)},
        {
            "the last term in place of the first": lambda net: (term(net, len(net.x)), claim(net)[1]),
            "the sum from the second step": lambda net: (claim(net)[0], claim(net)[1] - claim(net)[0]),
        },
        {"the first step's term as the whole derivative": lambda net: claim(net, lambda net: term(net, 1))},
        correct=r"\frac{\partial L_T}{\partial W} = \sum_{k=1}^{T}\frac{\partial L_T}{\partial "
        r"h_T}\Bigl(\prod_{t=k+1}^{T}\frac{\partial h_t}{\partial h_{t-1}}\Bigr)\frac{\partial^{+} "
        r"h_k}{\partial W}",
    )


def c03():
    def slopes(net):
        return product([np.eye(len(net.h0)), *(np.diag(d) for d in net.D[1:][::-1])])

    def claim(net, first=1):
        return transport(net, len(net.x), first)

    def power(net, n):
        return np.linalg.matrix_power(net.W, n)

    def under(net):
        n = len(net.x) - 1
        return product([np.eye(len(net.h0)), *(np.diag(d) @ power(net, n) for d in net.D[1:][::-1])])

    def truth(net):
        return by("dh", lambda net: net.h[-1])["complex step"].formula(net)[:, 1]

    return Row(
        "l.233 (the same form in l.243)",
        r"\prod_{t=2}^{T}\tanh'(\cdot)\,W^{\,T-1}",
        "Each factor carries one $W$. $W^{T-1}$ may be pulled out of the product for a single unit only, "
        "and under the product sign it is counted $T-1$ times too often.",
        "misprint",
        "eq-transport",
        nets,
        claim,
        {"complex step": Oracle(truth)},
        {
            "one factor more": lambda net: claim(net, 0),
            "factors in the order of the index": lambda net: product([np.eye(len(net.h0)), *net.J[1:]]),
        },
        {
            "the power pulled out": lambda net: slopes(net) @ power(net, len(net.x) - 1),
            "the power under the product": under,
        },
        correct=r"\prod_{t=T}^{2}\bigl(\tanh'(\cdot)\,W\bigr)",
    )


def pulses(rng):
    """41 steps of 3 units near the origin, with W of norm 0.5, 0.95 and 1.5, orthogonal and sheared"""
    for size in 0.5, 0.95, 1.5:
        for W in np.linalg.qr(rng.normal(size=(3, 3)))[0], np.eye(3) + 3 * np.eye(3, k=1):
            yield size * W / norm(W), 1e-4 * rng.normal(size=(41, 3))


def pulled(W, x):
    """The norm of dh_T/dh_0, the Jacobians multiplied one by one."""
    h, J = np.zeros(3), np.eye(3)
    for x_t in x:
        h = np.tanh(W @ h + x_t)
        J = (1 - h**2)[:, None] * W @ J
    return norm(J)


at_rest = Oracle(lambda W, x: pulled(turned(W), 0 * x), 1e-11)  # by an orthogonal W, where every slope is 1


def c04():
    return Row(
        "l.237",
        r"\tanh' \le 1 \;\Longrightarrow\; \frac{\partial L_t}{\partial W} \to 0 \text{ as } t \text{ grows}",
        "The slope is at most 1. Decay needs the other factor too: it is certain if $\\sigma_{\\max}(W) < "
        "1$. With a larger $W$ the product of Jacobians can grow.",
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
        correct=r"\Bigl\lVert\frac{\partial h_t}{\partial h_k}\Bigr\rVert \le \sigma_{\max}(W)^{t-k}",
    )


def c06():
    return Row(
        "l.246",
        r"\sigma_{\max}(W) > 1 \;\Longrightarrow\; \text{gradients blow up} \quad\text{(no nonlinearity)}",
        "$\\sigma_{\\max} > 1$ is necessary for growth and not sufficient: [[0.5, 10], [0, 0.5]] has "
        "$\\sigma_{\\max} = 10.02$, and its powers vanish. Exponential growth of $W^k$ is equivalent to "
        "$\\rho(W) > 1$; for normal $W$ the two criteria agree.",
        "false",
        "eq-sandwich",
        matrices,
        lambda W: radius(W) > 1,
        {"powers of W": decided(grows)},
        {
            "an entry above 1": lambda W: np.max(abs(W)) > 1,
            "|det W| > 1": lambda W: abs(np.linalg.det(W)) > 1,
        },
        {"the largest singular value above 1": lambda W: norm(W) > 1},
        correct=r"\lVert W^k \rVert \text{ grows exponentially} \iff \rho(W) > 1",
    )


def c07():
    return Row(
        "l.247",
        r"\sigma_{\max}(W) < 1 \;\Longrightarrow\; \text{gradients vanish}",
        "Sufficient, with tanh as without it: the norm of the product falls at least as fast as "
        "$\\sigma_{\\max}^{t-k}$.",
        "true",
        "eq-bound",
        pulses,
        lambda W, x: norm(W) ** len(x),
        {"the norm of the product": bounded(pulled), "attained at rest": at_rest},
        {
            "the spectral radius for the norm": lambda W, x: radius(W) ** len(x),
            "the square": lambda W, x: norm(W) ** (2 * len(x)),
        },
    )


def c09():
    def inputs(rng):
        """50 steps of 2 units whose forget gates lie near 0.5, 0.9 and 0.99"""
        for f in 0.5, 0.9, 0.99:
            yield f + 0.005 * rng.uniform(-1, 1, size=(50, 2)), rng.normal(size=(50, 2))

    def truth(f, written):
        """The cell is linear in its start: moved by one whole unit, in fractions."""
        ends = []
        for start in 0, 1:
            C = exact(np.full(2, start))
            for f_t, w_t in zip(exact(f), exact(written), strict=True):
                C = f_t * C + w_t
            ends.append(C)
        return np.diag((ends[1] - ends[0]).astype(float))

    return Row(
        "l.278 to 306",
        r"C_t = f_t \odot C_{t-1} + i_t \odot g_t: \quad \text{gradients flow along } C \text{ without "
        r"vanishing}",
        "The direct path multiplies by every forget gate: it is open as far as each $f_t$ is near 1. After "
        "50 steps $0.99^{50}$ leaves three fifths, $0.5^{50}$ leaves 9e-16.",
        "true if",
        "eq-gate-path",
        inputs,
        lambda f, written: np.diag(np.prod(f, axis=0)),
        {"the cell, moved at the start": Oracle(truth)},
        {
            "one gate left out": lambda f, written: np.diag(np.prod(f[1:], axis=0)),
            "the last gate to the power 50": lambda f, written: np.diag(f[-1] ** len(f)),
        },
        {"no decay at all": lambda f, written: np.eye(2)},
        correct=r"\text{the direct path is } \prod_{s=k+1}^{t}\operatorname{diag}(f_s)",
    )
