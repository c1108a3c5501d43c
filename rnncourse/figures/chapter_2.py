"""The figures of chapter 2: products against powers, circles under W^n, transients, lag curves, the cliff."""

from functools import lru_cache

import numpy as np
from matplotlib.patches import Rectangle

from rnncourse import rnn, spectra
from rnncourse.figures.style import COLORS, dress, figure, minus, name_ends, panels

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
STYLES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))
PRINTED = np.array([[0.58, 0.24], [0.24, 0.72]])
DECOMPOSED = np.array([[0.58, -0.24], [-0.24, 0.72]])


def growth_curves(curves, *, at, bound=None, xlabel="steps n", ylabel="norm"):
    """Gradients over n = 0, 1, ... on a log axis: curves is {label: norms}, bound a reference {label: norms}.

    The labels stand on the picture, at[label] = (n, height).
    """
    fig, ax = figure(height=3.4)
    for (label, norms), style in zip(curves.items(), STYLES, strict=False):
        norms = np.where(np.array(norms) > 0, norms, np.nan)
        ax.semilogy(norms, color=COLORS["gradient"], ls=style, label=label)
    for (label, norms), style in zip((bound or {}).items(), ((0, (1, 1)), (0, (4, 2))), strict=False):
        ax.semilogy(norms, color=COLORS["reference"], lw=1, ls=style, label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    for label, place in at.items():
        ax.text(*place, label, color=COLORS["gradient" if label in curves else "reference"])
    fig.set_label(f"{ylabel} on a log axis over {xlabel}. {'; '.join(map(course, curves, curves.values()))}.")
    return fig


def course(label, norms):
    """In words: where a curve begins and ends, and its peak if it lies between."""
    n = int(np.argmax(norms))
    peak = f", at most {norms[n]:.2g} at n = {n}," if norms[n] > 1.5 * max(norms[0], norms[-1]) else ""
    return f"{label} from {norms[0]:.2g}{peak} to {norms[-1]:.2g}"


# --- 2a: a product is not a power -----------------------------------------------------------------------


def demo_network(contrast, T=20):
    """A network of four units at its fixed point, and inputs of the given contrast that push it away."""
    rng = np.random.default_rng(0)
    params = rnn.Params(2 * rng.normal(size=(4, 4)), np.eye(4))
    x = contrast * rng.normal(size=(T, 4))
    rest = rnn.forward(params, np.zeros((500, 4)), np.full(4, 0.5))[-1]
    return params, x, rest


def power_for_product(contrast):
    """The norm of the product of Jacobians, and the norms of the powers that could replace it."""
    params, x, rest = demo_network(contrast)
    h = rnn.forward(params, x, rest)
    powers = np.array([spectra.growth(J, len(x)) for J in rnn.jacobian(params, h[1:])])
    product = [spectra.norm(rnn.transport(params, h, n, 0)) for n in range(len(h))]
    slowest, fastest = powers[:, -1].argmax(), powers[:, -1].argmin()
    fig, ax = figure(height=3.4)
    ax.semilogy(powers.T, color=COLORS["reference"], lw=0.5)
    ax.semilogy(product, color=COLORS["gradient"], lw=2.5, label="product Jₙ ··· J₁")
    ax.set(xlabel="steps n", ylabel="spectral norm", xlim=(0, 20), ylim=(1e-14, 10), xticks=range(0, 21, 5))
    grey, names = COLORS["reference"], [f"J{k + 1}".translate(SUBSCRIPTS) + "ⁿ" for k in (slowest, fastest)]
    name_ends(
        ax,
        {
            f"slowest: {names[0]}": (powers[slowest, -1], grey),
            "product": (product[-1], COLORS["gradient"]),
            f"fastest: {names[1]}": (powers[fastest, -1], grey),
        },
    )
    low, high = powers[:, -1].min(), powers[:, -1].max()
    fig.set_label(
        f"At input contrast {contrast:.1f} the product of 20 Jacobians has norm {product[-1]:.1e}; "
        f"the 20 powers that could replace it lie between {low:.1e} and {high:.1e}."
    )
    return fig


# --- 2b and 2c: powers of one matrix ----------------------------------------------------------------------


def circle():
    """The unit circle as the columns of a (2, 73) array."""
    angle = np.linspace(0, 2 * np.pi, 73)
    return np.array([np.cos(angle), np.sin(angle)])


def nearly_defective(k):
    """Two nearly parallel eigenvectors, and the condition number that their angle makes."""
    fig, (left, right) = panels((2.8, 3), (3.2, 3))
    e = 10.0 ** -np.arange(17)
    left.plot(*circle(), color=COLORS["reference"], lw=1, ls="--")
    for v, name, style in (([1, 0], "state", "-"), ([1, e[k]] / np.hypot(1, e[k]), "gradient", "--")):
        left.plot([0, v[0]], [0, v[1]], color=COLORS[name], ls=style, marker="o")
    left.set(aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1], title="the two eigenvectors")
    cond = (np.sqrt(e**2 + 1) + 1) / e  # of unit eigenvectors at an angle of tangent e
    right.semilogy(cond, color=COLORS["state"])
    right.plot(k, cond[k], "o", color=COLORS["gradient"])
    right.set(xlabel="k", title="condition number of Q", xticks=[0, 4, 8, 12, 16])
    fig.set_label(
        f"Eigenvalues 1 and 1 + 1e-{k}: the two eigenvectors enclose an angle of {np.arctan(e[k]):.1g} rad "
        f"and the condition number of Q is {cond[k]:.1e}."
    )
    return fig


def dominant_mode(n, matrix):
    """The unit circle under the powers of W, scaled, and how far the power is from rank one."""
    W, slope = (PRINTED, 4 / 3) if "₊" in matrix else (DECOMPOSED, -4 / 3)
    fig, (left, right) = panels((3.1, 3.2), (3.1, 3.2))
    for k in range(n + 1):  # where the circle has been
        image = np.linalg.matrix_power(W / 0.9, k) @ circle()
        if k in (0, n - 2, n - 1):
            left.plot(*image, color=COLORS["reference"], lw=0.8, ls="-" if k else "--")
    left.plot(*image, color=COLORS["state"], label="image")
    for factor, across in ((0.9, slope), (0.4, -1 / slope)):
        left.axline((0, 0), slope=across, color=COLORS["gradient"], lw=0.8, ls=":")
        place = 1.22 * np.array([1, across]) / np.hypot(1, across)
        left.text(*place, f"{factor}", ha="center", va="center", color=COLORS["gradient"])
    left.set(aspect="equal", xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    left.set_title(f"{matrix.split()[0]}ⁿ / 0.9ⁿ")
    steps = np.arange(13)
    right.semilogy(steps, 0.9**steps, color=COLORS["state"])
    right.semilogy(steps, (4 / 9) ** steps, "--", color=COLORS["gradient"])
    right.plot([n, n], [0.9**n, (4 / 9) ** n], "o", color=COLORS["reference"])
    right.text(12, 0.9, "‖Wⁿ‖ = 0.9ⁿ", ha="right", color=COLORS["state"])
    right.text(6, 1.2e-4, "to rank one: (4/9)ⁿ", ha="center", color=COLORS["gradient"])
    right.set(xlabel="n", xlim=(-0.3, 12.3), ylim=(4e-5, 2), xticks=range(0, 13, 3))
    fig.set_label(
        f"n = {n}, {matrix}: the unit circle becomes an ellipse along the line of slope {slope:.2f}, its "
        f"second axis {(4 / 9) ** n:.1e} of the first; the norm of the power is {0.9**n:.3g}."
    )
    return fig


def transient(coupling):
    """The largest and the smallest singular value of the powers of W, and what the eigenvalues say."""
    W, n = np.array([[0.9, coupling], [0, 0.9]]), np.arange(101)
    norms = spectra.growth(W, 100)
    peak = int(norms.argmax())
    fig, ax = figure(height=3.4)
    ax.axhline(1, color=COLORS["reference"], lw=0.6)
    ax.fill_between(n, 1, np.maximum(norms, 1), color=COLORS["gradient"], alpha=0.2, lw=0)
    ax.semilogy(n, norms, color=COLORS["gradient"], label="largest singular value of Wⁿ")
    ax.semilogy(n, 0.9**n, "--", color=COLORS["state"])
    ax.semilogy(n, 0.81**n / norms, ":", color=COLORS["reference"])
    ax.plot(peak, norms[peak], "o", color=COLORS["gradient"])
    at_peak = f"{norms[peak]:.3g} at n = {peak}"
    ax.text(peak + 3, 1.6 * norms[peak], at_peak, va="bottom", color=COLORS["gradient"])
    ax.set(xlabel="n", xlim=(0, 100), ylim=(1e-11, 1e4))
    name_ends(
        ax,
        {
            "largest s.v.": (norms[-1], COLORS["gradient"]),
            "|λ|ⁿ = 0.9ⁿ": (0.9**100, COLORS["state"]),
            "smallest s.v.": (0.81**100 / norms[-1], COLORS["reference"]),
        },
    )
    last = np.flatnonzero(norms >= 1)[-1]
    fig.set_label(
        f"Coupling {coupling:g}: the norm of the n-th power is largest, {norms.max():.3g}, at "
        f"n = {norms.argmax()} and is below 1 for good from n = {last + 1} on; both eigenvalues are 0.9."
    )
    return fig


UNIT_MODULUS = {
    "identity": np.eye(2),
    "rotation by 1 rad": np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]),
    "Jordan block [[1, 1], [0, 1]]": np.array([[1.0, 1.0], [0.0, 1.0]]),
    "[[2, −1], [1, 0]]": np.array([[2.0, -1.0], [1.0, 0.0]]),
}


def unit_modulus(matrix, n):
    """Four matrices whose eigenvalues all have modulus 1, and what their powers do to the unit circle."""
    W = UNIT_MODULUS[matrix]
    P, norms = np.linalg.matrix_power(W, n), spectra.growth(W, 24)
    fig, (left, right) = panels((3.1, 3.2), (3.1, 3.2))
    left.plot(*circle(), color=COLORS["reference"], lw=1, ls="--")
    left.plot(*(P @ circle()), color=COLORS["state"])
    left.plot(*P[:, 0], "o", color=COLORS["gradient"])
    size = max(1.2, 1.1 * norms[n])
    left.set(aspect="equal", xlim=(-size, size), ylim=(-size, size), title="circle under Wⁿ")
    right.plot(norms, color=COLORS["state"])
    right.plot(n, norms[n], "o", color=COLORS["gradient"])
    right.set(xlabel="n", ylim=(0, 50), title="‖Wⁿ‖")
    entries = minus(", ".join(f"{p + 0.0:.2f}" for p in P.round(2).flat))
    fig.set_label(f"{matrix}, n = {n}: the power is {entries}, row by row; its norm is {norms[n]:.2f}.")
    return fig


# --- 2d: what eigenvalues do not tell ---------------------------------------------------------------------

GAINS = np.geomspace(0.25, 24, 20)


@lru_cache
def lag_norms(gain, unit, weights, n=32, T=30, seeds=5):
    """The norms of dh_t/dh_0, t = 0..T, medians over driven networks, and the bound's factor per step.

    A tanh network is a logistic one with four times the weights: tanh z = 2 sigma(2z) - 1.
    """
    found = [_lag_norms(gain, unit, weights, n, T, seed) for seed in range(seeds)]
    norms, bounds = zip(*found, strict=True)
    return np.median(norms, axis=0), np.median(bounds)


def _lag_norms(gain, unit, weights, n, T, seed):
    rng = np.random.default_rng(seed)
    W, x = rng.normal(size=(n, n)) / np.sqrt(n), rng.normal(size=(T, n))
    W = gain * (np.linalg.qr(W)[0] if weights == "orthogonal" else W)
    bound = spectra.norm(W)
    if unit == "tanh":
        params, x = rnn.Params(4 * W, 2 * np.eye(n)), x - W.sum(1)
    else:
        params, bound = rnn.Params(W, np.eye(n)), bound / 4
    product, norms = np.eye(n), [1.0]
    for J in rnn.jacobian(params, rnn.forward(params, x, np.full(n, 0.5))[1:]):
        product = J @ product
        norms.append(spectra.norm(product))
    return norms, bound


def rate(norms):
    """The mean factor per step from lag 10 on."""
    return (norms[-1] / norms[10]) ** (1 / (len(norms) - 11))


def lag_curves(gain, unit, weights):
    """A gradient over 30 steps at one gain, and its factor per step at every gain."""
    norms, bound = lag_norms(gain, unit, weights)
    rates, bounds = np.array([(rate(p), b) for p, b in (lag_norms(g, unit, weights) for g in GAINS)]).T
    fig, (left, right) = panels((3.1, 3.2), (3.1, 3.2))
    left.semilogy(norms, color=COLORS["gradient"], label="measured")
    left.semilogy(bound ** np.arange(len(norms)), ":", color=COLORS["reference"], label="bound")
    left.set(xlabel="lag t − k", title="norm of ∂hₜ/∂hₖ", ylim=(1e-25, 1e25))
    left.legend(loc="upper left")
    right.loglog(GAINS, rates, color=COLORS["gradient"])
    right.loglog(GAINS, bounds, ":", color=COLORS["reference"])
    right.axhline(1, color=COLORS["reference"], lw=0.6)
    right.plot(gain, rate(norms), "o", color=COLORS["gradient"])
    right.set(xlabel="gain", ylim=(0.03, 20), title="factor per step")
    right.set_xticks([0.25, 1, 4], ["¼", "1", "4"])
    right.minorticks_off()
    right.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    fig.set_label(
        f"A {unit} network with {weights} weights of gain {gain:.2f}: the gradient changes by a factor of "
        f"{rate(norms):.2f} per step; the bound allows {bound:.2f}."
    )
    return fig


# --- Laboratory: the cliff --------------------------------------------------------------------------------


def cliff_slice(w):
    """The error along b, with the wall: the b that keeps the start at rest."""
    b, wall = np.linspace(-4.6, -1, 361), spectra.wall(w)
    E = spectra.cliff(w, b)[0]
    fig, ax = figure(height=3.2)
    ax.plot(b, E, color=COLORS["state"])
    ax.axvline(wall, color=COLORS["gradient"], lw=1, ls="--")
    word = "wall" if w * rnn.dsigma(0.5) > 1 else "start at rest"
    side, gap = ("left", 0.05) if wall < -3.5 else ("right", -0.05)
    ax.text(wall + gap, 0.56, minus(f"{word}, b = {wall:.2f}"), ha=side, color=COLORS["gradient"])
    ax.set(xlabel="b", ylim=(-0.02, 0.6))
    ax.set_ylabel("E", rotation=0)
    multiplier = float((w * rnn.dsigma(0.5)) ** 50)
    stands = "The wall stands" if word == "wall" else "The start is at rest, and attracts,"
    fig.set_label(
        f"The error along b at w = {w:.2f}. {stands} at b = {wall:.3f}, where the "
        f"derivative of x_50 by x_0 is {multiplier:.2g}."
    )
    return fig


def cliff_surface(paths=None, step=None):
    """Contours of the error, the wall, and the first steps of descent, enlarged.

    `paths` is {label: (steps, 2)}, of which those up to `step` are drawn.
    """
    if paths and step is not None:  # as many points in each frame: the rest wait at the last one
        paths = {label: np.array(p)[np.minimum(np.arange(len(p)), step)] for label, p in paths.items()}
    w, u = np.linspace(4, 6, 81), np.sinh(np.linspace(-7, 7, 141)) / np.sinh(7) * 2  # u: above the wall
    b = spectra.wall(w) + u[:, None]
    E, steep = spectra.cliff(w, b)[0], w[w > 1 / rnn.dsigma(0.5)]
    looks = (
        {"color": COLORS["gradient"], "marker": "o", "ms": 5, "mfc": "none", "zorder": 3},
        {"color": COLORS["cell"], "marker": ".", "ms": 4},
    )
    fig, views = panels((3.3, 3.6), (2.9, 3.6)) if paths else figure(height=3.4)
    views = views if paths else [views]
    levels, column = [0.02, 0.05, 0.38, 0.42], 30
    for view in views:
        lines = view.contour(
            np.broadcast_to(w, b.shape), b, E, levels, colors=COLORS["reference"], linewidths=0.7
        )
        view.plot(steep, spectra.wall(steep), color=COLORS["input"], lw=3, alpha=0.6)
        for (label, path), look in zip((paths or {}).items(), looks, strict=False):
            view.plot(*np.transpose(path), lw=1, label=label, **look)
        view.set(xlabel="w", xlim=(4, 6), ylim=(-3.5, -1.7))
        view.set_ylabel("b", rotation=0)
        if view is views[0]:  # clabel would turn each label, by an angle whose last digit is chance
            for level, path in zip(levels, lines.get_paths(), strict=True):
                near = w[column], b[np.abs(E[:, column] - level).argmin(), column]
                at = path.vertices[np.hypot(*(path.vertices - near).T).argmin()]
                view.annotate(f"{level}", at, (2, 1), textcoords="offset points", color=COLORS["reference"])
    views[0].text(5.9, spectra.wall(5.9) + 0.12, "wall", ha="right", color=COLORS["input"])
    if paths:
        views[1].set(xlim=(4.82, 4.98), ylim=(-2.62, -2.44), xticks=[4.85, 4.9, 4.95], title="enlarged")
        views[0].add_patch(Rectangle((4.82, -2.62), 0.16, 0.18, fc="none", ec="black", zorder=4))
        for label, look, height in zip(paths, looks, (0.05, 0.13), strict=False):
            views[0].text(0.04, height, label, color=look["color"], transform=views[0].transAxes)
    ends = [f" {label} ends at ({p[-1][0]:.1f}, {p[-1][1]:.1f})." for label, p in (paths or {}).items()]
    if len(paths or {}) == 2:
        same = [np.array_equal(p, q) for p, q in zip(*paths.values(), strict=False)]
        shared = np.cumprod(same).sum() - 1
        ends.append(f" The first steps they share, {shared} in number, are enlarged.")
    fig.set_label("Error over w and b: low above the wall b = 0.5 − 0.622 w, high below it." + "".join(ends))
    return fig


def bifurcation(w):
    """The fixed points of the one-unit network against b, stable and unstable."""
    x = np.linspace(-3, 7, 401)
    slope, b = w * rnn.dsigma(x), x - w * rnn.sigma(x)
    fig, ax = figure(height=3.2)
    ax.plot(np.where(slope < 1, b, np.nan), x, color=COLORS["state"], label="stable")
    ax.plot(np.where(slope >= 1, b, np.nan), x, ":", color=COLORS["gradient"], label="unstable")
    ends = tuple(spectra.fold(w)) if w > 4 else ()
    for end in ends:
        ax.axvline(end, color=COLORS["reference"], lw=0.8, ls="--")
    ax.set(xlabel="b", ylabel="fixed point x", xlim=(-5, 0), ylim=(-4, 6))
    ax.legend(loc="lower right")
    inside = f"Two are stable for b between {ends[0]:.3f} and {ends[1]:.3f}." if ends else "One for each b."
    fig.set_label(f"Fixed points of the one-unit network at w = {w:.2f} against b. {inside}")
    return fig


# --- Practice ---------------------------------------------------------------------------------------------


def singular_spectra(per_layer, expected):
    """The singular values of a deep product, each as its mean factor per layer."""
    fig, ax = figure(height=3.2)
    ax.axhline(1, color=COLORS["cell"], ls="--")
    direction = np.arange(1, len(per_layer) + 1)
    ax.plot(direction, per_layer, color=COLORS["gradient"], lw=2.5)
    some = [0, *range(9, len(expected), 10)]
    ax.plot(direction[some], np.array(expected)[some], "o", mfc="white", color=COLORS["reference"])
    ax.text(len(per_layer), 1.03, "orthogonal: 1", ha="right", color=COLORS["cell"])
    ax.text(0.45 * len(per_layer), 0.85, "Gaussian", color=COLORS["gradient"])
    ax.text(0.4 * len(per_layer), 0.5, "circles: expected", ha="right", color=COLORS["reference"])
    ax.set(xlabel="direction, strongest first", ylabel="factor per layer", ylim=(0, 1.15))
    ax.set_xticks([1, *range(len(per_layer) // 5, len(per_layer) + 1, max(len(per_layer) // 5, 1))])
    fig.set_label(
        f"Factors per layer of a product of Gaussian layers fall from {per_layer[0]:.2f} to "
        f"{per_layer[-1]:.2f}; orthogonal layers keep every one at 1."
    )
    return fig


def ring(lam, energy):
    """Eigenvalues in the unit disc, and the energy that each collects from white noise."""
    fig, (left, right) = panels((3.1, 3.2), (3.1, 3.2))
    left.plot(*circle(), color=COLORS["reference"], lw=1, ls="--")
    left.plot(lam.real, lam.imag, ".", color=COLORS["cell"])
    left.set(aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1], title="eigenvalues λ")
    modulus = np.linspace(0, 0.999, 200)
    right.semilogy(modulus, 1 / (1 - modulus**2), ":", color=COLORS["reference"], label="1 / (1 − |λ|²)")
    right.semilogy(abs(lam), energy, "o", ms=3, color=COLORS["state"], label="simulated")
    right.set(xlabel="|λ|", title="mean of |h|²", xlim=(0, 1.02), ylim=(0.8, 1000))
    right.legend(loc="upper left")
    fig.set_label(
        f"{len(lam)} eigenvalues with moduli from {abs(lam).min():.2f} to {abs(lam).max():.2f}; simulated "
        f"energies from {energy.min():.1f} to {energy.max():.0f} follow 1 / (1 − |λ|²)."
    )
    return fig


dress(globals())
