"""The figures of chapter 1: the network unrolled, one layer's Jacobian, the double sum, gradient checks."""

import json
from decimal import Decimal, localcontext
from importlib.resources import files

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.path import Path

from rnncourse import rnn
from rnncourse.figures.style import COLORS, SUPERSCRIPTS, dress, figure, heatmap, minus, name_ends, panels
from rnncourse.gradcheck import complex_step, relative_error

ARROW = {"arrowstyle": "-|>", "mutation_scale": 10, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}

# --- Figure 1 -------------------------------------------------------------------------------------------


def unrolled(moment=0):
    """The recurrent network folded, and unrolled over three steps.

    `moment` goes through one update: 1 to 3 forward, 4 to 6 back, 0 at rest.
    """
    fig, ax = figure(height=2.7)
    _column(ax, 0, "")
    loop = Path([(0.25, 0.17), (1.05, 0.6), (1.05, -0.6), (0.28, -0.18)], [1, 4, 4, 4])
    ax.add_patch(FancyArrowPatch(path=loop, **ARROW, color=COLORS["state"], gid="term-W"))
    ax.text(1.04, 0, "W", ha="center", va="center", color=COLORS["state"], gid="term-W")
    ax.text(0, -1.72, "folded", ha="center", color=COLORS["reference"])
    ax.text(4, -1.72, "unrolled", ha="center", color=COLORS["reference"])
    columns = (2.55, "ₜ₋₁", "before"), (4, "ₜ", "h"), (5.45, "ₜ₊₁", None)
    for number, (x, t, state) in enumerate(columns, 1):
        _column(ax, x, t, state)
        _arrow(ax, (x - 1.13, 0), (x - 0.33, 0), "W", (x - 0.73, 0.2), "state", "term-W")
        forward = ((x - 1.13, 0), (x - 0.33, 0)), ((x, -0.8), (x, -0.33)), ((x, 0.3), (x, 0.77))
        back = ((x + 0.13, 0.77), (x + 0.13, 0.31)), ((x + 1.13, -0.14), (x + 0.33, -0.14))
        for start, end in forward:
            _pulse(ax, start, end, "state", "-", moment == number)
        for start, end in back[: 1 if number == 3 else 2]:
            _pulse(ax, start, end, "gradient", (0, (2, 1)), moment == 7 - number)
    _arrow(ax, (5.77, 0), (6.57, 0), "W", (6.17, 0.2), "state", "term-W")
    ax.set(xlim=(-0.5, 6.6), ylim=(-1.8, 1.5), aspect="equal")
    ax.axis("off")
    place = ("", "t−1", "t", "t+1", "t+1", "t", "t−1")[moment]
    lit = f" Lit: the {'state' if moment < 4 else 'gradient'} arrives at step {place}." if moment else ""
    fig.set_label(
        "Left, the network folded: the state h feeds back into itself through W, the input x enters through "
        "U, the loss L hangs on h. Right, the same network unrolled: the state at t−1 goes through W to the "
        "state at t, and that to the state at t+1; at each step an input enters through the same U, and each "
        "state has a loss of its own." + lit
    )
    return fig


def _column(ax, x, t, state="h"):
    """One step of the network: input below, state, loss above."""
    terms = (-1.1, "x", "input", "x"), (0, "h", "state", state), (1.1, "L", "reference", None)
    for y, letter, color, term in terms:
        term = f"term-{term}" if term else None
        ax.add_patch(Circle((x, y), 0.3, fc=COLORS[color], ec="none", alpha=0.22, gid=term))
        ax.add_patch(Circle((x, y), 0.3, fc="none", ec=COLORS[color], lw=1.5, gid=term))
        ax.text(x, y, letter + t, ha="center", va="center", gid=term)
    _arrow(ax, (x, -0.8), (x, -0.33), "U", (x + 0.22, -0.57), "input", "term-U")
    _arrow(ax, (x, 0.3), (x, 0.77), "", (x, 0), "reference")


def _arrow(ax, start, end, label, place, color, term=None):
    ax.add_patch(FancyArrowPatch(start, end, **ARROW, color=COLORS[color], gid=term))
    ax.text(*place, label, ha="center", va="center", color=COLORS[color], gid=term)


def _pulse(ax, start, end, color, style, lit):
    """A thick arrow over a thin one, there in every frame and seen in its own."""
    look = ARROW | {"mutation_scale": 14, "lw": 3.5, "ls": style, "alpha": float(lit)}
    ax.add_patch(FancyArrowPatch(start, end, **look, color=COLORS[color]))


# --- 1a: the Jacobian of one layer ----------------------------------------------------------------------

GENERIC = np.array([[0.9, -0.6, 0.3], [0.2, 0.7, 0.5], [-0.4, 0.1, 1.1]])
ROTATION = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0], [0.48, 0.64, 0.6]])
PRESETS = {"identity": np.eye(3), "rotation": ROTATION, "generic": GENERIC, "generic × 4": 4 * GENERIC}
OFFSETS = np.array([-2, 0, 2])


def jacobian(z=0.0, preset="generic"):
    """Slopes of three units, the Jacobian that they make, and its norm beside the bound."""
    W, pre = PRESETS[preset], z + OFFSETS
    J = rnn.jacobian(rnn.Params(W, W), rnn.sigma(pre))
    norm, bound = np.linalg.norm(J, 2), np.linalg.norm(W, 2) / 4
    mosaic = [["bell", "bell"], ["heat", "gauge"]]
    fig, axes = figure(mosaic, width=4.8, height=4.1, height_ratios=(1, 1.2), width_ratios=(1, 1.2))
    fig.get_layout_engine().set(hspace=0.1)
    _bell(axes["bell"], pre)
    heatmap(axes["heat"], J, limit=abs(W).max() / 4, fontsize=11)
    axes["heat"].set(title="J = diag(σ′(z)) W")
    _units(axes["heat"], np.full(3, -0.3), np.array([0.5, 1.5, 2.5]))
    _gauge(axes["gauge"], norm, bound)
    slopes = ", ".join(f"{slope:.3f}" for slope in rnn.dsigma(pre))
    fig.set_label(
        f"Weights {preset}, pre-activations {minus(', '.join(f'{p:g}' for p in pre))}: sigma prime is "
        f"{slopes}, and scales the rows of W. The Jacobian has norm {norm:.3f}; its bound is {bound:.3f}."
    )
    return fig


def _bell(ax, pre):
    z = np.linspace(-8.5, 8.5, 120)
    ax.plot(z, rnn.dsigma(z), color=COLORS["gradient"])
    _units(ax, pre, rnn.dsigma(pre))
    ax.set(xlim=(-8.7, 8.7), ylim=(0, 0.29), xlabel="pre-activations of units 1, 2, 3", ylabel="σ′")
    ax.set_yticks([0, 0.125, 0.25], ["0", "⅛", "¼"])


def _units(ax, x, y):
    """The numbers of the units in circles: on the curve, and beside their rows of the Jacobian."""
    ax.plot(x, y, "o", color=COLORS["state"], ms=13, clip_on=False)
    for unit, place in enumerate(zip(x, y, strict=True), 1):
        ax.text(*place, str(unit), ha="center", va="center_baseline", color="white")


def _gauge(ax, norm, bound):
    """The norm as a bar, the bound as a mark, and where a step neither shrinks nor stretches: 1."""
    ax.barh(0, norm, 0.5, color=COLORS["gradient"])
    ax.plot([bound, bound], [-0.45, 0.45], color=COLORS["reference"], lw=2)
    ax.plot([1, 1], [-0.45, 0.45], color=COLORS["reference"], lw=1, ls=":", zorder=0)
    ax.text(0, 0.75, f"‖J‖₂ = {norm:.3f}", color=COLORS["gradient"])
    ax.text(0, -0.95, f"bound ‖W‖₂/4 = {bound:.3f}", color=COLORS["reference"])
    ax.set(xlim=(0, 1.45), ylim=(-1.4, 1.4), yticks=[], xticks=[0, 0.5, 1])
    ax.spines["left"].set_visible(False)


# --- 1b: the terms of the double sum --------------------------------------------------------------------

T = 6
CELLS = [(t, k) for t in range(1, T + 1) for k in range(1, t + 1)]


def network():
    """Three units over T = 6 steps, with weights large enough for the early steps to be heard at the end."""
    rng = np.random.default_rng(1)
    params = rnn.Params(3 * rng.normal(size=(3, 3)), rng.normal(size=(3, 2)))
    x, dl = rng.normal(size=(T, 2)), rng.normal(size=(T + 1, 3))
    return params, x, rnn.forward(params, x, [0.2, 0.5, 0.8]), dl


def terms():
    """The terms of the double sum (eq-double-sum), {(t, k): matrix}."""
    params, _, h, dl = network()
    return {
        (t, k): np.tensordot(dl[t] @ rnn.transport(params, h, t, k), rnn.immediate(h[k - 1], h[k]), 1)
        for t, k in CELLS
    }


def triangle(term=18, last_factor="immediate"):
    """The sizes of all terms of the double sum, with row and column sums, and one term in full.

    Row t adds up to dL_t/dW, column k to what step k of the recursion contributes: delta_k h_{k-1}^T.
    A total derivative as the last factor counts term (t, k) t-k+1 times.
    """
    single = terms()
    total = last_factor == "total"
    count = {(t, k): t - k + 1 if total else 1 for t, k in CELLS}
    matrices = {cell: count[cell] * single[cell] for cell in CELLS}
    params, x, h, dl = network()
    dW = rnn.backward(params, x, h, dl)[0].W
    fig, (left, right) = panels((3.7, 3.7), (2.3, 3))
    for place, (t, k) in enumerate(CELLS):
        times = f"{count[t, k]} ×\n" if total else ""
        _cell(left, k, t, single[t, k], times, f"go-{place}")
    for t in range(1, T + 1):
        _cell(left, T + 1.3, t, sum(matrices[t, k] for k in range(1, t + 1)))
        _cell(left, t, T + 1.3, sum(matrices[s, t] for s in range(t, T + 1)))
    _cell(left, T + 1.3, T + 1.3, sum(matrices.values()))
    numbers = range(1, T + 1)
    left.set_xticks([*numbers, T + 1.3], [*map(str, numbers), "Σ"])
    left.set_yticks([*numbers, T + 1.3], [*map(str, numbers), "Σ"])
    left.set(xlim=(0.4, T + 1.85), ylim=(T + 1.85, 0.4), aspect="equal", xlabel="k")
    left.set_ylabel("t", rotation=0, va="center")
    left.tick_params(length=0)
    left.spines[:].set_visible(False)

    t, k = CELLS[term - 1]
    left.add_patch(Rectangle((k - 0.5, t - 0.5), 1, 1, fc="none", ec=COLORS["gradient"], lw=2))
    heatmap(right, matrices[t, k], fmt="{:.3f}", fontsize=11)
    right.set_title(f"t = {t}, k = {k}")
    factors = [f"g{t}", *(f"J{i}" for i in range(t, k, -1)), f"∂⁺h{k}"]
    times = f"{count[t, k]} × " if total else ""
    below = {"ha": "center", "va": "top"}
    right.set_ylim(5.2, 0)
    right.text(1.5, 3.25, times + " ".join(factors).translate(SUBSCRIPTS), **below)
    miss = relative_error(sum(matrices.values()), dW)
    verdict = "The terms add up\nto dL/dW." if miss < 1e-12 else f"The terms miss\ndL/dW by {miss:.0%}."
    right.text(1.5, 4.2, verdict, linespacing=1.5, **below)
    fig.set_label(
        f"The {len(CELLS)} terms of the double sum by row t and column k, the last factor {last_factor}. "
        f"Term t = {t}, k = {k} has norm {np.linalg.norm(single[t, k]):.3f} and counts {count[t, k]} times. "
        + verdict.replace("\n", " ")
    )
    return fig


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _cell(ax, x, y, matrix, times="", gid=None):
    size = np.linalg.norm(matrix)
    look = {"fc": COLORS["gradient"], "alpha": 0.45 * np.clip(1 + np.log10(size) / 3, 0, 1), "lw": 0}
    ax.add_patch(Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, **look, gid=gid))
    ax.text(x, y, times + f"{size:.3f}".removeprefix("0"), ha="center", va="center", gid=gid)


# --- 1b, 1c: one term of the sum, and all terms in one walk ------------------------------------------------


def _chain(ax, T, link):
    """States h_0..h_T in a row with their losses above; `link(k)` is how link k is drawn: (label, color)."""
    for t in range(T + 1):
        for y, letter, color in (0, "h", "state"), (1.1, "L", "reference"):
            ax.add_patch(Circle((1.5 * t, y), 0.3, fc=COLORS[color], ec="none", alpha=0.22))
            ax.add_patch(Circle((1.5 * t, y), 0.3, fc="none", ec=COLORS[color], lw=1.2))
            ax.text(1.5 * t, y, f"{letter}{t}".translate(SUBSCRIPTS), ha="center", va="center")
        if t:
            label, color = link(t)
            _arrow(ax, (1.5 * t - 1.17, 0), (1.5 * t - 0.33, 0), label, (1.5 * t - 0.75, 0.27), color)
    ax.set(xlim=(-0.5, 1.5 * T + 0.5), ylim=(-1.45, 1.5), aspect="equal")
    ax.axis("off")


def copies(term=6, T=3):
    """One term of the double sum as a path, from a copy of W through the states to a loss."""
    t, k = CELLS[term - 1]
    fig, ax = figure(height=2.9)
    _chain(ax, T, lambda i: (f"W⁽{i}⁾".translate(SUPERSCRIPTS), "gradient" if i == k else "reference"))
    lit = {"arrowstyle": "-|>", "mutation_scale": 12, "lw": 3, "shrinkA": 0, "shrinkB": 0}
    lit["color"] = COLORS["gradient"]
    for i in range(k, t + 1):  # link k is crossed by the change itself, the later ones by the transport
        gid = "term-copy" if i == k else "term-J"
        ax.add_patch(FancyArrowPatch((1.5 * i - 1.17, 0), (1.5 * i - 0.33, 0), **lit, gid=gid))
    ax.add_patch(FancyArrowPatch((1.5 * t, 0.3), (1.5 * t, 0.77), **lit, gid="term-g"))
    factors = [f"g{t}", *(f"J{i}" for i in range(t, k, -1)), f"∂⁺h{k}/∂W"]
    ax.text(0.75 * T, -0.85, f"term t = {t}, k = {k}:", ha="center")
    ax.text(0.75 * T, -1.3, " · ".join(factors).translate(SUBSCRIPTS), ha="center", color=COLORS["gradient"])
    fig.set_label(
        f"The unrolled network with a copy of W on each link. Lit: copy {k}, which changes h{k}"
        + "".join(f", then h{i}" for i in range(k + 1, t + 1))
        + f", then the loss L{t}. The term has the factors {', '.join(factors)}."
    )
    return fig


def walk_back(step=4, T=4):
    """The walk back: the losses that the row contains by now, and the terms of dL/dW that are done."""
    fig, ax = figure(height=2.6)
    _chain(ax, T, lambda i: ("", "reference"))
    arrow = {"arrowstyle": "-|>", "mutation_scale": 12, "lw": 3, "shrinkA": 0, "shrinkB": 0}
    arrow["color"] = COLORS["gradient"]
    for t in range(step, T + 1):
        ax.add_patch(FancyArrowPatch((1.5 * t, 0.77), (1.5 * t, 0.33), **arrow))
        if t > step:
            ax.add_patch(FancyArrowPatch((1.5 * t - 0.33, 0), (1.5 * t - 1.17, 0), **arrow))
            ax.text(1.5 * t - 0.75, 0.27, "Wᵀ", ha="center", va="center", color=COLORS["gradient"])
        if t:
            term = f"δ{t}h{t - 1}".translate(SUBSCRIPTS) + "ᵀ"
            ax.text(1.5 * t, -0.62, term, ha="center", color=COLORS["gradient"])
    losses = " + ".join(f"L{t}" for t in range(step, T + 1)).translate(SUBSCRIPTS)
    ax.text(0.75 * T, -1.25, f"in the row at h{step}: ".translate(SUBSCRIPTS) + losses, ha="center")
    fig.set_label(
        f"The walk back at h{step}. The row contains the losses {losses}. "
        + ("Terms of dL/dW done so far: " if step else "All terms of dL/dW are done: ")
        + ", ".join(f"delta {t} times h{t - 1} transposed" for t in range(T, max(step, 1) - 1, -1))
        + "."
    )
    return fig


# --- 1c, 1d: how much work, and how to check a gradient -----------------------------------------------------


WAYS = {  # name at the end, line style and colour of each way to add up the same sum
    "double sum, each product from scratch": ("from scratch", ":", "reference"),
    "double sum, products kept": ("products kept", "--", "input"),
    "recursion": ("recursion", "-", "gradient"),
}


def timings():
    """Measured seconds for one gradient, in three orders of the same sum (benchmarks/double_sum.py)."""
    stored = json.loads((files("rnncourse") / "data" / "timings.json").read_text(encoding="utf-8"))
    T, curves = stored["T"], stored["seconds"]
    fig, ax = figure(height=3.2)
    ends = {}
    for label, seconds in curves.items():
        name, line, color = WAYS[label]
        slope = np.log(seconds[-1] / seconds[-2]) / np.log(T[-1] / T[-2])
        ax.loglog(T, seconds, line, color=COLORS[color], lw=2, label=label)
        ends[f"{name}\nslope {slope:.1f}"] = seconds[-1], COLORS[color]
    ax.set(xlabel="steps T", ylabel="seconds", xlim=(T[0], T[-1]))
    name_ends(ax, ends)
    fig.set_label(
        f"Measured seconds over T, both axes logarithmic ({stored['conditions']}). At T = {T[-1]}: "
        + "; ".join(f"{label} {seconds[-1]:g}" for label, seconds in curves.items())
        + "."
    )
    return fig


def hidden_bug():
    """The error of a recursion that forgets the transpose on W, against the size of the weights."""
    rng = np.random.default_rng(0)
    W, U, x = rng.normal(size=(100, 100)), rng.normal(size=(100, 4)), rng.normal(size=(20, 4))
    target = rng.uniform(size=100)
    scales, errors = np.logspace(-3, 0, 13), []
    for scale in scales:
        params = rnn.Params(scale * W, scale * U)
        h = rnn.forward(params, x, np.full(100, 0.5))
        dl = h - target
        # backward uses W in its recursion alone: handed the transpose, it is the recursion without one
        wrong = rnn.backward(params._replace(W=params.W.T), x, h, dl)[0].W
        errors.append(relative_error(wrong, rnn.backward(params, x, h, dl)[0].W))
    fig, ax = figure(height=3)
    ax.loglog(scales, errors, "o-", ms=4, color=COLORS["gradient"])
    for level, name in ((0.01, "1 %"), (1, "100 %")):
        ax.axhline(level, color=COLORS["reference"], lw=1, ls=":")
        ax.text(1.1, level, name, va="center", color=COLORS["reference"])
    ax.set(xlabel="size of the weights", ylabel="relative error", xlim=(9e-4, 1.05), ylim=(2e-3, 3))
    fig.set_label(
        "Relative error of dL/dW without the transpose on W, against the size of the weights, both axes "
        f"logarithmic: {errors[0]:.1%} at 0.001, {errors[4]:.0%} at 0.01, {errors[8]:.0%} at 0.1, "
        f"{errors[12]:.0%} at 1."
    )
    return fig


def loss(w, x=(1, -2, 1), u="0.5"):
    """A network of one unit, three steps and one loss, in as many digits as the decimal context has."""
    h = Decimal("0.2")
    for x_t in x:
        h = 1 / (1 + (-(w * h + Decimal(u) * x_t)).exp())
    return h**2 / 2


def u_curve():
    """The error of a central difference against its step, and that of the complex step.

    Decimal arithmetic, because binary rounding errors differ from processor to processor, and so would the U.
    """
    w = Decimal("1.5")
    with localcontext(prec=60):
        steps = [Decimal(10) ** -(Decimal(i) / 2) for i in range(1, 29)]
        exact = (loss(w + Decimal("1e-20")) - loss(w - Decimal("1e-20"))) / Decimal("2e-20")
    with localcontext(prec=16):
        errors = [float(abs((loss(w + e) - loss(w - e)) / (2 * e) / exact - 1)) for e in steps]
    x, U, h0 = [[1], [-2], [1]], [[0.5]], [0.2]
    cure = complex_step(lambda W: rnn.forward((W, U), x, h0)[3, 0] ** 2 / 2, [[float(w)]])
    floor = max(relative_error(cure[0, 0], float(exact)), 1e-15)

    fig, ax = figure(height=3.2)
    ax.loglog([float(e) for e in steps], errors, "o-", ms=4, color=COLORS["gradient"])
    coefficient = errors[3] * 1e4  # of ε²: steps[3] is 0.01, and both methods truncate alike
    knee = (floor / coefficient) ** 0.5
    ax.loglog([0.3, knee, 3e-15], [coefficient * 0.09, floor, floor], "--", color=COLORS["state"])
    ax.text(3e-12, floor * 3, "complex step", ha="center", color=COLORS["state"])
    ax.text(3e-13, 1e-6, "rounding:\n10⁻¹⁶/ε", ha="center", va="top", color=COLORS["reference"])
    ax.text(3e-2, 1e-8, "truncation:\nε²", ha="center", va="top", color=COLORS["reference"])
    ax.set(xlabel="step ε", ylabel="relative error", xlim=(3e-15, 1), ylim=(1e-16, 1))
    ax.set(xticks=10.0 ** np.arange(-14, 1, 2), yticks=10.0 ** np.arange(-16, 1, 4))
    ax.minorticks_off()
    best = np.argmin(errors)
    fig.set_label(
        f"Relative error of a central difference against its step, both axes logarithmic: a U. From "
        f"{errors[0]:.0e} at a step of 0.3 it falls with the square of the step to {errors[best]:.0e} at "
        f"{float(steps[best]):.0e}, then rounding takes over and it rises to {errors[-1]:.0e} at 1e-14. "
        "The complex step falls along the same line, but on down to 1e-15 at a step of 1e-7, and stays there."
    )
    return fig


dress(globals())
