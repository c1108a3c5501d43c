"""The equations of page 3a, and what supports each."""

from decimal import localcontext

import numpy as np

from rnncourse import lstm
from rnncourse.certificates.oracles import Certificate, Oracle, decimals, lstm_step
from rnncourse.lstm import Params, States


def cells(rng):
    """T = 0, 1, 2, 4 and 5 steps of n = 2, 1, 4, 3 and 2 units; all that is given is normal, the last target
    ten times as large"""
    for T, n, m, size in (0, 2, 1, 1), (1, 1, 1, 1), (2, 4, 2, 1), (4, 3, 2, 1), (5, 2, 3, 10):
        shapes = [(n, n + m)] * 4 + [(n,)] * 4 + [(T, m), n, n]
        yield *(rng.normal(size=shape) for shape in shapes), size * rng.normal(size=(T + 1, n))


def forward(*a):
    """The States, as lists of steps, of W_f, ..., b_c, x, h0, C0."""
    *P, x, h0, C0 = a
    h, C, gates = [h0], [C0], []
    for x_t in x:
        *new, C_t, h_t = lstm_step(*P, x_t, h[-1], C[-1])
        h, C, gates = [*h, h_t], [*C, C_t], [*gates, new]
    return States(h, C, *zip(*gates, strict=True)) if gates else States(h, C, [], [], [], [])


def pick(*names):
    """The oracles for fields of States: in decimals of 50 digits, and one scalar at a time."""

    def shaped(s, n):
        return tuple(np.array(getattr(s, name), dtype=float).reshape(-1, n) for name in names)

    def in_decimals(*a):
        with localcontext(prec=50):
            return shaped(forward(*map(decimals, a[:-1])), len(a[-2]))

    def by_loops(W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c, x, h0, C0, c):
        s = States([h0], [C0], [], [], [], [])
        for x_t in x:
            v = [*s.h[-1], *x_t]
            f, i, o, C_tilde = (
                [
                    sum(w * v_j for w, v_j in zip(row, v, strict=True)) + b_j
                    for row, b_j in zip(W, b, strict=True)
                ]
                for W, b in ((W_f, b_f), (W_i, b_i), (W_o, b_o), (W_c, b_c))
            )
            f, i, o = ([(1 + np.tanh(z / 2)) / 2 for z in gate] for gate in (f, i, o))
            C_tilde = [np.sinh(z) / np.cosh(z) for z in C_tilde]
            C = [p * q + r * u for p, q, r, u in zip(f, s.C[-1], i, C_tilde, strict=True)]
            h = [p * np.sinh(q) / np.cosh(q) for p, q in zip(o, C, strict=True)]
            for field, value in zip(s, (h, C, f, i, o, C_tilde), strict=True):
                field.append(value)
        return shaped(s, len(h0))

    return {"decimals of 50 digits": Oracle(in_decimals), "loops over scalars": Oracle(by_loops)}


def package(*a):
    """The States of lstm.forward, the code under test."""
    *P, x, h0, C0, _ = a
    return lstm.forward(Params(*P), x, h0, C0)


def misread(change, *names):
    """Fields of the network with another last line: change(f, i, o, C_tilde, C_{t-1}) -> C_t, h_t."""

    def formula(*a):
        *P, x, h, C, _ = a
        rows = [(None,) * 4 + (C, h)]
        for x_t in x:
            *gates, _, _ = lstm_step(*P, x_t, h, C)
            C, h = change(*gates, C)
            rows.append((*gates, C, h))
        return tuple(np.array([row[5 if name == "h" else 4] for row in rows]) for name in names)

    return formula


def eq_lstm_gates():
    """The gates and the candidate"""
    names = "f", "i", "o", "C_tilde"

    def fields(s):
        return tuple(getattr(s, name) for name in names)

    def swapped(*a):
        return fields(package(*(np.roll(W, len(W), axis=1) for W in a[:4]), *a[4:]))

    def of(*order):
        return lambda *a: tuple(fields(package(*a))[i] for i in order)

    return Certificate(
        conditions=r"$t = 1, \dots, T$; each $W$ is $n \times (n + m)$, and $h$ stands above $x$.",
        inputs=cells,
        claim=lambda *a: fields(package(*a)),
        oracles=pick(*names),
        wrong={
            "[x; h] for [h; x]": swapped,
            "no biases": lambda *a: fields(package(*a[:4], *(0 * b for b in a[4:8]), *a[8:])),
            "forget and input swapped": of(1, 0, 2, 3),
            "input and output swapped": of(0, 2, 1, 3),
            "1 - f for f": lambda *a: (1 - package(*a).f, *fields(package(*a))[1:]),
            "sigma for the candidate's tanh": lambda *a: (
                *fields(package(*a))[:3],
                (1 + package(*a).C_tilde) / 2,
            ),
            "h_{t-1} left out": lambda *a: fields(
                package(*(W * (np.arange(W.shape[1]) >= len(W)) for W in a[:4]), *a[4:])
            ),
        },
    )


def eq_lstm_cell():
    """The cell"""

    def wrong(cell):
        return misread(lambda f, i, o, C_tilde, C: ((new := cell(f, i, C_tilde, C)), o * np.tanh(new)), "C")

    return Certificate(
        conditions=r"$t = 1, \dots, T$, unit by unit; $C_0$ is given.",
        inputs=cells,
        claim=lambda *a: (package(*a).C,),
        oracles=pick("C"),
        wrong={
            "forget and input swapped": wrong(lambda f, i, C_tilde, C: i * C + f * C_tilde),
            "1 - f for f": wrong(lambda f, i, C_tilde, C: (1 - f) * C + i * C_tilde),
            "1 - f for i": wrong(lambda f, i, C_tilde, C: f * C + (1 - f) * C_tilde),
            "no input gate": wrong(lambda f, i, C_tilde, C: f * C + C_tilde),
            "no forget gate": wrong(lambda f, i, C_tilde, C: C + i * C_tilde),
            "one gate for all units": wrong(lambda f, i, C_tilde, C: f.mean() * C + i.mean() * C_tilde),
            "candidate of sigma": wrong(lambda f, i, C_tilde, C: f * C + i * (1 + C_tilde) / 2),
        },
    )


def eq_lstm_hidden():
    """The hidden state"""

    def wrong(hidden):
        def change(f, i, o, C_tilde, C):
            return f * C + i * C_tilde, hidden(o, f * C + i * C_tilde, C)

        return misread(change, "h")

    return Certificate(
        conditions=r"$t = 1, \dots, T$, unit by unit; $h_0$ is given.",
        inputs=cells,
        claim=lambda *a: (package(*a).h,),
        oracles=pick("h"),
        wrong={
            "the cell without tanh": wrong(lambda o, C, C_prev: o * C),
            "tanh outside": wrong(lambda o, C, C_prev: np.tanh(o * C)),
            "C_{t-1} for C_t": wrong(lambda o, C, C_prev: o * np.tanh(C_prev)),
            "no output gate": wrong(lambda o, C, C_prev: np.tanh(C)),
            "1 - o for o": wrong(lambda o, C, C_prev: (1 - o) * np.tanh(C)),
            "sigma for tanh": wrong(lambda o, C, C_prev: o / (1 + np.exp(-C))),
        },
    )
