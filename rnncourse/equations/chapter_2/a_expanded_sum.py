"""The equations of page 2a, and what supports each."""

import numpy as np

from rnncourse import rnn
from rnncourse.certificates.oracles import Certificate, Oracle, derivative, exact, loss, product, states
from rnncourse.rnn import Params

from ..chapter_1.a_jacobian import network, steep


def three_steps(rng):
    """T = 3; n = 2 units, Jacobians and h_0 beyond 1; n = 1, 2, 3, 4, 4, h_0 in (0, 1), all else normal"""
    yield steep(rng, 3)
    for n, m in (1, 1), (2, 3), (3, 1), (4, 2), (4, 4):
        yield network(rng, 3, n, m)


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
