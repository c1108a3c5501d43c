"""The figures of chapter 3: the cell, its traces, the paths of its gradient, latching, the laboratory."""

from functools import lru_cache

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from rnncourse import adding, attention, lstm, recall
from rnncourse.figures.style import COLORS, dress, figure, minus, name_ends, panels
from rnncourse.spectra import norm

# --- Figure 2: the cell ---------------------------------------------------------------------------------

LINES = {  # name of a path: its colour and the polylines it is drawn with, broken where it passes something
    "carousel": ("cell", [(0.2, 4), (1.32, 4)], [(1.88, 4), (3.92, 4)], [(4.48, 4), (9.8, 4)]),
    "forget": ("gate", [(1.6, 0.6), (1.6, 1.13)], [(1.6, 1.67), (1.6, 3.72)]),
    "input": ("gate", [(3.4, 0.6), (3.4, 1.13)], [(3.4, 1.67), (3.4, 2.6), (3.92, 2.6)]),
    "candidate": ("cell", [(5, 0.6), (5, 1.13)], [(5, 1.67), (5, 2.6), (4.48, 2.6)]),
    "write": ("cell", [(4.2, 2.88), (4.2, 3.72)]),
    "output": ("gate", [(6.8, 0.6), (6.8, 1.13)], [(6.8, 1.67), (6.8, 2.6), (7.72, 2.6)]),
    "show": ("cell", [(8, 4), (8, 3.67)], [(8, 3.13), (8, 2.88)]),
    "hidden": ("state", [(8, 2.32), (8, 0.6), (9.8, 0.6)]),
    "stack": ("state", [(0.2, 0.6), (6.8, 0.6)]),
    "read": ("input", [(0.9, -0.2), (0.9, 0.6)]),
}
TERM = {  # the term of the equations that a line of the picture is
    "carousel": "C", "forget": "f", "input": "i", "candidate": "c", "write": "c", "output": "o",
    "show": "h", "hidden": "h", "stack": "z", "read": "z",
}  # fmt: skip
ROUTES = {  # what is lit: lines, terms, and the equation that they compute
    "everything": (LINES, ""),
    "forget gate": (("stack", "read", "forget"), "fₜ = σ(W_f [hₜ₋₁; xₜ] + b_f)"),
    "input gate": (("stack", "read", "input"), "iₜ = σ(Wᵢ [hₜ₋₁; xₜ] + bᵢ)"),
    "candidate": (("stack", "read", "candidate"), "C̃ₜ = tanh(W_c [hₜ₋₁; xₜ] + b_c)"),
    "cell": (("carousel", "forget", "input", "candidate", "write"), "Cₜ = fₜ ⊙ Cₜ₋₁ + iₜ ⊙ C̃ₜ"),
    "output gate": (("stack", "read", "output"), "oₜ = σ(Wₒ [hₜ₋₁; xₜ] + bₒ)"),
    "hidden state": (("output", "show", "hidden"), "hₜ = oₜ ⊙ tanh(Cₜ)"),
    "carousel": (("carousel",), ""),
    "gates": (tuple(name for name in LINES if name not in ("carousel", "read")), ""),
}
STEPS = tuple(ROUTES)[:7]


def cell(route="everything"):
    """One LSTM cell, every quantity named; what is not on the lit route is pale."""
    fig, ax = figure(height=2.85)
    lit, equation = ROUTES[route]

    def look(*names):
        """How the parts of these lines are drawn: their term, pale if none of them is lit."""
        return {"gid": f"term-{TERM[names[0]]}", "alpha": 1 if {*names} & {*lit} else 0.25}

    for name, (color, *pieces) in LINES.items():
        for i, points in enumerate(pieces, start=1):
            width = 1.5 if route == "everything" or name not in lit else 2.5
            _wire(ax, points, color, width, name != "stack" and i == len(pieces), look(name))
    for x, function, weight, made, name in (
        (1.6, "σ", "f", "fₜ", "forget"),
        (3.4, "σ", "i", "iₜ", "input"),
        (5, "tanh", "c", "Cₜ", "candidate"),
        (6.8, "σ", "o", "oₜ", "output"),
    ):
        _box(ax, x, 1.4, function, look(name), LINES[name][0])
        ax.text(x + 0.14, 1.98, made, **look(name))
        ax.text(x + 0.12, 0.8, f"W_{weight} b_{weight}", **look(name))
    _box(ax, 8, 3.4, "tanh", look("show"), "cell")
    for x, y, operation, *names in (
        (1.6, 4, "⊙", "carousel", "forget"),
        (4.2, 4, "+", "carousel", "write"),
        (4.2, 2.6, "⊙", "write", "input"),
        (8, 2.6, "⊙", "show", "output"),
    ):
        ax.add_patch(Circle((x, y), 0.28, facecolor="none", edgecolor="black", **look(*names)))
        ax.text(x, y - 0.01, operation, ha="center", va="center", fontsize=12, **look(*names))
    for x, y, text, name in (
        (0.1, 4.25, "Cₜ₋₁", "carousel"),
        (2, 4.25, "fₜ⊙Cₜ₋₁", "forget"),
        (4.35, 3.25, "iₜ⊙Cₜ", "write"),
        (9.3, 4.25, "Cₜ", "carousel"),
        (8.35, 2.72, "tanh(Cₜ)", "show"),
        (-0.05, 0.85, "hₜ₋₁", "stack"),
        (1.05, -0.3, "xₜ", "read"),
        (2, 0.16, "[hₜ₋₁; xₜ]", "stack"),
        (9.3, 0.85, "hₜ", "hidden"),
    ):
        ax.text(x, y, text, **look(name))
    for x, y, name in ((5.09, 2.34, "candidate"), (4.91, 3.6, "write")):  # the tilde of the candidate
        wave = np.linspace(0, 0.3, 13)
        ax.plot(x + wave, y + 0.05 * np.sin(2 * np.pi * wave / 0.3), color="black", lw=0.9, **look(name))
    ax.text(4.9, -1.15, equation.replace("C̃", "C\u0303"), ha="center", fontsize=12, in_layout=False)
    ax.set(xlim=(-0.15, 10.05), ylim=(-1.4, 4.7), aspect="equal")
    ax.axis("off")
    lights = {
        "everything": "",
        "gates": " Lit: the paths through h, into the gates and the candidate, and back.",
    }
    fig.set_label(
        "One LSTM cell. The old hidden state and the input, stacked, feed four boxes: the logistic gates f, "
        "i and o, and the tanh of the candidate. The old cell runs straight through, times the forget gate, "
        "plus the input gate times the candidate: the new cell. Its tanh times the output gate is the new "
        "hidden state." + lights.get(route, f" Lit: the {route}. {equation}".rstrip(". ") + ".")
    )
    return fig


def cell_step(step=1):
    """One LSTM cell, lit part by part in the order in which an update computes them."""
    return cell(STEPS[step])


def _wire(ax, points, color, width, arrow, look):
    *_, start, end = points
    ax.plot(*zip(*points, strict=True), color=COLORS[color], lw=width, solid_joinstyle="round", **look)
    if arrow:
        head = {"arrowstyle": "-|>", "color": COLORS[color], "lw": width, "shrinkA": 0, "shrinkB": 0}
        ax.add_patch(FancyArrowPatch(start, end, mutation_scale=10, **head, **look))


def _box(ax, x, y, text, look, color):
    shape = {"boxstyle": "round,pad=0.02"}
    fill = look | {"alpha": 0.2 * look["alpha"]}
    ax.add_patch(
        FancyBboxPatch((x - 0.48, y - 0.25), 0.96, 0.5, fc=COLORS[color], ec="none", **shape, **fill)
    )
    ax.add_patch(FancyBboxPatch((x - 0.48, y - 0.25), 0.96, 0.5, fc="none", ec="black", **shape, **look))
    ax.text(x, y, text, ha="center", va="center", **look)


# --- 3a and 3b: what the gates do -----------------------------------------------------------------------


PULSES = np.repeat([0, 0.9, 0, -0.9, 0], [2, 6, 10, 10, 12])


def gates(f=1.0, i=1.0, o=1.0):
    """The cell, and what of it is shown, while the candidate pulses and the gates are held fixed."""
    C = [0.0]
    for C_tilde in PULSES:
        C.append(f * C[-1] + i * C_tilde)
    C, t = np.array(C), np.arange(len(C))
    h = o * np.tanh(C)
    fig, ax = figure(height=3.1)
    ax.axhspan(-1, 1, color=COLORS["reference"], alpha=0.12, lw=0)
    ax.fill_between(t[1:], PULSES, step="mid", color=COLORS["input"], alpha=0.4, lw=0)
    ax.step(t, C, where="mid", color=COLORS["cell"], label="cell Cₜ")
    ax.step(t, h, "--", where="mid", color=COLORS["state"], label="hidden hₜ")
    ax.set(xlabel="step t", xlim=(0, len(t) - 1), ylim=(-6, 6))
    ax.text(3, -1.1, "candidate", va="top", color=COLORS["input"])
    name_ends(ax, {"cell Cₜ": (C[-1], COLORS["cell"]), "hidden hₜ": (h[-1], COLORS["state"])})
    top, bottom, end = (minus(f"{c.round(2) + 0:.2f}") for c in (C.max(), C.min(), C[-1]))
    fig.set_label(
        f"Gates f = {f:g}, i = {i:g}, o = {o:g}: the cell rises to {top}, falls to {bottom}, ends at {end}; "
        f"the hidden state stays within {abs(h).max():.2f} of zero."
    )
    return fig


def run(states, x, names):
    """The inputs of a run, and below them the cell and the hidden state.

    `x` (T, m) holds the inputs with these `names`; one named write is drawn as bands.
    """
    fig, (above, below) = figure(2, 1, height=3.4, sharex=True, height_ratios=(1, 2))
    t = np.arange(1, len(x) + 1)
    for column, name, marker in zip(x.T, names, ("o", "s"), strict=False):
        if name == "write":
            for step in t[column > 0]:
                for ax in (above, below):
                    ax.axvspan(step - 0.5, step + 0.5, color=COLORS["gate"], alpha=0.25, lw=0)
            above.text(t[column > 0][0], 1.25, name, ha="center", va="bottom", color=COLORS["gate"])
            continue
        above.vlines(t, 0, column, color=COLORS["input"], lw=1.5)
        above.plot(t, column, marker, ms=5, color=COLORS["input"])
        above.axhline(0, color=COLORS["reference"], lw=0.6)
    below.step(range(len(t) + 1), states.C, where="mid", color=COLORS["cell"])
    below.step(range(len(t) + 1), states.h, "--", where="mid", color=COLORS["state"])
    below.set(xlabel="step t", xlim=(0, len(t) + 0.6))
    above.set_ylabel(names[0], rotation=0, ha="right", va="center")
    ends = {"cell Cₜ": (states.C[-1, 0], COLORS["cell"]), "hidden hₜ": (states.h[-1, 0], COLORS["state"])}
    name_ends(below, ends)
    C, h = (", ".join(minus(f"{c:.1f}") for c in s[:, 0].round(1) + 0) for s in (states.C, states.h))
    fig.set_label(f"A run of {len(x)} steps. The cell goes {C}. The hidden state goes {h}.")
    return fig


def worst_case(f=0.9):
    """The largest cell that a forget gate allows, with its two bounds."""
    T, C = 60, [0.0]
    for _ in range(T):
        C.append(f * C[-1] + 1)
    fig, ax = figure(height=3)
    ends = {"bound t": (T, COLORS["reference"]), "worst |Cₜ|": (C[-1], COLORS["cell"])}
    ax.plot(C, color=COLORS["cell"], label="worst case |Cₜ|")
    ax.plot([0, T], [0, T], ":", color=COLORS["reference"])
    ceiling = "none"
    if f < 1:
        ceiling = f"{1 / (1 - f):.2f}"
        ax.axhline(1 / (1 - f), color=COLORS["gate"], ls="--", lw=1)
        ends["1/(1 − f)"] = 1 / (1 - f), COLORS["gate"]
    ax.set(xlabel="step t", xlim=(0, T), ylim=(0, T))
    name_ends(ax, ends)
    fig.set_label(
        f"Forget gate {f:g}: the cell can reach {C[-1]:.2f} in {T} steps; bound {T}, ceiling {ceiling}."
    )
    return fig


# --- 3c: the paths of the gradient ----------------------------------------------------------------------

SCALES = {"× 0.1": 0.1, "× 1": 1.0, "× 10": 10.0}
LAGS = 1, 2, 3, 5, 7, 10, 15, 20, 30, 50
START = 10  # the step k at which the derivative starts, away from the given h_0


@lru_cache
def network(scale=1.0, b_f=0.0, b_i=0.0, seed=0, b_o=0.0):
    """Weights and biases uniform in +-1/sqrt(n), scaled; b_f, b_i, b_o on top. -> params, x, states."""
    n, m = 32, 4
    rng = np.random.default_rng(seed)
    W = scale * rng.uniform(-(n**-0.5), n**-0.5, (4, n, n + m))
    b = scale * rng.uniform(-(n**-0.5), n**-0.5, (4, n)) + np.array([b_f, b_i, b_o, 0])[:, None]
    params, x = lstm.Params(*W, *b), rng.normal(size=(START + LAGS[-1], m))
    return params, x, lstm.forward(params, x, np.zeros(n), np.zeros(n))


def transports(params, x, states):
    """dC_{k+lag}/dC_k for LAGS from k = START: in full, frozen, and as a product of exact single steps."""
    k = START
    full = [lstm.cell_transport(params, x, states, k + lag, k) for lag in LAGS]
    frozen = [lstm.gate_transport(states, k + lag, k) for lag in LAGS]
    one_step = [np.eye(len(params.b_f))]
    for t in range(k + 1, k + LAGS[-1] + 1):
        one_step.append(lstm.cell_transport(params, x, states, t, t - 1) @ one_step[-1])
    return full, frozen, [one_step[lag] for lag in LAGS]


def paths(B=0.0, weights="× 1"):
    """The derivative of the cell with respect to an earlier one, and the errors of the short formulas."""
    full, frozen, one_step = transports(*network(SCALES[weights], B, -B))
    fig, (left, right) = panels((3.2, 3.3), (3.2, 3.3))
    for name, matrices, color, style, look in (
        ("full", full, "gradient", "-", {"lw": 5, "alpha": 0.45}),  # pale and wide: another may lie on it
        ("frozen", frozen, "cell", "--", {"lw": 2}),
        ("single steps", one_step, "state", ":", {"lw": 1.3}),
    ):
        left.loglog(LAGS, [norm(M) for M in matrices], style, color=COLORS[color], label=name, **look)
    left.axhline(1, color=COLORS["reference"], lw=0.7)
    error = [norm(F - G) / norm(F) for F, G in zip(full, frozen, strict=True)]
    other = [norm(F - S) / norm(F) for F, S in zip(full, one_step, strict=True)]
    from_I = [norm(F - np.eye(len(F))) for F in full]
    right.loglog(LAGS, error, "--", color=COLORS["cell"], lw=2, label="error, frozen")
    right.loglog(
        LAGS, np.maximum(other, 1e-10), ":", color=COLORS["state"], lw=2, label="error, single steps"
    )
    right.loglog(LAGS, from_I, "-", color=COLORS["reference"], lw=1, label="distance to I")
    left.set(xlabel="lag t − k", title="norm of dCₜ/dCₖ", ylim=(1e-20, 1e6))
    left.set(xticks=[1, 10], yticks=[1e-18, 1e-12, 1e-6, 1, 1e6])
    right.set(xlabel="lag t − k", ylim=(1e-9, 1e6))
    right.set(xticks=[1, 10], yticks=[1e-8, 1e-4, 1, 1e4])
    right.set_title("errors, and full − I")
    left.legend(loc="lower left")
    right.legend(loc="upper left")
    for ax in (left, right):
        ax.minorticks_off()
    fig.set_label(
        f"Bias B = {B:g}, weights {weights}. At lag 50 the full derivative has norm {norm(full[-1]):.1e}, "
        f"the frozen one {norm(frozen[-1]):.1e}. Freezing gates and candidate errs by {error[0]:.1e} at "
        f"lag 1 and by {error[-1]:.1e} at lag 50, where the full derivative is {from_I[-1]:.1e} away from "
        "the identity."
    )
    return fig


def half_life():
    """Steps until half a memory is left, over the bias of the forget gate."""

    def steps(b):
        return np.log(2) / np.log1p(np.exp(-b))

    B = np.linspace(0, 8, 81)
    fig, ax = figure(height=3)
    ax.semilogy(B, steps(B), color=COLORS["gradient"])
    ax.semilogy(B, np.log(2) * np.exp(B), ":", color=COLORS["reference"])
    for b in (1, 5):
        ax.plot(b, steps(b), "o", color=COLORS["gradient"])
        ax.annotate(f"{steps(b):.3g} steps", (b, steps(b)), (6, -12), textcoords="offset points")
    ax.text(3.9, 70, "ln 2 · eᴮ", ha="right", color=COLORS["reference"])
    ax.set(xlabel="forget bias B, pre-activation of f", ylabel="half-life in steps")
    fig.set_label(
        f"The half-life of a frozen cell: {steps(0):.3g} step at bias 0, {steps(1):.3g} at bias 1, "
        f"{steps(5):.3g} at 5, growing like e to B."
    )
    return fig


def backward_norms(b_f=0.0, T=50):
    """The two gradients of an LSTM on their way back from the last step, and that of a plain network.

    The plain network is h_t = tanh(W h_{t-1} + U x_t) with weights from the same range.
    """
    params, x, _ = network(b_f=b_f)
    states = lstm.forward(params, x[:T], *np.zeros((2, len(params.b_f))))
    dl = np.zeros_like(states.h)
    dl[T] = 1 / np.sqrt(len(params.b_f))
    _, dh, dC = lstm.backward(params, x[:T], states, dl)
    dh, dC, plain = (np.linalg.norm(d, axis=1) for d in (dh, dC, plain_gradient(params.W_c, x[:T], dl[T])))
    fig, ax = figure(height=3)
    curves = (
        (dC, "cell", "-", "dL/dCₜ"),
        (dh, "gradient", "--", "dL/dhₜ"),
        (plain, "reference", ":", "dL/dhₜ, plain network"),
    )
    for norms, color, line, name in curves:
        ax.semilogy(norms, line, color=COLORS[color], lw=2, label=name)
    ax.set(xlabel="step t", ylabel="norm", xlim=(0, T), ylim=(1e-16, 1e3))
    ax.minorticks_off()
    ax.legend(loc="lower right")
    fig.set_label(
        minus(f"Forget bias {b_f:g}")
        + f", a loss of gradient norm 1 at step {T}: dL/dC has norm {dC[T]:.1e} there and "
        f"{dC[1]:.1e} at step 1, dL/dh {dh[1]:.1e} at step 1; in the plain network {plain[1]:.1e}."
    )
    return fig


def plain_gradient(weights, x, dl):
    """dL/dh_t of h_t = tanh(W h_{t-1} + U x_t), (W, U) = weights (n, n + m), for a loss at the last step."""
    n = len(weights)
    W, U = weights[:, :n], weights[:, n:]
    h, dh = [np.zeros(n)], [dl]
    for x_t in x:
        h.append(np.tanh(W @ h[-1] + U @ x_t))
    for h_t in h[:0:-1]:
        dh.append(dh[-1] * (1 - h_t**2) @ W)
    return np.array(dh[::-1])


# --- 3f: after the LSTM ---------------------------------------------------------------------------------


def scan_rounds(rounds, T=16):
    """Which steps each entry of the scan has joined after so many rounds."""
    t = np.arange(1, T + 1)
    length = np.minimum(t, 2**rounds)
    fig, ax = figure(width=4.2, height=3.3)
    ax.barh(t, length, left=t - length + 0.5, height=0.75, color=COLORS["state"])
    ax.set(xlabel="steps that are joined", ylabel="entry t", xlim=(0.5, T + 0.5), ylim=(T + 0.6, 0.4))
    ax.set(xticks=[1, 4, 8, 12, 16], yticks=[1, 4, 8, 12, 16])
    ax.set_title(f"after round {rounds}" if rounds else "at the start")
    fig.set_label(
        f"After {rounds} rounds entry t has joined the steps from t − {2**rounds - 1} to t, or from 1: "
        f"{(length == t).sum()} of {T} entries reach back to step 1."
    )
    return fig


def readouts(T=50, seeds=5):
    """The gradient by each state of an untrained tanh network, by its last state and by all states."""
    curves = {"last state only": [], "softmax over all": []}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        w, (x, y) = attention.weights("tanh", 16, rng), recall.batch(rng, T, 64)
        *_, (last,) = adding.gradient("tanh", [*w[:3], *w[-2:]], x, y)
        *_, (_, every) = attention.gradient("tanh", w, x, y)
        for curve, dh in zip(curves.values(), (last, every), strict=True):
            size = np.linalg.norm(dh[1:], axis=-1).mean(1)[::-1]
            curve.append(size / size[0])
    fig, ax = figure(height=3)
    says = []
    for (name, each), color, style in zip(curves.items(), ("reference", "gradient"), (":", "-"), strict=True):
        middle = np.median(each, axis=0)
        ax.semilogy(middle, style, color=COLORS[color], lw=2)
        ax.text(0.55 * T, middle[T // 2] * 5, name, color=COLORS[color])
        says.append(f"{name}: {middle[-1]:.0e}")
    ax.set(xlabel="lag T − t", ylabel="gradient relative to lag 0", ylim=(1e-14, 1e3))
    ax.set_yticks([1e-12, 1e-8, 1e-4, 1])
    ax.minorticks_off()
    fig.set_label(
        f"Untrained tanh network, medians of {seeds} seeds: gradient at lag {T - 1} relative to lag 0. "
        + "; ".join(says)
        + "."
    )
    return fig


dress(globals())
