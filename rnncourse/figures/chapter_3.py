"""The figures of chapter 3: the cell, its traces, the paths of its gradient, latching, the laboratory."""

from functools import lru_cache

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from rnncourse import adding, attention, lstm, recall
from rnncourse.figures.style import COLORS, SUPERSCRIPTS, dress, figure, minus
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
ROUTES = {
    None: (),
    "carousel": ("carousel",),
    "gates": ("stack", "forget", "input", "candidate", "write", "output", "show", "hidden"),
}


def cell(route=None):
    """Figure 2 of the paper: one LSTM cell, every quantity named; a route of the gradient may be stressed."""
    fig, ax = figure(height=3.3)
    for name, (color, *pieces) in LINES.items():
        for i, points in enumerate(pieces, start=1):
            _wire(
                ax, points, color, 3 if name in ROUTES[route] else 1.3, name != "stack" and i == len(pieces)
            )
    for x, function, weight, made in (
        (1.6, "σ", "f", "fₜ"),
        (3.4, "σ", "i", "iₜ"),
        (5, "tanh", "c", "C̃ₜ"),
        (6.8, "σ", "o", "oₜ"),
    ):
        _box(ax, x, 1.4, function)
        ax.text(x + 0.12, 1.98, made, fontweight="bold")
        for text, dx, width in (("W", 0.14, 0.2), ("b", 0.6, 0.12)):
            ax.text(x + dx, 0.82, text, fontsize=9)
            ax.text(x + dx + width, 0.75, weight, fontsize=7)
    _box(ax, 8, 3.4, "tanh")
    for x, y, operation in ((1.6, 4, "⊙"), (4.2, 4, "+"), (4.2, 2.6, "⊙"), (8, 2.6, "⊙")):
        ax.add_patch(Circle((x, y), 0.28, facecolor="none", edgecolor="black"))
        ax.text(x, y - 0.01, operation, ha="center", va="center", fontsize=12)
    for x, y, text in (
        (0.2, 4.2, "Cₜ₋₁"),
        (2.1, 4.2, "fₜ⊙Cₜ₋₁"),
        (4.3, 3.2, "iₜ⊙C̃ₜ"),
        (9.4, 4.2, "Cₜ"),
        (8.12, 2.92, "tanh(Cₜ)"),
        (0, 0.8, "hₜ₋₁"),
        (1, -0.25, "xₜ"),
        (2, 0.25, "[hₜ₋₁; xₜ]"),
        (9.4, 0.8, "hₜ"),
    ):
        ax.text(x, y, text)
    ax.set(xlim=(-0.1, 10), ylim=(-0.35, 4.6), aspect="equal")
    ax.axis("off")
    stressed = {
        None: "",
        "carousel": " Stressed: the straight path of the cell, from the old to the new.",
        "gates": " Stressed: the paths through h, into the gates and the candidate, back to cell and h.",
    }[route]
    fig.set_label(
        "One LSTM cell. The old hidden state and the input, stacked, feed four boxes: the logistic gates f, "
        "i and o, and the tanh of the candidate. The old cell runs straight through, times the forget gate, "
        "plus the input gate times the candidate: the new cell. Its tanh times the output gate is the new "
        "hidden state." + stressed
    )
    return fig


def _wire(ax, points, color, width, arrow):
    *_, start, end = points
    ax.plot(*zip(*points, strict=True), color=COLORS[color], lw=width, solid_joinstyle="round")
    if arrow:
        head = {"arrowstyle": "-|>", "color": COLORS[color], "lw": width, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", end, start, arrowprops=head)


def _box(ax, x, y, text):
    ax.add_patch(
        FancyBboxPatch((x - 0.4, y - 0.25), 0.8, 0.5, boxstyle="round,pad=0.02", fc="none", ec="black")
    )
    ax.text(x, y, text, ha="center", va="center")


# --- 3a and 3b: what the gates do -----------------------------------------------------------------------


PULSES = np.repeat([0, 0.9, 0, -0.9, 0], [2, 6, 10, 10, 12])


def gates(f=1.0, i=1.0, o=1.0):
    """The cell, and what of it is shown, while the candidate pulses and the three gates stand still."""
    C = [0.0]
    for C_tilde in PULSES:
        C.append(f * C[-1] + i * C_tilde)
    C, t = np.array(C), np.arange(len(C))
    h = o * np.tanh(C)
    fig, ax = figure(width=4.8, height=3.1)
    ax.axhspan(-1, 1, color=COLORS["reference"], alpha=0.12, lw=0)
    ax.step(t[1:], PULSES, where="mid", color=COLORS["input"], lw=1, ls=":", label="candidate C̃ₜ")
    ax.plot(t, C, color=COLORS["cell"], label="cell Cₜ")
    ax.plot(t, h, "--", color=COLORS["state"], label="hidden hₜ")
    ax.set(xlabel="step t", ylim=(-6, 6))
    ax.set_title(f"f = {f:g}   i = {i:g}   o = {o:g}")
    ax.legend(loc="lower left")
    top, bottom, end = (minus(f"{c.round(2) + 0:.2f}") for c in (C.max(), C.min(), C[-1]))
    fig.set_label(
        f"Gates f = {f:g}, i = {i:g}, o = {o:g}: the cell rises to {top}, falls to {bottom}, ends at {end}; "
        f"the hidden state stays within {abs(h).max():.2f} of zero."
    )
    return fig


def run(states, x, names):
    """One run: the named inputs x (T, m), and below them the cell and the hidden state of one unit."""
    fig, (above, below) = figure(2, 1, width=4.8, height=3.4, sharex=True, height_ratios=(1, 2))
    t = np.arange(1, len(x) + 1)
    for column, name, style, marker in zip(x.T, names, ("-", ":"), ("o", "s"), strict=False):
        above.plot(t, column, style, marker=marker, ms=4, color=COLORS["input"], lw=1, label=name)
    below.plot(states.C, color=COLORS["cell"], label="cell Cₜ")
    below.plot(states.h, "--", color=COLORS["state"], label="hidden hₜ")
    above.set(ylabel="input")
    below.set(xlabel="step t")
    for ax in (above, below):
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    C, h = (", ".join(minus(f"{c:.1f}") for c in s[:, 0].round(1) + 0) for s in (states.C, states.h))
    fig.set_label(f"A run of {len(x)} steps. The cell goes {C}. The hidden state goes {h}.")
    return fig


def worst_case(f=0.9):
    """The largest cell that a forget gate f allows: i and C_tilde at 1 from C_0 = 0 on, beside its bounds."""
    T, C = 60, [0.0]
    for _ in range(T):
        C.append(f * C[-1] + 1)
    fig, ax = figure(width=4.8, height=3)
    ax.plot(C, color=COLORS["cell"], label="worst case |Cₜ|")
    ax.plot([0, T], [0, T], ":", color=COLORS["reference"], label="bound t")
    ceiling = "none"
    if f < 1:
        ceiling = f"{1 / (1 - f):.2f}"
        ax.axhline(1 / (1 - f), color=COLORS["gate"], ls="--", lw=1, label="ceiling 1/(1 − f)")
    ax.set(xlabel="step t", ylim=(0, T))
    ax.set_title(f"f = {f:g}")
    ax.legend(loc="upper left")
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
    """Forget bias B, input bias -B: the derivative of the cell, and what it costs to neglect paths."""
    full, frozen, one_step = transports(*network(SCALES[weights], B, -B))
    fig, (left, right) = figure(1, 2, width=6.8, height=3.3)
    for name, matrices, color, style in (
        ("full", full, "gradient", "-"),
        ("frozen", frozen, "cell", "--"),
        ("single steps", one_step, "state", ":"),
    ):
        left.loglog(LAGS, [norm(M) for M in matrices], style, color=COLORS[color], lw=2, label=name)
    left.axhline(1, color=COLORS["reference"], lw=0.7)
    error = [norm(F - G) / norm(F) for F, G in zip(full, frozen, strict=True)]
    other = [norm(F - S) / norm(F) for F, S in zip(full, one_step, strict=True)]
    from_I = [norm(F - np.eye(len(F))) for F in full]
    right.loglog(LAGS, error, "--", color=COLORS["cell"], lw=2, label="error, frozen")
    right.loglog(
        LAGS, np.maximum(other, 1e-10), ":", color=COLORS["state"], lw=2, label="error, single steps"
    )
    right.loglog(LAGS, from_I, "-", color=COLORS["reference"], lw=1, label="distance to I")
    left.set(xlabel="lag t − k", ylabel="norm of dCₜ/dCₖ", ylim=(1e-20, 1e6))
    left.set(xticks=[1, 10], yticks=[1e-18, 1e-12, 1e-6, 1, 1e6])
    left.set_title(f"B = {B:g}, weights {weights}")
    right.set(xlabel="lag t − k", ylim=(1e-9, 1e6))
    right.set(xticks=[1, 10], yticks=[1e-8, 1e-4, 1, 1e4])
    right.set_title("relative errors, and full − I")
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
    """How many steps until half a memory is left, over the bias of the forget gate."""

    def steps(b):
        return np.log(2) / np.log1p(np.exp(-b))

    B = np.linspace(0, 8, 81)
    fig, ax = figure(width=4.8, height=3)
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
    """The norms of dL/dC_t and dL/dh_t over t, for a loss at the last step only and forget bias b_f."""
    params, x, _ = network(b_f=b_f)
    states = lstm.forward(params, x[:T], *np.zeros((2, len(params.b_f))))
    dl = np.zeros_like(states.h)
    dl[T] = 1 / np.sqrt(len(params.b_f))
    _, dh, dC = lstm.backward(params, x[:T], states, dl)
    dh, dC = (np.linalg.norm(d, axis=1) for d in (dh, dC))
    fig, ax = figure(width=4.8, height=3)
    ax.semilogy(dC, color=COLORS["cell"], label="dL/dCₜ")
    ax.semilogy(dh, "--", color=COLORS["gradient"], label="dL/dhₜ")
    ax.set(xlabel="step t", ylim=(1e-16, 1e3))
    ax.set_title(minus(f"forget bias {b_f:g}"))
    ax.minorticks_off()
    ax.legend(loc="lower right")
    fig.set_label(
        minus(f"Forget bias {b_f:g}")
        + f", a loss of gradient norm 1 at step {T}: dL/dC has norm {dC[T]:.1e} there and "
        f"{dC[1]:.1e} at step 1, dL/dh {dh[1]:.1e} at step 1."
    )
    return fig


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
    fig, ax = figure(width=5.1, height=3)
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


# --- The laboratory -------------------------------------------------------------------------------------


def latching(u):
    """A tanh unit a_t = w tanh(a_{t-1}) - u that starts latched high and is pulled down by a constant u."""
    w, T = 2.0, 60
    a = [w * 0.9575]  # where w tanh(a) = a
    for _ in range(T):
        a.append(w * np.tanh(a[-1]) - u)
    z = np.linspace(-3, 3, 121)
    fig, (left, right) = figure(1, 2, width=6.8, height=3)
    left.plot(z, w * np.tanh(z) - u, color=COLORS["state"], label="next a")
    left.plot(z, z, "--", color=COLORS["reference"], label="a itself")
    stairs = np.repeat(a, 2)
    left.plot(stairs[:-2], stairs[1:-1], color=COLORS["gradient"], lw=1)
    left.set(xlabel="a", xlim=(-3, 3), ylim=(-3, 3))
    left.set_title(f"pull u = {u:.3f}")
    left.legend(loc="upper left")
    right.plot(a, color=COLORS["gradient"])
    right.axhline(0, color=COLORS["reference"], lw=0.7)
    right.set(xlabel="step", ylabel="a", ylim=(-3, 3))
    right.set_title("holds" if a[-1] > 0 else "flips")
    fig.set_label(
        f"A unit with w = {w:g}, latched high and pulled down by {u:.3f}: after {T} steps a is "
        f"{minus(f'{a[-1]:.2f}')}, it {'holds' if a[-1] > 0 else 'has flipped'}."
    )
    return fig


NETWORKS = {  # in both pictures that compare them: a colour and a line style for each
    "LSTM": ("cell", "-"),
    "tanh": ("reference", ":"),
    "orthogonal": ("gradient", "--"),
    "IRNN": ("state", "-."),
}


def lags(curves):
    """The gradient over the lag, {"LSTM, before": norms, ...}: thin before training, thick after it."""
    fig, ax = figure(height=3.4)
    for label, norms in curves.items():
        color, style = NETWORKS[label.split(",")[0]]
        width = 1 if label.endswith("before") else 2.5
        ax.semilogy(norms, color=COLORS[color], ls=style, lw=width, label=label)
    ax.set(xlabel="lag", ylabel="gradient relative to lag 0")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    ends = "; ".join(f"{label} from {norms[0]:.2g} to {norms[-1]:.2g}" for label, norms in curves.items())
    fig.set_label(f"The gradient relative to lag 0, on a log axis over the lag. {ends}.")
    return fig


TOP = 2.0  # the largest error that is drawn: that of the IRNN explodes on the way


def _rounded(error):
    digit, exponent = f"{error:.0e}".split("e")
    return f"{error:.0f}" if error < 1000 else f"{digit} · 10" + str(int(exponent)).translate(SUPERSCRIPTS)


def learning(data, T):
    """The stored long runs at one length: the error of each network over the updates, one line a seed."""
    fig, ax = figure(width=6.4, height=3.3)
    solved, worst = {}, {}
    for run in (run for run in data["runs"] if run["T"] == T):
        kind, (color, style) = run["kind"], NETWORKS[run["kind"]]
        label = None if kind in solved else kind
        solved.setdefault(kind, []).append(run["updates"] if run["solved"] else None)
        worst[kind] = max(worst.get(kind, 0), *run["error"])
        updates = data["every"] * np.arange(1, len(run["error"]) + 1)
        (line,) = ax.semilogy(
            np.minimum(updates, run["updates"]), run["error"], style, color=COLORS[color], lw=1.3, label=label
        )
        if kind == "tanh":  # its dots lie on orthogonal's dashes, and would be lost under them
            line.set(lw=2, zorder=3)
    ax.axhline(1 / 6, color=COLORS["reference"], lw=0.7)
    ax.text(data["updates"], 0.26, "best constant, 1/6", ha="right", fontsize=9)
    outside = [f"{kind} leaves the picture, up to {_rounded(e)}" for kind, e in worst.items() if e > TOP]
    ax.text(data["updates"], 1.3, "; ".join(outside), ha="right", fontsize=9)
    ax.set(xlabel="updates, 64 sequences each", ylabel="mean squared error", title=f"T = {T}")
    ax.set(ylim=(5e-3, TOP))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    says = (
        f"{kind}: {', '.join(str(u) if u else 'not solved' for u in each)}" for kind, each in solved.items()
    )
    fig.set_label(
        f"Adding over {T} steps, updates until solved for three seeds each. "
        + ". ".join(["; ".join(says), *outside, ""]).strip()
    )
    return fig


STARTS = {  # as stored: what the picture calls it, its colour and line style
    "bias 1": ("forget bias 1", "reference", ":"),
    "forget half": ("forget half only", "gate", "--"),
    "chrono": ("chrono, both", "cell", "-"),
}


def starts(data):
    """The stored runs of the LSTM's starts: updates until solved over the length, a dot a seed."""
    fig, ax = figure(width=5.1, height=3.1)
    lengths = sorted({run["T"] for run in data["runs"]})
    says = []
    for shift, (start, (name, color, style)) in zip((-0.08, 0, 0.08), STARTS.items(), strict=True):
        medians = []
        for place, T in enumerate(lengths):
            runs = [run for run in data["runs"] if (run["start"], run["T"]) == (start, T)]
            done = [run["updates"] for run in runs if run["solved"]]
            open_ = [run["updates"] for run in runs if not run["solved"]]
            ax.plot([place + shift] * len(done), done, "o", ms=4, color=COLORS[color])
            ax.plot([place + shift] * len(open_), open_, "^", ms=6, mfc="none", color=COLORS[color])
            medians.append(np.median(done + open_))
        ax.plot(np.arange(len(lengths)) + shift, medians, style, color=COLORS[color])
        ax.text(len(lengths) - 0.82, medians[-1], name, va="center", color=COLORS[color])
        says.append(f"{name}: " + ", ".join(f"{m:.0f}" for m in medians))
    ax.set(xlim=(-0.3, len(lengths) + 0.35), ylim=(0, 1.06 * data["limit"]))
    ax.set_xticks(range(len(lengths)), [f"T = {T}" for T in lengths])
    ax.set(ylabel="updates until solved")
    fig.set_label(
        "Updates until the adding task is solved, a dot per seed, a line through the medians, at T = "
        f"{', '.join(map(str, lengths))}. {'; '.join(says)}. A triangle: not solved within {data['limit']}."
    )
    return fig


def lyapunov(data):
    """The stored largest Lyapunov exponents over the scale of the weights: median and quartiles of seeds."""
    fig, ax = figure(width=5.1, height=3.1)
    says = []
    for kind in "tanh", "LSTM":
        color, style = NETWORKS[kind]
        rows = [row for row in data["results"] if row["kind"] == kind]
        scale = [row["scale"] for row in rows]
        _, low, middle, high, _ = np.array([row["quartiles"] for row in rows]).T
        ax.fill_between(scale, low, high, color=COLORS[color], alpha=0.2, lw=0)
        ax.plot(scale, middle, style, color=COLORS[color], lw=2)
        ax.text(scale[1] * 1.2, middle[1] - 0.02, kind, va="top", color=COLORS[color])
        says.append(f"{kind} from {middle[0]:.2f} at scale {scale[0]:g} to {middle[-1]:.2f} at {scale[-1]:g}")
    ax.axhline(0, color=COLORS["reference"], lw=0.7)
    ax.text(scale[0], 0.08, "grows", fontsize=9)
    ax.set(xscale="log", xlabel="scale of the weights", ylabel="largest exponent per step")
    ticks = [0.25, 0.5, 1, 2, 4, 8, 16, 32]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    fig.set_label(
        f"The largest Lyapunov exponent over the scale of the weights, medians of {data['seeds']} seeds: "
        + minus("; ".join(says))
        + "."
    )
    return fig


dress(globals())
