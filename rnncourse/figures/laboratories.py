"""Pictures of the laboratories of chapter 3: memory, and a text."""

import numpy as np

from rnncourse.figures.style import COLORS, SUPERSCRIPTS, dress, figure, minus, name_ends, panels


def latching(u):
    """A latched tanh unit that is pulled down by a constant: its map, and its course."""
    w, T = 2.0, 60
    a = [w * 0.9575]  # where w tanh(a) = a
    for _ in range(T):
        a.append(w * np.tanh(a[-1]) - u)
    z = np.linspace(-3, 3, 121)
    fig, (left, right) = panels((3.2, 3), (3.2, 3))
    left.plot(z, w * np.tanh(z) - u, color=COLORS["state"], label="next a")
    left.plot(z, z, "--", color=COLORS["reference"], label="a itself")
    stairs = np.repeat(a, 2)
    left.plot(stairs[:-2], stairs[1:-1], color=COLORS["gradient"], lw=1)
    left.set(xlabel="a", xlim=(-3, 3), ylim=(-3, 3))
    left.legend(loc="upper left")
    right.plot(a, color=COLORS["gradient"])
    right.axhline(0, color=COLORS["reference"], lw=0.7)
    right.set(xlabel="step", ylim=(-3, 3))
    right.set_ylabel("a", rotation=0)
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
    """The gradient over the lag: thin lines before training, thick ones after it.

    `curves` is {"LSTM, before": norms, ...}.
    """
    fig, ax = figure(height=3.4)
    for label, norms in curves.items():
        color, style = NETWORKS[label.split(",")[0]]
        width = 1 if label.endswith("before") else 2.5
        ax.semilogy(norms, color=COLORS[color], ls=style, lw=width, label=label)
    ax.set(xlabel="lag", title="gradient relative to lag 0", xlim=(0, len(norms) - 1))
    colors = {label: COLORS[NETWORKS[label.split(",")[0]][0]] for label in curves}
    name_ends(ax, {label: (norms[-1], colors[label]) for label, norms in curves.items()})
    ends = "; ".join(f"{label} from {norms[0]:.2g} to {norms[-1]:.2g}" for label, norms in curves.items())
    fig.set_label(f"The gradient relative to lag 0, on a log axis over the lag. {ends}.")
    return fig


TOP = 2.0  # the largest error that is drawn: that of the IRNN explodes on the way


def _rounded(error):
    digit, exponent = f"{error:.0e}".split("e")
    return f"{error:.0f}" if error < 1000 else f"{digit} · 10" + str(int(exponent)).translate(SUPERSCRIPTS)


def learning(data, T):
    """The error of each network over the updates, a panel each and a line per seed."""
    fig, axes = figure(2, 2, height=4.4, sharex=True, sharey=True)
    says = []
    for ax, (kind, (color, style)) in zip(axes.flat, NETWORKS.items(), strict=True):
        runs = [run for run in data["runs"] if (run["kind"], run["T"]) == (kind, T)]
        for run in runs:
            updates = np.minimum(data["every"] * np.arange(1, len(run["error"]) + 1), run["updates"])
            ax.semilogy(updates, run["error"], style, color=COLORS[color], lw=1.5, label=kind)
        solved = sorted(run["updates"] for run in runs if run["solved"])
        end = f"solved at {', '.join(map(str, solved))}" if solved else "never solved"
        ax.set_title(f"{kind}\n{end}", color=COLORS[color])
        ax.axhline(1 / 6, color=COLORS["reference"], lw=0.7)
        worst = max((max(run["error"]) for run in runs), default=0)
        if worst > TOP:
            outside = f"up to {_rounded(worst)}"
            ax.text(data["updates"], 1.1, outside, ha="right", va="top")
            end += f", error {outside}"
        says.append(f"{kind}: {end}")
    axes[0, 0].text(data["updates"], 0.19, "always 1", ha="right", color=COLORS["reference"])
    axes[0, 0].set(ylim=(5e-3, TOP), xlim=(0, data["updates"]), xticks=[0, 1500, 3000])
    for ax in axes[1]:
        ax.set_xlabel("updates")
    for ax in axes[:, 0]:
        ax.set_ylabel("error")
    fig.set_label(f"Adding over {T} steps: mean squared error over the updates. {'; '.join(says)}.")
    return fig


def opening(course, update):
    """Training an LSTM: its error, the longest half-life of a unit, and how far back its gradient reaches.

    `course` is {update: (error, longest half-life, gradient by lag)}; what came before `update` is a line.
    """
    updates = np.array(list(course))
    errors, lives, gradients = map(np.array, zip(*course.values(), strict=True))
    now = int(np.flatnonzero(updates == update)[0])
    fig, (left, middle, right) = panels(*[(2.1, 2.5)] * 3)
    for ax, values, color in (left, errors, "reference"), (middle, lives, "gate"):
        ax.semilogy(updates, values, color=COLORS[color], lw=1, alpha=0.35)
        ax.semilogy(updates, np.where(updates <= update, values, np.nan), color=COLORS[color], lw=2)
        ax.plot(update, values[now], "o", color=COLORS[color])
        ax.set(xlabel="update", xlim=(0, updates[-1] * 1.05), xticks=[0, 200, 400])
    left.set(title="error", ylim=(5e-3, 0.5))
    middle.set(title="longest half-life", ylim=(1, 500))
    right.semilogy(gradients[0], ":", color=COLORS["reference"], lw=1)
    right.semilogy(gradients[now], color=COLORS["cell"], lw=2)
    right.set(title="gradient", xlabel="lag", ylim=(1e-9, 10), xlim=(0, gradients.shape[1]))
    right.set(xticks=[0, 20, 40], yticks=[1e-8, 1e-6, 1e-4, 1e-2, 1])
    for ax in left, middle, right:
        ax.minorticks_off()
    fig.set_label(
        f"After {update} updates: error {errors[now]:.2g}, longest half-life {lives[now]:.3g} steps, "
        f"gradient at lag {gradients.shape[1] - 1} {gradients[now][-1]:.0e} of that at lag 0."
    )
    return fig


STARTS = {  # as stored: what the picture calls it, its colour and line style
    "bias 1": ("forget bias 1", "reference", ":"),
    "forget half": ("forget half only", "gate", "--"),
    "chrono": ("chrono, both", "cell", "-"),
}


def starts(data):
    """Updates until solved for three starts of the LSTM, a dot a seed."""
    fig, ax = figure(height=3.1)
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
    """The largest Lyapunov exponent over the scale of the weights, medians and quartiles of seeds."""
    fig, ax = figure(height=3.1)
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
    ax.text(scale[0], 0.08, "grows")
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


# --- The text laboratory --------------------------------------------------------------------------------

READERS = {"plain": ("reference", ":"), "minGRU": ("gate", "--"), "LSTM": ("cell", "-")}


def reach(data, update):
    """After so many updates: the gradient's share by lag, and bits per letter with the context cut."""
    fig, (left, right) = panels((3.2, 3.2), (3.2, 3.2))
    says = []
    for network in data["networks"]:
        name, (color, style) = network["network"], READERS[network["network"]]
        look = next(look for look in network["looks"] if look["update"] == update)
        share = np.array(look["reach"])
        lag = np.arange(1, len(share))
        left.loglog(lag, np.maximum(share[1:], 1e-5), style, color=COLORS[color], lw=2, label=name)
        right.semilogx(data["contexts"], look["contexts"], style, color=COLORS[color], lw=2)
        says.append(
            f"{name}: share beyond lag 16 {share[17:].sum():.3f}, bits {look['contexts'][0]:.2f} with one "
            f"letter and {look['contexts'][-1]:.2f} with 64"
        )
    left.set(xlabel="lag in letters", ylabel="share of the gradient", ylim=(1e-3, 1))
    right.set(xlabel="letters of context", ylabel="bits per letter", ylim=(2, 7))
    for ax in left, right:
        ax.set_xticks([1, 4, 16, 64], ["1", "4", "16", "64"])
        ax.minorticks_off()
    left.set_yticks([1e-3, 1e-2, 0.1, 1])
    left.set_title(f"{update} updates: how far back")
    right.set_title("and what it helps")
    left.legend(loc="lower left")
    fig.set_label(f"After {update} updates, medians of five seeds. {'; '.join(says)}.")
    return fig


def closing(data):
    """Bits more for a closing bracket when its opening one is made a space; a dot per seed."""
    fig, ax = figure(width=4.8, height=3.1)
    says = []
    for shift, network in zip((-0.12, 0, 0.12), data["networks"], strict=True):
        name, (color, style) = network["network"], READERS[network["network"]]
        gains = np.array(network["bracket_gains"])
        place = np.arange(gains.shape[1]) + shift
        ax.plot(place, gains.T, "o", ms=3, color=COLORS[color])
        ax.plot(place, np.median(gains, axis=0), style, color=COLORS[color], lw=2, label=name)
        says.append(f"{name}: " + ", ".join(f"{gain:.2f}" for gain in np.median(gains, axis=0)))
    ax.set_xticks(range(len(data["distances"])), [f"{low}–{high}" for low, high in data["distances"]])
    ax.set(xlabel="distance of the opening bracket in letters", ylabel="bits more without it")
    ax.legend(loc="upper right")
    fig.set_label(f"Bits lost without the opening bracket, medians by distance. {minus('; '.join(says))}.")
    return fig


dress(globals())
