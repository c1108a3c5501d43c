"""Certificates of chapter 3: one function an equation, named after its label."""

from decimal import Decimal, localcontext

import numpy as np

from rnncourse import lstm
from rnncourse.lstm import Params, States

from .oracles import (
    Certificate,
    Dual,
    Oracle,
    by_complex_step,
    by_decimals,
    by_dual_numbers,
    decimals,
    exact,
    lstm_step,
    product,
    tanh,
)


def cells(rng):
    """T = 0, 1, 2, 4 and 5 steps of n = 2, 1, 4, 3 and 2 units; all that is given is normal"""
    for T, n, m in (0, 2, 1), (1, 1, 1), (2, 4, 2), (4, 3, 2), (5, 2, 3):
        shapes = [(n, n + m)] * 4 + [(n,)] * 4 + [(T, m), n, n, (T + 1, n)]
        yield tuple(rng.normal(size=shape) for shape in shapes)


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
        statement=r"\begin{aligned} f_t &= \sigma(W_f v_t + b_f), \\ i_t &= \sigma(W_i v_t + b_i), \\ "
        r"o_t &= \sigma(W_o v_t + b_o), \\ \tilde C_t &= \tanh(W_c v_t + b_c), \\ "
        r"v_t &= \begin{pmatrix} h_{t-1} \\ x_t \end{pmatrix} \end{aligned}",
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
        statement=r"C_t = f_t \odot C_{t-1} + i_t \odot \tilde C_t",
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
        statement=r"h_t = o_t \odot \tanh(C_t)",
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


def eq_gate_range():
    """The range of a gate"""

    def inputs(rng):
        """400 values of z, normal with standard deviation 9; the gates of three networks"""
        yield (rng.normal(scale=9, size=400),)
        for a in list(cells(rng))[1:]:
            s = package(*a)
            yield (np.log(np.concatenate([s.f, s.i, s.o]) / (1 - np.concatenate([s.f, s.i, s.o]))).ravel(),)

    def seen(z):
        """The extremes of sigma over z, in 50 digits."""
        with localcontext(prec=50):
            values = 1 / (1 + np.exp(-decimals(z)))
            return min(values), max(values)

    def strictly_inside(interval, extremes):
        (low, high), (least, most) = interval, extremes
        return 0.0 if low < least and most < high else 1.0

    def approached(z):
        with localcontext(prec=50):
            return (1 / (1 + np.exp(-decimals([-90, 90])))).astype(float)

    def interval(low, high):
        return lambda z: np.array([low, high], dtype=float)

    return Certificate(
        statement=r"\begin{aligned} &0 < \sigma(z) < 1 \quad\text{for every real } z, \\ "
        r"&\text{hence}\quad 0 < f_t,\, i_t,\, o_t < 1 \end{aligned}",
        conditions=r"Real arithmetic: in floating point a gate rounds to 0 or 1 when $|z|$ is large.",
        inputs=inputs,
        claim=interval(0, 1),
        oracles={
            "strictly inside, in 50 digits": Oracle(seen, error=strictly_inside),
            "both ends approached, at z = -90 and 90": Oracle(approached),
        },
        wrong={
            "-1 to 1, as for tanh": interval(-1, 1),
            "0 to 2": interval(0, 2),
            "0 to 1/2": interval(0, 0.5),
            "0 to 1/4, as for the derivative": interval(0, 0.25),
            "1/2 to 1": interval(0.5, 1),
        },
    )


def eq_cell_bound():
    """The bound on the cell"""

    def bound(at):
        return lambda *a: np.array([at(abs(a[-2]), t) for t in range(len(a[-4]) + 1)])

    def exceeded(bound, C):
        return max(float(np.max(abs(C) - bound)), 0.0)

    def in_decimals(*a):
        with localcontext(prec=50):
            return np.array(forward(*map(decimals, a[:-1])).C, dtype=float)

    def attained(*a):
        """All gates driven open, and the candidate to the side where C_0 is."""
        *W, b_f, b_i, b_o, b_c, x, h0, C0, _ = a
        b = b_f + 90, b_i + 90, b_o, b_c + 90 * np.sign(C0)
        return abs(np.array(forward(*W, *b, x, h0, C0).C))

    return Certificate(
        statement=r"|C_t| \le |C_0| + t",
        conditions=r"Unit by unit, any weights and inputs; the bound is approached, not attained, for $t "
        r"\ge 1$.",
        inputs=cells,
        claim=bound(lambda C0, t: C0 + t),
        oracles={
            "not exceeded by the package": Oracle(lambda *a: package(*a).C, error=exceeded),
            "not exceeded in 50 digits": Oracle(in_decimals, error=exceeded),
            "approached with gates driven open": Oracle(attained),
        },
        wrong={
            "the cell never grows": bound(lambda C0, t: C0),
            "t alone": bound(lambda C0, t: 0 * C0 + t),
            "half a unit a step": bound(lambda C0, t: C0 + t / 2),
            "one step less": bound(lambda C0, t: C0 + max(t - 1, 0)),
            "one step more": bound(lambda C0, t: C0 + t + 1),
            "at most 1, like h": bound(lambda C0, t: np.ones_like(C0)),
        },
    )


def pairs(s):
    """All (t, k) with 0 <= k <= t <= T."""
    return [(t, k) for t in range(len(s.C)) for k in range(t + 1)]


def loss(*a):
    """L = sum_t |h_t - c_t|^2, so that dL_t/dh_t = 2 (h_t - c_t)."""
    *P, x, h0, C0, c = a
    h = forward(*P, x, h0, C0).h
    return sum((h_t - c_t) @ (h_t - c_t) for h_t, c_t in zip(h, c, strict=True))


def eq_lstm_bptt():
    """Backpropagation through time for the LSTM"""

    def loss_after(*a):
        """The loss from step t on, after the local one of t; the cell is an argument of its own."""
        *P, x, h_t, C_t, c = a
        return loss(*P, x, h_t, C_t, c) - (h_t - c[0]) @ (h_t - c[0])

    def gradients(way):
        def oracle(*a):
            *P, x, h0, C0, c = a
            s, T = forward(*P, x, h0, C0), len(x)
            local = [2 * (h_t - c_t) for h_t, c_t in zip(s.h, c, strict=True)]
            after = [
                [way(loss_after, i, *P, x[t:], s.h[t], s.C[t], c[t:]) for t in range(T + 1)] for i in (9, 10)
            ]
            dh = [g + later for g, later in zip(local, after[0], strict=True)]
            squash = [0 * s.h[0]] + [o * (1 - tanh(C) ** 2) for o, C in zip(s.o, s.C[1:], strict=True)]
            dC = [later + g * d for later, g, d in zip(after[1], dh, squash, strict=True)]
            return *(way(loss, i, *a) for i in range(8)), np.array(dh), np.array(dC)

        return oracle

    def claim(*a, local=lambda dl: dl, states=lambda s: s, weights=lambda P: P):
        *P, x, h0, C0, c = a
        s = lstm.forward(Params(*P), x, h0, C0)
        dP, dh, dC = lstm.backward(weights(Params(*P)), x, states(s), local(2 * (s.h - c)))
        return *dP, dh, dC

    def with_states(**changed):
        return lambda *a: claim(*a, states=lambda s: s._replace(**{k: v(s) for k, v in changed.items()}))

    def with_weights(change):
        return lambda *a: claim(*a, weights=lambda P: Params(*(change(W) for W in P[:4]), *P[4:]))

    return Certificate(
        statement=r"\begin{aligned} \mathrm{d}C_t &= f_{t+1} \odot \mathrm{d}C_{t+1} \\ "
        r"&\quad {}+ o_t \odot \bigl(1 - \tanh^2 C_t\bigr) \odot \mathrm{d}h_t, \\ "
        r"\mathrm{d}h_t &= \mathrm{d}l_t + W_h^{\top} \delta_{t+1} \end{aligned}",
        conditions=r"$t = T, \dots, 1$, with $\mathrm{d}C_{T+1} = 0$ and $\delta_{T+1} = 0$; at $t = 0$ "
        r"too, with $o_0 = 0$. All are columns: $\mathrm{d}C_t$ and $\mathrm{d}h_t$ hold the total "
        r"gradients, $\mathrm{d}l_t$ the local one $\partial L_t/\partial h_t$, $\delta_t$ those by the "
        r"four pre-activations, stacked, and $W_h$ stacks the blocks that meet $h_{t-1}$. Verified with it: "
        r"$\mathrm{d}L/\mathrm{d}W = \sum_t \delta_t [h_{t-1}; x_t]^{\top}$ and $\mathrm{d}L/\mathrm{d}b = "
        r"\sum_t \delta_t$.",
        inputs=cells,
        claim=claim,
        oracles={
            "complex step": Oracle(gradients(by_complex_step)),
            "dual numbers": Oracle(gradients(by_dual_numbers)),
        },
        wrong={
            "last loss only": lambda *a: claim(*a, local=lambda dl: np.concatenate([0 * dl[:-1], dl[-1:]])),
            "nothing through h": with_weights(lambda W: W * (np.arange(W.shape[1]) >= len(W))),
            "W_h transposed": with_weights(
                lambda W: np.concatenate([W[:, : len(W)].T, W[:, len(W) :]], axis=1)
            ),
            "nothing along the cell": with_states(f=lambda s: 0 * s.f),
            "C_t for C_{t-1}": with_states(C=lambda s: np.roll(s.C, -1, axis=0)),
            "h_t for h_{t-1}": with_states(h=lambda s: np.roll(s.h, -1, axis=0)),
            "forget gates one step late": with_states(f=lambda s: np.roll(s.f, 1, axis=0)),
            "sign": lambda *a: tuple(-g for g in claim(*a)),
        },
    )


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


def eq_lstm_delta():
    """The gradients by the pre-activations"""

    def loss_of_offsets(e, *a):
        """The loss when e[t, g] is added to pre-activation g of step t."""
        *P, x, h, C, c = a
        L = 0  # L_0 depends on no pre-activation
        for x_t, c_t, e_t in zip(x, c[1:], e, strict=True):
            *_, C, h = lstm_step(*P[:4], *(b + e_g for b, e_g in zip(P[4:], e_t, strict=True)), x_t, h, C)
            L = L + (h - c_t) @ (h - c_t)
        return L

    def by(way):
        return Oracle(lambda *a: way(loss_of_offsets, 0, np.zeros((len(a[8]), 4, len(a[9]))), *a))

    def claim(*a, choose=lambda s, dh, dC: (dh, dC), states=lambda s: s):
        s, dh, dC = totals(*a)
        return np.stack(deltas(states(s), *choose(s, dh, dC)), axis=1)

    def with_states(**changed):
        return lambda *a: claim(*a, states=lambda s: s._replace(**{k: v(s) for k, v in changed.items()}))

    return Certificate(
        statement=r"\begin{aligned} \delta_{f,t} &= \mathrm{d}C_t \odot C_{t-1} \odot f_t \odot (1 - f_t), "
        r"\\ \delta_{i,t} &= \mathrm{d}C_t \odot \tilde C_t \odot i_t \odot (1 - i_t), \\ "
        r"\delta_{o,t} &= \mathrm{d}h_t \odot \tanh(C_t) \\ &\qquad {}\odot o_t \odot (1 - o_t), \\ "
        r"\delta_{c,t} &= \mathrm{d}C_t \odot i_t \odot (1 - \tilde C_t^2) \end{aligned}",
        conditions=r"$\mathrm{d}h_t$ and $\mathrm{d}C_t$ are the total gradients by $h_t$ and $C_t$; "
        r"$\delta$ is that by the pre-activation.",
        inputs=cells,
        claim=claim,
        oracles={"complex step": by(by_complex_step), "dual numbers": by(by_dual_numbers)},
        wrong={
            "dC_t for dh_t": lambda *a: claim(*a, choose=lambda s, dh, dC: (dC, dC)),
            "dh_t for dC_t": lambda *a: claim(*a, choose=lambda s, dh, dC: (dh, dh)),
            "totals one step late": lambda *a: claim(*a, choose=lambda s, dh, dC: np.roll([dh, dC], 1, 1)),
            "C_t for C_{t-1}": with_states(C=lambda s: np.roll(s.C, -1, axis=0)),
            "no slope of the gates": lambda *a: (
                claim(*a)
                / np.stack([*(g * (1 - g) for g in package(*a)[2:5]), np.ones_like(package(*a).f)], axis=1)
            ),
            "sigma's slope for the candidate": with_states(C_tilde=lambda s: s.C_tilde / 2),
            "i for o": with_states(o=lambda s: s.i),
        },
    )


def eq_lstm_dW():
    """The gradients of the weights and biases of the LSTM"""

    def claim(
        *a, h_of=lambda h: h[:-1], weigh=lambda d: d, stack=lambda h, x: np.concatenate([h, x], axis=1)
    ):
        s, dh, dC = totals(*a)
        v, d = stack(h_of(s.h), a[8]), [weigh(d_g) for d_g in deltas(s, dh, dC)]
        return *(d_g.T @ v for d_g in d), *(d_g.sum(axis=0) for d_g in d)

    def by(way):
        return Oracle(lambda *a: tuple(way(loss, j, *a) for j in range(8)))

    return Certificate(
        statement=r"\begin{aligned} \frac{\mathrm{d}L}{\mathrm{d}W_g} &= \sum_{t=1}^{T} \delta_{g,t}\, "
        r"v_t^{\top}, \\ \frac{\mathrm{d}L}{\mathrm{d}b_g} &= \sum_{t=1}^{T} \delta_{g,t}, \qquad g = f, i, "
        r"o, c \end{aligned}",
        conditions=r"$v_t = [h_{t-1}; x_t]$; $h_0$ and $C_0$ do not depend on the weights.",
        inputs=cells,
        claim=claim,
        oracles={"complex step": by(by_complex_step), "dual numbers": by(by_dual_numbers)},
        wrong={
            "h_t for h_{t-1}": lambda *a: claim(*a, h_of=lambda h: h[1:]),
            "last step only": lambda *a: claim(*a, weigh=lambda d: np.concatenate([0 * d[:-1], d[-1:]])),
            "mean over time": lambda *a: tuple(g / max(len(a[8]), 1) for g in claim(*a)),
            "[x; h] for [h; x]": lambda *a: claim(*a, stack=lambda h, x: np.concatenate([x, h], axis=1)),
            "gates in another order": lambda *a: tuple(claim(*a)[g] for g in (1, 0, 2, 3, 5, 4, 6, 7)),
            "sign": lambda *a: tuple(-g for g in claim(*a)),
        },
    )


def eq_cell_gradient():
    """The gradients of the weights from totals, each summed once"""

    def gradients(choose=lambda g, dh, dC: (dh, dC), C_of=lambda C: C[:-1], h_of=lambda h: h[:-1]):
        def formula(*a):
            s, dh, dC = totals(*a)
            v = np.concatenate([h_of(s.h), a[8]], axis=1)
            d = deltas(s, *choose(2 * (s.h - a[-1]), dh, dC), C_of(s.C))
            return tuple(d_g.T @ v for d_g in d)

        return formula

    def by(way):
        return Oracle(lambda *a: tuple(way(loss, j, *a) for j in range(4)))

    return Certificate(
        statement=r"\begin{aligned} \frac{\mathrm{d}L}{\mathrm{d}W_g} &= \sum_{k=1}^{T} "
        r"\frac{\mathrm{d}L}{\mathrm{d}C_k}\,\frac{\partial^{+} C_k}{\partial W_g} \\ &\qquad (g = f, i, "
        r"c), \\ \frac{\mathrm{d}L}{\mathrm{d}W_o} &= \sum_{k=1}^{T} "
        r"\frac{\mathrm{d}L}{\mathrm{d}h_k}\,\frac{\partial^{+} h_k}{\partial W_o} \end{aligned}",
        conditions=r"$\mathrm{d}L/\mathrm{d}C_k$ and $\mathrm{d}L/\mathrm{d}h_k$ are totals; $\partial^{+}$ "
        r"holds $h_{k-1}$, $C_{k-1}$ and $x_k$ fixed, and for $W_o$ also $C_k$; $h_0$ and $C_0$ do not "
        r"depend on the weights.",
        inputs=cells,
        claim=gradients(),
        oracles={"complex step": by(by_complex_step), "dual numbers": by(by_dual_numbers)},
        wrong={
            "local losses for W_o": gradients(choose=lambda g, dh, dC: (g, dC)),
            "the cell alone, nothing for W_o": gradients(choose=lambda g, dh, dC: (0 * dh, dC)),
            "C_k for C_{k-1}": gradients(C_of=lambda C: C[1:]),
            "h_k for h_{k-1}": gradients(h_of=lambda h: h[1:]),
            "totals of k - 1": gradients(choose=lambda g, dh, dC: (np.roll(dh, 1, 0), np.roll(dC, 1, 0))),
            "dL/dh for dL/dC": gradients(choose=lambda g, dh, dC: (dh, dh)),
        },
    )


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

    def in_fractions(*a):
        s = forward(*a[:-1])
        one = exact(np.eye(len(s.C[0]), dtype=int))
        return np.array(
            [product([np.diag(exact(f)) for f in s.f[k:t]], one) for t, k in pairs(s)], dtype=float
        )

    def made_of(diagonal):
        """For each (t, k) the diagonal matrix of diagonal(f, t, k), with f_t in row t - 1."""

        def formula(*a):
            s = forward(*a[:-1])
            f = np.array(s.f).reshape(-1, len(s.C[0]))
            return np.array([np.diag(np.broadcast_to(diagonal(f, t, k), len(s.C[0]))) for t, k in pairs(s)])

        return formula

    return Certificate(
        statement=r"\left.\frac{\partial C_t}{\partial C_k}\right|_{\substack{\text{gates and} \\ "
        r"\text{candidate frozen}}} = \prod_{s=k+1}^{t} \operatorname{diag}(f_s)",
        conditions=r"$0 \le k \le t \le T$; $f$, $i$ and $\tilde C$ are held at their values; for $t = k$ "
        r"the product is the identity.",
        inputs=cells,
        claim=lambda *a: np.array([lstm.gate_transport(package(*a), t, k) for t, k in pairs(package(*a))]),
        oracles={
            "complex step, gates held": Oracle(frozen(by_complex_step)),
            "dual numbers, gates held": Oracle(frozen(by_dual_numbers)),
            "product of fractions": Oracle(in_fractions),
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
        statement=r"\begin{aligned} &f_s = 1,\; i_s = 0 \;\text{ for } k < s \le t \\ "
        r"&\Longrightarrow\quad C_t = C_k, \qquad \frac{\partial C_t}{\partial C_k} = I \end{aligned}",
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


def eq_full_jacobian():
    """The total derivative of a cell by an earlier one"""

    def restarted(way):
        """Differentiates C_t of the network run on from C_k and h_k = o_k tanh(C_k); o_k and h_0 are held."""

        def oracle(*a):
            *P, x, h0, C0, _ = a
            s = forward(*P, x, h0, C0)

            def cell(*b):
                *P, x, o, h, C = b
                return forward(*P, x, o * tanh(C) + h, C).C[-1]

            def start(k):
                return (s.o[k - 1], 0 * h0) if k else (0 * h0, h0)

            return np.array([way(cell, 11, *P, x[k:t], *start(k), s.C[k]) for t, k in pairs(s)])

        return oracle

    def formula(cell=(1, 1, 1), output=1, column=1, feed=1, late=0):
        """The product of pair Jacobians with factors of its blocks switched off."""

        def product_of_pairs(*a):
            *P, x, h0, C0, _ = a
            s, n = forward(*P, x, h0, C0), len(h0)
            W_f, W_i, W_o, W_c = (W[:, :n] for W in P[:4])
            D = [np.zeros((n, n))] + [
                np.diag(o * (1 - tanh(C) ** 2)) for o, C in zip(s.o, s.C[1:], strict=True)
            ]
            J = [None]
            for t in range(1, len(s.C)):
                f, i, o, C_tilde, C = s.f[t - 1], s.i[t - 1], s.o[t - 1], s.C_tilde[t - 1], s.C[t - 1 + late]
                gates = (C * f * (1 - f), W_f), (C_tilde * i * (1 - i), W_i), (i * (1 - C_tilde**2), W_c)
                A = sum(on * d[:, None] * W for on, (d, W) in zip(cell, gates, strict=True))
                B = output * (tanh(s.C[t]) * o * (1 - o))[:, None] * W_o
                J.append(np.block([[np.diag(f), A], [feed * D[t] * f, feed * D[t] @ A + B]]))
            start = [np.concatenate([np.eye(n), column * D_k]) for D_k in D]
            return np.array([(product(J[t:k:-1], np.eye(2 * n)) @ start[k])[:n] for t, k in pairs(s)])

        return product_of_pairs

    def claim(*a):
        *P, x, _, _, _ = a
        s = package(*a)
        return np.array([lstm.cell_transport(Params(*P), x, s, t, k) for t, k in pairs(s)])

    def gates_only(*a):
        return np.array([lstm.gate_transport(package(*a), t, k) for t, k in pairs(package(*a))])

    def one_step_products(*a):
        *P, x, _, _, _ = a
        s = package(*a)
        J = [None] + [lstm.cell_transport(Params(*P), x, s, t, t - 1) for t in range(1, len(s.C))]
        return np.array([product(J[t:k:-1], np.eye(s.C.shape[1])) for t, k in pairs(s)])

    return Certificate(
        statement=r"\begin{aligned} \frac{\mathrm{d}C_t}{\mathrm{d}C_k} &= \begin{pmatrix} I & 0 "
        r"\end{pmatrix} P_t \cdots P_{k+1} \begin{pmatrix} I \\ D_k \end{pmatrix}, \\ P_t &= "
        r"\begin{pmatrix} \operatorname{diag}(f_t) & A_t \\ D_t \operatorname{diag}(f_t) & D_t A_t + B_t "
        r"\end{pmatrix} \end{aligned}",
        conditions=r"$A_t = \operatorname{diag}(C_{t-1} \odot f_t \odot (1 - f_t)) W_f + "
        r"\operatorname{diag}(\tilde C_t \odot i_t \odot (1 - i_t)) W_i + "
        r"\operatorname{diag}(i_t \odot (1 - \tilde C_t^2)) W_c$, $B_t = "
        r"\operatorname{diag}(\tanh(C_t) \odot o_t \odot (1 - o_t)) W_o$, of each $W$ the columns that meet "
        r"$h_{t-1}$; "
        r"$D_t = \operatorname{diag}(o_t \odot (1 - \tanh^2 C_t))$ and $D_0 = 0$. $o_k$ and $h_0$ are "
        r"held fixed.",
        inputs=cells,
        claim=claim,
        oracles={
            "complex step from C_k on": Oracle(restarted(by_complex_step)),
            "dual numbers from C_k on": Oracle(restarted(by_dual_numbers)),
            "50-digit differences from C_k on": Oracle(restarted(by_decimals)),
            "product of block matrices": Oracle(formula()),
        },
        wrong={
            "gates only": gates_only,
            "product of one-step derivatives": one_step_products,
            "no forget gate's share": formula(cell=(0, 1, 1)),
            "no input gate's share": formula(cell=(1, 0, 1)),
            "no candidate's share": formula(cell=(1, 1, 0)),
            "no output gate's share": formula(output=0),
            "h_k held": formula(column=0),
            "C_t for C_{t-1}": formula(late=1),
            "transposed": lambda *a: claim(*a).swapaxes(1, 2),
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
        statement=r"\tau = \frac{\ln 2}{-\ln f} \quad\text{steps}, \qquad f^{\tau} = \tfrac12",
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


def eq_latch():
    """The pull that a latch withstands"""

    def inputs(rng):
        """w = 2, 1.2, 5 and three values between"""
        for w in 2.0, 1.2, 5.0, *rng.uniform(1.2, 5, size=3):
            yield (w,)

    def by_highest_curve(w):
        """a = w tanh(a) - u has a solution a > 0 up to the largest w tanh(a) - a: a search in 50 digits."""
        with localcontext(prec=50):
            low, high = decimals([0]), decimals([10])
            for _ in range(200):
                a, b = low + (high - low) / 3, high - (high - low) / 3
                rising = Decimal(w) * tanh(a) - a < Decimal(w) * tanh(b) - b
                low, high = (a, high) if rising else (low, b)
            return float((Decimal(w) * tanh(low) - low)[0])

    def by_unit_slope(w):
        """Bisection for the a where the dual slope of w tanh(a) is 1."""
        low, high = 0.0, 10.0
        for _ in range(60):
            a = (low + high) / 2
            steep = (w * tanh(np.array([Dual(a, 1.0)])))[0].slope > 1
            low, high = (a, high) if steep else (low, a)
        return w * np.tanh(low) - low

    def formula(w, of=lambda w: np.sqrt(1 - 1 / w), back=np.arctanh):
        return w * of(w) - back(of(w))

    return Certificate(
        statement=r"u^{*} = w \sqrt{1 - \tfrac1w} - \operatorname{artanh}\sqrt{1 - \tfrac1w}, \qquad w > 1",
        conditions=r"$a_t = w \tanh(a_{t-1}) - u$; the upper state exists for $u \le u^{*}$.",
        inputs=inputs,
        claim=formula,
        oracles={
            "largest w tanh(a) - a, 50 digits": Oracle(by_highest_curve),
            "slope 1 by dual numbers and bisection": Oracle(by_unit_slope),
        },
        wrong={
            "root left out": lambda w: formula(w, of=lambda w: 1 - 1 / w),
            "tanh for its inverse": lambda w: formula(w, back=np.tanh),
            "artanh left out": lambda w: formula(w, back=lambda s: 0),
            "added": lambda w: formula(w, back=lambda s: -np.arctanh(s)),
            "1 + 1/w": lambda w: formula(w, of=lambda w: np.sqrt(1 / (1 + 1 / w))),
        },
    )
