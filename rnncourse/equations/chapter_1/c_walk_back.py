"""The equations of page 1c, and what supports each."""

import numpy as np

from rnncourse import rnn
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    derivative,
    exact,
    logistic,
    loss,
    product,
    states,
)
from rnncourse.rnn import Params

from .a_jacobian import network, steep
from .b_gradient import diag, networks


def eq_bptt():
    """Backpropagation through time"""

    def gradients(way):
        def oracle(W, U, x, h0, c):
            h = states(W, U, x, h0)
            dh = [way(loss, 3, W, U, x[t:], h_t, c[t:]) for t, h_t in enumerate(h)]
            return way(loss, 0, W, U, x, h0, c), way(loss, 1, W, U, x, h0, c), np.array(dh)

        return oracle

    def double_sum_in_fractions(W, U, x, h0, c):
        h, W, U, x = [exact(h_t) for h_t in states(W, U, x, h0)], exact(W), exact(U), exact(x)
        g, J = [2 * (h_t - exact(c_t)) for h_t, c_t in zip(h, c, strict=True)], [diag(h_t) @ W for h_t in h]
        dh = np.array([sum(product(J[t:k:-1], g[t]) for t in range(k, len(h))) for k in range(len(h))])
        delta = [h_t * (1 - h_t) * dh_t for h_t, dh_t in zip(h, dh, strict=True)]
        dW = sum((np.multiply.outer(delta[k], h[k - 1]) for k in range(1, len(h))), 0 * W)
        dU = sum((np.multiply.outer(delta[k], x[k - 1]) for k in range(1, len(h))), 0 * U)
        return dW.astype(float), dU.astype(float), dh.astype(float)

    def claim(W, U, x, h0, c, back=None, local=lambda dl: dl):
        h = rnn.forward(Params(W, U), x, h0)
        dP, dh = rnn.backward(Params(W if back is None else back(W), U), x, h, local(2 * (h - c)))
        return *dP, dh

    def changed(delta_of, h_of=lambda h: h[:-1]):
        def formula(W, U, x, h0, c):
            h = np.array(states(W, U, x, h0))
            *_, dh = claim(W, U, x, h0, c)
            delta = delta_of(h, dh)
            return delta.T @ h_of(h), delta.T @ x, dh

        return formula

    def keep(rows):
        return lambda dl: dl * np.isin(np.arange(len(dl)), np.arange(len(dl))[rows])[:, None]

    return Certificate(
        conditions=r"$g_t = \partial L_t / \partial h_t$ and $\delta_{T+1} = 0$. Verified with it: "
        r"$\mathrm{d}L/\mathrm{d}U = \sum_t \delta_t x_t^{\top}$, and $g_t^{\top} + W^{\top} \delta_{t+1}$ "
        r"is the total $\mathrm{d}L/\mathrm{d}h_t$ as a column, for $t = 0$ too.",
        inputs=networks,
        claim=claim,
        oracles={
            "complex step": Oracle(gradients(by_complex_step)),
            "dual numbers": Oracle(gradients(by_dual_numbers)),
            "double sum of fractions": Oracle(double_sum_in_fractions),
        },
        wrong={
            "W for its transpose": lambda *a: claim(*a, back=np.transpose),
            "nothing carried back": lambda *a: claim(*a, back=np.zeros_like),
            "last loss only": lambda *a: claim(*a, local=keep(slice(-1, None))),
            "last loss missing": lambda *a: claim(*a, local=keep(slice(-1))),
            "h_t for h_{t-1}": changed(lambda h, dh: (h * (1 - h) * dh)[1:], lambda h: h[1:]),
            "no derivative": changed(lambda h, dh: dh[1:]),
            "derivative of tanh": changed(lambda h, dh: ((1 - h**2) * dh)[1:]),
            "delta one step early": changed(lambda h, dh: (h * (1 - h) * dh)[:-1]),
            "mean over time": lambda *a: tuple(g / max(len(a[2]), 1) for g in claim(*a)),
            "sign": lambda *a: tuple(-g for g in claim(*a)),
        },
    )


def eq_adjoint():
    """The walk back as a linear system"""

    def inputs(rng):
        """T = 1, 3 and 5 steps of n = 1, 3 and 4 units; 4 steps of 2, Jacobians and h_0 beyond 1; no push"""
        for T, n, m in (1, 1, 1), (3, 3, 2), (5, 4, 3):
            yield *network(rng, T, n, m), np.zeros((T, n))
        yield *steep(rng, 4), np.zeros((4, 2))

    def pushed(W, U, x, h0, c, push):
        """The loss of a network whose states are pushed off by a little at each step."""
        h, L = h0, (h0 - c[0]) @ (h0 - c[0])
        for x_t, c_t, e_t in zip(x, c[1:], push, strict=True):
            h = logistic(W @ h + U @ x_t) + e_t
            L = L + (h - c_t) @ (h - c_t)
        return L

    def claim(W, U, x, h0, c, push, sign=-1, start=2, solve=lambda A, g: np.linalg.solve(A.T, g)):
        h, n, T = rnn.forward(Params(W, U), x, h0), len(W), len(x)
        J, A = rnn.jacobian(Params(W, U), h), np.eye(T * n)
        for t in range(2, T + 1):
            A[(t - 1) * n : t * n, (t - 2) * n : (t - 1) * n] = sign * J[t - 2 + start]
        return solve(A, 2 * (h - c)[1:].ravel()).reshape(T, n)

    return Certificate(
        conditions=r"$g_t = \partial L_t/\partial h_t$, $T \ge 1$; $\mathrm{d}L/\mathrm{d}h_t$ is "
        r"measured by a small push on $h_t$.",
        inputs=inputs,
        claim=claim,
        oracles=derivative(pushed, 5),
        wrong={
            "A transposed": lambda *a: claim(*a, solve=np.linalg.solve),
            "sign of J": lambda *a: claim(*a, sign=1),
            "J one step early": lambda *a: claim(*a, start=1),
            "losses not carried back": lambda *a: claim(*a, sign=0),
        },
    )
