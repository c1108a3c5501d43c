"""The equations of page 1a, and what supports each."""

from decimal import localcontext

import numpy as np

from rnncourse import rnn
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    decimals,
    derivative,
    logistic,
    states,
)
from rnncourse.rnn import Params


def layers(rng):
    """W of shape (1, 1), (4, 4), (3, 5), (5, 2) and (2, 3), normal entries, in the last 8 times larger"""
    for n, d, times in (1, 1, 1), (4, 4, 1), (3, 5, 1), (5, 2, 1), (2, 3, 8):
        yield times * rng.normal(size=(n, d)), rng.normal(size=d) / times


def network(rng, T, n, m):
    """W, U, x, h_0 and the targets: W large, so that far terms count; U small, so that no unit saturates."""
    W, U, x, c = (rng.normal(size=shape) for shape in [(n, n), (n, m), (T, m), (T + 1, n)])
    return 2 * W, U / 2, x, rng.uniform(size=n), c


def steep(rng, T):
    """A network of two units whose Jacobians and first immediate derivatives have entries beyond 1."""
    W, U, x, h0, c = network(rng, T, 2, 1)
    return np.add(0.02 * W, [[6, -6], [-6, 6]]), 0.1 * U, x, 0.01 * h0 - 8, c


def networks(rng):
    """T = 0, 1, 3, 5 steps of n = 2, 1, 3, 4 units; h_0 in (0, 1), all else normal; also Jacobians and h_0
    beyond 1"""
    for T, n, m in (0, 2, 1), (1, 1, 1), (3, 3, 2), (5, 4, 3):
        yield network(rng, T, n, m)
    yield steep(rng, 3)


def eq_rnn():
    """The recurrent network"""

    def in_decimals(W, U, x, h0, c):
        with localcontext(prec=50):
            return np.array(states(*map(decimals, (W, U, x, h0))), dtype=float)

    def by_loops(W, U, x, h0, c):
        h = [list(h0)]
        for x_t in x:
            z = [
                sum(a * b for a, b in zip([*w, *u], [*h[-1], *x_t], strict=True))
                for w, u in zip(W, U, strict=True)
            ]
            h.append([0.5 + 0.5 * np.tanh(z_i / 2) for z_i in z])
        return np.array(h)

    return Certificate(
        conditions=r"$t = 1, \dots, T$; $h_0$ is given and depends on neither $W$ nor $U$.",
        inputs=networks,
        claim=lambda W, U, x, h0, c: rnn.forward(Params(W, U), x, h0),
        oracles={"decimals of 50 digits": Oracle(in_decimals), "loops over scalars": Oracle(by_loops)},
        wrong={
            "W transposed": lambda W, U, x, h0, c: rnn.forward(Params(W.T, U), x, h0),
            "input left out": lambda W, U, x, h0, c: rnn.forward(Params(W, 0 * U), x, h0),
            "state left out": lambda W, U, x, h0, c: rnn.forward(Params(0 * W, U), x, h0),
            "inputs one step late": lambda W, U, x, h0, c: rnn.forward(Params(W, U), np.roll(x, 1, 0), h0),
            "h_0 = 0": lambda W, U, x, h0, c: rnn.forward(Params(W, U), x, 0 * h0),
        },
    )


def eq_sigma_prime():
    """The derivative of the logistic function"""

    def inputs(rng):
        """nine values of z, normal with standard deviation 3, and z = 0"""
        yield (np.append(rng.normal(scale=3, size=9), 0),)

    def with_peak(slope):
        """The slopes at z, and the largest of all with its place: where it is as large one to either side."""

        def formula(z):
            low, high = -5.0, 6.0
            for _ in range(60):
                middle = (low + high) / 2
                left, right = slope(np.array([middle - 1, middle + 1]))
                low, high = (middle, high) if left < right else (low, middle)
            return slope(z), np.array([slope(np.array([low]))[0], low])

        return formula

    def claim(z, slope=rnn.dsigma):
        return slope(z), np.array([1 / 4, 0])

    return Certificate(
        conditions=r"Every real $z$; the largest value is $1/4$, at $z = 0$.",
        inputs=inputs,
        claim=claim,
        oracles={
            "complex step": Oracle(with_peak(lambda z: np.diag(by_complex_step(logistic, 0, z)))),
            "dual numbers": Oracle(with_peak(lambda z: np.diag(by_dual_numbers(logistic, 0, z)))),
            "closed form 1 / (4 cosh^2(z/2))": Oracle(with_peak(lambda z: 1 / (2 * np.cosh(z / 2)) ** 2)),
        },
        wrong={
            "sigma": lambda z: claim(z, rnn.sigma),
            "1 - sigma": lambda z: claim(z, lambda z: 1 - rnn.sigma(z)),
            "sign": lambda z: claim(z, lambda z: -rnn.dsigma(z)),
            "1 - sigma^2, as for tanh": lambda z: claim(z, lambda z: 1 - rnn.sigma(z) ** 2),
            "at sigma(z)": lambda z: claim(z, lambda z: rnn.dsigma(rnn.sigma(z))),
            "at most 1, as for tanh": lambda z: (rnn.dsigma(z), np.array([1.0, 0])),
        },
    )


def eq_elementwise():
    """The Jacobian of an elementwise function"""

    def inputs(rng):
        """z of 1, 2 and 5 entries, normal with standard deviation 2"""
        for n in 1, 2, 5:
            yield (rng.normal(scale=2, size=n),)

    return Certificate(
        conditions=r"$y_i = \sigma(z_i)$: each output sees its own input only.",
        inputs=inputs,
        claim=lambda z: np.diag(rnn.dsigma(z)),
        oracles=derivative(logistic, 0),
        wrong={
            "a full matrix": lambda z: np.diag(rnn.dsigma(z)) - np.outer(logistic(z), logistic(z)),
            "one mean slope": lambda z: np.mean(rnn.dsigma(z)) * np.eye(len(z)),
            "no derivative": lambda z: np.eye(len(z)),
            "sign": lambda z: -np.diag(rnn.dsigma(z)),
        },
    )


def eq_jacobian():
    """The Jacobian of one layer"""
    s = rnn.dsigma
    return Certificate(
        conditions=r"$y = \sigma(Wx)$ with $W$ of any shape $n \times d$; one row per output.",
        inputs=layers,
        claim=lambda W, x: np.diag(s(W @ x)) @ W,
        oracles=derivative(lambda W, x: logistic(W @ x), 1),
        wrong={
            "transposed": lambda W, x: (np.diag(s(W @ x)) @ W).T,
            "order swapped": lambda W, x: W * s(W @ x) if len(W) == len(x) else W,
            "no derivative": lambda W, x: W,
            "derivative at y": lambda W, x: np.diag(s(logistic(W @ x))) @ W,
            "diag(y) W": lambda W, x: np.diag(logistic(W @ x)) @ W,
            "derivative of tanh": lambda W, x: np.diag(1 - logistic(W @ x) ** 2) @ W,
            "one mean derivative": lambda W, x: np.mean(s(W @ x)) * W,
            "sign": lambda W, x: -np.diag(s(W @ x)) @ W,
        },
    )
