"""Rows from notes on Sequence Models."""

import numpy as np

from ...certificates.oracles import Oracle
from . import Row, Source
from ._networks import Lstm, by, deltas, felt, lstms, outer, units, weighed

SOURCE = Source(
    "Notes on Ng's *Sequence Models* (deeplearning.ai)",
    "repository fengdu78/deeplearning_ai_books, markdown/lesson5-week1.md, commit 0aed575 (March 2022), the "
    "newest stored; lines and formula numbers.",
    "$a$ is $h$, $c$ is the cell, $\\Gamma_u = \\Gamma_i$ the input gate; $\\mathrm{d}\\Gamma$ is the "
    "derivative with respect to the gate's pre-activation. The formulas also stand in public copies of an "
    "exercise sheet of the course: the rows speak of the formulas, not of those who took the notes.",
)


def back(u, gate):
    """Both terms, then the slope of the gate; inner is what the gate multiplies in the cell."""
    f, i, o, c, _, tanh_C = u.values()
    slope, inner = {"f": (f * (1 - f), u.C_prev), "i": (i * (1 - i), c), "c": (1 - c**2, i)}[gate]
    return (u.to_cell + o * (1 - tanh_C**2) * u.to_state) * inner * slope


def one_bracket(u, gate):
    """The slope of the gate on the second term only."""
    f, i, o, c, _, tanh_C = u.values()
    slope, inner = {"f": (f * (1 - f), u.C_prev), "i": (i * (1 - i), c)}[gate]
    return u.to_cell * inner + o * (1 - tanh_C**2) * inner * u.to_state * slope


def n01():
    def claim(u, slope=True, squash=True):
        _, _, o, _, C, tanh_C = u.values()
        return u.to_state * (tanh_C if squash else C) * (o * (1 - o) if slope else 1)

    return Row(
        "l.445, (1)",
        r"\mathrm{d}\Gamma_o = \mathrm{d}a \odot \tanh(c) \odot \Gamma_o(1 - \Gamma_o)",
        "With respect to the pre-activation of the gate, for the unit with tanh at its output.",
        "true",
        "eq-lstm-delta",
        units,
        claim,
        by("o", felt),
        {
            "the slope left out": lambda u: claim(u, slope=False),
            "c for tanh(c)": lambda u: claim(u, squash=False),
        },
    )


def n02():
    def printed(u):
        _, i, o, c, _, tanh_C = u.values()
        return u.to_cell * i + o * (1 - tanh_C**2) * i * u.to_state * c * (1 - np.tanh(c) ** 2)

    return Row(
        "l.447, (2)",
        r"\mathrm{d}\tilde c = \mathrm{d}c \odot \Gamma_i + \Gamma_o(1 - \tanh^2 c) \odot \Gamma_i \odot "
        r"\mathrm{d}a \odot \tilde c \odot (1 - \tanh^2\tilde c)",
        "As printed not the gradient: both terms need the factor $\\Gamma_i(1 - \\tilde c^2)$, and one "
        "factor $\\tilde c$ is too many. The same form is found in copies of the exercise sheet.",
        "false",
        "eq-lstm-delta",
        units,
        lambda u: back(u, "c"),
        by("c", felt),
        {
            "the slope at tanh of the candidate": lambda u: (
                back(u, "c") / (1 - u.values()[3] ** 2) * (1 - np.tanh(u.values()[3]) ** 2)
            ),
            "without what comes along the cell": lambda u: back(u._replace(to_cell=0 * u.to_cell), "c"),
        },
        {"as printed": printed},
        correct=r"\mathrm{d}\tilde c = \bigl(\mathrm{d}c + \Gamma_o(1 - \tanh^2 c) \odot \mathrm{d}a\bigr) "
        r"\odot \Gamma_i \odot (1 - \tilde c^2)",
    )


def n03():
    return Row(
        "l.449, (3)",
        r"\mathrm{d}\Gamma_u = \mathrm{d}c \odot \tilde c + \Gamma_o(1 - \tanh^2 c) \odot \tilde c \odot "
        r"\mathrm{d}a \odot \Gamma_u(1 - \Gamma_u)",
        "Brackets are missing: the gate's factor belongs to both terms. No difference where no error "
        "arrives along the cell. The same in copies of the exercise sheet.",
        "misprint",
        "eq-lstm-delta",
        units,
        lambda u: back(u, "i"),
        by("i", felt),
        {
            "the sign": lambda u: -back(u, "i"),
            "without what comes along the cell": lambda u: back(u._replace(to_cell=0 * u.to_cell), "i"),
        },
        {"as printed": lambda u: one_bracket(u, "i")},
        correct=r"\mathrm{d}\Gamma_u = \bigl(\mathrm{d}c + \Gamma_o(1 - \tanh^2 c) \odot \mathrm{d}a\bigr) "
        r"\odot \tilde c \odot \Gamma_u(1 - \Gamma_u)",
    )


def n04():
    return Row(
        "l.451, (4)",
        r"\mathrm{d}\Gamma_f = \mathrm{d}c \odot \tilde c_{prev} + \Gamma_o(1 - \tanh^2 c) \odot c_{prev} "
        r"\odot \mathrm{d}a \odot \Gamma_f(1 - \Gamma_f)",
        "Brackets as in (3), and $c_{prev}$ is meant where $\\tilde c_{prev}$ is printed; the number takes "
        "$c_{prev}$ in both places. The same in copies of the exercise sheet.",
        "misprint",
        "eq-lstm-delta",
        units,
        lambda u: back(u, "f"),
        by("f", felt),
        {
            "the candidate for the old cell": lambda u: back(u, "f") / u.C_prev * u.values()[3],
            "without what comes along the cell": lambda u: back(u._replace(to_cell=0 * u.to_cell), "f"),
        },
        {"brackets as printed": lambda u: one_bracket(u, "f")},
        correct=r"\mathrm{d}\Gamma_f = \bigl(\mathrm{d}c + \Gamma_o(1 - \tanh^2 c) \odot \mathrm{d}a\bigr) "
        r"\odot c_{prev} \odot \Gamma_f(1 - \Gamma_f)",
    )


def single(rng):
    """one step of LSTMs of 2, 1 and 3 units, the loss of the last steep; all else normal"""
    return lstms(rng, lengths=(1, 1, 1))


def n05():
    def claim(net, turned=False):
        out, v = deltas(net)
        return outer(out["f"], np.roll(v, len(net.x[0]), axis=1) if turned else v)

    return Row(
        "l.455 to 458, (5) to (8)",
        r"\mathrm{d}W_f = \mathrm{d}\Gamma_f\,\begin{pmatrix}a_{prev} \\ x_t\end{pmatrix}^{\top} \text{ and "
        r"alike}",
        "An outer product for one example, given the right $\\mathrm{d}\\Gamma$.",
        "true",
        "eq-lstm-dW",
        single,
        claim,
        by("W_f", weighed),
        {
            "x above a": lambda net: claim(net, turned=True),
            "the input gate's errors": lambda net: outer(deltas(net)[0]["i"], deltas(net)[1]),
        },
    )


def n06():
    def claim(net: Lstm, first=True):
        out, _ = deltas(net)
        stacked = sum(getattr(net, f"W_{g}").T @ out[g][0] for g in "fioc")
        n = len(net.h0)
        return (stacked[:n], stacked[n:]) if first else (stacked[-n:], stacked[:-n])

    def whole(net):
        out, _ = deltas(net)
        stacked = sum(getattr(net, f"W_{g}").T @ out[g][0] for g in "fioc")
        return stacked, stacked

    def truth(net):
        ask = {field: by(field, weighed)["complex step"].formula for field in ("h0", "x")}
        return ask["h0"](net), ask["x"](net)[0]

    return Row(
        "l.464 and 467, (9) and (11)",
        r"\mathrm{d}a_{prev} = \sum_g W_g^{\top}\,\mathrm{d}\Gamma_g, \qquad \mathrm{d}x = \sum_g "
        r"W_g^{\top}\,\mathrm{d}\Gamma_g",
        "Both lines are right once each takes its own columns of the $W$'s: the first $n_a$ for $a_{prev}$, "
        "the others for $x$. The sentence that says so is missing in this copy.",
        "two readings",
        "eq-lstm-bptt",
        single,
        claim,
        {"complex step": Oracle(truth)},
        {
            "the last columns for a": lambda net: claim(net, first=False),
            "the gate o left out": lambda net: claim(net._replace(W_o=0 * net.W_o)),
        },
        {"all columns for both": whole},
    )


def n07():
    def claim(u, carry=1.0, gate=0):
        o, tanh_C = u.values()[2], u.values()[5]
        return (carry * u.to_cell + o * (1 - tanh_C**2) * u.to_state) * u.values()[gate]

    return Row(
        "l.466, (10)",
        r"\mathrm{d}c_{prev} = \mathrm{d}c \odot \Gamma_f + \Gamma_o(1 - \tanh^2 c) \odot \Gamma_f \odot "
        r"\mathrm{d}a",
        "Both ways into the cell are there.",
        "true",
        "eq-lstm-bptt",
        units,
        claim,
        by("C_prev", felt),
        {
            "without what comes along the cell": lambda u: claim(u, carry=0.0),
            "the input gate": lambda u: claim(u, gate=1),
        },
    )


def n08():
    def claim(u):
        _, _, o, _, _, tanh_C = u.values()
        return u.to_state * tanh_C * o * (1 - o)

    def without(u):
        _, _, o, _, C, _ = u.values()
        return u.to_state * C * o * (1 - o)

    return Row(
        "l.421 against l.445",
        r"a = \Gamma_o \odot c",
        "The page uses two units: without tanh at the output in the text, with tanh in the formulas for the "
        "way back. Either is possible; the formulas go with the second.",
        "two readings",
        "eq-lstm-hidden",
        units,
        claim,
        by("o", felt),
        {"the sign": lambda u: -claim(u), "the slope left out": lambda u: u.to_state * u.values()[5]},
        {"the unit without tanh": without},
        correct=r"a = \Gamma_o \odot \tanh(c)",
    )


def n09():
    def inputs(rng):
        """2 and 5 units, gates pinned at 0 and at 1, and between"""
        for n in 2, 5:
            for gate in 0.0, 1.0, rng.uniform(size=n):
                yield gate + np.zeros(n), rng.normal(size=n), rng.normal(size=n)

    def by_choice(gate, new, old):
        """Each entry on the line from the old value to the candidate."""
        return np.array([o + g * (n - o) for g, n, o in zip(gate, new, old, strict=True)])

    return Row(
        "l.351",
        r"c_t = \Gamma_u \odot \tilde c_t + (1 - \Gamma_u) \odot c_{t-1}",
        "$\\Gamma_u = 0$ keeps the old value: the opposite sign of *Dive into Deep Learning* and PyTorch "
        "(row T03).",
        "true",
        "eq-lstm-cell",
        inputs,
        lambda gate, new, old: gate * new + (1 - gate) * old,
        {"on the line between them": Oracle(by_choice)},
        {
            "the other sign": lambda gate, new, old: (1 - gate) * new + gate * old,
            "the old value kept whole": lambda gate, new, old: gate * new + old,
        },
    )
