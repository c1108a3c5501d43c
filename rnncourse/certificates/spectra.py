"""Certificates of chapter 2: one function an equation, named after its label."""

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

import numpy as np

from rnncourse import rnn, spectra
from rnncourse.rnn import Params

from .oracles import (
    Certificate,
    Dual,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    decimals,
    derivative,
    each,
    exact,
    logistic,
    loss,
    product,
    states,
)
from .rnn import network


def three_steps(rng):
    """T = 3 with n = 1, 2, 3, 4 and 4 units; h_0 in (0, 1), all else normal"""
    for n, m in (1, 1), (2, 3), (3, 1), (4, 2), (4, 4):
        yield network(rng, 3, n, m)


def matrices(rng):
    """n = 0, 1, 2, 5, 7, -1 and -3; matrices of size 1 to 5, not symmetric, most with complex eigenvalues"""
    for size, n in (1, 5), (2, 0), (3, 1), (3, 2), (4, 7), (5, 5), (3, -1), (4, -3):
        yield rng.normal(size=(size, size)), n
    yield np.array([[0.6, -0.8], [0.9, 0.6]]), 5


def eq_expanded_sum():
    """The gradient written out for T = 3"""

    def terms(W, U, x, h0, c):
        """(t, k) -> the term, with g_t, J_t and the immediate derivative E_t numbered as on the page."""
        P, h = Params(W, U), np.array(states(W, U, x, h0))
        _, g1, g2, g3 = 2 * (h - c)
        _, J2, J3 = (rnn.jacobian(P, h_t) for h_t in h[1:])
        E1, E2, E3 = (rnn.immediate(h[k - 1], h[k]) for k in (1, 2, 3))
        rows = {
            (1, 1): (g1, E1),
            (2, 1): (g2 @ J2, E1),
            (2, 2): (g2, E2),
            (3, 1): (g3 @ J3 @ J2, E1),
            (3, 2): (g3 @ J3, E2),
            (3, 3): (g3, E3),
        }
        return {tk: np.tensordot(row, E_k, 1) for tk, (row, E_k) in rows.items()}

    def without(t, k):
        return lambda *a: sum(terms(*a).values()) - terms(*a)[t, k]

    def replaced(row_31):
        """The sum with g_3 J_3 J_2 replaced by another row."""

        def formula(W, U, x, h0, c):
            P, h = Params(W, U), np.array(states(W, U, x, h0))
            J = [rnn.jacobian(P, h_t) for h_t in h]
            row = row_31(2 * (h[3] - c[3]), J)
            return without(3, 1)(W, U, x, h0, c) + np.tensordot(row, rnn.immediate(h[0], h[1]), 1)

        return formula

    def as_arrays_in_fractions(W, U, x, h0, c):
        h, W = [exact(h_t) for h_t in states(W, U, x, h0)], exact(W)
        total = 0 * W
        for t in 1, 2, 3:
            for k in range(1, t + 1):
                back = [(W.T * (h_i * (1 - h_i))) for h_i in h[k + 1 : t + 1]]  # J_i^T, oldest leftmost
                g = product(back, exact(np.eye(len(W), dtype=int))) @ (2 * (h[t] - exact(c[t])))
                total = total + np.multiply.outer(h[k] * (1 - h[k]) * g, h[k - 1])
        return total.astype(float)

    return Certificate(
        statement=r"\begin{aligned} &\frac{\mathrm{d}L}{\mathrm{d}W} = g_1 \partial^{+} h_1 \\ &\quad {}+ "
        r"g_2 J_2\, \partial^{+} h_1 + g_2 \partial^{+} h_2 \\ "
        r"&\quad {}+ g_3 J_3 J_2\, \partial^{+} h_1 + g_3 J_3\, \partial^{+} h_2 + g_3 "
        r"\partial^{+} h_3 \end{aligned}",
        conditions=r"$T = 3$, $g_t = \partial L_t / \partial h_t$ a row, $\partial^{+} h_k$ short for "
        r"$\partial^{+} h_k / \partial W$; $h_0$ does not depend on $W$.",
        inputs=three_steps,
        claim=lambda *a: sum(terms(*a).values()),
        oracles=derivative(loss, 0) | {"arrays of fractions": Oracle(as_arrays_in_fractions)},
        wrong={f"without term ({t}, {k})": without(t, k) for t in (1, 2, 3) for k in range(1, t + 1)}
        | {
            "ascending order": replaced(lambda g3, J: g3 @ J[2] @ J[3]),
            "a power of J_3": replaced(lambda g3, J: g3 @ J[3] @ J[3]),
            "one factor more": replaced(lambda g3, J: g3 @ J[3] @ J[2] @ J[1]),
            "transposed": lambda *a: sum(terms(*a).values()).T,
        },
    )


def eq_power():
    """The powers of a diagonalizable matrix"""

    def by_fractions(M, n):
        M, one = exact(M), exact(np.eye(len(M), dtype=int))
        return product([M if n > 0 else inverse(M)] * abs(n), one).astype(float)

    def by_cayley_hamilton(M, n):
        """M^n = x^n modulo the characteristic polynomial, at x = M; for n < 0 the same of the inverse."""
        M, n = (exact(M), n) if n >= 0 else (inverse(exact(M)), -n)
        one, minus_p, B = exact(np.eye(len(M), dtype=int)), [], exact(0 * M.astype(int))
        for i in range(1, len(M) + 1):  # Faddeev and Le Verrier: the coefficients from traces
            B = M @ B + (one if i == 1 else -minus_p[0] * one)
            minus_p.insert(0, (M @ B).trace() / i)
        r = [Fraction(1)] + [Fraction(0)] * (len(M) - 1)
        for _ in range(n):
            r = [low + r[-1] * p for low, p in zip([0, *r[:-1]], minus_p, strict=True)]
        return sum(r_i * product([M] * i, one) for i, r_i in enumerate(r)).astype(float)

    def eigen(formula):
        return lambda M, n: formula(*np.linalg.eig(M.astype(complex)), n, np.linalg.inv)

    return Certificate(
        statement=r"\begin{aligned} &M^n = Q\,\Lambda^n\,Q^{-1} \\ &\text{for } n = 0, 1, 2, \dots "
        r"\end{aligned}",
        conditions=r"$M = Q \Lambda Q^{-1}$ is diagonalizable; if it is invertible, $n < 0$ too.",
        inputs=matrices,
        claim=spectra.power,
        oracles={
            "repeated product of fractions": Oracle(by_fractions, 1e-10),
            "Cayley-Hamilton in fractions": Oracle(by_cayley_hamilton, 1e-10),
            "repeated product of floats": Oracle(np.linalg.matrix_power, 1e-10),
        },
        wrong={
            "entry by entry": lambda M, n: M**n,
            "transposed": lambda M, n: spectra.power(M.T, n),
            "n + 1": lambda M, n: spectra.power(M, n + 1),
            "n - 1": lambda M, n: spectra.power(M, n - 1),
            "n Lambda": eigen(lambda lam, Q, n, inv: (Q * (n * lam) @ inv(Q)).real),
            "Q transposed for its inverse": eigen(lambda lam, Q, n, inv: (Q * lam**n @ Q.T).real),
            "Q and its inverse swapped": eigen(lambda lam, Q, n, inv: (inv(Q) * lam**n @ Q).real),
            "Q to the n": eigen(
                lambda lam, Q, n, inv: (
                    np.linalg.matrix_power(Q, n) * lam**n @ np.linalg.matrix_power(inv(Q), n)
                )
            ),
            "moduli of the eigenvalues": eigen(lambda lam, Q, n, inv: (Q * abs(lam) ** n @ inv(Q)).real),
            "real parts of the eigenvalues": eigen(lambda lam, Q, n, inv: (Q * lam.real**n @ inv(Q)).real),
            "solver for symmetric matrices": lambda M, n: (lambda lam, Q: Q * lam**n @ Q.T)(
                *np.linalg.eigh(M)
            ),
        },
    )


def inverse(M):
    """The inverse of a matrix of fractions, by elimination."""
    n = len(M)
    A = np.concatenate([M, exact(np.eye(n, dtype=int))], axis=1)
    for i in range(n):
        pivot = next(r for r in range(i, n) if A[r, i])
        A[[i, pivot]] = A[[pivot, i]]
        A[i] = A[i] / A[i, i]
        for r in set(range(n)) - {i}:
            A[r] = A[r] - A[r, i] * A[i]
    return A[:, n:]


def eq_jordan():
    """The powers of a Jordan block"""

    def inputs(rng):
        """n = 1, 2, 5 and 30 with lambda normal, and n = 30 with lambda = 1 and -1"""
        for n, lam in (
            (1, rng.normal()),
            (2, rng.normal()),
            (5, rng.normal()),
            (30, rng.normal()),
            (30, 1.0),
            (30, -1.0),
        ):
            yield lam, n

    def block(a, b, n):
        return np.array([[a**n, b], [0.0, a**n]])

    def by_fractions(lam, n):
        J = exact([[Fraction(lam), 1], [0, Fraction(lam)]])
        return product([J] * n, exact(np.eye(2, dtype=int))).astype(float)

    def by_dual_numbers(lam, n):
        power = Dual(1.0)
        for _ in range(n):
            power = power * Dual(lam, 1.0)
        return np.array([[power.value, power.slope], [0, power.value]])

    def by_nearby_eigenvalues(lam, n):
        with localcontext(prec=50):
            a, b = Decimal(lam), Decimal(lam) + Decimal("1e-25")  # [[a, 1], [0, b]] is diagonalizable
            return np.array([[a**n, (b**n - a**n) / (b - a)], [0, b**n]], dtype=float)

    return Certificate(
        statement=r"\begin{aligned} \begin{pmatrix}\lambda&1\\0&\lambda\end{pmatrix}^{n} &= \lambda^n I + "
        r"n\lambda^{n-1}N \\ "
        r"&= \begin{pmatrix}\lambda^n & n\,\lambda^{n-1}\\0&\lambda^n\end{pmatrix} \quad (n \ge "
        r"1) \end{aligned}",
        conditions=r"Every $\lambda$; $N$ has a single 1, above the diagonal, and $N^2 = 0$.",
        inputs=inputs,
        claim=lambda lam, n: block(lam, n * lam ** (n - 1), n),
        oracles={
            "repeated product of fractions": Oracle(by_fractions),
            "dual numbers: (lambda + e)^n": Oracle(by_dual_numbers),
            "limit of diagonalizable matrices, 50 digits": Oracle(by_nearby_eigenvalues),
        },
        wrong={
            "diagonal only": lambda lam, n: block(lam, 0, n),
            "n lambda^n": lambda lam, n: block(lam, n * lam**n, n),
            "(n - 1) lambda^(n-1)": lambda lam, n: block(lam, (n - 1) * lam ** (n - 1), n),
            "1 in the corner": lambda lam, n: block(lam, 1, n),
            "lambda^(n-1)": lambda lam, n: block(lam, lam ** (n - 1), n),
            "transposed": lambda lam, n: block(lam, n * lam ** (n - 1), n).T,
        },
    )


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
        statement=r"\begin{aligned} &W_\pm^{n} = \frac{1}{25\cdot10^{n}} \\[4pt] &\;\times "
        r"\begin{pmatrix}16\cdot4^{n}+9\cdot9^{n} & "
        r"\pm12\,(9^{n}-4^{n})\\ \pm12\,(9^{n}-4^{n}) & 9\cdot4^{n}+16\cdot9^{n}\end{pmatrix} "
        r"\end{aligned}",
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
        """n = 1, 2, 5, 12, 30, matrices of size 2, 3, 5 built of fractions; n = 30 and W_+ of exercise 2c"""
        for size, n in (2, 1), (3, 2), (5, 5), (3, 12), (5, 30):
            u = exact(rng.integers(1, 9, size=size))
            Q = exact(np.eye(size, dtype=int)) - 2 * np.multiply.outer(u, u) / (u @ u)
            lam = np.sort(rng.choice(np.arange(1, 10), size, replace=False))[::-1] * rng.choice([-1, 1], size)
            yield Q, exact(lam) / 10, n
        yield exact([[3, 4], [4, -3]]) / 5, exact([9, 4]) / 10, 30

    def mode(Q, lam, n):
        return lam[0] ** n * np.multiply.outer(Q[:, 0], Q[:, 0])

    def full(Q, lam, n):
        return product([Q * lam @ Q.T] * n, exact(np.eye(len(Q), dtype=int)))

    def deflated(Q, lam, n):
        return product([Q * lam @ Q.T - mode(Q, lam, 1)] * n, exact(np.eye(len(Q), dtype=int)))

    def norm(M):
        return np.linalg.norm(M.astype(float), 2)

    def claim(Q, lam, n):
        return mode(Q, lam, n), abs(lam[1] / lam[0]) ** n

    def misfit(claimed, power):
        """How far the distance between mode and power is from the distance claimed."""
        approximation, ratio = claimed
        return abs(norm(power - approximation) / norm(power) / float(ratio) - 1)

    return Certificate(
        statement=r"\begin{aligned} W^n &= \lambda_1^n\, v v^{\top} + R_n, \\ "
        r"\frac{\lVert R_n \rVert_2}{\lVert W^n \rVert_2} &= "
        r"\left|\frac{\lambda_2}{\lambda_1}\right|^n , "
        r"\qquad v = v_1 \end{aligned}",
        conditions=r"$W$ symmetric, $|\lambda_1| > |\lambda_2| \ge |\lambda_3| \ge \dots$, $v$ the unit "
        r"eigenvector of $\lambda_1$, $n \ge 1$.",
        inputs=inputs,
        claim=claim,
        oracles={
            "repeated product of fractions": Oracle(full, error=misfit),
            "power of what is left, fractions": Oracle(lambda *a: mode(*a) + deflated(*a), error=misfit),
        },
        wrong={
            "radius times the identity": lambda Q, lam, n: (
                lam[0] ** n * exact(np.eye(len(Q), dtype=int)),
                claim(Q, lam, n)[1],
            ),
            "second mode": lambda Q, lam, n: (mode(Q[:, ::-1], lam, n), claim(Q, lam, n)[1]),
            "power n - 1": lambda Q, lam, n: (mode(Q, lam, n - 1), claim(Q, lam, n)[1]),
            "v not of unit length": lambda Q, lam, n: (4 * mode(Q, lam, n), claim(Q, lam, n)[1]),
            "ratio to the n - 1": lambda Q, lam, n: (mode(Q, lam, n), claim(Q, lam, n - 1)[1]),
            "second eigenvalue for the ratio": lambda Q, lam, n: (mode(Q, lam, n), abs(lam[1]) ** n),
        },
    )


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
        return max(low / norm - 1, norm / high - 1, 0)

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
        statement=r"\rho(W)^n \le \lVert W^n \rVert_2 \le \sigma_{\max}(W)^n",
        conditions=r"Every square $W$ and $n = 0, 1, 2, \dots$; each side can be attained.",
        inputs=inputs,
        claim=bounds(low, high),
        oracles={
            "between: product of fractions": Oracle(by_fractions, error=outside),
            "between: stretch of the unit vectors": Oracle(along_vectors, error=outside),
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
        return np.linalg.norm(rnn.transport(Params(W, W), h, t, k), 2)

    def by(way):
        """The same norm by differentiating the steps, with inputs that bring about the given states."""

        def oracle(W, h, t, k):
            offsets = [np.log(h[i] / (1 - h[i])) - W @ h[i - 1] for i in range(k + 1, t + 1)]
            return np.linalg.norm(way(lambda a: states(W, np.eye(len(W)), offsets, a)[-1], 0, h[k]), 2)

        return oracle

    def disorder(bounds, norm):
        """By how much norm <= first bound <= second bound is violated."""
        first, second = bounds
        return max(norm / first - 1, first / second - 1, 0)

    def attained(W, h, t, k):
        """The norms for ||W|| times an orthogonal matrix and units alike; on the right all at z = 0."""
        WQ = largest_stretch(W) * np.linalg.qr(W + np.eye(len(W)))[0]
        alike, flat = (
            [slope * WQ for slope in per_step] for per_step in (slopes(h, t, k), np.full(t - k, 0.25))
        )
        return tuple(np.linalg.norm(product(J, np.eye(len(W))), 2) for J in (alike, flat))

    def bounds(size=spectra.norm, slope=slopes, quarter=0.25, more=0):
        def formula(W, h, t, k):
            return np.prod(slope(h, t, k) * size(W)), (quarter * size(W)) ** (t - k + more)

        return formula

    return Certificate(
        statement=r"\begin{aligned} \left\lVert\frac{\partial h_t}{\partial h_k}\right\rVert_2 "
        r"&\le \prod_{i=k+1}^{t}\lVert D_i\rVert_2\,\lVert W\rVert_2 \\ "
        r"&\le \left(\frac{\sigma_{\max}(W)}{4}\right)^{t-k}, \\ "
        r"D_i &= \operatorname{diag}\bigl(\sigma'(z_i)\bigr) \end{aligned}",
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


def eq_wall():
    """The wall in the loss of one unit"""

    def inputs(rng):
        """w = 4.3, 5, 7 and two values between"""
        for w in 4.3, 5.0, 7.0, *rng.uniform(4.3, 7, size=2):
            yield (w,)

    def last(b, w, x):
        """x_50 from x_0, for arrays of any kind."""
        for _ in range(50):
            x = w * logistic(x) + b
        return x

    half = each(Decimal, [0.5])

    @cache
    def wall_by_bisection(w):
        """The b at which x_50 comes back to 1/2; x_50 grows with b."""
        low, high = -each(Decimal, [w]), 0 * half
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if last(middle, Decimal(w), half) < half else (low, middle)
        return low

    def oracle(slope):
        def measured(w):
            with localcontext(prec=50):
                b = wall_by_bisection(w)
                threshold = (2 * np.cosh(0.25)) ** 2  # sigma' = 1 / (2 cosh(z/2))^2
                return np.array([float(b[0]), slope(lambda x: last(b, Decimal(w), x)), threshold])

        return measured

    def by_difference(f):
        step = Decimal("1e-30")
        return float(((f(half + step) - f(half - step)) / (2 * step))[0])

    def by_duals(f):
        return float(f(np.array([Dual(half[0], Decimal(1))]))[0].slope)

    def formula(w, at=0.5, b=spectra.wall, ds=rnn.dsigma, n=50):
        return np.array([b(w), (w * ds(at)) ** n, 1 / ds(at)])

    return Certificate(
        statement=r"\begin{aligned} b &= \tfrac12 - \sigma(\tfrac12)\,w, \\ \frac{\partial "
        r"x_{50}}{\partial x_0} "
        r"&= \bigl(\sigma'(\tfrac12)\,w\bigr)^{50}, \qquad w > \frac{1}{\sigma'(\tfrac12)} "
        r"\end{aligned}",
        conditions=r"$x_t = w\,\sigma(x_{t-1}) + b$ and $x_0 = \tfrac12$; the last inequality says that the "
        r"factor "
        r"exceeds 1.",
        inputs=inputs,
        claim=formula,
        oracles={
            "bisection for b, dual numbers of 50 digits": Oracle(oracle(by_duals), 1e-11),
            "bisection for b, 50-digit differences": Oracle(oracle(by_difference), 1e-11),
        },
        wrong={
            "at the cusp, x = 0": lambda w: formula(w, at=0.0, b=lambda w: -w / 2),
            "49 steps": lambda w: formula(w, n=49),
            "51 steps": lambda w: formula(w, n=51),
            "no derivative": lambda w: formula(w, ds=rnn.sigma),
            "derivative at sigma": lambda w: formula(w, ds=lambda x: rnn.dsigma(rnn.sigma(x))),
            "b with the wrong sign": lambda w: formula(w) * [-1, 1, 1],
            "x_0 left out of b": lambda w: formula(w) - [0.5, 0, 0],
        },
    )


def eq_fold():
    """Where fixed points of one unit are born"""

    def inputs(rng):
        """w = 4.2, 5, 7 and two values between"""
        for w in 4.2, 5.0, 7.0, *rng.uniform(4.2, 7, size=2):
            yield (w,)

    def at(x, w):
        s = logistic(x)
        return [s, x - w * s]

    def by_extremes(w):
        """b = x - w sigma(x) makes x a fixed point; the folds are its least and largest value near 0."""
        with localcontext(prec=50):
            found = []
            for sign in 1, -1:
                low, high = decimals([0]), decimals([5])
                for _ in range(200):
                    a, b = low + (high - low) / 3, high - (high - low) / 3
                    smaller = sign * (at(sign * a, Decimal(w))[1] - at(sign * b, Decimal(w))[1]) < 0
                    low, high = (low, b) if smaller else (a, high)
                found += at(sign * low, Decimal(w))
            return np.concatenate(found).astype(float)

    def by_unit_slope(w):
        """Bisection for the x where the dual slope of w sigma(x) is 1."""
        low, high = 0.0, 5.0
        for _ in range(60):
            x = (low + high) / 2
            steep = w * logistic(np.array([Dual(x, 1.0)]))[0].slope > 1
            low, high = (x, high) if steep else (low, x)
        return np.concatenate([at(np.array([sign * low]), w) for sign in (1, -1)]).ravel()

    def formula(w, root=lambda w: np.sqrt(1 - 4 / w), b_of=lambda s, w: spectra.fold(w)):
        s = np.array([1 + root(w), 1 - root(w)]) / 2
        return np.stack([s, b_of(s, w)], axis=1).ravel()

    return Certificate(
        statement=r"\begin{aligned} s_\pm &= \tfrac12\Bigl(1 \pm \sqrt{1 - \tfrac4w}\Bigr), \\ "
        r"b_\pm &= \ln\frac{s_\pm}{1-s_\pm} - w\,s_\pm \end{aligned}",
        conditions=r"$x = w\,\sigma(x) + b$ with $w\,\sigma'(x) = 1$ and $s = \sigma(x)$; $w \ge 4$.",
        inputs=inputs,
        claim=formula,
        oracles={
            "extremes of x - w sigma(x), 50 digits": Oracle(by_extremes, 1e-11),
            "slope 1 by dual numbers and bisection": Oracle(by_unit_slope, 1e-11),
        },
        wrong={
            "signs exchanged": lambda w: np.roll(formula(w), 2),
            "2 for 4": lambda w: formula(w, root=lambda w: np.sqrt(1 - 2 / w)),
            "no root": lambda w: formula(w, root=lambda w: 1 - 4 / w),
            "logarithm left out": lambda w: formula(w, b_of=lambda s, w: s - w * s),
            "b with the other sign": lambda w: formula(w) * [1, -1, 1, -1],
        },
    )


def eq_clip():
    """Clipping the norm of a gradient"""

    def inputs(rng):
        """g of 1, 2 and 5 entries, shorter and longer than c = 1 and c = 0.3, and of length c"""
        for size, c in (1, 1.0), (2, 1.0), (5, 0.3):
            g = rng.normal(size=size)
            g = g / np.linalg.norm(g)
            yield from ((g * length, c) for length in (c / 5, c, 3 * c, 1e6 * c))

    def nearest(g, c):
        """The nearest point of the ball of radius c: g / (1 + multiplier), by bisection."""
        low, high = 0.0, 1e7
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if g @ g > (c * (1 + middle)) ** 2 else (low, middle)
        return g / (1 + low)

    def in_decimals(g, c):
        with localcontext(prec=50):
            g, c = decimals(g), Decimal(c)
            length = (g @ g).sqrt()
            return (g / length * min(length, c)).astype(float)

    norm = np.linalg.norm

    return Certificate(
        statement=r"g \;\leftarrow\; g\,\min\Bigl(1, \frac{c}{\lVert g\rVert}\Bigr)",
        conditions=r"$c > 0$ and $g \ne 0$: the direction stays, and the length becomes $\min(\lVert g "
        r"\rVert, c)$.",
        inputs=inputs,
        claim=lambda g, c: g * min(1, c / norm(g)),
        oracles={
            "nearest point of a ball, by bisection": Oracle(nearest),
            "direction times length, in 50 digits": Oracle(in_decimals),
        },
        wrong={
            "entry by entry": lambda g, c: np.clip(g, -c, c),
            "always to length c": lambda g, c: g * c / norm(g),
            "never": lambda g, c: g,
            "norm squared": lambda g, c: g * min(1, c / norm(g) ** 2),
            "sum of moduli": lambda g, c: g * min(1, c / np.abs(g).sum()),
            "max for min": lambda g, c: g * max(1, c / norm(g)),
        },
    )
