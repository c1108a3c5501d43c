"""The figures of chapter 1 show what independent computations give."""

import re
from collections import Counter
from decimal import localcontext

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from rnncourse import rnn
from rnncourse.figures import chapter_1 as pictures
from rnncourse.figures.style import svg
from rnncourse.gradcheck import central_difference, complex_step, relative_error

FIGURES = {
    "unrolled": pictures.unrolled,
    "unrolled, back": lambda: pictures.unrolled(5),
    "jacobian": pictures.jacobian,
    "jacobian, far out": lambda: pictures.jacobian(-6, "generic × 4"),
    "triangle": pictures.triangle,
    "triangle, total": lambda: pictures.triangle(16, "total"),
    "timings": pictures.timings,
    "hidden bug": pictures.hidden_bug,
    "U": pictures.u_curve,
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_speaks_and_fits(name):
    fig = FIGURES[name]()
    assert len(fig.get_label()) > 60
    assert len(svg(fig)) < 40_000
    texts = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and t.axes]
    assert texts
    for text in texts:
        box = text.get_window_extent()
        assert fig.bbox.x0 - 1 <= box.x0 and box.x1 <= fig.bbox.x1 + 1, text
        assert fig.bbox.y0 - 1 <= box.y0 and box.y1 <= fig.bbox.y1 + 1, text


def numbers(text):
    return [float(x) for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text.replace("−", "-").replace(",", ""))]


def pulses(moment):
    """The thick arrows that are seen: (colour, where it ends)."""
    lit = [a for a in pictures.unrolled(moment).axes[0].patches if a.get_linewidth() == 3.5 and a.get_alpha()]
    return [(to_hex(a.get_edgecolor()), a.get_path().vertices[:, 0].max()) for a in lit]


def test_an_update_goes_forward_in_blue_and_back_in_orange():
    assert pulses(0) == []
    blue, orange = pictures.COLORS["state"].lower(), pictures.COLORS["gradient"].lower()
    columns = 2.55, 4, 5.45
    for moment, x in zip((1, 2, 3), columns, strict=True):
        assert {color for color, _ in pulses(moment)} == {blue} and len(pulses(moment)) == 3
        assert f"at step {('t−1', 't', 't+1')[moment - 1]}." in pictures.unrolled(moment).get_label()
        assert max(right for _, right in pulses(moment)) < x + 0.4
    for moment, x in zip((6, 5, 4), columns, strict=True):
        assert {color for color, _ in pulses(moment)} == {orange}
        assert (max(right for _, right in pulses(moment)) > x + 1) == (x < 5)  # from the next step too


def test_a_click_on_a_cell_of_the_triangle_goes_to_its_term():
    places = Counter(re.findall(r'data-go="(\d+)"', svg(pictures.triangle())))
    assert places == {str(i): 2 for i in range(21)}  # its tint and its number


@pytest.mark.parametrize("preset", pictures.PRESETS)
@pytest.mark.parametrize("z", [-6, 0, 0.5])
def test_jacobian_shows_what_the_complex_step_finds(z, preset):
    W = pictures.PRESETS[preset]
    pre = np.array([z - 2, z, z + 2])
    J = complex_step(lambda h: rnn.sigma(pre + W @ h), np.zeros(3))
    fig = pictures.jacobian(z, preset)
    shown = [float(t.get_text().replace("−", "-")) for t in fig.axes[1].texts[:9]]
    assert shown == pytest.approx(J.ravel(), abs=0.0051)
    rows = {t.get_text(): t.get_position()[1] for t in fig.axes[1].texts[9:]}
    assert rows == {"1": 0.5, "2": 1.5, "3": 2.5}  # each unit's number beside its row
    norm, bound = numbers(fig.get_label())[-2:]
    assert norm == pytest.approx(np.sqrt(np.linalg.eigvalsh(J.T @ J).max()), abs=6e-4)
    assert bound == pytest.approx(np.sqrt(np.linalg.eigvalsh(W.T @ W).max()) / 4, abs=6e-4)
    assert norm <= bound


def test_presets_are_what_their_names_say():
    R = pictures.PRESETS["rotation"]
    assert np.allclose(R.T @ R, np.eye(3)) and np.isclose(np.linalg.det(R), 1)
    assert np.array_equal(pictures.PRESETS["generic × 4"], 4 * pictures.PRESETS["generic"])


def loss_of_step(t):
    """L_t = g_t h_t as a function of W: its gradient owes nothing to the formulas of the figure."""
    params, x, h, dl = pictures.network()
    return lambda W: dl[t] @ rnn.forward((W, params.U), x, h[0])[t]


def test_rows_add_up_to_the_gradient_of_each_loss():
    W, terms = pictures.network()[0].W, pictures.terms()
    for t in range(1, 7):
        row = sum(terms[t, k] for k in range(1, t + 1))
        assert relative_error(row, complex_step(loss_of_step(t), W)) < 1e-12


def test_columns_add_up_to_the_steps_of_the_recursion():
    params, x, h, dl = pictures.network()
    _, dh = rnn.backward(params, x, h, dl)
    terms = pictures.terms()
    for k in range(1, 7):
        column = sum(terms[t, k] for t in range(k, 7))
        assert relative_error(column, np.outer(h[k] * (1 - h[k]) * dh[k], h[k - 1])) < 1e-12


def test_a_total_last_factor_counts_as_the_figure_says():
    params, x, h, dl = pictures.network()
    wrong = 0
    for t, k in pictures.CELLS:
        total = complex_step(lambda W, k=k: rnn.forward((W, params.U), x, h[0])[k], params.W)  # dh_k/dW
        wrong = wrong + np.tensordot(dl[t] @ rnn.transport(params, h, t, k), total, 1)
    counted = sum((t - k + 1) * term for (t, k), term in pictures.terms().items())
    assert relative_error(wrong, counted) < 1e-12
    miss = relative_error(counted, rnn.double_sum(params, h, dl))
    assert f"miss dL/dW by {miss:.0%}" in pictures.triangle(1, "total").get_label()
    assert "add up to dL/dW" in pictures.triangle(1, "immediate").get_label()


def test_a_misread_summand_is_a_row_and_no_multiple_of_the_true_term():
    params, x, h, dl = pictures.network()
    terms = pictures.terms()
    for t, k in pictures.CELLS:
        total = complex_step(lambda W, k=k: rnn.forward((W, params.U), x, h[0])[k], params.W)  # dh_k/dW
        misread = np.tensordot(dl[t] @ rnn.transport(params, h, t, k), total, 1)
        assert relative_error(misread, sum(terms[t, j] for j in range(1, k + 1))) < 1e-12
    assert relative_error(misread, terms[t, k]) > 0.1


@pytest.mark.parametrize("term, t, k", [(1, 1, 1), (2, 2, 1), (3, 2, 2), (18, 6, 3), (21, 6, 6)])
def test_triangle_selects_the_term_it_names(term, t, k):
    fig = pictures.triangle(term, "total")
    assert fig.axes[1].get_title() == f"t = {t}, k = {k}"
    assert f"counts {t - k + 1} times" in fig.get_label()
    shown = [float(text.get_text().replace("−", "-")) for text in fig.axes[1].texts[:9]]
    assert shown == pytest.approx((t - k + 1) * pictures.terms()[t, k].ravel(), abs=6e-4)
    assert fig.axes[1].texts[9].get_text().count("J") == t - k


def test_hidden_bug_is_the_missing_transpose(monkeypatch):
    rng = np.random.default_rng(5)
    W, U, x, dl = (rng.normal(size=s) for s in [(3, 3), (3, 2), (4, 2), (5, 3)])
    h = rnn.forward((W, U), x, np.full(3, 0.5))
    dW, delta = 0, np.zeros(3)
    for t in range(4, 0, -1):
        delta = h[t] * (1 - h[t]) * (dl[t] + W @ delta)
        dW = dW + np.outer(delta, h[t - 1])
    assert np.allclose(rnn.backward((W.T, U), x, h, dl)[0].W, dW)
    calls, right = [], rnn.backward
    monkeypatch.setattr(rnn, "backward", lambda *a: calls.append(a) or right(*a))
    errors = pictures.hidden_bug().axes[0].lines[0].get_ydata()
    assert all((h[0] != 0).all() and (dl != 0).any(axis=1).all() for _, _, h, dl in calls)
    assert errors[0] < 0.01 and errors[-1] > 1 and (np.diff(errors[:9]) > 0).all()


def test_u_curve_is_that_of_floats_where_truncation_rules():
    def loss(W):
        return rnn.forward((W, [[0.5]]), [[1], [-2], [1]], [0.2])[3, 0] ** 2 / 2

    W = [[1.5]]
    exact = complex_step(loss, W)
    line, cure = pictures.u_curve().axes[0].lines
    steps, errors = line.get_data()
    for step, error in zip(steps[:6], errors[:6], strict=True):
        assert error == pytest.approx(abs(central_difference(loss, W, step) / exact - 1).item(), rel=0.01)
    assert (errors[-6:] > 1e-4).all() and errors.min() < 1e-10
    (large, knee, small), (top, *floor) = cure.get_data()
    assert floor == [1e-15, 1e-15] and small < knee == pytest.approx(1e-7, rel=0.3)

    def missed(step):  # by the complex step
        return abs(loss(np.array([[1.5 + 1j * step]])).imag / step / exact - 1).item()

    for step in 0.1, 1e-2, 1e-3, 1e-4, 1e-5:
        assert missed(step) == pytest.approx(top * (step / large) ** 2, rel=0.01)
    assert max(missed(step) for step in np.logspace(-14, -8, 13)) <= 5e-15


def test_u_curve_is_the_same_in_any_decimal_context():
    with localcontext(prec=5):
        there = svg(pictures.u_curve())
    assert there == svg(pictures.u_curve())


def test_measured_times_grow_as_the_counts_do():
    stored = pictures.timings().axes[0].lines
    slopes = [np.polyfit(np.log(line.get_xdata()[1:]), np.log(line.get_ydata()[1:]), 1)[0] for line in stored]
    assert slopes == pytest.approx([3, 2, 1], abs=0.3)
    last = [text.get_text().partition("slope ")[2] for text in pictures.timings().axes[0].texts]
    assert sorted(map(float, last)) == pytest.approx([1, 2, 3], abs=0.3)
