"""The equations of the cliff laboratory, and what supports each."""

from decimal import Decimal, localcontext
from functools import cache

import numpy as np

from rnncourse import rnn, spectra
from rnncourse.certificates.oracles import Certificate, Dual, Oracle, decimals, each, logistic


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


def eq_clip():
    """Clipping the norm of a gradient"""

    def inputs(rng):
        """g of 1, 2 and 5 entries, shorter and longer than c = 1, 3 and 0.3, and of length c"""
        for size, c in (1, 1.0), (2, 3.0), (5, 0.3):
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
