"""Rows from On the difficulty of training recurrent neural networks."""

import numpy as np

from ...certificates.oracles import Dual, Oracle, exact
from . import Row, Source
from ._networks import (
    bounded,
    decided,
    grows,
    norm,
    product,
    radius,
    turned,
)

SOURCE = Source(
    "Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks* (ICML 2013)",
    "two independent transcriptions of the proceedings text, the arXiv version 1211.5063 as a formalisation "
    "quotes it, and the authors' code (pascanur/trainingRNNs, RNN.py, commit 3f5df3f, lines 158 and 195 to "
    "207); no original PDF was seen. Sections and numbers are the paper's.",
    "The state is the pre-activation: $x_t = W\\sigma(x_{t-1}) + U u_t + b$, and $h_t = \\sigma(x_t)$. "
    "Gradients are rows, $\\partial^{+}$ is immediate. $\\lambda_1$ is the largest singular value in the "
    "nonlinear part. The last sign of (6) should be an equality; it is not counted.",
)


def chain(W, drive, x0, f=np.tanh):
    """x_0..x_T of x_t = W f(x_{t-1}) + drive_t."""
    x = [x0]
    for d in drive:
        x.append(W @ f(x[-1]) + d)
    return x


def slope(x):
    return 1 - np.tanh(x) ** 2


def chains(rng):
    """T = 1, 2, 4 and 5 steps of 2, 1, 3 and 2 units; all that is given is normal; and 3 steps of large W
    from states near 0"""

    def drawn(T, n):
        shapes = (n, n), (T, n), (n,), (T, n)
        return (size * rng.normal(size=shape) for size, shape in zip((0.8, 1, 1, 1), shapes, strict=True))

    for T, n in (1, 2), (2, 1), (4, 3), (5, 2):
        yield tuple(drawn(T, n))
    W, drive, x0, c = drawn(3, 2)
    yield np.add(0.1 * W, [[2, -2], [-1, 1]]), 0.02 * drive, 0.02 * x0, c


def loss(W, drive, x0, c):
    """sum_t c_t . x_t: dE_t/dx_t = c_t."""
    return sum(c_t @ x_t for c_t, x_t in zip(c, chain(W, drive, x0)[1:], strict=True))


def slopes(f, a):
    """df/da by the complex step."""
    units = np.eye(a.size).reshape(a.size, *a.shape)
    columns = [np.imag(f(a + 1e-200j * e)) / 1e-200 for e in units]
    return np.moveaxis(np.array(columns), 0, -1).reshape(*np.shape(columns[0]), *a.shape)


def p01():
    def first(W, drive, x0, c):
        return np.tanh(np.array(chain(W, drive, x0)[1:]))

    def second(W, drive, x0, c, late=0):
        h = [np.tanh(x0)]
        for d in drive:
            h.append(np.tanh(W @ h[-1] + d))
        return np.array(h[1:])

    return Row(
        "sec. 1.1, footnote 1",
        r"x_t = W\sigma(x_{t-1}) + \dots \;\text{ and }\; h_t = \sigma(W h_{t-1} + \dots) \text{ behave "
        r"alike}",
        "With $h_t = \\sigma(x_t)$, at $t = 0$ too, and the loss read from $\\sigma(x_t)$.",
        "true",
        "eq-rnn",
        chains,
        first,
        {"the other recursion": Oracle(second)},
        {
            "x_t itself": lambda W, drive, x0, c: np.array(chain(W, drive, x0)[1:]),
            "started at x_0 for sigma(x_0)": lambda W, drive, x0, c: second(
                W, drive, np.arctanh(np.tanh(x0) / 2), c
            ),
        },
    )


def jacobians(W, drive, x0):
    """dx_t/dx_{t-1} for t = 1..T."""
    return [W * slope(x) for x in chain(W, drive, x0)[:-1]]


def p02():
    def claim(W, drive, x0, c, late=0, total=False):
        x, J, out = chain(W, drive, x0), jacobians(W, drive, x0), 0
        for t in range(1, len(x)):
            for k in range(1 + late, t + 1):
                row = c[t - 1] @ product([np.eye(len(x0)), *J[k:t][::-1]])
                out = out + (t - k + 1 if total else 1) * np.outer(row, np.tanh(x[k - 1]))
        return out + 0 * W

    return Row(
        "sec. 1.1, (3) and (4)",
        r"\frac{\partial E_t}{\partial W} = \sum_{1 \le k \le t}\frac{\partial E_t}{\partial "
        r"x_t}\,\frac{\partial x_t}{\partial x_k}\,\frac{\partial^{+} x_k}{\partial W}",
        "The paper defines $\\partial^{+}$; $x_0$ does not depend on $W$.",
        "true",
        "eq-double-sum",
        chains,
        claim,
        {"complex step": Oracle(lambda W, drive, x0, c: slopes(lambda W: loss(W, drive, x0, c), W))},
        {
            "k from 2": lambda *a: claim(*a, late=1),
            "term k counted t - k + 1 times": lambda *a: claim(*a, total=True),
        },
    )


def p03():
    def claim(W, drive, x0, c, turn=-1, late=0):
        return product([np.eye(len(x0)), *jacobians(W, drive, x0)[late:][::turn]])

    return Row(
        "sec. 1.1, (5), first equality",
        r"\frac{\partial x_t}{\partial x_k} = \prod_{t \ge i > k}\frac{\partial x_i}{\partial x_{i-1}}",
        "$t - k$ factors, the newest leftmost.",
        "true",
        "eq-transport",
        chains,
        claim,
        {"complex step": Oracle(lambda W, drive, x0, c: slopes(lambda x: chain(W, drive, x)[-1], x0))},
        {
            "factors in the order of the index": lambda *a: claim(*a, turn=1),
            "one factor too few": lambda *a: claim(*a, late=1),
        },
    )


def p04():
    def claim(W, drive, x0, c, read=lambda W, d: W * d):
        return read(W, slope(chain(W, drive, x0)[-2]))

    def truth(W, drive, x0, c):
        before = chain(W, drive, x0)[-2]
        return slopes(lambda x: W @ np.tanh(x) + drive[-1], before)

    return Row(
        "sec. 1.1, (5), second equality; again in sec. 2.1",
        r"\frac{\partial x_i}{\partial x_{i-1}} = W^{\top}\operatorname{diag}\bigl(\sigma'(x_{i-1})\bigr)",
        "With (2) in columns the Jacobian is $W\\operatorname{diag}(\\sigma'(x_{i-1}))$. The transpose "
        "belongs to the row form $x_t = \\sigma(x_{t-1})W$, the form of the authors' own code. Bounds and "
        "conclusions rest on the norm, which $W$ and $W^{\\top}$ share. Others have noted it before "
        "(nadavb.com/Vanishing-Gradients; Cross Validated, question 330448).",
        "misprint",
        "eq-step-jacobian",
        chains,
        claim,
        {"complex step": Oracle(truth)},
        {
            "slopes on the left": lambda *a: claim(*a, read=lambda W, d: d[:, None] * W),
            "no slopes": lambda *a: claim(*a, read=lambda W, d: W),
        },
        {"W transposed": lambda *a: claim(*a, read=lambda W, d: W.T * d)},
        correct=r"\frac{\partial x_i}{\partial x_{i-1}} = W\operatorname{diag}\bigl(\sigma'(x_{i-1})\bigr)",
    )


def p05():
    def claim(W, drive, x0, c, h=np.tanh):
        return np.einsum("ia,b->iab", np.eye(len(x0)), h(chain(W, drive, x0)[-2]))

    def truth(W, drive, x0, c):
        before = np.tanh(chain(W, drive, x0)[-2])
        return slopes(lambda W: W @ before + drive[-1], W)

    return Row(
        "sec. 1.1, after (5)",
        r"\frac{\partial^{+} x_{k,i}}{\partial W_{ij}} = \sigma(x_{k-1})_j, \text{ all other entries } 0",
        "The derivative of component $i$ has $\\sigma(x_{k-1})$ in its row $i$.",
        "true",
        "eq-immediate",
        chains,
        claim,
        {"complex step": Oracle(truth)},
        {
            "x for sigma(x)": lambda *a: claim(*a, h=lambda x: x),
            "the slope for sigma": lambda *a: claim(*a, h=slope),
        },
    )


def spectra(rng):
    """sheared, nilpotent, turned and random matrices, of radius 0.5 to 1.2; of radius 1 a diagonal one"""
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    some = [[[0, 2], [0, 0]], [[0.5, 10], [0, 0.5]], [[-1.1, 0], [0, 0.5]], [[0.7, 0.5], [0.5, 0.7]]]
    yield from ((np.array(W, dtype=float),) for W in [*some, [[-1, 0], [0, 0.5]]])
    yield from ((r * turn,) for r in (0.9, 1.05))
    for r in 0.8, 1.2:
        W = rng.normal(size=(3, 3))
        yield (r * W / radius(W),)


def jordan(rng):
    """[[1, 1], [0, 1]]"""
    yield (np.array([[1.0, 1], [0, 1]]),)


def p06():
    return Row(
        "sec. 2.1, linear case",
        r"\rho(W) < 1 \text{ suffices for long-term terms to vanish}",
        "In the end; the norm of $W^k$ may rise first.",
        "true",
        "eq-sandwich",
        spectra,
        lambda W: radius(W) > 1,
        {"the power 4000": decided(grows)},
        {
            "all entries below 1": lambda W: np.max(abs(W)) > 1,
            "the determinant below 1": lambda W: abs(np.linalg.det(W)) > 1,
        },
    )


def p07():
    return Row(
        "sec. 2.1, linear case",
        r"\rho(W) > 1 \text{ is necessary for them to explode}",
        "Exponential growth is meant: at $\\rho = 1$ a Jordan block still grows like $t$.",
        "true if",
        "eq-jordan",
        spectra,
        lambda W: radius(W) > 1 + 1e-9,
        {"the power 4000": decided(grows)},
        {
            "the norm above 1": lambda W: norm(W) > 1,
            "the trace above 2": lambda W: abs(np.trace(W)) > 2,
        },
        outside=jordan,
    )


def steep(rng):
    """chains of 1, 4 and 12 steps whose slopes reach 1; W orthogonal of norm 0.5 and 0.999, others of 0.9"""
    for T in 1, 4, 12:
        for size, shear in (0.5, 0), (0.9, 1), (0.999, 0):
            W = np.linalg.qr(rng.normal(size=(3, 3)))[0] + shear * np.eye(3, k=1)
            yield size * W / norm(W), 1e-3 * rng.normal(size=(T, 3)), np.zeros(3), rng.normal(size=3)


def p09():
    def claim(W, drive, x0, g, fewer=0):
        return np.max(np.linalg.svd(W)[1]) ** (len(drive) + fewer) * np.linalg.norm(g)

    def truth(W, drive, x0, g):
        return np.linalg.norm(slopes(lambda x: g @ chain(W, drive, x)[-1], x0))

    return Row(
        "sec. 2.1, (7)",
        r"\Bigl\lVert\frac{\partial E_t}{\partial x_t}\prod_{i=k}^{t-1}\frac{\partial x_{i+1}}{\partial "
        r"x_i}\Bigr\rVert \le \eta^{t-k}\,\Bigl\lVert\frac{\partial E_t}{\partial x_t}\Bigr\rVert",
        "$\\eta$ bounds the norm of every factor; here $\\eta = \\sigma_{\\max}(W)\\max\\tanh'$.",
        "true",
        "eq-bound",
        steep,
        claim,
        {
            "complex step": bounded(truth),
            "attained at rest by orthogonal W": Oracle(
                lambda W, drive, x0, g: truth(turned(W), 0 * drive, 0 * x0, g), 1e-11
            ),
        },
        {
            "one factor more": lambda *a: claim(*a, fewer=1),
            "without the norm of the gradient": lambda W, drive, x0, g: claim(
                W, drive, x0, g / np.linalg.norm(g)
            ),
        },
    )


def p10():
    def inputs(rng):
        """tanh and the logistic function, on a grid with 0 and at random points"""
        for name in "tanh", "logistic":
            yield name, np.concatenate([np.linspace(-6, 6, 121), rng.normal(size=20)])

    functions = {"tanh": np.tanh, "logistic": lambda z: 1 / (1 + np.exp(-z))}

    def steepest(name, z):
        return np.max(np.imag(functions[name](z + 1e-200j)) / 1e-200)

    return Row(
        "sec. 2.1",
        r"\max\tanh' = 1, \qquad \max\sigma' = \tfrac14",
        "The paper's $\\gamma$. $\\lambda_1 > 1/\\gamma$ is stated as necessary for explosion, and it is no "
        "more than that.",
        "true",
        "eq-sigma-prime",
        inputs,
        lambda name, z: {"tanh": 1.0, "logistic": 0.25}[name],
        {"complex step on a grid": Oracle(steepest)},
        {
            "1/2 for the logistic function": lambda name, z: {"tanh": 1.0, "logistic": 0.5}[name],
            "the values exchanged": lambda name, z: {"tanh": 0.25, "logistic": 1.0}[name],
        },
    )


def p11():
    def inputs(rng):
        """t = 2, 3 and 10, with w = 0.7, -1.1 and 1.3"""
        for t in 2, 3, 10:
            for w in 0.7, -1.1, 1.3:
                yield w, float(rng.normal()), t

    def truth(w, x0, t):
        """Numbers with two derivatives: a Dual whose parts are Duals."""
        x, w = Dual(Dual(x0)), Dual(Dual(w, 1.0), Dual(1.0))
        for _ in range(t):
            x = x * w
        return np.array([x.value.slope, x.slope.slope])

    def claim(w, x0, t, second=lambda t: t * (t - 1)):
        return np.array([t * x0 * w ** (t - 1), second(t) * x0 * w ** (t - 2)])

    return Row(
        "sec. 2.3, after (8)",
        r"x_t = x_0 w^{t}: \quad \frac{\partial x_t}{\partial w} = t\,x_0\,w^{t-1}, \quad \frac{\partial^2 "
        r"x_t}{\partial w^2} = t(t-1)\,x_0\,w^{t-2}",
        "One linear unit without bias: where the first derivative explodes, so does the second.",
        "true",
        "eq-power",
        inputs,
        claim,
        {"dual numbers of dual numbers": Oracle(truth)},
        {
            "t squared": lambda *a: claim(*a, second=lambda t: t * t),
            "t (t + 1)": lambda *a: claim(*a, second=lambda t: t * (t + 1)),
        },
    )


def p12():
    def inputs(rng, drives=(0.0,)):
        """2 and 3 units, W of norm 0.5 and 0.9, no constant drive, three starts"""
        for n, size in (2, 0.5), (3, 0.9):
            W = rng.normal(size=(n, n))
            for drive in drives:
                for _ in range(3):
                    yield size * W / norm(W), np.full(n, drive), 3 * rng.normal(size=n)

    def driven(rng):
        """the same with a constant drive of 0.5 per unit"""
        return inputs(rng, (0.5,))

    def settled(W, drive, x):
        return chain(W, [drive] * 3000, x)[-1]

    def apart(a, b):
        return float(np.max(abs(a - b))) if np.shape(a) == np.shape(b) else np.inf

    return Row(
        "sec. 3.1",
        r"\lambda_1 < 1: \text{ one point attractor, at the origin}",
        "At the origin if $\\sigma(0) = 0$ and nothing drives the net constantly; that there is only one "
        "holds in any case.",
        "true if",
        "eq-fold",
        inputs,
        lambda W, drive, x: 0 * x,
        {"3000 steps": Oracle(settled, 1e-12, apart)},
        {
            "the start": lambda W, drive, x: x,
            "the first step's state": lambda W, drive, x: W @ np.tanh(x),
        },
        outside=driven,
    )


def p13():
    def inputs(rng):
        """2 and 3 linear units of radius 0 to 1, starts 2 and -2, driven constantly"""
        for n in 2, 3:
            for r in 0.5, 0.95:
                W = rng.normal(size=(n, n))
                yield r * W / radius(W), np.ones(n), lambda x: x
        yield np.diag([-1.0, 0.5]), np.ones(2), lambda x: x
        yield np.array([[1.5, -1.5], [1.5, -1.5]]), np.ones(2), lambda x: x

    def squashed(rng):
        """W = [[1.5, -1.5], [1.5, -1.5]], of radius 0, with tanh and a constant drive"""
        yield np.array([[1.5, -1.5], [1.5, -1.5]]), np.array([1.5, 8]), np.tanh

    def forgotten(W, drive, f):
        """Whether starts 2 and -2 end in the same state."""
        ends = [
            chain(W, [drive] * 3000, np.full(len(W), s) * [1, -1, 1][: len(W)], f)[-1] for s in (2.0, -2.0)
        ]
        return bool(np.max(abs(ends[0] - ends[1])) < 1e-6)

    return Row(
        "sec. 3.1, echo state networks",
        r"\rho(W) < 1 \text{ makes what is fed in die out}",
        "For linear units or near the origin. With tanh and a constant drive a radius of 0 does not "
        "suffice; $\\sigma_{\\max}(W) < 1$ does.",
        "true if",
        "eq-bound",
        inputs,
        lambda W, drive, f: radius(W) < 1,
        {"two starts": decided(forgotten)},
        {
            "the norm below 1": lambda W, drive, f: norm(W) < 1,
            "the radius below 0.9": lambda W, drive, f: radius(W) < 0.9,
        },
        outside=squashed,
    )


def p14():
    def claim(W, drive, x0, c, a=0.7, keep=True):
        J = (1 - a) * slope(W @ x0 + drive[0])[:, None] * W
        return a * np.eye(len(x0)) + J if keep else J

    def truth(W, drive, x0, c, a=0.7):
        return slopes(lambda x: a * x + (1 - a) * np.tanh(W @ x + drive[0]), x0)

    return Row(
        "sec. 3.1, leaky units",
        r"x_k = \alpha x_{k-1} + (1-\alpha)\,\sigma(W x_{k-1} + \dots): \quad \frac{\partial x_k}{\partial "
        r"x_{k-1}} = \alpha I + (1-\alpha)\operatorname{diag}(\sigma')\,W",
        "The unit is the paper's and squashes after the product, unlike its equation (2); the Jacobian is "
        "what follows from it.",
        "true",
        "eq-step-jacobian",
        chains,
        claim,
        {"complex step": Oracle(truth)},
        {
            "without alpha I": lambda *a: claim(*a, keep=False),
            "alpha and 1 - alpha exchanged": lambda *a: claim(*a, 0.3),
        },
    )


def p15():
    def inputs(rng):
        """gradients of norm 0.1 to 100, with theta = 1 and 2"""
        for size in 0.1, 1.5, 4.0, 100.0:
            for theta in 1.0, 2.0:
                g = rng.normal(size=4)
                yield size * g / np.linalg.norm(g), theta

    def truth(g, theta):
        q = float(sum(a * a for a in exact(g)))
        return g if q <= theta**2 else np.sign(g) * np.sqrt(theta**2 * (g * g) / q)

    return Row(
        "algorithm 1",
        r"\lVert g \rVert \ge \theta: \quad g \;\leftarrow\; \frac{\theta}{\lVert g \rVert}\,g",
        "The direction is kept.",
        "true",
        "eq-clip",
        inputs,
        lambda g, theta: theta / np.linalg.norm(g) * g if np.linalg.norm(g) >= theta else g,
        {"squares in fractions": Oracle(truth)},
        {
            "below the threshold too": lambda g, theta: theta / np.linalg.norm(g) * g,
            "entry by entry": lambda g, theta: np.clip(g, -theta, theta),
        },
    )


def p16():
    def inputs(rng):
        """rows and Jacobians of 2 and 3 entries"""
        for n in 2, 3, 3:
            yield rng.normal(size=n), rng.normal(size=(n, n))

    def ratio(g, J):
        return np.linalg.norm(g @ J) / np.linalg.norm(g)

    def truth(g, J):
        q = sum((g_i * g_i) for g_i in exact(g) @ exact(J)) / sum(g_i * g_i for g_i in exact(g))
        return (float(q) - 1) ** 2

    return Row(
        "sec. 3.3, (9) and (10)",
        r"\Omega_t = \Bigl(\frac{\lVert g J \rVert}{\lVert g \rVert} - 1\Bigr)^2 \text{ in (9)}, \quad "
        r"\Bigl(\frac{\lVert g J \rVert^2}{\lVert g \rVert^2} - 1\Bigr)^2 \text{ in (10)}",
        "(9) compares norms and (10), like the authors' code, squared norms: the same zeros, and the second "
        "is $(r + 1)^2$ times the first for a ratio $r$, about 4 near $r = 1$. A choice to be aware of, not "
        "an error of method.",
        "two readings",
        "eq-transport",
        inputs,
        lambda g, J: (ratio(g, J) ** 2 - 1) ** 2,
        {"squared norms in fractions": Oracle(truth)},
        {
            "the column J g": lambda g, J: (ratio(g, J.T) ** 2 - 1) ** 2,
            "not squared at the end": lambda g, J: ratio(g, J) ** 2 - 1,
        },
        {"norms, as (9) has it": lambda g, J: (ratio(g, J) - 1) ** 2},
        correct=r"\Bigl(\frac{\lVert g J \rVert^2}{\lVert g \rVert^2} - 1\Bigr)^2 = (r + 1)^2 (r - 1)^2, "
        r"\quad r = \frac{\lVert g J \rVert}{\lVert g \rVert}",
    )
