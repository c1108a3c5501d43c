"""The equations of page 3b, and what supports each."""

from decimal import localcontext

import numpy as np

from rnncourse.certificates.oracles import Certificate, Oracle, decimals

from .a_gates import cells, forward, package


def eq_gate_range():
    """The range of a gate"""

    def inputs(rng):
        """400 values of z, normal with standard deviation 9; the gates of three networks"""
        yield (rng.normal(scale=9, size=400),)
        for a in list(cells(rng))[1:]:
            s = package(*a)
            yield (np.log(np.concatenate([s.f, s.i, s.o]) / (1 - np.concatenate([s.f, s.i, s.o]))).ravel(),)

    def seen(z):
        """The extremes of sigma over z, in 50 digits."""
        with localcontext(prec=50):
            values = 1 / (1 + np.exp(-decimals(z)))
            return min(values), max(values)

    def strictly_inside(interval, extremes):
        (low, high), (least, most) = interval, extremes
        return 0.0 if low < least and most < high else 1.0

    def approached(z):
        with localcontext(prec=50):
            return 1 / (1 + np.exp(-decimals([-90, 90])))

    def apart(interval, ends):
        """In 50 digits: 1 - 1e-14 is no end."""
        with localcontext(prec=50):
            return float(np.max(abs(decimals(interval) - ends)))

    def interval(low, high):
        return lambda z: np.array([low, high], dtype=float)

    return Certificate(
        conditions=r"Real arithmetic: in floating point a gate rounds to 0 or 1 when $|z|$ is large.",
        inputs=inputs,
        claim=interval(0, 1),
        oracles={
            "strictly inside, in 50 digits": Oracle(seen, error=strictly_inside),
            "both ends approached, at z = -90 and 90": Oracle(approached, 1e-30, apart),
        },
        wrong={
            "-1 to 1, as for tanh": interval(-1, 1),
            "0 to 2": interval(0, 2),
            "0 to 1/2": interval(0, 0.5),
            "0 to 1/4, as for the derivative": interval(0, 0.25),
            "1/2 to 1": interval(0.5, 1),
        },
    )


def eq_cell_bound():
    """The bound on the cell"""

    def bound(at):
        return lambda *a: np.array([at(abs(a[-2]), t) for t in range(len(a[-4]) + 1)])

    def exceeded(bound, C):
        return max(float(np.max(abs(C) - bound)), 0.0)

    def in_decimals(*a):
        with localcontext(prec=50):
            return np.array(forward(*map(decimals, a[:-1])).C, dtype=float)

    def attained(*a):
        """All gates driven open, and the candidate to the side where C_0 is."""
        *W, b_f, b_i, b_o, b_c, x, h0, C0, _ = a
        b = b_f + 90, b_i + 90, b_o, b_c + 90 * np.sign(C0)
        return abs(np.array(forward(*W, *b, x, h0, C0).C))

    return Certificate(
        conditions=r"Unit by unit, any weights and inputs; the bound is approached, not attained, for $t "
        r"\ge 1$.",
        inputs=cells,
        claim=bound(lambda C0, t: C0 + t),
        oracles={
            "not exceeded by the package": Oracle(lambda *a: package(*a).C, error=exceeded),
            "not exceeded in 50 digits": Oracle(in_decimals, error=exceeded),
            "approached with gates driven open": Oracle(attained),
        },
        wrong={
            "the cell never grows": bound(lambda C0, t: C0),
            "t alone": bound(lambda C0, t: 0 * C0 + t),
            "half a unit a step": bound(lambda C0, t: C0 + t / 2),
            "one step less": bound(lambda C0, t: C0 + max(t - 1, 0)),
            "one step more": bound(lambda C0, t: C0 + t + 1),
            "at most 1, like h": bound(lambda C0, t: np.ones_like(C0)),
        },
    )
