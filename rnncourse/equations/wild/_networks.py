"""The networks that the sources write about, in their plainest form; whole networks as values.

Every number may be a float, a complex number or a Dual, so that derivatives need no formula. Nothing here is
shared with the mathematics of the course.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from ...certificates.oracles import Oracle, by_complex_step, by_dual_numbers, logistic, tanh


def by(field, function, *, dual=True):
    """The oracles for the derivative of function(network) with respect to one field of the network."""

    def moved(value, network, *rest):
        return function(network._replace(**{field: value}), *rest)

    def through(way, network, *rest):
        return way(lambda value: moved(value, network, *rest), 0, getattr(network, field))

    ways = {"complex step": by_complex_step} | ({"dual numbers": by_dual_numbers} if dual else {})
    return {name: Oracle(partial(through, way)) for name, way in ways.items()}


def part(oracles, index):
    """The same oracles, asked for one part of the derivative."""
    return {name: Oracle(lambda *a, ask=oracle.formula: ask(*a)[index]) for name, oracle in oracles.items()}


def identity(z):
    return z


class Net(NamedTuple):
    """h_t = f(z_t), z_t = W h_{t-1} + U x_t + b, o_t = V h_t + c; dz, dh, do are added to z_t, h_t, o_t."""

    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    V: np.ndarray
    c: np.ndarray
    x: np.ndarray
    h0: np.ndarray
    y: np.ndarray
    dz: np.ndarray
    dh: np.ndarray
    do: np.ndarray
    f: Callable = tanh

    def run(self):
        """h_0..h_T and o_1..o_T."""
        h, o = [self.h0 + self.dh[0]], []
        W = (
            self.W if self.W.ndim == 3 else [self.W] * len(self.x)
        )  # a copy of the weights for each step, or one
        for W_t, x_t, dz, dh, do in zip(W, self.x, self.dz, self.dh[1:], self.do, strict=True):
            h.append(self.f(W_t @ h[-1] + self.U @ x_t + self.b + dz) + dh)
            o.append(self.V @ h[-1] + self.c + do)
        return np.array(h), np.array(o)

    @property
    def h(self):
        return self.run()[0]

    @property
    def e(self):
        """o_t - y_t, the derivative of the squares by o_t."""
        return self.run()[1] - self.y

    @property
    def D(self):
        """The slope of tanh at z_1..z_T."""
        return 1 - self.h[1:] ** 2

    @property
    def J(self):
        """dh_t/dh_{t-1} for t = 1..T; rows are outputs."""
        return self.D[:, :, None] * self.W

    def copied(self):
        """The same network with its own copy of W for each step."""
        return self._replace(W=np.array([self.W] * len(self.x)))


def squares(net):
    """L = sum_t |o_t - y_t|^2 / 2."""
    e = net.e
    return (e * e).sum() * 0.5


def last(net):
    """The squares of the last step alone."""
    e = net.e[-1]
    return (e * e).sum() * 0.5


def nets(rng, size=0.7, f=tanh):
    """T = 1, 2, 4 and 5 steps of n = 2, 1, 3 and 2 units with a loss at every step; all that is given
    is normal; and 3 steps with Jacobians, states and derivatives beyond 1"""

    def drawn(T, n, m):
        shapes = (n, n), (n, m), (n,), (n, n), (n,), (T, m), (n,), (T, n)
        fields = (size * rng.normal(size=shape) for shape in shapes)
        return Net(*fields, np.zeros((T, n)), np.zeros((T + 1, n)), np.zeros((T, n)), f)

    for T, n, m in (1, 2, 1), (2, 1, 2), (4, 3, 2), (5, 2, 3):
        yield (drawn(T, n, m),)
    yield (steep(drawn(3, 2, 1)),)


def steep(net):
    """The same shapes with large weights and a large h_0, and z_1, z_2, ... near 0 nevertheless."""
    small = net._replace(**{name: 0.02 * getattr(net, name) for name in ("W", "U", "b", "h0")})
    return small._replace(W=np.add(small.W, [[2, -2], [-1, 1]]), h0=small.h0 + 3, V=4 * net.V)


def linear_nets(rng):
    """as the nets with tanh, but with the identity in its place; T = 1, 2, 4, 5 and 3 steps"""
    return nets(rng, f=identity)


def product(factors):
    """The matrix product, the first factor leftmost."""
    out = np.eye(len(factors[0]))
    for factor in factors:
        out = out @ factor
    return out


def transport(net, t, k):
    """J_t ... J_{k+1}."""
    return product([np.eye(len(net.h0)), *net.J[k:t][::-1]])


def immediate(net, k):
    """The immediate derivative of h_k with respect to W: [i, a, b] = slope_i delta_ia h_{k-1, b}."""
    return np.einsum("i,ia,b->iab", net.D[k - 1], np.eye(len(net.h0)), net.h[k - 1])


def total(net, t):
    """dh_t/dW, by the recursion."""
    S = 0 * immediate(net, 1)
    for k in range(1, t + 1):
        S = immediate(net, k) + np.tensordot(net.J[k - 1], S, 1)
    return S


def returned(net, e=None):
    """dL/dh_1..dL/dh_T: what every later loss sends back, for tanh or the identity; e[t-1] is dL/do_t."""
    e = net.e if e is None else e
    g, out = np.zeros(len(net.h0)), []
    slopes = net.D if net.f is tanh else np.ones_like(net.D)
    for t in range(len(net.x), 0, -1):
        g = net.V.T @ e[t - 1] + (net.W.T @ (slopes[t] * g) if t < len(net.x) else 0)
        out.append(g)
    return np.array(out[::-1])


def outer(a, b):
    """sum_t a_t b_t^T."""
    return np.asarray(a).T @ np.asarray(b)


class Unit(NamedTuple):
    """One step of an LSTM from the pre-activations of its gates; to_state and to_cell are the derivatives of
    L with respect to h and C."""

    f: np.ndarray
    i: np.ndarray
    o: np.ndarray
    c: np.ndarray
    C_prev: np.ndarray
    to_state: np.ndarray
    to_cell: np.ndarray

    def values(self):
        """f, i, o, C_tilde, C, tanh(C)."""
        f, i, o, c = logistic(self.f), logistic(self.i), logistic(self.o), tanh(self.c)
        C = f * self.C_prev + i * c
        return f, i, o, c, C, tanh(C)


def felt(unit):
    """The loss as the unit sees it: linear in h and in C."""
    _, _, o, _, C, tanh_C = unit.values()
    return (unit.to_state * o * tanh_C).sum() + (unit.to_cell * C).sum()


def units(rng):
    """four steps of an LSTM of 1, 2, 3 and 5 units; all that is given is normal; then larger derivatives"""
    for n in 1, 2, 3, 5:
        yield (Unit(*rng.normal(size=(7, n))),)
    u = Unit(*rng.normal(size=(7, 2)))
    yield (u._replace(C_prev=3 * u.C_prev, to_state=10 * u.to_state, to_cell=10 * u.to_cell),)


class Lstm(NamedTuple):
    """An LSTM with columns; W_g acts on [h; x]; L = sum_t g_t . h_t."""

    W_f: np.ndarray
    W_i: np.ndarray
    W_o: np.ndarray
    W_c: np.ndarray
    b_f: np.ndarray
    b_i: np.ndarray
    b_o: np.ndarray
    b_c: np.ndarray
    x: np.ndarray
    h0: np.ndarray
    C0: np.ndarray
    g: np.ndarray

    def run(self):
        """h_0..h_T, C_0..C_T and the gates (f, i, o, C_tilde) of steps 1..T."""
        h, C, gates = [self.h0], [self.C0], []
        for x_t in self.x:
            v = np.concatenate([h[-1], x_t])
            f, i, o = (logistic(getattr(self, f"W_{g}") @ v + getattr(self, f"b_{g}")) for g in "fio")
            c = tanh(self.W_c @ v + self.b_c)
            C.append(f * C[-1] + i * c)
            h.append(o * tanh(C[-1]))
            gates.append((f, i, o, c))
        return h, C, gates


def weighed(net):
    """L = sum_t g_t . h_t."""
    return sum((g * h).sum() for g, h in zip(net.g, net.run()[0][1:], strict=True))


def deltas(net, carry=1.0):
    """dL by the pre-activations of the gates -> {"f": (T, n), ...}; and v_t = [h_{t-1}; x_t], (T, n + m).

    carry = 0 leaves out what comes back along the cell.
    """
    h, C, gates = net.run()
    n, T = len(net.h0), len(net.x)
    dh, dC, out = np.zeros(n), np.zeros(n), {g: np.zeros((T, n)) for g in "fioc"}
    for t in range(T - 1, -1, -1):
        f, i, o, c = gates[t]
        dh = dh + net.g[t]
        tanh_C = tanh(C[t + 1])
        dC = carry * dC + dh * o * (1 - tanh_C**2)
        out["f"][t] = dC * C[t] * f * (1 - f)
        out["i"][t] = dC * c * i * (1 - i)
        out["o"][t] = dh * tanh_C * o * (1 - o)
        out["c"][t] = dC * i * (1 - c**2)
        dh = sum(getattr(net, f"W_{g}")[:, :n].T @ out[g][t] for g in "fioc")
        dC = dC * f
    return out, np.array([np.concatenate(v) for v in zip(h[:-1], net.x, strict=True)])


def lstms(rng, lengths=(1, 3, 6), at_end=False):
    """T = 1, 3 and 6 steps of 2, 1 and 3 units, started at normal h_0 and C_0; a loss at every step, steep in
    the last network"""
    for T, n, m, steep in zip(lengths, (2, 1, 3), (1, 2, 2), (1, 1, 3000), strict=True):
        shapes = [(n, n + m)] * 4 + [(n,)] * 4 + [(T, m), (n,), (n,), (T, n)]
        net = Lstm(*(rng.normal(size=shape) for shape in shapes))
        read = np.arange(T) == T - 1 if at_end else np.ones(T)
        yield (net._replace(g=steep * read[:, None] * net.g),)


def exceeds(bound, value):
    """By which part of the bound the value exceeds it; 0 if it keeps to it; inf for no bound at all."""
    if np.shape(bound) != np.shape(value) or not np.all(np.asarray(bound) >= 0):
        return np.inf
    with np.errstate(divide="ignore"):
        return max(0.0, float(np.max(np.asarray(value) / np.asarray(bound))) - 1 - 1e-12)


def differs(claim, truth):
    """1 if a yes is a no, else 0."""
    return float(np.shape(claim) != np.shape(truth) or np.any(np.asarray(claim) != np.asarray(truth)))


def bounded(formula):
    """The oracle for a claim that bounds a number."""
    return Oracle(formula, 0, exceeds)


def decided(formula):
    """The oracle for a claim that says yes or no."""
    return Oracle(formula, 0, differs)


def radius(W):
    return max(abs(np.linalg.eigvals(W)))


def norm(W):
    return np.linalg.norm(W, 2)


def turned(W):
    """An orthogonal matrix times the most that W stretches: with it, bounds by the norm are met."""
    return np.sqrt(np.max(np.linalg.eigvalsh(W.T @ W))) * np.linalg.qr(W + np.eye(len(W)))[0]


def grows(W, n=4000):
    """Whether the norm of W^n is above 1; n is far beyond every passing hump of the matrices tried."""
    out = np.eye(len(W))
    for _ in range(n):
        out = out @ W
        size = np.linalg.norm(out)
        if size > 1e100 or size < 1e-100:
            return bool(size > 1)
    return bool(np.linalg.norm(out) > np.sqrt(len(W)) + 1e-9)


def matrices(rng):
    """nilpotent and sheared matrices, diagonal ones of radius 1 and 1.1, turned ones of radius 0.9 and 1.05,
    and random ones of radius 0.8 and 1.2"""
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    yield from ((np.array(W, dtype=float),) for W in ([[0, 2], [0, 0]], [[0.5, 10], [0, 0.5]]))
    yield from ((np.diag([first, 0.5]),) for first in (1.1, -1.1, -1.0))
    yield from ((r * turn,) for r in (0.9, 1.05))
    for r in 0.8, 1.2, 0.8:
        W = rng.normal(size=(3, 3))
        yield (r * W / radius(W),)
