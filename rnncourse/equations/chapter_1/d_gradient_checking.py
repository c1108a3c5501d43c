"""The equations of page 1d, and what supports each."""

import numpy as np

from rnncourse.certificates.oracles import Certificate, Oracle, by_complex_step, by_dual_numbers, states

from .a_jacobian import network, steep
from .b_gradient import chain, pairs, parts


def eq_truncated():
    """Truncated backpropagation through time"""

    def inputs(rng):
        """six steps of n = 3 units with a cut-off of 1, 2, 3 and 9 steps; of n = 2 units with Jacobians and
        h_0 beyond 1, cut off at 3"""
        for tau in 1, 2, 3, 9:
            yield *network(rng, 6, 3, 2), tau
        yield *steep(rng, 6), 3

    def made_of(kept):
        def formula(*a):
            *a, tau = a
            g, J, E = parts(*a)
            left = [(t, k) for t, k in pairs(g) if k and kept(t, k, tau)]
            return sum(np.tensordot(g[t] @ chain(J, t, k), E[k], 1) for t, k in left)

        return formula

    def frozen(way):
        """Each loss alone, differentiated through a program that starts tau steps before it."""

        def oracle(W, U, x, h0, c, tau):
            h, dW = states(W, U, x, h0), 0
            for t in range(1, len(h)):
                k = max(t - tau, 0)
                dW = dW + way(last_loss, 0, W, U, x[k:t], h[k], c[t])
            return dW

        return oracle

    def last_loss(W, U, x, h0, c):
        miss = states(W, U, x, h0)[-1] - c
        return miss @ miss

    return Certificate(
        conditions=r"$\tau \ge 1$ terms of each row are kept; for $\tau \ge T$ it is the gradient.",
        inputs=inputs,
        claim=made_of(lambda t, k, tau: t - k < tau),
        oracles={
            "complex step from h_{t-τ} on": Oracle(frozen(by_complex_step)),
            "dual numbers from h_{t-τ} on": Oracle(frozen(by_dual_numbers)),
        },
        wrong={
            "one term more": made_of(lambda t, k, tau: t - k <= tau),
            "one term fewer": made_of(lambda t, k, tau: t - k < tau - 1),
            "windows": made_of(lambda t, k, tau: (t - 1) // tau == (k - 1) // tau),
            "oldest terms": made_of(lambda t, k, tau: k <= tau),
            "nothing cut": made_of(lambda t, k, tau: True),
        },
    )
