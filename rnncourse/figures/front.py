"""The figure of the front page: how much of a loss reaches the steps before it."""

import numpy as np

from rnncourse import lstm, rnn
from rnncourse.figures.style import COLORS, figure, power_of_ten

STEPS, UNITS = 50, 32


def echoes(scale):
    """The sizes of the gradient of one loss, at step 50, by the states of steps 0..50, each over the last.

    Of a logistic network, by h_t, and of an LSTM that holds its cell (bias 5 on the forget gates, -5 on the
    input gates), by C_t; the weights on the state are Gaussian, of variance scale^2 / n.
    """
    rng = np.random.default_rng(0)
    W = scale * rng.normal(size=(5, UNITS, UNITS)) / UNITS**0.5
    x, loss = 0.3 * rng.normal(size=(STEPS, UNITS)), rng.normal(size=UNITS)
    dl = np.vstack([np.zeros((STEPS, UNITS)), loss])

    plain = rnn.Params(W[0], np.eye(UNITS))
    _, dh = rnn.backward(plain, x, rnn.forward(plain, x, np.full(UNITS, 0.5)), dl)

    biases = np.zeros((4, UNITS))
    biases[:2] = [[5], [-5]]
    gated = lstm.Params(*np.concatenate([W[1:], np.tile(0.05 * np.eye(UNITS), (4, 1, 1))], axis=2), *biases)
    states = lstm.forward(gated, x, np.zeros(UNITS), np.zeros(UNITS))
    _, _, dC = lstm.backward(gated, x, states, dl)
    return [np.linalg.norm(d, axis=1) / np.linalg.norm(d[-1]) for d in (dh, dC)]


def echo(scale):
    """The two gradients on a logarithmic axis, the last step at the right, where the loss is."""
    plain, gated = echoes(scale)
    fig, ax = figure(width=5.1, height=3.2)
    said = []
    for name, sizes, key, line, above in (
        ("plain network", plain, "gradient", "-", -16),
        ("LSTM", gated, "cell", "--", 8),
    ):
        ax.semilogy(sizes, line, color=COLORS[key], lw=2)
        first = f"{sizes[0]:.1g}" if 0.01 < sizes[0] < 100 else power_of_ten(10 ** np.log10(sizes[0]).round())
        ax.annotate(
            f"{name}: {first}", (0, sizes[0]), (8, above), textcoords="offset points", color=COLORS[key]
        )
        said.append(f"about {first} in the {name}")
    ax.axhline(1, color=COLORS["reference"], lw=0.8, ls=":")
    ax.set(ylim=(1e-52, 1e9), xlim=(-1, STEPS + 1), xlabel="step", ylabel="share of the loss's gradient")
    fig.set_label(f"Weights × {scale:.2g}: of a loss at step 50, step 0 receives {' and '.join(said)}.")
    return fig
