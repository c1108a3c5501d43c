"""What certificates measure with: numbers that carry derivatives, exact fractions, decimals of fifty digits.

The networks are written out once more, in their plainest form, so that floats, complex numbers, Dual,
Fraction and Decimal all run through the same lines. Nothing here is shared with the code under test.
"""

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from rnncourse import gradcheck


def distance(value, oracle):
    """The relative error of an array, the largest over a tuple of arrays, inf for a wrong shape."""
    if isinstance(value, tuple):
        return float(np.max([distance(v, o) for v, o in zip(value, oracle, strict=True)]))
    return gradcheck.relative_error(value, oracle) if np.shape(value) == np.shape(oracle) else np.inf


class Oracle(NamedTuple):
    """An independent way to the same value, and how near the claim must come to it."""

    formula: Callable
    tolerance: float = 1e-12
    error: Callable = distance


class Certificate(NamedTuple):
    """A labelled equation and what supports it; each formula takes the arguments of one input."""

    conditions: str  # one sentence: when it holds
    inputs: Callable  # rng -> tuples of arguments; its docstring says what is tried
    claim: Callable  # under test
    oracles: dict  # name -> Oracle
    wrong: dict  # name -> formula, which the oracles must reject


class Dual:
    """value + slope e with e*e = 0: a number that carries its derivative; the slope may be a row."""

    __array_ufunc__ = None  # so that arrays hand their arithmetic over, entry by entry

    def __init__(self, value, slope=0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        other = lift(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = lift(other)
        return Dual(self.value * other.value, self.value * other.slope + other.value * self.slope)

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return Dual(other / self.value, -other * self.slope / (self.value * self.value))

    def exp(self):  # np.exp of an array of objects calls this
        e = np.exp(self.value)
        return Dual(e, e * self.slope)

    __radd__, __rmul__ = __add__, __mul__


def lift(number):
    """A plain number is a Dual without slope."""
    return number if isinstance(number, Dual) else Dual(number)


def each(convert, a):
    """The array of objects with convert applied to each entry."""
    return np.frompyfunc(convert, 1, 1)(np.asarray(a).astype(object))


def exact(a):
    """The same numbers as fractions; every float is one."""
    return each(Fraction, a)


def decimals(a):
    """The same numbers as decimals; arithmetic keeps the digits of the context."""
    return each(Decimal, a)


def product(factors, one):
    """The matrix product, left to right, starting from one."""
    for factor in factors:
        one = one @ factor
    return one


def by_complex_step(f, i, *args):
    """df/d(argument i): the imaginary part of f one tiny imaginary step away."""
    return gradcheck.complex_step(lambda a: f(*args[:i], a, *args[i + 1 :]), args[i])


def by_dual_numbers(f, i, *args):
    """df/d(argument i): every entry starts with its own unit slope, and arithmetic does the rest."""
    a = args[i]
    units = np.eye(a.size)
    seeded = np.array([Dual(v, e) for v, e in zip(a.flat, units, strict=True)]).reshape(a.shape)
    y = np.asarray(f(*args[:i], seeded, *args[i + 1 :]), dtype=object)
    slopes = np.array([np.zeros(a.size) + lift(v).slope for v in y.flat])
    return slopes.reshape(y.shape + a.shape)


def by_decimals(f, i, *args):
    """df/d(argument i): the difference quotient in fifty digits with a step of 1e-15, right to thirty."""
    with localcontext(prec=50):
        args = [decimals(a) if isinstance(a, np.ndarray) else a for a in args]
        a, step = args[i], Decimal("1e-15")
        columns = []
        for e in np.eye(a.size, dtype=int).reshape(a.size, *a.shape):
            up, down = (f(*args[:i], a + s * step * e, *args[i + 1 :]) for s in (1, -1))
            columns.append((np.asarray(up) - np.asarray(down)) / (2 * step))
        return np.moveaxis(np.array(columns, dtype=float), 0, -1).reshape(*np.shape(up), *a.shape)


def derivative(f, i):
    """The oracles for a claim about df/d(argument i); f takes the arguments of the claim."""
    ways = {
        "complex step": by_complex_step,
        "dual numbers": by_dual_numbers,
        "50-digit differences": by_decimals,
    }
    return {name: Oracle(lambda *args, way=way: way(f, i, *args)) for name, way in ways.items()}


def logistic(z):
    """1 / (1 + e^-z), for numbers of any kind."""
    return 1 / (1 + np.exp(-z))


def tanh(z):
    """The hyperbolic tangent from the logistic function, for numbers of any kind."""
    return 2 * logistic(2 * z) - 1


def states(W, U, x, h0):
    """h_0..h_T of the recurrent network."""
    h = [h0]
    for x_t in x:
        h.append(logistic(W @ h[-1] + U @ x_t))
    return h


def loss(W, U, x, h0, c):
    """L = sum_t |h_t - c_t|^2, so that dL_t/dh_t = 2 (h_t - c_t) is another vector at each step."""
    return sum((h_t - c_t) @ (h_t - c_t) for h_t, c_t in zip(states(W, U, x, h0), c, strict=True))


def lstm_step(W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c, x_t, h, C):
    """f, i, o, C_tilde, C, h of one step of the LSTM."""
    v = np.concatenate([h, x_t])
    f, i, o = logistic(W_f @ v + b_f), logistic(W_i @ v + b_i), logistic(W_o @ v + b_o)
    C_tilde = tanh(W_c @ v + b_c)
    C = f * C + i * C_tilde
    return f, i, o, C_tilde, C, o * tanh(C)
