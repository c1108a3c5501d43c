"""The equations of page 3c, and what supports each."""

from decimal import Decimal, localcontext

import numpy as np

from rnncourse import lstm
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    exact,
)
from rnncourse.lstm import Params, States

from .a_gates import cells, forward, package


def pairs(s):
    """All (t, k) with 0 <= k <= t <= T."""
    return [(t, k) for t in range(len(s.C)) for k in range(t + 1)]


def loss(*a):
    """L = sum_t |h_t - c_t|^2, so that dL_t/dh_t = 2 (h_t - c_t)."""
    *P, x, h0, C0, c = a
    h = forward(*P, x, h0, C0).h
    return sum((h_t - c_t) @ (h_t - c_t) for h_t, c_t in zip(h, c, strict=True))


def deltas(s, dh, dC, C_prev=None):
    """dL/d(pre-activation) of f, i, o and the candidate, from the totals of each step."""
    _, C, f, i, o, C_tilde = s
    C_prev = C[:-1] if C_prev is None else C_prev
    dh, dC = dh[1:], dC[1:]
    return [
        dC * C_prev * f * (1 - f),
        dC * C_tilde * i * (1 - i),
        dh * np.tanh(C[1:]) * o * (1 - o),
        dC * i * (1 - C_tilde**2),
    ]


def totals(*a):
    """The States and the totals dL/dh_t and dL/dC_t by the package."""
    *P, x, _, _, c = a
    s = package(*a)
    _, dh, dC = lstm.backward(Params(*P), x, s, 2 * (s.h - c))
    return s, dh, dC


def eq_gate_path():
    """The derivative along the cell, gates and candidate frozen"""

    def frozen(way):
        def oracle(*a):
            s = forward(*a[:-1])

            def cell(C, t, k):
                for i in range(k, t):
                    C = s.f[i] * C + s.i[i] * s.C_tilde[i]
                return C

            return np.array([way(lambda C, t=t, k=k: cell(C, t, k), 0, s.C[k]) for t, k in pairs(s)])

        return oracle

    def moved(*a):
        """C_t less C_t with one entry of C_k larger by 1: exact, since a frozen step is a line in C."""
        s = forward(*a[:-1])
        steps = [[exact(v) for v in row] for row in zip(s.f, s.i, s.C_tilde, strict=True)]

        def run(C, t, k):
            for f, i, C_tilde in steps[k:t]:
                C = f * C + i * C_tilde
            return C

        units = exact(np.eye(len(s.C[0]), dtype=int))
        found = [
            [run(exact(s.C[k]) + e, t, k) - run(exact(s.C[k]), t, k) for e in units] for t, k in pairs(s)
        ]
        return np.array(found, dtype=float).swapaxes(1, 2)

    def made_of(diagonal):
        """For each (t, k) the diagonal matrix of diagonal(f, t, k), with f_t in row t - 1."""

        def formula(*a):
            s = forward(*a[:-1])
            f = np.array(s.f).reshape(-1, len(s.C[0]))
            return np.array([np.diag(np.broadcast_to(diagonal(f, t, k), len(s.C[0]))) for t, k in pairs(s)])

        return formula

    return Certificate(
        conditions=r"$0 \le k \le t \le T$; $f$, $i$ and $\tilde C$ are held at their values; for $t = k$ "
        r"the product is the identity.",
        inputs=cells,
        claim=lambda *a: np.array([lstm.gate_transport(package(*a), t, k) for t, k in pairs(package(*a))]),
        oracles={
            "complex step, gates held": Oracle(frozen(by_complex_step)),
            "dual numbers, gates held": Oracle(frozen(by_dual_numbers)),
            "C_k moved by 1, in fractions": Oracle(moved),
        },
        wrong={
            "power of the last": made_of(lambda f, t, k: f[t - 1] ** (t - k) if t > k else 1),
            "power of the mean": made_of(lambda f, t, k: f[k:t].mean(0) ** (t - k) if t > k else 1),
            "from k": made_of(lambda f, t, k: f[max(k - 1, 0) : t].prod(0)),
            "until t - 1": made_of(lambda f, t, k: f[k : max(t - 1, k)].prod(0)),
            "sum": made_of(lambda f, t, k: f[k:t].sum(0)),
            "last only": made_of(lambda f, t, k: f[t - 1] if t > k else 1),
            "always the identity": made_of(lambda f, t, k: 1),
            "a vector": lambda *a: np.array(
                [np.array(forward(*a[:-1]).f)[k:t].prod(0) for t, k in pairs(forward(*a[:-1]))]
            ),
        },
    )


def eq_carousel():
    """The constant error carousel"""

    def always(matrix):
        """The same matrix for every (t, k), and C_t = C_0."""

        def formula(*a):
            times = len(pairs(forward(*a[:-1])))
            return np.array([matrix(len(a[-2]))] * times), np.array([a[-2]] * times)

        return formula

    def gates_set(*a):
        s = package(*a)
        s = s._replace(f=np.ones_like(s.f), i=np.zeros_like(s.i))
        for t in range(1, len(s.C)):
            s.C[t] = s.f[t - 1] * s.C[t - 1] + s.i[t - 1] * s.C_tilde[t - 1]
        return np.array([lstm.gate_transport(s, t, k) for t, k in pairs(s)]), np.array(
            [s.C[t] for t, _ in pairs(s)]
        )

    def biases_at_60(way):
        """The whole network, differentiated by C_k, with b_f = 60 and b_i = -60."""

        def oracle(*a):
            W, (b_f, b_i, b_o, b_c), (x, h0, C0, _) = a[:4], a[4:8], a[8:]
            P = [*W, np.full_like(b_f, 60), np.full_like(b_i, -60), b_o, b_c]
            s = forward(*P, x, h0, C0)
            J = [
                way(lambda C, t=t, k=k: forward(*P, x[k:t], s.h[k], C).C[-1], 0, s.C[k]) for t, k in pairs(s)
            ]
            return np.array(J), np.array([s.C[t] for t, _ in pairs(s)])

        return oracle

    return Certificate(
        conditions=r"A limit: a logistic gate never reaches 0 or 1. $I$ is the $n \times n$ identity matrix.",
        inputs=cells,
        claim=always(np.eye),
        oracles={
            "gates set to 1 and 0": Oracle(gates_set),
            "biases 60 and -60, complex step": Oracle(biases_at_60(by_complex_step)),
            "biases 60 and -60, dual numbers": Oracle(biases_at_60(by_dual_numbers)),
        },
        wrong={
            "the scalar 1": always(lambda n: 1.0),
            "all ones": always(lambda n: np.ones((n, n))),
            "zero": always(lambda n: np.zeros((n, n))),
            "half the identity": always(lambda n: np.eye(n) / 2),
            "a vector of ones": always(np.ones),
        },
    )


def eq_half_life():
    """The half-life of a memory"""

    def inputs(rng):
        """f = sigma(1), sigma(5), 1/2 and five values in (0, 1)"""
        for f in 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-5)), 0.5, *rng.uniform(0.05, 0.99, size=5):
            yield (f,)

    def by_bisection(f):
        with localcontext(prec=50):
            low, high = Decimal(0), Decimal(1000)
            for _ in range(100):
                middle = (low + high) / 2
                low, high = (middle, high) if Decimal(f) ** middle > Decimal("0.5") else (low, middle)
            return float(low)

    def by_counting(f):
        """Steps over halvings along the gate path, until the smallest normal float is near."""
        steps = min(4096, int(-900 / np.log2(f)))
        s = States(None, None, np.full((steps, 1), f), None, None, None)
        return -steps / np.log2(lstm.gate_transport(s, steps, 0)[0, 0])

    return Certificate(
        conditions=r"$0 < f < 1$, the same at every step, gates and candidate frozen.",
        inputs=inputs,
        claim=lambda f: np.log(2) / -np.log(f),
        oracles={
            "bisection of f^s = 1/2, 50 digits": Oracle(by_bisection),
            "decay measured along the gate path": Oracle(by_counting),
        },
        wrong={
            "time constant": lambda f: 1 / -np.log(f),
            "1 / (1 - f)": lambda f: 1 / (1 - f),
            "ln 2 / (1 - f)": lambda f: np.log(2) / (1 - f),
            "ln 2 / f": lambda f: np.log(2) / f,
            "decimal logarithm": lambda f: np.log(2) / -np.log10(f),
            "sign": lambda f: np.log(2) / np.log(f),
        },
    )
