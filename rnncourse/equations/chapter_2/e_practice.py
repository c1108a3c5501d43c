"""The equations of page 2e, and what supports each."""

from fractions import Fraction
from math import comb, factorial

import numpy as np

from rnncourse import rnn
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_decimals,
    by_dual_numbers,
    distance,
    logistic,
    states,
)
from rnncourse.rnn import Params


def eq_survival():
    """How many ReLU paths stay open"""

    def inputs(rng):
        """n = 1, 2, 5, 12, 30, 1000 and 10000 steps"""
        for n in 1, 2, 5, 12, 30, 1000, 10_000:
            yield (n,)

    def by_waves(n):
        """The mean of cos^2n over a circle, by enough points that it is exact."""
        return float(np.mean(np.cos(np.pi * np.arange(2 * n + 1) / (2 * n + 1)) ** (2 * n)))

    def by_laplace_walk(n):
        """Steps of density e^-|x| / 2: a walk that stayed positive has density p(x) e^-x, p a polynomial."""
        if n > 30:
            return by_waves(n)
        p = [Fraction(1, 2)]
        for _ in range(n - 1):
            q = [Fraction(0)] * (len(p) + 1)
            for j, a in enumerate(p):
                q[j + 1] += a / (j + 1) / 2  # from below
                for i in range(j + 1):  # from above
                    q[j - i] += a * comb(j, i) * factorial(i) / Fraction(2) ** (i + 2)
            p = q
        return float(sum(a * factorial(j) for j, a in enumerate(p)))

    def by_series(n):
        """Coefficient n of exp(sum_j s^j P(S_j > 0) / j), where every P is 1/2 (Sparre Andersen)."""
        if n > 30:  # the derivative of the exponential, which is that of 1 / sqrt(1 - s), in floats
            return float(np.prod(1 - 1 / (2 * np.arange(1, n + 1))))
        c = [Fraction(1)]
        for k in range(1, n + 1):
            c.append(sum(c[:k]) / (2 * k))
        return float(c[n])

    def error(claim, value):
        """Of the exact form its distance; the approximation is too large, by between 1/(9n) and 1/(7n)."""
        exact, approximate, n = claim
        if np.shape(approximate):
            return np.inf
        above = approximate / value - 1
        return float(np.max([distance(exact, value), above - 1 / (7 * n), 1 / (9 * n) - above]))

    def claim(n, choose=lambda n: comb(2 * n, n) / 4**n, approximate=lambda n: 1 / np.sqrt(np.pi * n)):
        return choose(n), approximate(n), n

    return Certificate(
        conditions=r"Independent steps of one symmetric, continuous distribution, $h_0 = 0$, $n \ge 1$; the "
        r"approximation is too large by less than one part in $7n$.",
        inputs=inputs,
        claim=claim,
        oracles={
            "walk with Laplace steps; waves for large n": Oracle(by_laplace_walk, 1e-11, error),
            "generating function": Oracle(by_series, 1e-11, error),
        },
        wrong={
            "n + 1": lambda n: claim(n, lambda n: comb(2 * n + 2, n + 1) / 4 ** (n + 1)),
            "n - 1": lambda n: claim(n, lambda n: comb(2 * n - 2, n - 1) / 4 ** (n - 1)),
            "2^-n, as if each step halved": lambda n: claim(n, lambda n: 2.0**-n),
            "1 / (n + 1), as for a record": lambda n: claim(n, lambda n: 1 / (n + 1)),
            "pi left out": lambda n: claim(n, approximate=lambda n: 1 / np.sqrt(n)),
            "3.19 for pi": lambda n: claim(n, approximate=lambda n: 1 / np.sqrt(3.19 * n)),
            "the power -0.501": lambda n: claim(n, approximate=lambda n: n**-0.501 / np.sqrt(np.pi)),
            "0.56 for 1 / sqrt(pi)": lambda n: claim(n, approximate=lambda n: 0.56 / np.sqrt(n)),
            "1 / n": lambda n: claim(n, approximate=lambda n: 1 / (np.pi * n)),
        },
    )


def eq_energy():
    """The energy of a linear unit driven by noise"""

    def inputs(rng):
        """t = 0, 1, 2, 5 and 9; lambda complex, with modulus between 0.2 and 0.95"""
        for t in 0, 1, 2, 5, 9:
            yield rng.uniform(0.2, 0.95) * np.exp(1j * rng.uniform(0, 2 * np.pi)), t

    def by_all_signs(lam, t):
        """The mean over all inputs of +1 and -1; the limit as the mean of the squared frequency response."""
        signs = 1 - 2 * (np.arange(2**t)[:, None] >> np.arange(t) & 1)
        h = np.zeros(2**t, dtype=complex)
        for x_t in signs.T:
            h = lam * h + x_t
        response = 1 / (1 - lam * np.exp(-2j * np.pi * np.arange(4096) / 4096))
        return np.mean(np.abs(h) ** 2), np.mean(np.abs(response) ** 2)

    def by_variances(lam, t):
        """The variance from step to step: that of lambda h and that of x add."""
        v = [0.0]
        for _ in range(1000):
            v.append(abs(lam) ** 2 * v[-1] + 1)
        return v[t], v[-1]

    def claim(lam, t, r=lambda lam: abs(lam) ** 2, late=0):
        return (1 - r(lam) ** (t + late)) / (1 - r(lam)), 1 / (1 - r(lam))

    return Certificate(
        conditions=r"$h_t = \lambda h_{t-1} + x_t$ with uncorrelated $x_t$ of mean 0 and variance 1.",
        inputs=inputs,
        claim=claim,
        oracles={
            "all signs; frequency response": Oracle(by_all_signs),
            "variances, step by step": Oracle(by_variances),
        },
        wrong={
            "modulus not squared": lambda lam, t: claim(lam, t, r=abs),
            "lambda^2 for its modulus": lambda lam, t: claim(lam, t, r=lambda lam: lam**2),
            "t + 1 terms": lambda lam, t: claim(lam, t, late=1),
            "1 - lambda, not squared": lambda lam, t: (claim(lam, t)[0], 1 / abs(1 - lam) ** 2),
            "the limit for every t": lambda lam, t: claim(lam, t)[1:] * 2,
        },
    )


def eq_ring_energy():
    """The energy averaged over a ring of eigenvalues"""

    def inputs(rng):
        """radii from 0 to 0.9, from 0.5 to 0.99, and three random pairs up to 0.95"""
        yield from ((0.0, 0.9), (0.5, 0.99))
        for _ in range(3):
            yield tuple(np.sort(rng.uniform(0.1, 0.95, size=2)))

    def over_the_ring(low, high):
        """Gauss quadrature in the radius of 2 pi r / (1 - r^2), over the area."""
        nodes, weights = np.polynomial.legendre.leggauss(200)
        r = (high - low) / 2 * nodes + (high + low) / 2
        return weights @ (r / (1 - r**2)) * (high - low) / (high**2 - low**2)

    def by_series(low, high):
        """The mean of |lambda|^(2k) over the ring, summed over k."""
        k = np.arange(1, 4000)
        return np.sum((high ** (2.0 * k) - low ** (2.0 * k)) / k) / (high**2 - low**2)

    def claim(low, high, power=2):
        return np.log((1 - low**power) / (1 - high**power)) / (high**power - low**power)

    return Certificate(
        conditions=r"$\lambda$ uniform in area between the radii, $0 \le r_{\min} < r_{\max} < 1$.",
        inputs=inputs,
        claim=claim,
        oracles={
            "quadrature over the ring": Oracle(over_the_ring, 1e-10),
            "series": Oracle(by_series, 1e-10),
        },
        wrong={
            "uniform in radius": lambda low, high: claim(low, high, power=1),
            "radii exchanged in the logarithm": lambda low, high: -claim(low, high),
            "at the mean of |lambda|^2": lambda low, high: 1 / (1 - (low**2 + high**2) / 2),
            "not divided by the area": lambda low, high: claim(low, high) * (high**2 - low**2),
        },
    )


def eq_penalty():
    """The immediate derivative of the penalty on the links"""

    def inputs(rng):
        """one step of a unit with a large weight; T = 1, 3 and 5 steps of n = 1, 2 and 4 units; weights,
        inputs and local gradients are normal"""
        yield np.array([[40.0]]), rng.normal(size=(1, 1)), np.zeros(1), 20 * rng.normal(size=(2, 1))
        for T, n in (1, 1), (3, 2), (5, 4):
            yield (
                3 * rng.normal(size=(n, n)),
                rng.normal(size=(T, n)),
                rng.uniform(size=n),
                rng.normal(size=(T + 1, n)),
            )

    def walked(W, x, h0, dl):
        """The slopes of step t, the row dL/dh_t and its product with J_t, for t = 1..T."""
        one = np.eye(len(W))
        h = rnn.forward(Params(W, one), x, h0)
        rows = rnn.backward(Params(W, one), x, h, dl)[1]
        J = rnn.jacobian(Params(W, one), h[1:])
        return h[1:] * (1 - h[1:]), rows[1:], np.einsum("ti,tij->tj", rows[1:], J)

    def claim(
        W, x, h0, dl, power=1, of=lambda slopes, rows: slopes * rows, right=lambda rows, crossed: crossed
    ):
        slopes, rows, crossed = walked(W, x, h0, dl)
        before, after = np.linalg.norm(rows, axis=1), np.linalg.norm(crossed, axis=1)
        weight = 2 * (after / before - 1) / (before * after) ** power
        return np.einsum("t,ti,tj->ij", weight, of(slopes, rows), right(rows, crossed))

    def penalty(W, slopes, rows):
        """Omega for given slopes and rows, with numbers of any kind."""
        total = 0
        for d, g in zip(slopes, rows, strict=True):
            crossed = (g * d) @ W
            total = total + (np.sqrt(crossed @ crossed) / np.sqrt(g @ g) - 1) ** 2
        return total

    def pushed(W, x, h0, dl):
        """Slopes and rows by dual numbers: what a push on z_t does to h_t, and one on h_t to all losses."""
        h, one = states(W, np.eye(len(W)), x, h0), np.eye(len(W))
        slopes = [by_dual_numbers(logistic, 0, np.log(a / (1 - a))).diagonal() for a in h[1:]]

        def later(a, t):
            return sum(c @ s for c, s in zip(dl[t:], states(W, one, x[t:], a), strict=True))

        return np.array(slopes), np.array([by_dual_numbers(later, 0, h[t], t) for t in range(1, len(h))])

    def frozen(way):
        return lambda W, *others: way(penalty, 0, W, *pushed(W, *others))

    def total(W, *others):
        """All of W's uses: in the slopes and in the rows too."""
        return by_complex_step(lambda W: penalty(W, *walked(W, *others)[:2]), 0, W)

    return Certificate(
        conditions=r"$r_t = \lVert g_tJ_t\rVert/\lVert g_t\rVert$, $g_t = \mathrm{d}L/\mathrm{d}h_t \ne 0$, "
        r"$g_tJ_t \ne 0$, logistic units. Slopes and rows are held fixed; the total derivative of "
        r"$\Omega$ is another, and is tried among the wrong variants.",
        inputs=inputs,
        claim=claim,
        oracles={
            "complex step": Oracle(frozen(by_complex_step), 1e-11),
            "50-digit differences": Oracle(frozen(by_decimals), 1e-11),
        },
        wrong={
            "the total derivative": total,
            "transposed": lambda *a: claim(*a).T,
            "slopes left out": lambda *a: claim(*a, of=lambda slopes, rows: rows),
            "not divided by the norms": lambda *a: claim(*a, power=0),
            "g_t for g_t J_t": lambda *a: claim(*a, right=lambda rows, crossed: rows),
            "one half": lambda *a: claim(*a) / 2,
            "downhill": lambda *a: -claim(*a),
        },
    )
