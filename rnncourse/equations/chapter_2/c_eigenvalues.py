"""The equations of page 2c, and what supports each."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np

from rnncourse import spectra
from rnncourse.certificates.oracles import Certificate, Oracle, distance, each, exact, product


def limit_of_powers(W):
    """The spectral radius as the limit of ||W^n||^(1/n) (Gelfand), by fifty squarings."""
    log_radius = 0.0
    for k in range(50):
        size = np.linalg.norm(W)
        log_radius += np.log(size) / 2**k
        W = W @ W / size**2
    return np.exp(log_radius)


def largest_stretch(W):
    """The spectral norm as the square root of the spectral radius of W^T W."""
    return np.sqrt(limit_of_powers(W.T @ W))


def eq_w_power():
    """The powers of the matrices of exercise 2c"""

    def inputs(rng):
        """n = 0, 1, 2, 5, 29 and 30 for W_+ and W_-"""
        for n in 0, 1, 2, 5, 29, 30:
            yield from ((1, n), (-1, n))

    def formula(sign, n, a=4, b=9, over=25, corner=12):
        off = sign * corner * (b**n - a**n)
        return exact([[16 * a**n + 9 * b**n, off], [off, 9 * a**n + 16 * b**n]]) / (over * 10**n)

    def W(sign):
        return exact([[58, 24 * sign], [24 * sign, 72]]) / 100

    def by_recurrence(sign, n):
        """Trace 1.3 and determinant 0.36: W^(n+1) = 1.3 W^n - 0.36 W^(n-1)."""
        before, now = exact(np.eye(2, dtype=int)), W(sign)
        for _ in range(n):
            before, now = now, Fraction(13, 10) * now - Fraction(36, 100) * before
        return before

    return Certificate(
        conditions=r"$W_\pm$ has 0.58 and 0.72 on the diagonal and $\pm 0.24$ off it; $n = 0, 1, 2, \dots$",
        inputs=inputs,
        claim=lambda sign, n: formula(sign, n).astype(float),
        oracles={
            "repeated product of fractions": Oracle(
                lambda sign, n: product([W(sign)] * n, exact(np.eye(2, dtype=int))).astype(float)
            ),
            "recurrence from trace and determinant": Oracle(
                lambda sign, n: by_recurrence(sign, n).astype(float)
            ),
            "the package's power": Oracle(lambda sign, n: spectra.power(W(sign).astype(float), n)),
        },
        wrong={
            "the other sign": lambda sign, n: formula(-sign, n).astype(float),
            "4 and 9 swapped": lambda sign, n: formula(sign, n, a=9, b=4).astype(float),
            "n + 1": lambda sign, n: formula(sign, n + 1).astype(float),
            "25 left out": lambda sign, n: formula(sign, n, over=1).astype(float),
            "diagonal only": lambda sign, n: formula(sign, n, corner=0).astype(float),
            "0.9 alone": lambda sign, n: formula(sign, n, a=0).astype(float),
        },
    )


def eq_dominant_mode():
    """The power of a symmetric matrix is its dominant mode"""

    def inputs(rng):
        """n = 1, 2, 5, 12, 30, matrices of size 2, 3, 5 built of fractions, eigenvalues of alternating signs;
        n = 30 and W_+ of exercise 2c"""
        for size, n in (2, 1), (3, 2), (5, 5), (3, 12), (5, 30):
            one = exact(np.eye(size, dtype=int))
            u = exact(rng.integers(1, 9, (2, size)))
            Q = product((one - 2 * np.multiply.outer(v, v) / (v @ v) for v in u), one)
            sizes = np.sort(rng.choice(np.arange(1, 10), size, replace=False))[::-1]
            yield Q, exact(sizes * rng.choice([-1, 1]) * (-1) ** np.arange(size)) / 5, n
        yield exact([[3, -4], [4, 3]]) / 5, exact([9, 4]) / 10, 30

    def mode(Q, lam, n):
        return lam[0] ** n * np.multiply.outer(Q[:, 0], Q[:, 0])

    def claim(Q, lam, n, mode=mode):
        return mode(Q, lam, n).astype(float), float(abs(lam[1] / lam[0]) ** n)

    def parted(projector):
        """lambda_1^n times what projects on v, and the share of what is left of the power, in fractions."""

        def oracle(Q, lam, n):
            one = exact(np.eye(len(Q), dtype=int))
            W = Q * lam @ Q.T
            power, part = product([W] * n, one), lam[0] ** n * projector(W, lam, one)
            return part.astype(float), norm(power - part) / norm(power)

        return oracle

    def sylvester(W, lam, one):
        """Each factor W - lambda_j kills its own mode, and none the first."""
        return product([(W - other * one) / (lam[0] - other) for other in lam[1:]], one)

    def squared(W, lam, one):
        """(W / lambda_1)^(2^10), where the other modes have died away, in 50 digits."""
        with localcontext(prec=50):
            P = each(lambda a: Decimal(a.numerator) / a.denominator, W / lam[0])
            for _ in range(10):
                P = P @ P
            return exact(P)

    def norm(M):
        return np.linalg.norm(M.astype(float), 2)

    return Certificate(
        conditions=r"$W$ symmetric, $|\lambda_1| > |\lambda_2| \ge |\lambda_3| \ge \dots$, $v$ the unit "
        r"eigenvector of $\lambda_1$, $n \ge 1$.",
        inputs=inputs,
        claim=claim,
        oracles={
            "Sylvester's projector, fractions": Oracle(parted(sylvester), 1e-11),
            "limit of powers": Oracle(parted(squared), 1e-10),
        },
        wrong={
            "radius times the identity": lambda Q, lam, n: claim(
                Q, lam, n, lambda Q, lam, n: lam[0] ** n * exact(np.eye(len(Q), dtype=int))
            ),
            "second mode": lambda Q, lam, n: claim(
                Q, lam, n, lambda Q, lam, n: lam[1] ** n * mode(Q[:, 1:], lam[1:], 0)
            ),
            "twice the power less the mode": lambda Q, lam, n: claim(
                Q, lam, n, lambda Q, lam, n: 2 * (Q * lam**n @ Q.T) - mode(Q, lam, n)
            ),
            "power n - 1": lambda Q, lam, n: (mode(Q, lam, n - 1).astype(float), claim(Q, lam, n)[1]),
            "v not of unit length": lambda Q, lam, n: (4 * claim(Q, lam, n)[0], claim(Q, lam, n)[1]),
            "ratio to the n - 1": lambda Q, lam, n: (claim(Q, lam, n)[0], claim(Q, lam, n - 1)[1]),
            "second eigenvalue for the ratio": lambda Q, lam, n: (
                claim(Q, lam, n)[0],
                float(abs(lam[1]) ** n),
            ),
        },
    )


def eq_sandwich():
    """What eigenvalues and singular values say of a power"""

    def inputs(rng):
        """n = 0, 1, 2, 7 and 30; normal matrices of size 1 to 5; a symmetric one; a Jordan block"""
        for size, n in (3, 0), (1, 2), (2, 1), (4, 2), (3, 7), (5, 30):
            yield rng.normal(size=(size, size)), n
        W = rng.normal(size=(3, 3))
        yield W + W.T, 5
        yield np.array([[0.9, 10], [0, 0.9]]), 9

    def by_fractions(W, n):
        return np.linalg.norm(product([exact(W)] * n, exact(np.eye(len(W), dtype=int))).astype(float), 2)

    def along_vectors(W, n):
        """The most that W^n, applied factor by factor to the unit vectors, stretches."""
        v = np.eye(len(W))
        for _ in range(n):
            v = W @ v
        return largest_stretch(v)

    def outside(bounds, norm):
        low, high = bounds
        return max(low - norm, norm - high, 0) / abs(norm)

    def attained(W, n):
        """Of powers of radius times the identity, on the left, and of norm times an orthogonal matrix."""
        one, (Q, _) = np.eye(len(W)), np.linalg.qr(W + np.eye(len(W)))
        extreme = limit_of_powers(W) * one, largest_stretch(W) * Q
        return tuple(np.linalg.norm(product([M] * n, one), 2) for M in extreme)

    def bounds(low, high):
        return lambda W, n: (low(W, n), high(W, n))

    def low(W, n):
        return spectra.radius(W) ** n

    def high(W, n):
        return spectra.norm(W) ** n

    return Certificate(
        conditions=r"Every square $W$ and $n = 0, 1, 2, \dots$; each side can be attained.",
        inputs=inputs,
        claim=bounds(low, high),
        oracles={
            "between, by a product of fractions": Oracle(by_fractions, error=outside),
            "between, by the stretch of unit vectors": Oracle(along_vectors, error=outside),
            "both attained": Oracle(attained, 1e-11),
        },
        wrong={
            "radius for norm": bounds(low, low),
            "norm for radius": bounds(high, high),
            "n + 1 on the left": bounds(lambda W, n: low(W, n + 1), high),
            "n - 1 on the right": bounds(low, lambda W, n: high(W, n - 1)),
            "smallest singular value": bounds(lambda W, n: np.linalg.norm(W, -2) ** n, high),
            "Frobenius norm": bounds(low, lambda W, n: np.linalg.norm(W) ** n),
            "swapped": bounds(high, low),
        },
    )


def eq_kreiss():
    """How high a hump must be, and how high it can be"""

    def inputs(rng):
        """two Jordan blocks, two nilpotent, a symmetric and two random matrices, turned by random phases"""
        jordan = [np.array([[0.9, b], [0, 0.9]]) for b in (1.0, 100.0)]
        A, B = rng.uniform(size=(3, 3)), rng.uniform(size=(5, 5))
        fixed = [np.array([[0, 100.0], [0, 0]]), 20 * np.eye(6, k=1), 0.4 * np.ones((2, 2))]
        matrices = *jordan, *fixed, 0.8 * A / spectra.radius(A), 0.9 * np.triu(B)
        for i, M in enumerate(matrices):
            yield M, rng.uniform(0, 2 * np.pi, size=len(M)), rng.uniform(i, i + 0.9)

    def turned(M, phases, whole):
        """A matrix of other eigenvalues, whose powers and inverses have the same norms."""
        units = np.exp(1j * phases)
        return np.exp(1j * whole) * units[:, None] * M / units

    def claim(M, phases, whole, constant=np.e, K=lambda W: spectra.kreiss(W)):
        found = K(turned(M, phases, whole))
        return found, constant * len(M) * found

    def outside(bounds, hump):
        low, high = bounds
        return max(low - hump, hump - high, 0) / abs(hump)

    def by_product(M, phases, whole):
        W = turned(M, phases, whole)
        powers = [np.eye(len(M))]
        for _ in range(400):
            powers.append(powers[-1] @ W)
        return float(np.linalg.norm(powers, 2, axis=(1, 2)).max())

    def by_stretch(M, phases, whole):
        """Without the phases, each norm as the largest stretch."""
        v, hump = np.eye(len(M)), 1.0
        for _ in range(60):
            v = M @ v
            if v.any():
                hump = max(hump, largest_stretch(v))
        return float(hump)

    def by_series(M, phases, whole):
        """For entries that are not negative z is real: the series in 1/z, and its largest value by thirds."""
        powers = [np.eye(len(M))]
        for _ in range(1200):
            powers.append(powers[-1] @ M)
        n = np.arange(1201)

        def size(u):
            x = 1 + np.exp(u)
            return np.exp(u) * np.linalg.norm(np.tensordot(x ** -(n + 1.0), powers, 1), 2)

        u = np.linspace(-6, 30, 145)
        i = int(np.argmax([size(v) for v in u]))
        low, high = u[max(i - 1, 0)], u[min(i + 1, 144)]
        for _ in range(80):
            a, b = low + (high - low) / 3, high - (high - low) / 3
            low, high = (low, b) if size(a) > size(b) else (a, high)
        return float(size(low))

    def in_the_limit(M, phases, whole):
        """hump / K of c times the shift of N = 10^20 units, c to infinity: x^N / (x - 1) at its least."""
        with localcontext(prec=60):
            N = Decimal(10) ** 20
            x = N / (N - 1)
            return float(x**N / (x - 1) / N * len(M))

    def of_K(claimed, value):
        return distance(claimed[0], value)

    def of_ratio(claimed, value):
        return distance(claimed[1] / claimed[0], value)

    def largest(size):
        """Along the real axis."""
        return lambda W: max(size(W, 1 + np.exp(u)) for u in np.linspace(-6, 8, 141))

    def on_the_axis(W, x):
        return (x - 1) * np.linalg.norm(np.linalg.inv(x * np.eye(len(W)) - W), 2)

    def without_the_distance(W, x):
        return x * np.linalg.norm(np.linalg.inv(x * np.eye(len(W)) - W), 2)

    return Certificate(
        conditions=r"$W$ is $m \times m$ and $\rho(W) < 1$. Normal matrices attain the left side; as $c$ "
        r"and then $m$ tend to infinity, $c$ times the shift of $m$ units attains the right side.",
        inputs=inputs,
        claim=claim,
        oracles={
            "between, by a product of the turned matrix": Oracle(by_product, error=outside),
            "between, by stretch without the phases": Oracle(by_stretch, error=outside),
            "K by a power series on the real axis": Oracle(by_series, 1e-10, of_K),
            "e in the limit of long shifts": Oracle(in_the_limit, 1e-12, of_ratio),
        },
        wrong={
            "e left out": lambda *a: claim(*a, constant=1),
            "2 for e": lambda *a: claim(*a, constant=2),
            "m left out": lambda *a: (claim(*a)[0], np.e * claim(*a)[0]),
            "swapped": lambda *a: claim(*a)[::-1],
            "z on the real axis only": lambda *a: claim(*a, K=largest(on_the_axis)),
            "|z| for |z| - 1": lambda *a: claim(*a, K=largest(without_the_distance)),
            "norm for K": lambda *a: claim(*a, K=spectra.norm),
        },
    )
