"""The lines of chapter 2's figures against numbers found in another way."""

import re
from fractions import Fraction

import numpy as np
import pytest
from matplotlib.text import Text

from rnncourse import rnn, spectra
from rnncourse.figures import chapter_2 as pictures
from rnncourse.figures.style import COLORS, svg
from rnncourse.gradcheck import complex_step

FIGURES = {
    "growth curves": lambda: pictures.growth_curves(
        {"the curve that rises": [1, 2, 4]},
        bound={"c": [1, 3, 9]},
        at={"the curve that rises": (1, 4), "c": (1, 5)},
    ),
    "power for product": lambda: pictures.power_for_product(1.0),
    "nearly defective": lambda: pictures.nearly_defective(3),
    "dominant mode": lambda: pictures.dominant_mode(2, "W₊ (printed)"),
    "transient": lambda: pictures.transient(10),
    "unit modulus": lambda: pictures.unit_modulus("[[2, −1], [1, 0]]", 24),
    "lag curves": lambda: pictures.lag_curves(pictures.GAINS[-1], "tanh", "Gaussian"),
    "cliff slice": lambda: pictures.cliff_slice(5),
    "cliff surface": lambda: pictures.cliff_surface({"plain": [(5, -2.5), (4.9, -2.4)]}),
    "bifurcation": lambda: pictures.bifurcation(5),
    "singular spectra": lambda: pictures.singular_spectra(np.linspace(1, 0.1, 9), np.linspace(1, 0.1, 9)),
    "ring": lambda: pictures.ring(np.array([0.5, 0.9j]), np.array([1.3, 5.3])),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_speaks_fits_and_repeats_itself(name):
    fig = FIGURES[name]()
    assert len(fig.get_label()) > 60
    assert svg(fig) == svg(FIGURES[name]())
    assert "<image" not in svg(fig)
    for text in fig.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text.axes:
            box = text.get_window_extent()
            assert fig.bbox.x0 - 1 <= box.x0 and box.x1 <= fig.bbox.x1 + 1, text
            assert fig.bbox.y0 - 1 <= box.y0 and box.y1 <= fig.bbox.y1 + 1, text


def line(ax, label):
    return next(drawn for drawn in ax.lines if drawn.get_label() == label)


def test_the_product_is_that_of_the_complex_step_and_the_powers_are_powers():
    params, x, rest = pictures.demo_network(1.0, T=3)

    def run(h):
        for x_t in x:
            h = rnn.sigma(params.W @ h + x_t)
        return h

    drawn = line(pictures.power_for_product(1.0).axes[0], "product Jₙ ··· J₁").get_ydata()[3]
    assert drawn == pytest.approx(np.linalg.norm(complex_step(run, rest), 2))
    still = pictures.power_for_product(0.0)
    ends = [drawn.get_ydata()[-1] for drawn in still.axes[0].lines if len(drawn.get_ydata())]
    assert len(ends) == 21 and max(ends) == pytest.approx(min(ends), rel=1e-9)


@pytest.mark.parametrize(("matrix", "sign"), [("W₊ (printed)", 1), ("W₋ (decomposed)", -1)])
def test_the_ellipse_has_the_exact_axes(matrix, sign):
    ellipse = line(pictures.dominant_mode(3, matrix).axes[0], "image").get_xydata()
    W = np.array([[Fraction(58), Fraction(24 * sign)], [Fraction(24 * sign), Fraction(72)]]) / 90
    assert ellipse[0] == pytest.approx((W @ W @ W @ [1, 0]).astype(float))  # the image of (1, 0)
    radii = np.linalg.norm(ellipse, axis=1)
    assert radii.max() == pytest.approx(1, abs=2e-3)
    assert radii.min() == pytest.approx((4 / 9) ** 3, abs=0.01)


def test_the_transient_is_that_of_the_gram_matrix():
    drawn = line(pictures.transient(10).axes[0], "largest singular value of Wⁿ").get_ydata()
    for n in 1, 9, 62, 63:
        corner = 10 * n * 0.9 ** (n - 1)  # the entries in closed form, and the larger root of its quadratic
        trace, det = corner**2 + 2 * 0.81**n, 0.81 ** (2 * n)
        assert drawn[n] == pytest.approx(np.sqrt((trace + np.sqrt(trace**2 - 4 * det)) / 2), rel=1e-6)
    assert "largest, 38.7, at n = 9 and is below 1 for good from n = 63" in pictures.transient(10).get_label()


def test_unit_modulus_says_the_powers():
    label = {name: pictures.unit_modulus(name, 24).get_label() for name in pictures.UNIT_MODULUS}
    rotation, jordan, disguised = list(label.values())[1:]
    assert f"{np.cos(24):.2f}" in rotation and "its norm is 1.00" in rotation
    assert "1.00, 24.00, 0.00, 1.00" in jordan
    assert "25.00, −24.00, 24.00, −23.00" in disguised
    for W in pictures.UNIT_MODULUS.values():
        assert abs(np.linalg.eigvals(W)) == pytest.approx(1, abs=1e-7)


def test_the_condition_number_is_that_of_the_eigenvectors():
    for k in 1, 6:
        Q = np.linalg.eig(np.array([[1, 1], [0, 1 + 10.0**-k]]))[1]
        dot = pictures.nearly_defective(k).axes[1].lines[-1].get_ydata()[0]
        assert dot == pytest.approx(np.linalg.cond(Q), rel=1e-6)


@pytest.mark.parametrize("unit", ["logistic", "tanh"])
@pytest.mark.parametrize("weights", ["Gaussian", "orthogonal"])
def test_lag_norms_are_those_of_a_network_written_out(unit, weights):
    activation = np.tanh if unit == "tanh" else rnn.sigma
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(6, 6)) / np.sqrt(6), rng.normal(size=(8, 6))
    W = 1.5 * (np.linalg.qr(W)[0] if weights == "orthogonal" else W)

    def run(h):
        for x_t in x:
            h = activation(W @ h + x_t)
        return h

    norms, bound = pictures.lag_norms(1.5, unit, weights, n=6, T=8, seeds=1)
    assert norms[-1] == pytest.approx(
        np.linalg.norm(complex_step(run, np.full(6, 0.5 * (unit == "logistic"))), 2)
    )
    assert bound == pytest.approx(np.sqrt(np.linalg.eigvalsh(W.T @ W).max()) / (1 if unit == "tanh" else 4))
    assert (norms <= bound ** np.arange(9) * (1 + 1e-9)).all()


def test_the_cliff_falls_at_the_dashed_line():
    fig = pictures.cliff_slice(5)
    b, E = fig.axes[0].lines[0].get_data()
    x = np.full_like(b, 0.5)
    for _ in range(50):
        x = 5 / (1 + np.exp(-x)) + b
    assert pytest.approx((1 / (1 + np.exp(-x)) - 0.7) ** 2, abs=1e-9) == E
    fall = b[np.diff(E).argmin()]
    assert fig.axes[0].lines[1].get_xdata()[0] == pytest.approx(fall, abs=0.011)


@pytest.mark.parametrize("w", [4, 4.25, 4.3, 6.4, 6.5, 7])
def test_the_dashed_line_is_a_wall_only_where_the_start_repels_and_its_label_is_beside_it(w):
    fig = pictures.cliff_slice(w)
    svg(fig)
    (text,) = fig.axes[0].texts
    start = 0.5 + 1e-6
    repels = abs(w * rnn.sigma(start) + spectra.wall(w) - 0.5) > 1e-6
    assert text.get_text().startswith("wall" if repels else "start at rest")
    assert ("The wall stands at" if repels else "attracts, at") in fig.get_label()
    box, place = text.get_window_extent(), fig.axes[0].lines[1].get_window_extent().x0
    assert not box.x0 <= place <= box.x1 and fig.axes[0].bbox.x0 < box.x0 and box.x1 < fig.axes[0].bbox.x1


def test_the_legend_of_the_bifurcation_is_free_of_its_lines():
    for w in np.linspace(3, 7, 17):
        fig = pictures.bifurcation(w)
        svg(fig)
        box = fig.axes[0].get_legend().get_window_extent()
        for drawn in fig.axes[0].lines:
            points = drawn.get_transform().transform(np.transpose(drawn.get_data()))
            within = (box.x0 <= points[:, 0]) & (points[:, 0] <= box.x1)
            if len(points) > 2:
                within &= (box.y0 <= points[:, 1]) & (points[:, 1] <= box.y1)
            assert not within.any(), w


def test_the_bifurcation_draws_fixed_points_and_marks_the_fold():
    fig = pictures.bifurcation(5)
    for drawn in fig.axes[0].lines[:2]:
        b, x = drawn.get_data()
        kept = np.isfinite(b)
        assert kept.any() and 5 * rnn.sigma(x[kept]) + b[kept] == pytest.approx(x[kept], abs=1e-12)
    assert re.search(r"between -2\.656 and -2\.344", fig.get_label())
    assert len(pictures.bifurcation(3.5).axes[0].lines) == 2


def test_the_energies_are_drawn_against_the_geometric_series():
    modulus, limit = line(
        pictures.ring(np.array([0.5]), np.array([1.3])).axes[1], "1 / (1 − |λ|²)"
    ).get_data()
    assert limit[:150] == pytest.approx([sum(m ** (2 * k) for k in range(400)) for m in modulus[:150]])


def test_growth_curves_leave_out_zeros():
    drawn = line(pictures.growth_curves({"gone": [1, 0.5, 0]}, at={}).axes[0], "gone").get_ydata()
    assert drawn[1] == 0.5 and np.isnan(drawn[2])


def test_growth_curves_are_labelled_on_the_picture_fit_a_phone_and_are_gradients():
    fig = pictures.growth_curves(
        {"a": [1, 2], "b": [1, 3]}, bound={"c": [1, 9]}, at={"a": (1, 2), "c": (1, 5)}
    )
    ax = fig.axes[0]
    assert fig.get_figwidth() <= 4.8
    colors = {drawn.get_label(): drawn.get_color() for drawn in ax.lines}
    assert colors == {"a": COLORS["gradient"], "b": COLORS["gradient"], "c": COLORS["reference"]}
    assert [(text.get_text(), text.get_color()) for text in ax.texts] == [
        ("a", COLORS["gradient"]),
        ("c", COLORS["reference"]),
    ]
    assert len({drawn.get_linestyle() for drawn in ax.lines[:2]}) == 2


def test_the_alt_text_of_growth_curves_states_the_peak_and_its_step():
    label = pictures.growth_curves({"hump": [1, 5, 70, 3], "fall": [4, 2, 1, 0.5]}, at={}).get_label()
    assert "hump from 1, at most 70 at n = 2, to 3; fall from 4 to 0.5." in label


def test_the_cliff_is_drawn_along_the_wall_and_enlarged_where_both_paths_start():
    together = [(4.9, -2.6), (4.91, -2.58), (4.9, -2.56)]
    fig = pictures.cliff_surface(
        {"plain": np.array([*together, (7.7, 1.9)]), "clipped": np.array([*together, (4.95, -2.5)])}
    )
    assert "they share, 2 in number" in fig.get_label()
    main, inset = fig.axes
    assert all(inset.viewLim.contains(*point) for point in together)
    for view in main, inset:
        plain, clipped = (line(view, label) for label in ("plain", "clipped"))
        assert plain.get_zorder() > clipped.get_zorder()
    low, *_, high = (level for level in main.collections[0].get_paths())
    b_low, b_high = (path.vertices[abs(path.vertices[:, 0] - 4.6).argmin(), 1] for path in (low, high))
    assert b_high < spectra.wall(4.6) < b_low
    for path, E in ((low, 0.02), (high, 0.42)):
        w, b = path.vertices[len(path) // 2]
        assert spectra.cliff(w, np.array([b]))[0] == pytest.approx(E, abs=0.01)
    assert len(svg(fig)) < 32000


def test_a_step_of_descent_shows_the_points_up_to_it():
    path = np.array([(4.9, -2.5), (4.95, -2.55), (4.91, -2.52)])
    drawn = line(pictures.cliff_surface({"plain": path}, 1).axes[0], "plain").get_xydata()
    assert np.array_equal(drawn, path[[0, 1, 1]])


def test_the_expected_factors_are_drawn_above_the_measured_ones():
    ax = pictures.singular_spectra(np.linspace(1, 0.1, 30), np.linspace(0.9, 0.2, 30)).axes[0]
    measured, expected = ax.lines[1:]
    assert measured.get_xdata().tolist() == list(range(1, 31)) and ax.get_xticks()[0] == 1
    assert expected.get_xdata().tolist() == [1, 10, 20, 30]
    assert expected.get_ydata() == pytest.approx(np.linspace(0.9, 0.2, 30)[[0, 9, 19, 29]])
