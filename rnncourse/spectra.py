"""Chapter 2: powers of a matrix, what its eigenvalues tell of them, and the cliff of a one-unit network."""

import numpy as np

from ._arguments import fit, step
from .rnn import dsigma, sigma


@np.errstate(all="ignore")
def power(M, n):
    """The power M^n = Q Lambda^n Q^-1 of a diagonalizable matrix (eq-power); n < 0 if M is invertible.

    M (n, n), n an integer -> (n, n), real if M is. A defective M, or one so close to it that six of
    sixteen digits are lost, is a ValueError: eig returns numbers all the same, and they are wrong.
    """
    (M,) = fit("M: n n", M)
    n = step("n", n, -(2**53), 2**53)
    if not np.isfinite(M).all():
        return np.full_like(M, np.nan)
    lam, Q = np.linalg.eig(M.astype(np.result_type(M, np.float64)))
    if M.dtype.kind != "c" and not lam.imag.any():
        lam, Q = lam.real, Q.real  # complex all the same from numpy 2.5 on
    if len(M) and not np.linalg.cond(Q) < 1e6:
        raise ValueError(
            "M must be diagonalizable, got a defective matrix or one nearly so: "
            "its eigenvectors are too close to dependent, cond(Q) > 1e6"
        )
    if n < 0 and np.abs(lam).min(initial=np.inf) <= len(M) * 1e-15 * np.abs(lam).max(initial=0):
        raise ValueError(f"M must be invertible for n = {n}, got a matrix with eigenvalue 0")
    result = (Q * lam**n) @ np.linalg.inv(Q)
    return (result if M.dtype.kind == "c" else result.real).astype(M.dtype)


def radius(M):
    """The spectral radius of M (n, n), its largest |eigenvalue|; NaN if an entry is not finite."""
    (M,) = fit("M: n n", M)
    return float(np.abs(np.linalg.eigvals(M)).max(initial=0)) if np.isfinite(M).all() else np.nan


def norm(M):
    """The spectral norm of M (n, m), its largest singular value; inf or NaN if an entry is."""
    (M,) = fit("M: n m", M)
    largest = np.abs(M).max(initial=0)
    return float(np.linalg.norm(M, 2)) if M.size and np.isfinite(largest) else float(largest)


@np.errstate(all="ignore")
def growth(M, n):
    """The spectral norms of M^0, M^1, ..., M^n by repeated multiplication: M (n, n) -> (n+1,)."""
    (M,) = fit("M: n n", M)
    P = np.eye(len(M), dtype=M.dtype)
    norms = [norm(P)]
    for _ in range(step("n", n, 0)):
        P = P @ M
        norms.append(norm(P))
    return np.array(norms)


@np.errstate(all="ignore")
def kreiss(M):
    """The Kreiss constant of M (n, n), the supremum over |z| > 1 of (|z| - 1) ||(zI - M)^-1|| (eq-kreiss).

    M with spectral radius below 1 (ValueError otherwise) -> float. It is at least 1, which the expression
    tends to as |z| grows. The best point of a grid of z is enclosed more and more closely.
    """
    (M,) = fit("M: n n", M)
    if not radius(M) < 1:
        raise ValueError(f"M must have a spectral radius below 1, got {radius(M):.6g}")
    if not M.size:
        return 1.0

    def best(u, angle):
        u, angle = (a.ravel() for a in np.meshgrid(u, angle))  # |z| = 1 + e^u
        z = (1 + np.exp(u)) * np.exp(1j * angle)
        inverses = np.linalg.inv(z[:, None, None] * np.eye(len(M)) - M)
        sizes = np.exp(u) * np.linalg.norm(inverses, 2, axis=(1, 2))
        i = np.argmax(sizes)
        return float(sizes[i]), u[i], angle[i]

    largest, u, angle = best(np.linspace(-16, 8, 49), np.linspace(0, 2 * np.pi, 73))
    for width in 0.6 ** np.arange(60):
        across = width * np.linspace(-0.25, 0.25, 5)
        largest, u, angle = max((largest, u, angle), best(u + across, angle + across))
    return max(largest, 1.0)


@np.errstate(all="ignore")
def cliff(w, b, T=50, x0=0.5, target=0.7):
    """The one-unit network x_t = w sigma(x_{t-1}) + b and its error E = (sigma(x_T) - target)^2 (eq-wall).

    w and b broadcast against each other -> E, dE/dw, dE/db and dx_T/dx_0 = prod_t w sigma'(x_{t-1}),
    each of their common shape. Pascanu, Mikolov & Bengio (2013), figure 6.
    """
    x0, target = (value.item() for value in fit("x0:, target:", x0, target))
    (w,), (b,) = fit("w: ...", w), fit("b: ...", b)
    try:
        w, b = fit("w: ..., b: ...", *np.broadcast_arrays(w, b))
    except ValueError:
        raise ValueError(f"w and b must broadcast, got shapes {w.shape} and {b.shape}") from None
    x = np.full(w.shape, x0, np.result_type(w, x0))
    dw, db, dx0 = np.zeros_like(w), np.zeros_like(w), np.ones_like(w)
    for _ in range(step("T", T, 0)):
        s = sigma(x)
        slope = w * s * (1 - s)
        x, dw, db, dx0 = w * s + b, s + slope * dw, 1 + slope * db, slope * dx0
    error = sigma(x) - target
    return error**2, *(2 * error * dsigma(x) * d for d in (dw, db)), dx0


def wall(w):
    """The b at which x_0 = 1/2 is a fixed point of x -> w sigma(x) + b (eq-wall), repelling if w > 4.2553.

    w (...) -> (...).
    """
    (w,) = fit("w: ...", w)
    return 0.5 - float(sigma(0.5)) * w


@np.errstate(all="ignore")
def fold(w):
    """The two b between which x -> w sigma(x) + b has two stable fixed points (eq-fold); NaN for w < 4.

    At either end a pair of fixed points meets, where w sigma'(x) = 1. w (...) -> (2, ...).
    """
    (w,) = fit("w: ...", w)
    root = np.sqrt(1 - 4 / w)
    s = (1 + np.stack([root, -root])) / 2
    return np.log(s / (1 - s)) - w * s
