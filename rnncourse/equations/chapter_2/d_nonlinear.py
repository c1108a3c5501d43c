"""The equations of page 2d, and what supports each."""

import numpy as np

from rnncourse import rnn, spectra
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    distance,
    logistic,
    product,
    states,
    tanh,
)
from rnncourse.rnn import Params

from .c_eigenvalues import largest_stretch


def eq_bound():
    """The bound on the derivative through time"""

    def inputs(rng):
        """n = 1, 2, 3, 5 units, t - k = 1, 2, 0, 6, W normal; one nilpotent W; states uniform in (0, 1)"""
        for n, lag in (1, 1), (2, 2), (3, 0), (5, 6):
            yield rng.normal(size=(n, n)), rng.uniform(size=(lag + 1, n)), lag, 0
        yield 8 * np.array([[1.0, -1], [1, -1]]), rng.uniform(0.3, 0.7, size=(5, 2)), 3, 1

    def slopes(h, t, k):
        """||D_i|| for i = k + 1, ..., t."""
        return (h * (1 - h)).max(axis=1)[k + 1 : t + 1]

    def by_transport(W, h, t, k):
        """For tanh, whose slope is 1 - h^2 = 4 sigma'(2z), with states that fill (-1, 1)."""
        J = [(1 - (2 * h[i] - 1) ** 2)[:, None] * W for i in range(t, k, -1)]
        return np.linalg.norm(rnn.transport(Params(W, W), h, t, k), 2), np.linalg.norm(
            product(J, np.eye(len(W))), 2
        )

    def by(way):
        """The same norms by differentiating the steps, with inputs that bring about the given states."""

        def run(f, inverse, h):
            def oracle(W, t, k):
                offsets = [inverse(h[i]) - W @ h[i - 1] for i in range(k + 1, t + 1)]

                def last(a):
                    for offset in offsets:
                        a = f(W @ a + offset)
                    return a

                return np.linalg.norm(way(last, 0, h[k]), 2)

            return oracle

        def both(W, h, t, k):
            logit = run(logistic, lambda h: np.log(h / (1 - h)), h)
            return logit(W, t, k), run(tanh, np.arctanh, 2 * h - 1)(W, t, k)

        return both

    def disorder(bounds, norms):
        """By how much norm <= first bound <= second bound, or that of tanh, is violated."""
        (first, second, of_tanh), (norm, norm_of_tanh) = bounds, norms
        return float(np.max([norm / first - 1, first / second - 1, norm_of_tanh / of_tanh - 1, 0]))

    def attained(W, h, t, k):
        """The norms for ||W|| times an orthogonal matrix and units alike; on the right all at z = 0."""
        WQ = largest_stretch(W) * np.linalg.qr(W + np.eye(len(W)))[0]
        flat, rest = np.full_like(h, 0.5), np.zeros(len(W))
        alike = [slope * WQ for slope in slopes(h, t, k)]
        start = rnn.transport(Params(WQ, WQ), flat, t, k)
        of_tanh = by_complex_step(lambda a: run_tanh(WQ, a, t - k), 0, rest)
        return tuple(np.linalg.norm(M, 2) for M in (product(alike, np.eye(len(W))), start, of_tanh))

    def run_tanh(W, a, steps):
        for _ in range(steps):
            a = tanh(W @ a)
        return a

    def bounds(size=spectra.norm, slope=slopes, quarter=1 / 4, one=1, more=0):
        def formula(W, h, t, k):
            first = np.prod(slope(h, t, k) * size(W))
            return first, *((steepest * size(W)) ** (t - k + more) for steepest in (quarter, one))

        return formula

    return Certificate(
        conditions=r"Logistic units, any inputs, $0 \le k \le t$; each bound can be attained. "
        r"For $\tanh$ the 4 becomes a 1.",
        inputs=inputs,
        claim=bounds(),
        oracles={
            "in order with the finite product": Oracle(by_transport, error=disorder),
            "in order with the complex step": Oracle(by(by_complex_step), error=disorder),
            "in order with dual numbers": Oracle(by(by_dual_numbers), error=disorder),
            "both attained by orthogonal W": Oracle(attained, 1e-11),
        },
        wrong={
            "a fifth": bounds(quarter=0.2),
            "one factor more": bounds(more=1),
            "spectral radius for norm": bounds(lambda W: spectra.radius(W) + 1e-9),
            "smallest singular value": bounds(lambda W: np.linalg.norm(W, -2) + 1e-9),
            "no derivative": bounds(slope=lambda h, t, k: np.ones(t - k), quarter=1),
            "smallest slope": bounds(slope=lambda h, t, k: (h * (1 - h)).min(axis=1)[k + 1 : t + 1]),
            "slopes one step early": bounds(slope=lambda h, t, k: slopes(h, t - 1, k - 1)),
        },
    )


def eq_ruler():
    """The bound seen through a diagonal ruler"""

    def inputs(rng):
        """n = 1, 2, 3, 5 units, t - k = 1, 4, 2, 6; W normal, d from 0.1 to 10; one W of unequal entries"""
        for n, lag in (1, 1), (2, 4), (3, 2), (5, 6):
            yield rng.normal(size=(n, n)), 10 ** rng.uniform(-1, 1, n), rng.uniform(size=(lag + 1, n))
        yield np.array([[2.0, -12.0], [0.3, 1.0]]), np.array([0.16, 1.0]), rng.uniform(0.3, 0.7, (5, 2))

    def through(d, M):
        return d[:, None] * M / d

    def seen(way):
        """The norm of D dh_t/dh_k D^-1, by differentiating the steps."""

        def oracle(W, d, h):
            offsets = [np.log(h[i] / (1 - h[i])) - W @ h[i - 1] for i in range(1, len(h))]
            transport = way(lambda a: states(W, np.eye(len(W)), offsets, a)[-1], 0, h[0])
            return np.linalg.norm(through(d, transport), 2)

        return oracle

    def attained(W, d, h):
        """The norm for D W D^-1 an orthogonal matrix of the same size, all units at z = 0."""
        Q = np.linalg.qr(W + np.eye(len(W)))[0]
        J = through(1 / d, largest_stretch(through(d, W)) * Q) / 4
        return np.linalg.norm(through(d, product([J] * (len(h) - 1), np.eye(len(W)))), 2)

    def exceeded(claimed, norm):
        bound, own = claimed
        return max(norm / bound - 1, distance(own, norm))

    def bound(ruler=lambda d: d, quarter=0.25, more=0):
        """The right-hand side, and the left-hand side by the finite product."""

        def claim(W, d, h):
            transport = rnn.transport(Params(W, W), h, len(h) - 1, 0)
            size = (quarter * spectra.norm(through(ruler(d), W))) ** (len(h) - 1 + more)
            return size, np.linalg.norm(through(d, transport), 2)

        return claim

    return Certificate(
        conditions=r"Logistic units, any inputs, $0 \le k \le t$, $D$ diagonal with positive entries. It can "
        r"be attained for every $D$. So $\lVert\partial h_t/\partial h_k\rVert_2$ is at most "
        r"$\lVert D\rVert_2\,\lVert D^{-1}\rVert_2$ times the right-hand side.",
        inputs=inputs,
        claim=bound(),
        oracles={
            "not exceeded by the complex step": Oracle(seen(by_complex_step), 1e-11, exceeded),
            "not exceeded by dual numbers": Oracle(seen(by_dual_numbers), 1e-11, exceeded),
            "attained through D by orthogonal W": Oracle(
                attained, 1e-11, lambda claimed, norm: distance(claimed[0], norm)
            ),
        },
        wrong={
            "D on the other side": bound(lambda d: 1 / d),
            "without D": bound(np.ones_like),
            "a fifth": bound(quarter=0.2),
            "for tanh": bound(quarter=1),
            "one factor more": bound(more=1),
        },
    )
