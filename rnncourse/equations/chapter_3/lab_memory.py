"""The equations of the memory laboratory, and what supports each."""

from decimal import Decimal, localcontext

import numpy as np

from rnncourse.certificates.oracles import Certificate, Dual, Oracle, decimals, tanh


def eq_latch():
    """The pull that a latch withstands"""

    def inputs(rng):
        """w = 2, 1.2, 5 and three values between"""
        for w in 2.0, 1.2, 5.0, *rng.uniform(1.2, 5, size=3):
            yield (w,)

    def by_highest_curve(w):
        """a = w tanh(a) - u has a solution a > 0 up to the largest w tanh(a) - a: a search in 50 digits."""
        with localcontext(prec=50):
            low, high = decimals([0]), decimals([10])
            for _ in range(200):
                a, b = low + (high - low) / 3, high - (high - low) / 3
                rising = Decimal(w) * tanh(a) - a < Decimal(w) * tanh(b) - b
                low, high = (a, high) if rising else (low, b)
            return float((Decimal(w) * tanh(low) - low)[0])

    def by_unit_slope(w):
        """Bisection for the a where the dual slope of w tanh(a) is 1."""
        low, high = 0.0, 10.0
        for _ in range(60):
            a = (low + high) / 2
            steep = (w * tanh(np.array([Dual(a, 1.0)])))[0].slope > 1
            low, high = (a, high) if steep else (low, a)
        return w * np.tanh(low) - low

    def formula(w, of=lambda w: np.sqrt(1 - 1 / w), back=np.arctanh):
        return w * of(w) - back(of(w))

    return Certificate(
        conditions=r"$a_t = w \tanh(a_{t-1}) - u$; the upper state exists for $u \le u^{*}$.",
        inputs=inputs,
        claim=formula,
        oracles={
            "largest w tanh(a) - a, 50 digits": Oracle(by_highest_curve),
            "slope 1 by dual numbers and bisection": Oracle(by_unit_slope),
        },
        wrong={
            "root left out": lambda w: formula(w, of=lambda w: 1 - 1 / w),
            "tanh for its inverse": lambda w: formula(w, back=np.tanh),
            "artanh left out": lambda w: formula(w, back=lambda s: 0),
            "added": lambda w: formula(w, back=lambda s: -np.arctanh(s)),
            "1 + 1/w": lambda w: formula(w, of=lambda w: np.sqrt(1 / (1 + 1 / w))),
        },
    )
