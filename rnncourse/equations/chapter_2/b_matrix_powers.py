"""The equations of page 2b, and what supports each."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np

from rnncourse import spectra
from rnncourse.certificates.oracles import Certificate, Dual, Oracle, exact, product


def matrices(rng):
    """n = 0, 1, 2, 5, 7, -1 and -3; matrices of size 1 to 5, not symmetric, most with complex eigenvalues"""
    for size, n in (1, 5), (2, 0), (3, 1), (3, 2), (4, 7), (5, 5), (3, -1), (4, -3):
        yield rng.normal(size=(size, size)), n
    yield np.array([[0.6, -0.8], [0.9, 0.6]]), 5


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
