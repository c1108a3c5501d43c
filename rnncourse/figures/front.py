"""The pictures of the first two pages: what trained networks answer, by distance, and how they train."""

import json

import numpy as np

from rnncourse.figures.style import COLORS, dress, figure
from rnncourse.recall import BEST_CONSTANT, recorded

NETWORKS = {
    "plain": ("Plain network", "started in the usual way", "gradient"),
    "LSTM": ("LSTM", "gates open at the start", "cell"),
}
SEEDS = 7


def fan(kind, lengths):
    """The answers of the trained networks of one kind: bands and medians over the length of the list."""
    numbers, longest = recorded()["numbers"], lengths[-1]["T"]
    title, started, color = NETWORKS[kind]
    shapes, dots = [], []
    for i, number in enumerate(numbers):
        low, middle, high = (
            [(run["T"], round(1 - run["answers"][i][q], 3)) for run in lengths] for q in range(3)
        )
        band, line = (" ".join(f"{T},{y}" for T, y in points) for points in (low + high[::-1], middle))
        shapes.append(f'<polygon points="{band}"/><polyline points="{line}"/>')
        T, y = middle[-1]
        dots.append(f'<i style="left:{T / longest:.1%};top:{y:.1%}"></i>')
        dots.append(f'<b style="top:{1 - number:.0%}">{number:g}</b>')
    dots += [f'<b class="length" style="left:{T / longest:.1%}">{T}</b>' for T in (5, 20, 40, longest)]
    last = lengths[-1]
    says = f"{last['answers'][-1][1]:.2f}"
    alt = f"{title}: asked for 0.9, it answers {says} after {last['T']} steps."
    frame = f'viewBox="0 0 {longest} 1" preserveAspectRatio="none" aria-hidden="true"'
    tones = f"--tone:var(--rnn-{color});--word:var(--rnn-{color}-text)"
    return (
        f'<div class="fan" data-network="{kind}" style="{tones}">'
        f"<h2>{title} <small>{started}</small></h2>"
        f'<div class="plot" role="img" aria-label="{alt}">'
        f"<svg {frame}>{''.join(shapes)}</svg>"
        f"{''.join(dots)}</div><p>0.9 came first. It says <output>{says}</output></p></div>"
    )


def hero():
    """The block of the front page: two fans, and the lengths at which a slider can read them."""
    lengths = {kind: [run for run in recorded()["lengths"] if run["network"] == kind] for kind in NETWORKS}
    steps = [run["T"] for run in lengths["plain"]]
    facts = {
        kind: [{"solved": run["solved"], "says": [round(a[1], 3) for a in run["answers"]]} for run in runs]
        for kind, runs in lengths.items()
    }
    fans = "".join(fan(kind, runs) for kind, runs in lengths.items())
    plain, lstm = (lengths[kind][-1]["solved"] for kind in NETWORKS)
    top = len(steps) - 1
    return (
        '<section class="hero" aria-label="Networks asked for the first number of a list">'
        "<p>Read a list of random numbers, then say which came <strong>first</strong>.</p>"
        f'<div class="fans">{fans}</div>'
        '<form class="steps" hidden="hidden"><label for="steps">Length of the list '
        f"<output>{steps[-1]}</output></label>"
        f'<input id="steps" type="range" min="0" max="{top}" value="{top}">'
        '<button type="button">Play</button></form>'
        f'<p class="learnt" role="status">{steps[-1]} steps: {plain} of {SEEDS} plain networks learnt it, '
        f"{lstm} of {SEEDS} LSTMs.</p>"
        f'<script type="application/json">{json.dumps({"steps": steps} | facts)}</script></section>'
    )


THUMBNAILS = {
    1: '<path class="state" d="M12 42H148"/>'
    '<g class="state dot"><circle cx="30" cy="42" r="11"/><circle cx="80" cy="42" r="11"/>'
    '<circle cx="130" cy="42" r="11"/></g><path class="gradient dash" d="M130 62Q80 84 30 62"/>',
    3: '<path class="cell" d="M8 24H152"/><g class="gate"><path d="M40 24V62M80 24V62M120 24V62"/></g>'
    '<g class="cell dot"><circle cx="40" cy="24" r="8"/><circle cx="80" cy="24" r="8"/>'
    '<circle cx="120" cy="24" r="8"/></g>',
}


def thumbnail(chapter):
    """A small drawing for a chapter's tile; 2 has the norm of a power, which grows before it falls."""
    inner = THUMBNAILS.get(chapter)
    if inner is None:
        M, powers, n = np.array([[0.9, 1], [0, 0.9]]), [], 44
        for k in range(n + 1):
            powers.append([np.linalg.norm(np.linalg.matrix_power(M, k), 2), 0.9**k])
        powers = np.array(powers)
        x, y = 8 + 144 * np.arange(n + 1) / n, 74 - 64 * powers / powers.max()
        paths = ["M" + "L".join(f"{a:.0f} {b:.1f}" for a, b in zip(x, column, strict=True)) for column in y.T]
        inner = f'<path class="gradient" d="{paths[0]}"/><path class="state dash" d="{paths[1]}"/>'
    return f'<svg class="thumbnail" viewBox="0 0 160 84" aria-hidden="true">{inner}</svg>'


def training(runs):
    """The error of each training over its updates.

    Errors are means of 20; `runs` is {name: errors}, at most three.
    """
    fig, ax = figure(height=3)
    said = []
    for (name, losses), key, line in zip(
        runs.items(), ("state", "gradient", "cell"), ("--", "-", "-"), strict=False
    ):
        means = np.mean(np.reshape(losses[: len(losses) // 20 * 20], (-1, 20)), axis=1)
        ax.semilogy(20 * np.arange(1, len(means) + 1), means, line, color=COLORS[key], lw=2, label=name)
        said.append(f"{name}: from {means[0]:.2g} to {means[-1]:.1g} in {len(losses)} updates")
    ax.axhline(BEST_CONSTANT, color=COLORS["reference"], lw=1, ls=":")
    ax.text(600, BEST_CONSTANT * 1.15, "always 1/2", ha="right", color=COLORS["reference"])
    ax.set(xlim=(0, 620), ylim=(2e-4, 0.6), xlabel="update", ylabel="mean squared error")
    ax.legend(loc="lower right", frameon=False)
    fig.set_label(
        f"Error while training. {'; '.join(said)}. Always answering one half gives {BEST_CONSTANT:.3f}."
    )
    return fig


dress(globals())
