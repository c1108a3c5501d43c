"""The equations of page 2d, and what supports each."""

from itertools import combinations, pairwise

import numpy as np

from rnncourse import lyapunov, rnn, spectra
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    distance,
    exact,
    logistic,
    product,
    states,
    tanh,
)
from rnncourse.rnn import Params

from .c_eigenvalues import largest_stretch, limit_of_powers


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
        """n = 1, 2, 3, 5 units, t - k = 1, 4, 2, 6; W normal, d from 0.1 to 10; one W large and unequal"""
        for n, lag in (1, 1), (2, 4), (3, 2), (5, 6):
            yield rng.normal(size=(n, n)), 10 ** rng.uniform(-1, 1, n), rng.uniform(size=(lag + 1, n))
        yield np.array([[8.0, -48.0], [1.2, 4.0]]), np.array([0.16, 1.0]), rng.uniform(0.3, 0.7, (5, 2))

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


def eq_perron():
    """The best ruler for absolute values"""

    def inputs(rng):
        """n = 1, 2, 3, 5, 8 units, W normal; one W of very unequal entries"""
        for n in 1, 2, 3, 5, 8:
            yield (rng.normal(size=(n, n)),)
        yield (np.array([[2.0, -12.0], [0.3, 1.0]]),)

    def vectors(W):
        """The right and the left eigenvector for the largest eigenvalue."""
        for M in W, W.T:
            lam, found = np.linalg.eig(M)
            yield np.abs(found[:, np.abs(lam).argmax()])

    def seen(d, W):
        return spectra.norm(d[:, None] * W / d)

    def claim(W, ruler=lambda x, y: np.sqrt(y / x)):
        d = ruler(*vectors(np.abs(W)))
        return seen(d, np.abs(W)), seen(d, W)

    def by_powers(W):
        """The radius as the limit of powers, and x and y as what high powers turn every vector to."""
        A, d = np.abs(W), np.ones(len(W))
        for M, sign in (A, -1), (A.T, 1):
            v = np.ones(len(W))
            for _ in range(2000):
                v = M @ v / (M @ v).max()
            d = d * v ** (sign / 2)
        return limit_of_powers(A), largest_stretch(d[:, None] * W / d)

    def by_balancing(W):
        """Without eigenvectors: d changes until the largest stretch goes from a vector to itself."""
        A, d = np.abs(W), np.ones(len(W))
        for _ in range(1000):
            U, s, V = np.linalg.svd(d[:, None] * A / d)
            d = d * np.abs(V[0] / U[:, 0]) ** 0.1
        return s[0], largest_stretch(d[:, None] * W / d)

    def missed(claimed, found):
        if np.shape(claimed[1]):
            return np.inf
        return max(distance(claimed, found), claimed[1] / claimed[0] - 1)

    return Certificate(
        conditions=r"No entry of $W$ is 0; $x$ and $y$ are the right and left eigenvectors of $|W|$ for its "
        r"largest eigenvalue, positive. No other $D$ makes $\lVert D\,|W|\,D^{-1}\rVert_2$ smaller.",
        inputs=inputs,
        claim=claim,
        oracles={
            "radius as the limit of powers": Oracle(by_powers, 1e-10, missed),
            "least norm of all rulers, by balancing": Oracle(by_balancing, 1e-10, missed),
        },
        wrong={
            "without the root": lambda W: claim(W, lambda x, y: y / x),
            "x and y exchanged": lambda W: claim(W, lambda x, y: np.sqrt(x / y)),
            "right eigenvector alone": lambda W: claim(W, lambda x, y: 1 / x),
            "no ruler": lambda W: claim(W, lambda x, y: np.ones_like(x)),
            "product for quotient": lambda W: claim(W, lambda x, y: np.sqrt(y * x)),
        },
    )


def eq_mean_field():
    """The size of pre-activations and gradients in a wide network"""

    def inputs(rng):
        """gains 0.5, 2, 10 and 16, and three between 1 and 16"""
        for gain in 0.5, 2.0, 10.0, 16.0, *rng.uniform(1, 16, size=3):
            yield (gain,)

    def even():
        """Points and weights for a mean over N(0, 1)."""
        z = np.linspace(-12, 12, 1201)
        return z, np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()

    def hermite():
        z, weights = np.polynomial.hermite_e.hermegauss(200)
        return z, weights / weights.sum()

    def squared(f):
        return lambda z: f(z) ** 2

    out, steep = squared(logistic), squared(rnn.dsigma)

    def claim(gain, out=out, slope=steep, noise=1, spread=np.sqrt, power=1, grid=even):
        """q by iteration, and chi."""
        (z, weights), q = grid(), 1.0
        for _ in range(500):
            q = gain**2 * weights @ out(np.sqrt(q) * z) + noise
        return float(q), float(gain**2 * (weights @ slope(spread(q) * z)) ** power)

    x, areas = np.polynomial.legendre.leggauss(32)
    nodes = (np.arange(-12, 12)[:, None] + (x + 1) / 2).ravel()  # in each unit interval from -12 to 12
    areas = np.tile(areas / 2, 24) * np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)

    def V(q, gain):
        """The variance of the next pre-activation, for real and complex q, by Gauss quadrature."""
        return gain**2 * areas @ logistic(np.sqrt(q) * nodes) ** 2 + 1

    def by_variance(gain):
        """q by Newton's method; V'(q) = chi + g^2 E[sigma sigma''], by the heat equation."""
        q = gain**2 + 1.0
        for _ in range(60):
            slope = float(by_complex_step(lambda q: V(q, gain), 0, np.array(q)))
            q -= (q - V(q, gain)) / (1 - slope)
        s = logistic(np.sqrt(q) * nodes)
        return float(q), float(slope - gain**2 * areas @ (s * s * (1 - s) * (1 - 2 * s)))

    def by_covariance(gain):
        """q by bisection; chi by how the covariance C of two networks goes on: its slope at C = q.

        The next covariance is g^2 sum_k s_k^2 (C/q)^k: s_k belongs to the k-th Hermite polynomial in sigma.
        """
        low, high = 1.0, gain**2 + 1
        for _ in range(100):
            q = (low + high) / 2
            low, high = (q, high) if V(q, gain) > q else (low, q)
        s = areas * logistic(np.sqrt(q) * nodes)
        before, now, chi = np.ones_like(nodes), nodes, 0.0
        for k in range(1, 4000):
            chi += k * (s @ now) ** 2
            before, now = now, (nodes * now - np.sqrt(k) * before) / np.sqrt(k + 1)
        return q, gain**2 * chi / q

    return Certificate(
        conditions=r"Logistic units without biases, $W$ a random matrix of gain $g$ (orthogonal, or with "
        r"independent entries of variance $g^2/n$) as if drawn anew at each step, inputs of variance 1, and "
        r"$n \to \infty$. This certifies $q$ and $\chi$; page 2d measures how near real networks are.",
        inputs=inputs,
        claim=claim,
        oracles={
            "slope of the variance map, complex step": Oracle(by_variance, 1e-10),
            "slope of the covariance map, Hermite series": Oracle(by_covariance, 1e-10),
        },
        wrong={
            "variance for the mean square": lambda g: claim(g, out=lambda z: logistic(z) ** 2 - 0.25),
            "inputs left out": lambda g: claim(g, noise=0),
            "mean of the slope, squared": lambda g: claim(g, slope=rnn.dsigma, power=2),
            "slope not squared": lambda g: claim(g, slope=rnn.dsigma),
            "no derivative": lambda g: claim(g, slope=out),
            "z of variance 1": lambda g: claim(g, spread=lambda q: 1),
            "z of variance q squared": lambda g: claim(g, spread=lambda q: q),
            "g for its square": lambda g: (claim(g)[0], claim(g)[1] / g),
            "means by 200 Gauss-Hermite nodes": lambda g: claim(g, grid=hermite),
        },
    )


def eq_lyapunov():
    """The Lyapunov exponents add up to what determinants say"""

    def inputs(rng):
        """n = 1, 2, 3, 4 units; states of period 1, 1, 2, 3; W totally positive, up to signs of its units,
        small for n = 2; for n = 1 negative"""
        for n, period, size in (1, 1, -1), (2, 1, 0.1), (3, 2, 1), (4, 3, 1):
            i, signs = np.arange(n), rng.choice([-1, 1], n)
            j = i + rng.uniform(0, 0.4, n)
            W = size * np.exp(-((i[:, None] - j) ** 2)) * rng.uniform(1, 3, n) * rng.uniform(1, 3, (n, 1))
            yield signs[:, None] * W * signs, rng.uniform(0.1, 0.9, size=(period, n))

    def claim(W, h, by_W=lambda W: np.log(abs(np.linalg.det(W))), slopes=lambda h: h * (1 - h), found=None):
        """The right-hand side, and the exponents by QR once its start is forgotten."""
        J = np.tile(rnn.jacobian(Params(W, W), h), (150, 1, 1))
        late = 2 * lyapunov.exponents(np.concatenate([J, J])) - lyapunov.exponents(J)
        total = by_W(W) + np.log(slopes(h)).sum() / len(h)
        return total, late if found is None else found(J[: len(h)])

    def by_eigenvalues(W, h):
        """The determinant of the product in fractions; the logarithms of its eigenvalues' moduli."""
        P = product([exact((a * (1 - a))[:, None] * W) for a in h[::-1]], exact(np.eye(len(W))))
        lam = np.sort(np.abs(np.linalg.eigvals(P.astype(float))))[::-1]
        return np.log(float(abs(determinant(P)))) / len(h), np.log(lam) / len(h)

    def determinant(M):
        """By the first row, for fractions."""
        if len(M) == 1:
            return M[0, 0]
        minors = (determinant(np.delete(M[1:], j, axis=1)) for j in range(len(M)))
        return sum((-1) ** j * a * minor for j, (a, minor) in enumerate(zip(M[0], minors, strict=True)))

    def by_stretched_volumes(W, h):
        """By the complex step: its singular values; how powers stretch lengths, areas, volumes."""
        around = [*h, h[0]]
        offsets = [np.log(b / (1 - b)) - W @ a for a, b in pairwise(around)]
        start = np.array(h[0], float)
        P = by_complex_step(lambda a: states(W, np.eye(len(W)), offsets, a)[-1], 0, start)
        volumes = [0.0]
        for k in range(1, len(W) + 1):
            sides = list(combinations(range(len(W)), k))
            minors = np.array([[np.linalg.det(P[np.ix_(a, b)]) for b in sides] for a in sides])
            volumes.append(np.log(limit_of_powers(minors)))
        singular = np.log(np.linalg.svd(P, compute_uv=False))
        return singular.sum() / len(h), np.diff(volumes) / len(h)

    def singly(J):
        return np.log(np.linalg.svd(J, compute_uv=False)).mean(axis=0)

    def by_radius(J):
        return np.log(np.sort(np.abs(np.linalg.eigvals(J)))[:, ::-1]).mean(axis=0)

    return Certificate(
        conditions=r"$s_1 \ge \dots \ge s_n$ are the singular values of $\partial h_T/\partial h_0$, units "
        r"are logistic, $\det W \ne 0$. The sum is exact for each $T$. Limits as $T \to \infty$ were tried "
        r"along periodic states, where they are known: the course's QR method finds every one of them.",
        inputs=inputs,
        claim=claim,
        oracles={
            "fractions and eigenvalues": Oracle(by_eigenvalues, 1e-10),
            "complex step, singular values, volumes": Oracle(by_stretched_volumes, 1e-10),
        },
        wrong={
            "W left out": lambda W, h: claim(W, h, by_W=lambda W: 0),
            "radius of W for its determinant": lambda W, h: claim(
                W, h, by_W=lambda W: np.log(spectra.radius(W))
            ),
            "no derivative": lambda W, h: claim(W, h, slopes=lambda h: h),
            "mean over the units": lambda W, h: (claim(W, h)[0] / 2, claim(W, h)[1]),
            "slopes' sign": lambda W, h: claim(W, h, slopes=lambda h: 1 / (h * (1 - h))),
            "singular values of single steps": lambda W, h: claim(W, h, found=singly),
            "eigenvalues of single steps": lambda W, h: claim(W, h, found=by_radius),
        },
    )
