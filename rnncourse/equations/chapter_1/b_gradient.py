"""The equations of page 1b, and what supports each."""

import numpy as np

from rnncourse import rnn
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_decimals,
    by_dual_numbers,
    derivative,
    exact,
    logistic,
    loss,
    product,
    states,
)
from rnncourse.rnn import Params

from .a_jacobian import networks, steep


def steps(rng):
    """one step of n = 1, 2 and 4 units with m = 1, 3 and 2 inputs; W, U, x_t and h_{t-1} normal; n = 2, m = 1
    with large W and h_{t-1}"""
    for n, m in (1, 1), (2, 3), (4, 2):
        yield tuple(rng.normal(size=s) for s in [(n, n), (n, m), m, n])
    W, U, x, h, _ = steep(rng, 1)
    yield W, U, x[0], h


def pairs(h):
    """All (t, k) with 0 <= k <= t <= T."""
    return [(t, k) for t in range(len(h)) for k in range(t + 1)]


def diag(h_t):
    """diag(sigma'(z)) for h_t = sigma(z)."""
    return np.diag(h_t * (1 - h_t))


def parts(W, U, x, h0, c):
    """The rows g_t = dL_t/dh_t, the Jacobians J_t and the immediate derivatives E_t, for t = 0..T."""
    h = states(W, U, x, h0)
    E = [np.multiply.outer(diag(h_t), h_prev) for h_t, h_prev in zip(h, [h0, *h], strict=False)]
    return [2 * (h_t - c_t) for h_t, c_t in zip(h, c, strict=True)], [diag(h_t) @ W for h_t in h], E


def chain(J, t, k):
    """J_t ... J_{k+1}."""
    return product(J[t:k:-1], np.eye(len(J[0])))


def eq_recurrence():
    """The total derivative from the one before"""

    def formula(*a, J_of=lambda J, t: J[t], add=lambda E, t: E[t]):
        _, J, E = parts(*a)
        dh = [0 * E[0]]
        for t in range(1, len(J)):
            dh.append(add(E, t) + np.tensordot(J_of(J, t), dh[-1], 1))
        return np.array(dh)

    return Certificate(
        conditions=r"$t = 1, \dots, T$; $h_0$ does not depend on $W$.",
        inputs=networks,
        claim=formula,
        oracles=derivative(lambda W, U, x, h0, c: np.array(states(W, U, x, h0)), 0),
        wrong={
            "immediate only": lambda *a: formula(*a, J_of=lambda J, t: 0 * J[t]),
            "without the immediate": lambda *a: formula(*a, add=lambda E, t: E[t] * (t == 1)),
            "J of the step before": lambda *a: formula(*a, J_of=lambda J, t: J[t - 1]),
            "J transposed": lambda *a: formula(*a, J_of=lambda J, t: J[t].T),
            "J left out": lambda *a: formula(*a, J_of=lambda J, t: np.eye(len(J[t]))),
        },
    )


def eq_copies():
    """The gradient as a sum over the copies of W"""

    def by_copy(W, U, x, h0, c):
        def loss_of_copies(copies):
            h, L = h0, 0.0  # L_0 depends on no copy
            for W_k, x_k, c_k in zip(copies, x, c[1:], strict=True):
                h = logistic(W_k @ h + U @ x_k)
                L = L + (h - c_k) @ (h - c_k)
            return L

        return by_complex_step(loss_of_copies, 0, np.array([W] * len(x)).reshape(len(x), *W.shape))

    oracles = derivative(loss, 0)
    del oracles["complex step"]  # the claim itself uses it
    return Certificate(
        conditions=r"Step $k$ uses its own copy $W^{(k)}$, and all copies are equal; "
        r"$h_0$ does not depend on $W$.",
        inputs=networks,
        claim=lambda *a: by_copy(*a).sum(axis=0),
        oracles=oracles,
        wrong={
            "last copy only": lambda *a: by_copy(*a)[-1:].sum(axis=0),
            "first copy only": lambda *a: by_copy(*a)[:1].sum(axis=0),
            "mean over the copies": lambda *a: by_copy(*a).sum(axis=0) / max(len(a[2]), 1),
        },
    )


def eq_immediate():
    """The immediate derivative with respect to the weights"""

    def claim(W, U, x, h):
        return rnn.immediate(h, logistic(W @ h + U @ x))

    def column_major(W, U, x, h):
        rows = np.kron(h[None], diag(logistic(W @ h + U @ x)))
        return np.array([row.reshape(W.shape, order="F") for row in rows])

    return Certificate(
        conditions=r"$\partial^{+}$ holds $h_{k-1}$ and $x_k$ fixed; entry $iab$ is the derivative "
        r"of unit $i$ by $W_{ab}$.",
        inputs=steps,
        claim=claim,
        oracles=derivative(lambda W, U, x, h: logistic(W @ h + U @ x), 0)
        | {"Kronecker product": Oracle(column_major)},
        wrong={
            "h_t for h_{t-1}": lambda W, U, x, h: rnn.immediate(*[logistic(W @ h + U @ x)] * 2),
            "a and b swapped": lambda *a: claim(*a).swapaxes(1, 2),
            "no derivative": lambda W, U, x, h: np.multiply.outer(np.eye(len(h)), h),
            "no delta": lambda W, U, x, h: claim(W, U, x, h).sum(0) * np.ones((len(h), 1, 1)),
            "sign": lambda *a: -claim(*a),
        },
    )


def eq_step_jacobian():
    """The Jacobian of one step in time"""

    def claim(W, U, x, h):
        return rnn.jacobian(Params(W, U), step(W, U, x, h))

    def step(W, U, x, h):
        return states(W, U, [x], h)[-1]

    return Certificate(
        conditions=r"$h_t = \sigma(z_t)$ with $z_t = W h_{t-1} + U x_t$ and the input held fixed, so that "
        r"$\sigma'(z_t) = h_t (1 - h_t)$.",
        inputs=steps,
        claim=claim,
        oracles=derivative(step, 3),
        wrong={
            "transposed": lambda *a: claim(*a).T,
            "order swapped": lambda W, U, x, h: W @ diag(step(W, U, x, h)),
            "no derivative": lambda W, U, x, h: W,
            "derivative at h_t": lambda W, U, x, h: np.diag(rnn.dsigma(step(W, U, x, h))) @ W,
            "derivative of tanh": lambda W, U, x, h: np.diag(1 - step(W, U, x, h) ** 2) @ W,
            "at h_{t-1}": lambda W, U, x, h: rnn.jacobian(Params(W, U), h),
            "U for W": lambda W, U, x, h: diag(step(W, U, x, h)) @ U,
        },
    )


def eq_transport():
    """The derivative of a state with respect to an earlier one"""

    def restarted(way):
        def oracle(W, U, x, h0, c):
            h = states(W, U, x, h0)
            return np.array([way(lambda *a: states(*a)[-1], 3, W, U, x[k:t], h[k]) for t, k in pairs(h)])

        return oracle

    def claim(W, U, x, h0, c):
        h = np.array(states(W, U, x, h0))
        return np.array([rnn.transport(Params(W, U), h, t, k) for t, k in pairs(h)])

    def made_of(factors):
        def formula(W, U, x, h0, c):
            h = states(W, U, x, h0)
            J = [diag(h_t) @ W for h_t in h]
            return np.array([product(factors(J, t, k), np.eye(len(W))) for t, k in pairs(h)])

        return formula

    return Certificate(
        conditions=r"$0 \le k \le t \le T$, total derivative, newest factor leftmost; "
        r"the identity for $t = k$.",
        inputs=networks,
        claim=claim,
        oracles={
            "complex step from h_k on": Oracle(restarted(by_complex_step)),
            "dual numbers from h_k on": Oracle(restarted(by_dual_numbers)),
            "50-digit differences from h_k on": Oracle(restarted(by_decimals)),
        },
        wrong={
            "reversed": made_of(lambda J, t, k: J[k + 1 : t + 1]),
            "power of the last": made_of(lambda J, t, k: [J[t]] * (t - k)),
            "power of the first": made_of(lambda J, t, k: J[k + 1 : k + 2] * (t - k)),
            "one factor too many": made_of(lambda J, t, k: [*J[t:k:-1], J[k]]),
            "one factor too few": made_of(lambda J, t, k: J[t : k + 1 : -1]),
            "transposed": made_of(lambda J, t, k: [J_i.T for J_i in J[t:k:-1]]),
            "sum": lambda *a: np.array([sum(parts(*a)[1][k + 1 : t + 1], 0 * a[0]) for t, k in pairs(a[-1])]),
        },
    )


def eq_total_derivative():
    """The total derivative of a state with respect to the weights"""

    def copies(way):
        def oracle(W, U, x, h0, c):
            def run(Ws, U, x, h0):
                h = [h0]
                for W_t, x_t in zip(Ws, x, strict=True):
                    h.append(logistic(W_t @ h[-1] + U @ x_t))
                return np.array(h)

            return way(run, 0, np.array([W] * len(x)).reshape(len(x), *W.shape), U, x, h0).sum(axis=2)

        return oracle

    def claim(W, U, x, h0, c):
        h, P = np.array(states(W, U, x, h0)), Params(W, U)
        dh = np.zeros((len(h), *W.shape[:1], *W.shape))
        for t, k in pairs(h):
            dh[t] += np.tensordot(rnn.transport(P, h, t, k), rnn.immediate(h[k - 1], h[k]), 1) if k else 0
        return dh

    def made_of(term):
        def formula(*a):
            _, J, E = parts(*a)
            return np.array(
                [sum((term(J, E, t, k) for k in range(1, t + 1)), 0 * E[0]) for t in range(len(J))]
            )

        return formula

    return Certificate(
        conditions=r"$h_0$ does not depend on $W$. Term $k$ is the derivative with respect to the "
        r"copy of $W$ that step $k$ uses.",
        inputs=networks,
        claim=claim,
        oracles={
            "one copy of W a step, complex step, summed": Oracle(copies(by_complex_step)),
            "one copy of W a step, dual numbers, summed": Oracle(copies(by_dual_numbers)),
        }
        | derivative(lambda W, U, x, h0, c: np.array(states(W, U, x, h0)), 0),
        wrong={
            "immediate only": made_of(lambda J, E, t, k: E[k] * (t == k)),
            "without the immediate": made_of(
                lambda J, E, t, k: np.tensordot(chain(J, t, k), E[k], 1) * (t > k)
            ),
            "k from 2": made_of(lambda J, E, t, k: np.tensordot(chain(J, t, k), E[k], 1) * (k > 1)),
            "k from 0": lambda *a: (
                claim(*a)
                + [np.tensordot(chain(parts(*a)[1], t, 0), parts(*a)[2][0], 1) for t in range(len(a[-1]))]
            ),
            "one step back only": made_of(
                lambda J, E, t, k: np.tensordot(chain(J, t, k), E[k], 1) * (t - k < 2)
            ),
            "total for immediate": made_of(
                lambda J, E, t, k: (t - k + 1) * np.tensordot(chain(J, t, k), E[k], 1)
            ),
            "transport left out": made_of(lambda J, E, t, k: E[k]),
        },
    )


def eq_double_sum():
    """The gradient as a double sum over time"""

    def claim(W, U, x, h0, c):
        h = np.array(states(W, U, x, h0))
        return rnn.double_sum(Params(W, U), h, 2 * (h - c))

    def backwards_in_fractions(W, U, x, h0, c):
        h, W, dW = [exact(h_t) for h_t in states(W, U, x, h0)], exact(W), exact(np.zeros(W.shape, dtype=int))
        dh = dW[0]
        for h_prev, h_t, c_t in reversed(list(zip(h, h[1:], c[1:], strict=False))):
            delta = h_t * (1 - h_t) * (2 * (h_t - exact(c_t)) + dh)
            dW, dh = dW + np.multiply.outer(delta, h_prev), delta @ W
        return dW.astype(float)

    def made_of(term):
        def formula(W, *a):
            g, J, E = parts(W, *a)
            return sum((np.tensordot(term(g, J, t, k), E[k], 1) for t, k in pairs(g) if k), 0 * W)

        return formula

    def with_immediate(E_k):
        def formula(W, U, x, h0, c):
            (g, J, _), h = parts(W, U, x, h0, c), states(W, U, x, h0)
            return sum((np.tensordot(g[t] @ chain(J, t, k), E_k(h, k), 1) for t, k in pairs(h) if k), 0 * W)

        return formula

    return Certificate(
        conditions=r"$L = L_0 + \dots + L_T$, each $L_t$ a function of $h_t$; $h_0$ does not depend on $W$.",
        inputs=networks,
        claim=claim,
        oracles=derivative(loss, 0) | {"backwards, in fractions": Oracle(backwards_in_fractions)},
        wrong={
            "transposed": lambda *a: claim(*a).T,
            "k = t only": made_of(lambda g, J, t, k: g[t] * (t == k)),
            "k < t only": made_of(lambda g, J, t, k: g[t] @ chain(J, t, k) * (k < t)),
            "last loss only": made_of(lambda g, J, t, k: g[t] @ chain(J, t, k) * (t == len(g) - 1)),
            "last loss missing": made_of(lambda g, J, t, k: g[t] @ chain(J, t, k) * (t < len(g) - 1)),
            "last loss at every t": made_of(lambda g, J, t, k: g[-1] @ chain(J, t, k)),
            "total for immediate": made_of(lambda g, J, t, k: (t - k + 1) * g[t] @ chain(J, t, k)),
            "reversed product": made_of(lambda g, J, t, k: product(J[k + 1 : t + 1], g[t])),
            "power of the last": made_of(lambda g, J, t, k: product([J[t]] * (t - k), g[t])),
            "one factor too many": made_of(lambda g, J, t, k: g[t] @ chain(J, t, k - 1)),
            "transport transposed": made_of(lambda g, J, t, k: chain(J, t, k) @ g[t]),
            "h_k for h_{k-1}": with_immediate(lambda h, k: np.multiply.outer(diag(h[k]), h[k])),
            "no derivative": with_immediate(lambda h, k: np.multiply.outer(np.eye(len(h[k])), h[k - 1])),
            "k from 0": lambda *a: (
                claim(*a)
                + sum(
                    np.tensordot(g_t @ chain(parts(*a)[1], t, 0), parts(*a)[2][0], 1)
                    for t, g_t in enumerate(parts(*a)[0])
                )
            ),
        },
    )


def eq_multiplicity():
    """What reading the double sum with total derivatives counts"""

    def misread(way):
        def oracle(*a):
            g, J, _ = parts(*a)
            dh = way(lambda W, U, x, h0, c: np.array(states(W, U, x, h0)), 0, *a)
            return sum((np.tensordot(g[t] @ chain(J, t, k), dh[k], 1) for t, k in pairs(g) if k), 0 * a[0])

        return oracle

    def counted(times):
        def formula(*a):
            g, J, E = parts(*a)
            terms = (times(t, k) * np.tensordot(g[t] @ chain(J, t, k), E[k], 1) for t, k in pairs(g) if k)
            return sum(terms, 0 * a[0])

        return formula

    return Certificate(
        conditions="Each term counted once makes the gradient; the left side does not.",
        inputs=networks,
        claim=counted(lambda t, k: t - k + 1),
        oracles={
            "totals by complex step": Oracle(misread(by_complex_step)),
            "totals by dual numbers": Oracle(misread(by_dual_numbers)),
        },
        wrong={
            "once each": counted(lambda t, k: 1),
            "t - k times": counted(lambda t, k: t - k),
            "k times": counted(lambda t, k: k),
            "twice where k < t": counted(lambda t, k: 1 + (k < t)),
        },
    )


def eq_two_ways():
    """The gradient by rows and by columns of the triangle"""

    def sums(*a):
        """Local and total slopes of the loss, immediate and total derivatives of the states."""
        (g, J, E), h = parts(*a), np.array(states(*a[:4]))
        _, dh = rnn.backward(Params(*a[:2]), a[2], h, np.array(g))
        total = [0 * E[0]]
        for t in range(1, len(h)):
            total.append(E[t] + np.tensordot(J[t], total[-1], 1))
        return g, dh, [0 * E[0], *E[1:]], total

    def paired(choose):
        def formula(*a):
            pairs_of_sums = choose(*sums(*a))
            return tuple(
                sum((np.tensordot(g_t, D_t, 1) for g_t, D_t in zip(g, D, strict=True)), 0 * a[0])
                for g, D in pairs_of_sums
            )

        return formula

    def twice(oracle):
        return Oracle(lambda *a: (oracle.formula(*a),) * 2)

    return Certificate(
        conditions=r"Exactly one of the two factors is total; $h_0$ does not depend on $W$.",
        inputs=networks,
        claim=paired(lambda g, dh, E, D: ((g, D), (dh, E))),
        oracles={name: twice(oracle) for name, oracle in derivative(loss, 0).items()},
        wrong={
            "both local": paired(lambda g, dh, E, D: ((g, E), (g, E))),
            "both total": paired(lambda g, dh, E, D: ((dh, D), (dh, D))),
        },
    )


def eq_vec():
    """The immediate derivative as a matrix, in both conventions"""

    def flattened(way):
        def oracle(*a):
            E = way(lambda W, U, x, h: logistic(W @ h + U @ x), 0, *a)
            return E.transpose(0, 2, 1).reshape(len(E), -1), E.reshape(len(E), -1)

        return oracle

    def factors(W, U, x, h):
        return h[None], diag(logistic(W @ h + U @ x))

    def columns_and_rows(row, S):
        return np.kron(row, S), np.kron(S, row)

    return Certificate(
        conditions=r"$\mathrm{vec}_{\text{col}}$ stacks the columns of $W$, "
        r"$\mathrm{vec}_{\text{row}}$ its rows.",
        inputs=steps,
        claim=lambda *a: columns_and_rows(*factors(*a)),
        oracles={
            "complex step": Oracle(flattened(by_complex_step)),
            "dual numbers": Oracle(flattened(by_dual_numbers)),
        },
        wrong={
            "conventions exchanged": lambda *a: columns_and_rows(*factors(*a))[::-1],
            "no derivative": lambda *a: columns_and_rows(factors(*a)[0], np.eye(len(a[0]))),
            "h_k for h_{k-1}": lambda *a: columns_and_rows(
                logistic(a[0] @ a[3] + a[1] @ a[2])[None], factors(*a)[1]
            ),
        },
    )
