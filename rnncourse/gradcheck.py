"""Independent oracles for gradients: they know the function, and nothing of its derivative."""

import numpy as np

from ._arguments import fit


@np.errstate(all="ignore")
def complex_step(f, x):
    """The derivative of a real-analytic f at x, one entry at a time: Im f(x + i eps e_j) / eps.

    f maps an array like x to a scalar or an array, and takes complex numbers (no abs, max or conjugate)
    -> shape of f(x) + shape of x. Nothing is subtracted, so that eps = 1e-200 costs no digits.
    Squire & Trapp (1998).
    """
    return _columns(lambda f, x, e: np.imag(f(x + 1e-200j * e)) / 1e-200, f, x)


@np.errstate(all="ignore")
def central_difference(f, x, eps=6e-6):
    """The derivative of f at x, one entry at a time: (f(x + eps e_j) - f(x - eps e_j)) / (2 eps).

    f maps an array like x to a scalar or an array -> shape of f(x) + shape of x. Truncation costs
    eps^2, rounding 1e-16 / eps; together they are least near eps = 6e-6.
    """
    (eps,) = fit("eps:", eps)
    return _columns(lambda f, x, e: (f(x + eps * e) - f(x - eps * e)) / (2 * eps), f, x)


def _columns(derivative_along, f, x):
    (x,) = fit("x: ...", x)
    if x.dtype.kind == "c":
        raise TypeError("x must be real, got complex numbers")
    x = x.astype(np.float64, copy=False)  # beside a single float32, 1e-200 would be rounded to 0
    if not callable(f):
        raise TypeError(f"f must be a function, got {type(f).__name__}")

    def value(x):
        return fit("f(x): ...", f(x))[0]

    if x.size == 0:
        return np.zeros(value(x).shape + x.shape)
    columns = np.array([derivative_along(value, x, e) for e in np.eye(x.size).reshape(x.size, *x.shape)])
    return np.moveaxis(columns, 0, -1).reshape(columns.shape[1:] + x.shape)


@np.errstate(all="ignore")
def relative_error(a, b):
    """The largest difference over the largest entry, max|a - b| / max(max|a|, max|b|); 0 if both are zero.

    a and b of one shape -> float. NaN or inf in either makes it NaN or inf, so that it is below no tolerance.
    """
    a, b = fit("a: ..., b: ...", a, b)
    scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return float(np.abs(a - b).max(initial=0) / scale) if scale else 0.0
