"""The equations of page 3f, and what supports each."""

from decimal import Decimal, localcontext

import numpy as np

from rnncourse import attention, scan
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    decimals,
    derivative,
    exact,
    logistic,
)


def cells(rng):
    """A minGRU with n = 3, m = 2, T = 5; n = 1, m = 1, T = 4; n = 2, m = 3, T = 1"""
    for n, m, T in (3, 2, 5), (1, 1, 4), (2, 3, 1):
        shapes = (n, m), (n, m), (n,), (n,), (T, m), (n,)
        yield tuple(rng.uniform(-1.5, 1.5, shape) for shape in shapes)


def states(W_z, W_h, b_z, b_h, x, h0):
    """h_0..h_T of the minGRU in its plainest form, for numbers of any kind."""
    h = [h0]
    for x_t in x:
        z = logistic(W_z @ x_t + b_z)
        h.append((1 - z) * h[-1] + z * (W_h @ x_t + b_h))
    return h


def gates(W_z, W_h, b_z, b_h, x, h0):
    """z_1..z_T."""
    return np.array([logistic(W_z @ x_t + b_z) for x_t in x])


def pairs(x):
    """All (t, k) with 0 <= k <= t <= T."""
    return [(t, k) for t in range(len(x) + 1) for k in range(t + 1)]


def eq_mingru():
    """The minimal gated recurrent unit"""

    def by_units(W_z, W_h, b_z, b_h, x, h0):
        """One unit, one input and one step at a time, in 50 digits."""
        h = [h0]
        with localcontext(prec=50):
            for x_t in x:
                u = decimals(x_t)
                z = [
                    1 / (1 + (-b - row @ u).exp())
                    for row, b in zip(decimals(W_z), decimals(b_z), strict=True)
                ]
                c = [b + row @ u for row, b in zip(decimals(W_h), decimals(b_h), strict=True)]
                old = decimals(h[-1])
                h.append([o + g * (new - o) for o, g, new in zip(old, z, c, strict=True)])
        return np.array(h, dtype=float)

    def by_shares(*a):
        """h_t as a mean of h_0 and all candidates so far, with the shares that the gates leave to each."""
        _, W_h, _, b_h, x, h0 = a
        z = np.concatenate([np.ones((1, len(h0))), gates(*a)])
        values = np.concatenate([[h0], x @ W_h.T + b_h])
        return np.array(
            [
                sum(z[k] * (1 - z[k + 1 : t + 1]).prod(0) * values[k] for k in range(t + 1))
                for t in range(len(x) + 1)
            ]
        )

    def recurrence(mix, gate=logistic, candidate=lambda c: c):
        def formula(W_z, W_h, b_z, b_h, x, h0):
            h = [h0]
            for x_t in x:
                h.append(mix(gate(W_z @ x_t + b_z), h[-1], candidate(W_h @ x_t + b_h)))
            return np.array(h)

        return formula

    def mix(z, h, c):
        return (1 - z) * h + z * c

    return Certificate(
        conditions=r"$t = 1, \dots, T$; gate and candidate read $x_t$ and not $h_{t-1}$.",
        inputs=cells,
        claim=lambda *a: scan.forward(scan.Params(*a[:4]), *a[4:])[0],
        oracles={
            "one unit at a time, 50 digits": Oracle(by_units),
            "shares of all candidates": Oracle(by_shares),
        },
        wrong={
            "z for 1 - z": recurrence(lambda z, h, c: z * h + (1 - z) * c),
            "candidate not gated": recurrence(lambda z, h, c: (1 - z) * h + c),
            "state not gated": recurrence(lambda z, h, c: h + z * c),
            "tanh of the candidate": recurrence(mix, candidate=np.tanh),
            "tanh for the gate": recurrence(mix, gate=np.tanh),
        },
    )


def eq_exact_path():
    """The whole derivative of a state whose gates do not read it"""

    def whole(way):
        def oracle(*a):
            *P, x, _ = a
            h = states(*a)
            return np.array(
                [way(lambda h, t=t, k=k: states(*P, x[k:t], h)[-1], 0, h[k]) for t, k in pairs(x)]
            )

        return oracle

    def made_of(diagonal):
        def formula(*a):
            keep, n = 1 - gates(*a), len(a[-1])
            return np.array([np.diag(np.broadcast_to(diagonal(keep, t, k), n)) for t, k in pairs(a[4])])

        return formula

    def package(*a):
        *P, x, h0 = a
        _, z, _ = scan.forward(scan.Params(*P), x, h0)
        return np.array([np.diag((1 - z[k:t]).prod(0)) for t, k in pairs(x)])

    return Certificate(
        conditions=r"$0 \le k \le t \le T$; nothing is frozen: no gate and no candidate reads $h$.",
        inputs=cells,
        claim=package,
        oracles={
            "the whole network by complex step": Oracle(whole(by_complex_step)),
            "the whole network by dual numbers": Oracle(whole(by_dual_numbers)),
        },
        wrong={
            "z for 1 - z": made_of(lambda keep, t, k: (1 - keep[k:t]).prod(0)),
            "power of the last": made_of(lambda keep, t, k: keep[t - 1] ** (t - k) if t > k else 1),
            "from k": made_of(lambda keep, t, k: keep[max(k - 1, 0) : t].prod(0)),
            "until t - 1": made_of(lambda keep, t, k: keep[k : max(t - 1, k)].prod(0)),
            "sum": made_of(lambda keep, t, k: keep[k:t].sum(0)),
        },
    )


def eq_scan():
    """A linear recurrence as a chain of maps that may be joined in any order"""

    def inputs(rng):
        """T = 1, 2, 5 and 8 steps of 1 to 3 units, entries of both signs"""
        for T, n in (1, 2), (2, 1), (5, 3), (8, 2):
            yield rng.uniform(-1.5, 1.5, (T, n)), rng.uniform(-1.5, 1.5, (T, n)), rng.uniform(-1.5, 1.5, n)

    def in_fractions(a, b, h0):
        h = [exact(h0)]
        for a_t, b_t in zip(exact(a), exact(b), strict=True):
            h.append(a_t * h[-1] + b_t)
        return np.array(h, dtype=float)

    def over_paths(a, b, h0):
        """Each b_k has its own path, through all later a."""
        start = np.concatenate([[h0], b])
        return np.array([sum(a[k:t].prod(0) * start[k] for k in range(t + 1)) for t in range(len(b) + 1)])

    def joined(join):
        def formula(a, b, h0):
            maps = [(np.ones_like(h0), np.zeros_like(h0))]
            for a_t, b_t in zip(a, b, strict=True):
                maps.append(join(a_t, b_t, *maps[-1]))
            return np.array([A * h0 + B for A, B in maps])

        return formula

    return Certificate(
        conditions=r"$h_t = a_t \odot h_{t-1} + b_t$; all products are entry by entry; $\bullet$ is "
        r"associative, so that brackets may be set anywhere.",
        inputs=inputs,
        claim=scan.parallel,
        oracles={"step by step in fractions": Oracle(in_fractions), "sum over paths": Oracle(over_paths)},
        wrong={
            "the earlier map after the later": joined(lambda a2, b2, a1, b1: (a2 * a1, a1 * b2 + b1)),
            "b not scaled": joined(lambda a2, b2, a1, b1: (a2 * a1, b1 + b2)),
            "a added": joined(lambda a2, b2, a1, b1: (a2 + a1, a2 * b1 + b2)),
            "own gate too": joined(lambda a2, b2, a1, b1: (a2 * a1, a2 * (b1 + b2))),
        },
    )


def eq_stabiliser():
    """Exponential gates without overflow"""

    def inputs(rng):
        """Logarithms of the gates, and values, up to 3, and up to 2000"""
        for scale, T, n in (1, 6, 2), (3, 4, 1), (2000, 5, 2):
            yield *rng.uniform(-scale, scale, (2, T, n)), scale * rng.normal(size=(T, n))

    def by_recurrence(log_f, log_i, value):
        """C and N as they are defined, in 60 digits, which do not overflow."""
        with localcontext(prec=60):
            C = N = Decimal(0)
            ratios = []
            for f, i, v in zip(decimals(log_f), decimals(log_i), decimals(value), strict=True):
                C, N = np.exp(f) * C + np.exp(i) * v, np.exp(f) * N + np.exp(i)
                ratios.append(C / N)
            return np.array(ratios, dtype=float)

    def by_softmax(log_f, log_i, value):
        """A mean of the values so far: softmax of log i_k plus all later log f."""
        ratios = []
        for t in range(1, len(value) + 1):
            later = np.array([log_f[k + 1 : t].sum(0) for k in range(t)])
            score = log_i[:t] + later
            weight = np.exp(score - score.max(0))
            ratios.append((weight * value[:t]).sum(0) / weight.sum(0))
        return np.array(ratios)

    def unstable(log_f, log_i, value, f=np.exp, i=np.exp, normalise=True):
        C = N = 0
        ratios = []
        with np.errstate(all="ignore"):
            for a, b, v in zip(log_f, log_i, value, strict=True):
                C, N = f(a) * C + i(b) * v, f(a) * N + i(b)
                ratios.append(C / N if normalise else C)
        return np.array(ratios)

    return Certificate(
        conditions=r"$C_0 = N_0 = 0$, $m_0 = -\infty$; $\hat C$ and $\hat N$ follow the first two lines with "
        r"$\hat f$ and $\hat i$ in place of $f$ and $i$; products are entry by entry.",
        inputs=inputs,
        claim=scan.exponential_gates,
        oracles={
            "the definition in 60 digits": Oracle(by_recurrence),
            "softmax over all steps so far": Oracle(by_softmax),
        },
        wrong={
            "not normalised": lambda *a: unstable(*a, normalise=False),
            "logistic gates": lambda *a: unstable(*a, f=logistic, i=logistic),
            "logistic input gate": lambda *a: unstable(*a, i=logistic),
            "no forgetting": lambda *a: unstable(*a, f=np.ones_like),
        },
    )


def eq_attention():
    """What a softmax readout sends back to each state directly"""

    def inputs(rng):
        """T = 4 states of 3 units, 6 of 2, 1 of 2, with a large v"""
        for T, n in (4, 3), (6, 2), (1, 2):
            yield rng.normal(size=n), 5 * rng.normal(size=n), rng.normal(size=(T, n))

    def answer(u, v, h):
        e = np.exp(h @ u)
        return (e * (h @ v)).sum() * (1 / e.sum())

    def shares(u, h):
        e = np.exp(h @ u - (h @ u).max())
        return (e / e.sum())[:, None]

    def package(u, v, h):
        """The direct part of attention.gradient for a network whose states are made to be h."""
        n = len(v)
        W, U, b, scale = np.zeros((n, n)), np.eye(n), np.zeros(n), 40.0
        x = np.arctanh(h / scale)[:, None]  # tanh(x) = h / scale, and scale is any number above all h
        w = [W, U, b, u * scale, v * scale, np.zeros(1)]
        y = attention.forward("tanh", w, x)[2] - 0.5  # an error of 1/2: dL/d(answer) = 1
        return attention.gradient("tanh", w, x, y)[2][0][1:, 0] / scale

    return Certificate(
        conditions=r"Every $h_s$ with $s \ne t$ is held fixed: this is the direct path, without a product "
        r"over steps. A constant added to $\hat y$ changes nothing, with $\hat y$ taken before it.",
        inputs=inputs,
        claim=package,
        oracles=derivative(answer, 2),
        wrong={
            "attention held fixed": lambda u, v, h: shares(u, h) * v,
            "scores alone": lambda u, v, h: shares(u, h) * np.outer(h @ v - answer(u, v, h), u),
            "mean not subtracted": lambda u, v, h: shares(u, h) * (v + np.outer(h @ v, u)),
            "the same attention for all": lambda u, v, h: (v + np.outer(h @ v - answer(u, v, h), u)) / len(h),
        },
    )
