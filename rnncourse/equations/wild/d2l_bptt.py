"""Rows from Dive into Deep Learning: backpropagation through time."""

import numpy as np

from ...certificates.oracles import Oracle, exact
from . import Row, Source
from ._networks import (
    by,
    decided,
    immediate,
    linear_nets,
    nets,
    outer,
    part,
    product,
    returned,
    squares,
    total,
    transport,
)

SOURCE = Source(
    "Zhang, Lipton, Li and Smola, *Dive into Deep Learning*: backpropagation through time",
    "repository d2l-ai/d2l-en, commit 23d7a5a (March 2024), the newest stored; lines of "
    "chapter_recurrent-neural-networks/bptt.md.",
    "Sections on one example write columns, sections on minibatches write rows. One sign $\\partial$ serves "
    "for total derivatives (of $h_t$) and immediate ones (of $f$ with $h_{t-1}$ held fixed). $W$ is "
    "$W_{hh}$, $U$ is $W_{hx}$ and $V$ is $W_{qh}$ there; $L$ is the mean over $T$ steps.",
)
BPTT = "l."


def mean(net):
    return squares(net) * (1 / len(net.x))


def final(net):
    return net.h[-1]


def d01():
    def claim(net, derivative=total, scale=None):
        T = len(net.x)
        terms = (net.e[t - 1] @ net.V @ derivative(net, t).reshape(len(net.h0), -1) for t in range(1, T + 1))
        return (sum(terms) * (1 / T if scale is None else scale)).reshape(net.W.shape)

    return Row(
        BPTT + "104",
        r"\frac{\mathrm{d}L}{\mathrm{d}W} = \frac1T\sum_{t=1}^{T}\frac{\partial l_t}{\partial "
        r"o_t}\,\frac{\partial o_t}{\partial h_t}\,\frac{\mathrm{d}h_t}{\mathrm{d}W}",
        "The last factor is the total derivative of $h_t$, as the text says.",
        "true",
        "eq-two-ways",
        nets,
        claim,
        by("W", mean),
        {
            "the immediate derivative of h_t": lambda net: claim(net, immediate),
            "without 1/T": lambda net: claim(net, scale=1.0),
        },
    )


def d02():
    def claim(net, first=immediate, turn=False):
        J = net.J[-1].T if turn else net.J[-1]
        before = total(net, len(net.x) - 1)
        return first(net, len(net.x)) + np.tensordot(J, before, 1)

    return Row(
        BPTT + "120",
        r"\frac{\mathrm{d}h_t}{\mathrm{d}W} = \frac{\partial^{+}h_t}{\partial W} + \frac{\partial "
        r"h_t}{\partial h_{t-1}}\,\frac{\mathrm{d}h_{t-1}}{\mathrm{d}W}",
        "The text writes total derivatives with $h_t$ and immediate ones with $f$ and its arguments. A "
        "reader who takes $h_t$ and $f$ for the same thing is puzzled: [a question on it](#wild-questions).",
        "true",
        "eq-recurrence",
        nets,
        claim,
        by("W", final),
        {
            "both derivatives total": lambda net: claim(net, total),
            "the Jacobian transposed": lambda net: claim(net, turn=True),
        },
    )


def d03():
    def inputs(rng):
        """t = 2, 3 and 5 steps with matrices of 2, 3 and 2 rows"""
        for t, n in (2, 2), (3, 3), (5, 2):
            yield rng.normal(size=(t, n, n)), rng.normal(size=(t, n))

    def claim(c, b, turn=-1, late=0):
        t = len(b)
        eye = np.eye(len(b[0]))
        return b[-1] + sum(product([eye, *c[i + late : t][::turn]]) @ b[i - 1] for i in range(1, t))

    def recursion(c, b):
        c, b = exact(c), exact(b)
        a = b[0]
        for c_t, b_t in zip(c[1:], b[1:], strict=True):
            a = b_t + c_t @ a
        return a.astype(float)

    return Row(
        BPTT + "129",
        r"a_t = b_t + \sum_{i=1}^{t-1}\Bigl(\prod_{j=i+1}^{t}c_j\Bigr)b_i \quad\text{solves}\quad a_t = b_t "
        r"+ c_t\,a_{t-1},\; a_0 = 0",
        "For numbers as it stands. For matrices, which the chapter says it does not set apart, the factors "
        "must be multiplied as $c_t c_{t-1}\\cdots c_{i+1}$.",
        "true if",
        "eq-transport",
        inputs,
        claim,
        {"the recursion in fractions": Oracle(recursion)},
        {
            "one factor too few": lambda c, b: claim(c, b, late=1),
            "b_t left out": lambda c, b: claim(c, b) - b[-1],
        },
        {"factors in the order of the index": lambda c, b: claim(c, b, turn=1)},
    )


def d04():
    def claim(net, derivative=immediate, turn=-1):
        t = len(net.x)
        eye = np.eye(len(net.h0))
        return sum(
            np.tensordot(product([eye, *net.J[i:t][::turn]]), derivative(net, i), 1) for i in range(1, t + 1)
        )

    return Row(
        BPTT + "144",
        r"\frac{\mathrm{d}h_t}{\mathrm{d}W} = \frac{\partial^{+}h_t}{\partial W} + "
        r"\sum_{i=1}^{t-1}\Bigl(\prod_{j=i+1}^{t}\frac{\partial h_j}{\partial "
        r"h_{j-1}}\Bigr)\frac{\partial^{+}h_i}{\partial W}",
        "Each derivative with respect to $W$ on the right is immediate, $h_0$ does not depend on $W$, and "
        "for matrices the newest factor is leftmost.",
        "true if",
        "eq-total-derivative",
        nets,
        claim,
        by("W", final),
        {
            "the total derivative of h_i": lambda net: claim(net, total),
            "the last term alone": lambda net: immediate(net, len(net.x)),
        },
        {"factors in the order of the index": lambda net: claim(net, turn=1)},
    )


def d05():
    def claim(net, p=0.25, jump=None):
        """The mean of z_t over xi = 1/p with probability p, else 0."""
        t = len(net.x)
        jump = 1 / p if jump is None else jump
        back = np.tensordot(net.J[-1], total(net, t - 1), 1)
        return p * (immediate(net, t) + jump * back) + (1 - p) * immediate(net, t)

    return Row(
        BPTT + "197 to 201",
        r"z_t = \frac{\partial^{+}h_t}{\partial W} + \xi_t\,\frac{\partial h_t}{\partial "
        r"h_{t-1}}\,\frac{\mathrm{d}h_{t-1}}{\mathrm{d}W},\quad \mathbb{E}\,\xi_t = 1 \;\Longrightarrow\; "
        r"\mathbb{E}\,z_t = \frac{\mathrm{d}h_t}{\mathrm{d}W}",
        "$\\xi_t$ is $1/\\pi$ with probability $\\pi$ and 0 otherwise; here the mean is taken exactly.",
        "true",
        "eq-recurrence",
        nets,
        claim,
        by("W", final),
        {
            "xi = 1 instead of 1/pi": lambda net: claim(net, jump=1.0),
            "xi = 1/pi squared": lambda net: claim(net, jump=16.0),
        },
    )


def d06():
    tau = 2

    def claim(net, terms=tau + 1, end=immediate):
        t = len(net.x)
        first = max(1, t - terms + 1)
        parts = [np.tensordot(transport(net, t, i), immediate(net, i), 1) for i in range(first + 1, t + 1)]
        return sum(parts) + np.tensordot(transport(net, t, first), end(net, first), 1)

    def recent(net):
        """dh_t/dW with the copies of W older than t - tau held fixed."""
        by_copies = by("W", final)["complex step"].formula(net.copied())
        return by_copies[:, max(0, len(net.x) - tau - 1) :].sum(axis=1)

    return Row(
        BPTT + "166 to 172",
        r"\text{end the sum at}\quad \frac{\partial^{+}h_{t-\tau}}{\partial W}",
        "A truncation is meant and reached if the derivative at which the sum ends is immediate. With the "
        "total one nothing would be dropped. Whether $\\tau$ or $\\tau + 1$ terms remain is left open; the "
        "course keeps $\\tau$.",
        "two readings",
        "eq-truncated",
        nets,
        claim,
        {"copies of W up to t - tau": Oracle(recent)},
        {
            "tau - 1 terms": lambda net: claim(net, terms=tau - 1),
            "the newest term doubled": lambda net: claim(net) + immediate(net, len(net.x)),
        },
        {
            "the derivative at the end total": lambda net: claim(net, end=total),
            "tau terms": lambda net: claim(net, terms=tau),
        },
    )


def d07():
    return Row(
        BPTT + "305",
        r"\frac{\partial L}{\partial o_t} = \frac1T\,\frac{\partial l_t}{\partial o_t}",
        "The loss is the mean over the steps.",
        "true",
        "eq-bptt",
        nets,
        lambda net: net.e / len(net.x),
        by("do", mean),
        {"without 1/T": lambda net: net.e, "the sign": lambda net: -net.e / len(net.x)},
    )


def d08():
    return Row(
        BPTT + "318 to 320",
        r"\frac{\partial L}{\partial V} = \sum_{t=1}^{T}\frac{\partial L}{\partial o_t}\,h_t^{\top}",
        "Gradients are columns of the variable's shape.",
        "true",
        "eq-bptt",
        linear_nets,
        lambda net: outer(net.e, net.h[1:]) / len(net.x),
        by("V", mean),
        {
            "h of the step before": lambda net: outer(net.e, net.h[:-1]) / len(net.x),
            "transposed": lambda net: outer(net.h[1:], net.e) / len(net.x),
            "last step only": lambda net: np.outer(net.e[-1], net.h[-1]) / len(net.x),
        },
    )


def d09():
    return Row(
        BPTT + "335",
        r"\frac{\partial L}{\partial h_T} = V^{\top}\,\frac{\partial L}{\partial o_T}",
        "The last state has one successor, $o_T$.",
        "true",
        "eq-bptt",
        linear_nets,
        lambda net: net.V.T @ net.e[-1] / len(net.x),
        part(by("dh", mean), -1),
        {
            "V for its transpose": lambda net: net.V @ net.e[-1] / len(net.x),
            "the errors of all steps": lambda net: net.V.T @ net.e.sum(0) / len(net.x),
        },
    )


def d10():
    def claim(net, W=None, own=1.0):
        W = net.W.T if W is None else W
        g = returned(net) / len(net.x)
        later = np.array([W @ g_t for g_t in [*g[1:], 0 * g[0]]])
        return later + own * net.e @ net.V / len(net.x)

    return Row(
        BPTT + "347",
        r"\frac{\partial L}{\partial h_t} = W^{\top}\frac{\partial L}{\partial h_{t+1}} + "
        r"V^{\top}\frac{\partial L}{\partial o_t}",
        "The activation is the identity, as the text says; with tanh, $\\operatorname{diag}(1 - h_{t+1}^2)$ "
        "follows $W^{\\top}$.",
        "true",
        "eq-bptt",
        linear_nets,
        claim,
        part(by("dh", mean), slice(1, None)),
        {
            "W for its transpose": lambda net: claim(net, net.W),
            "the step's own loss": lambda net: claim(net, own=0),
        },
    )


def d11():
    def claim(net, late=0, mirrored=True):
        T = len(net.x)

        def term(t, i):
            e = net.e[(T + t - i if mirrored else i) - 1]
            return np.linalg.matrix_power(net.W.T, T - i + late) @ net.V.T @ e / T

        return np.array([sum(term(t, i) for i in range(t, T + 1)) for t in range(1, T + 1)])

    return Row(
        BPTT + "353",
        r"\frac{\partial L}{\partial h_t} = "
        r"\sum_{i=t}^{T}\bigl(W^{\top}\bigr)^{T-i}\,V^{\top}\,\frac{\partial L}{\partial o_{T+t-i}}",
        "The activation is the identity.",
        "true",
        "eq-bptt",
        linear_nets,
        claim,
        part(by("dh", mean), slice(1, None)),
        {
            "one power more": lambda net: claim(net, late=1),
            "o_i for o_(T+t-i)": lambda net: claim(net, mirrored=False),
        },
    )


def d12():
    def inputs(rng):
        """0.9, 1.1, -0.9, -1, -1.1, and complex numbers of modulus 0.9 and 1.27"""
        for lam in 0.9, 1.1, -0.9, -1.0, -1.1, 0.9 * np.exp(2j), 0.9 + 0.9j:
            yield (lam,)

    return Row(
        BPTT + "360 to 361",
        r"\bigl(W^{\top}\bigr)^{k}:\quad \lambda < 1 \text{ vanishes},\; \lambda > 1 \text{ diverges}",
        "Read with moduli: eigenvalues can be negative or complex.",
        "true if",
        "eq-sandwich",
        inputs,
        lambda lam: abs(lam) > 1,
        {"the power 400": decided(lambda lam: abs(lam**400) > 1)},
        {
            "the modulus of the real part": lambda lam: abs(np.real(lam)) > 1,
            "above 2": lambda lam: abs(lam) > 2,
        },
        {"signed numbers in place of moduli": lambda lam: np.real(lam) > 1},
    )


def d13():
    def claim(net, x=None):
        return outer(returned(net), net.x if x is None else x) / len(net.x)

    return Row(
        BPTT + "384 to 386",
        r"\frac{\partial L}{\partial U} = \sum_{t=1}^{T}\frac{\partial L}{\partial h_t}\,x_t^{\top}",
        "$\\partial L/\\partial h_t$ counts every later loss, and the activation is the identity.",
        "true",
        "eq-bptt",
        linear_nets,
        claim,
        by("U", mean),
        {
            "each loss where it falls, not sent back": lambda net: outer(net.e @ net.V, net.x) / len(net.x),
            "inputs in reverse": lambda net: claim(net, net.x[::-1]),
        },
    )


def d14():
    def claim(net):
        return outer(returned(net), net.h[:-1]) / len(net.x)

    def with_total(net):
        net_1 = net.h[:-1]
        T, n = len(net.x), len(net.h0)
        S, out = np.zeros((n, n, n)), 0
        for t in range(1, T + 1):
            S = np.einsum("ia,b->iab", np.eye(n), net_1[t - 1]) + np.tensordot(net.W, S, 1)
            out = out + np.tensordot(returned(net)[t - 1], S, 1)
        return out / T

    return Row(
        BPTT + "387 to 389; also issue #2616",
        r"\frac{\partial L}{\partial W} = \sum_{t=1}^{T}\frac{\partial L}{\partial "
        r"h_t}\,\frac{\partial^{+}h_t}{\partial W} = \sum_{t=1}^{T}\frac{\partial L}{\partial "
        r"h_t}\,h_{t-1}^{\top}",
        "Right with the immediate derivative of $h_t$ in the middle. The section before uses the same "
        "symbol for the total derivative; with that, paths are counted more than once.",
        "two readings",
        "eq-multiplicity",
        linear_nets,
        claim,
        by("W", mean),
        {
            "h_t for h_(t-1)": lambda net: outer(returned(net), net.h[1:]) / len(net.x),
            "transposed": lambda net: claim(net).T,
        },
        {"the total derivative in the middle": with_total},
    )


def d16():
    def inputs(rng, spectra=((1, 0.9, 0.5, 0.1), (-1, 0.9, 0.5, 0.1), (1.2, 1.1, -1, 0.3))):
        """symmetric matrices with |lambda_1| at least 1.09 times the next, the sign of lambda_1 either"""
        for spectrum in spectra:
            Q, _ = np.linalg.qr(rng.normal(size=(4, 4)))
            yield Q, np.array(spectrum), rng.normal(size=4)

    def tied(rng):
        """spectrum (1, -1, 0.5, 0.1): two eigenvalues of the largest modulus"""
        return inputs(rng, ((1, -1, 0.5, 0.1),))

    def iterated(Q, spectrum, x):
        M = Q * spectrum @ Q.T
        for _ in range(600):
            x = M @ x / np.linalg.norm(x)
        x = x / np.linalg.norm(x)
        return np.outer(x, x)

    return Row(
        BPTT + "425 to 428, exercise 1",
        r"M = M^{\top},\; |\lambda_1| \ge |\lambda_2| \ge \dots:\quad M^k x \text{ aligns with } v_1",
        "For a random $x$, and only if $|\\lambda_1| > |\\lambda_2|$ strictly.",
        "true if",
        "eq-dominant-mode",
        inputs,
        lambda Q, spectrum, x: np.outer(Q[:, 0], Q[:, 0]),
        {"600 multiplications": Oracle(iterated, 1e-9)},
        {
            "the second eigenvector": lambda Q, spectrum, x: np.outer(Q[:, 1], Q[:, 1]),
            "the last eigenvector": lambda Q, spectrum, x: np.outer(Q[:, 3], Q[:, 3]),
        },
        outside=tied,
    )
