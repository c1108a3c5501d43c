"""The figures of chapter 3 draw what independent computations give."""

import numpy as np
import pytest
from matplotlib.text import Text

from rnncourse import lstm
from rnncourse.figures import chapter_3 as figures
from rnncourse.figures import laboratories, style
from rnncourse.gradcheck import complex_step
from rnncourse.stored import runs

DATA = {
    "updates": 200,
    "every": 50,
    "runs": [
        {"kind": "LSTM", "T": 50, "solved": True, "updates": 120, "error": [0.2, 0.1, 0.005]},
        {"kind": "tanh", "T": 50, "solved": False, "updates": 200, "error": [0.2, 0.17, 0.17, 0.16]},
        {"kind": "IRNN", "T": 100, "solved": True, "updates": 50, "error": [0.004]},
        {"kind": "IRNN", "T": 200, "solved": True, "updates": 100, "error": [4.2e54, 0.004]},
        {"kind": "LSTM", "T": 200, "solved": True, "updates": 50, "error": [0.19]},
    ],
}
CURVES = {
    "LSTM, before": [1, 0.1],
    "LSTM, after": [1, 0.9],
    "tanh, after": [1, 0.2],
    "IRNN, before": [1, 0.6],
}
OPENING = {100: (0.17, 3.0, [1, 1e-4]), 200: (0.16, 9.0, [1, 1e-3]), 300: (0.02, 120.0, [1, 0.8])}
RUN = figures.network()[2]._replace(C=np.arange(4.0)[:, None], h=np.ones((4, 1)))
ALL = {
    "cell": lambda: figures.cell(),
    "cell, carousel": lambda: figures.cell("carousel"),
    "cell, gates": lambda: figures.cell("gates"),
    "gates": lambda: figures.gates(0.5, 0.25, 0.3),
    "run": lambda: figures.run(RUN, np.ones((3, 1)), ["pulse"]),
    "worst_case": lambda: figures.worst_case(0.9),
    "paths": lambda: figures.paths(2.0, "× 10"),
    "half_life": figures.half_life,
    "backward_norms": lambda: figures.backward_norms(1.0),
    "scan_rounds": lambda: figures.scan_rounds(2),
    "readouts": lambda: figures.readouts(20, 2),
    "reach": lambda: laboratories.reach(runs("text"), 50),
    "closing": lambda: laboratories.closing(runs("text")),
    "latching": lambda: laboratories.latching(0.5),
    "lags": lambda: laboratories.lags(CURVES),
    "learning": lambda: laboratories.learning(DATA, 50),
    "opening": lambda: laboratories.opening(OPENING, 200),
    "starts": lambda: laboratories.starts(runs("chrono")),
    "lyapunov": lambda: laboratories.lyapunov(runs("lyapunov")),
}


def line(ax, label):
    return next(np.asarray(line.get_ydata(), dtype=float) for line in ax.lines if line.get_label() == label)


@pytest.mark.parametrize("name", ALL)
def test_same_bytes_and_an_alt_text(name):
    first, second = ALL[name](), ALL[name]()
    assert len(first.get_label()) > 40
    assert style.svg(first) == style.svg(second)
    for text in (t for t in first.findobj(Text) if t.axes and t.get_visible() and t.get_text().strip()):
        box = text.get_window_extent()
        assert first.bbox.x0 - 1 <= box.x0 and box.x1 <= first.bbox.x1 + 1, text
        assert first.bbox.y0 - 1 <= box.y0 and box.y1 <= first.bbox.y1 + 1, text


def test_the_cell_names_every_quantity():
    (ax,) = figures.cell().axes
    texts = [text.get_text() for text in ax.texts]
    for name in (
        "xₜ",
        "hₜ₋₁",
        "Cₜ₋₁",
        "[hₜ₋₁; xₜ]",
        "fₜ",
        "iₜ",
        "oₜ",
        "fₜ⊙Cₜ₋₁",
        "iₜ⊙Cₜ",
        "Cₜ",
        "tanh(Cₜ)",
        "hₜ",
    ):
        assert name in texts
    assert texts.count("σ") == 3 and texts.count("tanh") == 2
    assert [text for text in texts if text.startswith("W")] == ["W_f b_f", "W_i b_i", "W_c b_c", "W_o b_o"]
    assert len([line for line in ax.lines if len(line.get_xdata()) == 13]) == 2  # tildes of the candidate


@pytest.mark.parametrize("route", figures.ROUTES)
def test_a_route_stands_out(route):
    (ax,) = figures.cell(route).axes
    lit, equation = figures.ROUTES[route]
    wide = [line for line in ax.lines if line.get_linewidth() > 2]
    pale = [line for line in ax.lines if line.get_alpha() < 1 and len(line.get_xdata()) != 13]
    pieces = {name: len(figures.LINES[name]) - 1 for name in figures.LINES}
    assert len(wide) == (0 if route == "everything" else sum(pieces[name] for name in lit))
    assert len(pale) == sum(pieces[name] for name in pieces if name not in lit)
    assert equation.replace("C̃", "C̃") in [text.get_text().replace("C̃", "C̃") for text in ax.texts]


@pytest.mark.parametrize("f, i, o", [(1, 1, 1), (0.9, 0.5, 0.3), (0, 1, 0)])
def test_traces_are_the_geometric_sum(f, i, o):
    (ax,) = figures.gates(f, i, o).axes
    t = len(figures.PULSES)
    C = [sum(float(f) ** (s - k - 1) * i * figures.PULSES[k] for k in range(s)) for s in range(t + 1)]
    assert np.allclose(line(ax, "cell Cₜ"), C)
    assert np.allclose(line(ax, "hidden hₜ"), o * np.tanh(C))


@pytest.mark.parametrize("f", [0.0, 0.9, 1.0])
def test_the_worst_case_is_reached_by_a_network(f):
    (ax,) = figures.worst_case(f).axes
    bias = np.log(f / (1 - f)) if 0 < f < 1 else 400 * (2 * f - 1)
    zeros, big = np.zeros((1, 2)), np.array([400.0])
    params = lstm.Params(zeros, zeros, zeros, zeros, np.array([bias]), big, big, big)
    C = lstm.forward(params, np.zeros((60, 1)), np.zeros(1), np.zeros(1)).C[:, 0]
    assert np.allclose(line(ax, "worst case |Cₜ|"), C)


@pytest.mark.parametrize("B, weights", [(0.0, "× 1"), (3.0, "× 10")])
def test_paths_against_a_restarted_network(B, weights):
    params, x, s = figures.network(figures.SCALES[weights], B, -B)
    left, right = figures.paths(B, weights).axes
    k = figures.START
    for j, lag in ((0, 1), (4, 7)):

        def rerun(C, x=x[k : k + lag]):
            return lstm.forward(params, x, s.o[k - 1] * np.tanh(C), C).C[-1]

        full = complex_step(rerun, s.C[k])
        frozen = np.diag(np.exp(np.log(s.f[k : k + lag]).sum(0)))
        assert np.isclose(line(left, "full")[j], np.linalg.svd(full)[1][0])
        assert np.isclose(line(left, "frozen")[j], frozen.max())
        error = np.linalg.svd(full - frozen)[1][0] / np.linalg.svd(full)[1][0]
        assert np.isclose(line(right, "error, frozen")[j], error)
        assert np.isclose(line(right, "distance to I")[j], np.linalg.svd(full - np.eye(32))[1][0])
    assert line(right, "error, single steps")[0] == 1e-10 < line(right, "error, single steps")[1]  # floor: 0


def test_half_lives():
    (ax,) = figures.half_life().axes
    B, steps = ax.lines[0].get_data()
    assert np.allclose((1 / (1 + np.exp(-B))) ** steps, 0.5)
    assert [text.get_text() for text in ax.texts[:2]] == ["2.21 steps", "103 steps"]


def test_gradients_going_back():
    (ax,) = figures.backward_norms(1.0, T=12).axes
    params, x, _ = figures.network(b_f=1.0)

    def last(C1):
        s = lstm.forward(params, x[:12], np.zeros(32), np.zeros(32))
        return lstm.forward(params, x[1:12], s.o[0] * np.tanh(C1), C1).h[-1].sum() / np.sqrt(32)

    C1 = lstm.forward(params, x[:1], np.zeros(32), np.zeros(32)).C[1]
    assert np.isclose(line(ax, "dL/dCₜ")[1], np.linalg.norm(complex_step(last, C1)))
    assert np.isclose(line(ax, "dL/dhₜ")[12], 1)


@pytest.mark.parametrize("u, says", [(0.53, "holds"), (0.54, "flips")])
def test_the_latch_holds_up_to_its_threshold(u, says):
    _, right = laboratories.latching(u).axes
    assert right.get_title() == says


def panel(T, kind):
    return laboratories.learning(DATA, T).axes[list(laboratories.NETWORKS).index(kind)]


def test_learning_shows_the_runs_of_one_length_a_panel_each():
    assert list(line(panel(50, "LSTM"), "LSTM")) == [0.2, 0.1, 0.005]
    assert list(line(panel(50, "tanh"), "tanh")) == [0.2, 0.17, 0.17, 0.16]
    assert list(panel(50, "LSTM").lines[0].get_xdata()) == [50, 100, 120]
    assert panel(50, "LSTM").get_title() == "LSTM\nsolved at 120"
    assert panel(50, "tanh").get_title() == "tanh\nnever solved"
    assert "LSTM: solved at 120; tanh: never solved;" in laboratories.learning(DATA, 50).get_label()


def test_an_explosion_is_told_not_drawn():
    ax = panel(200, "IRNN")
    assert ax.get_ylim() == (5e-3, laboratories.TOP)
    assert "up to 4 · 10⁵⁴" in [text.get_text() for text in ax.texts]
    assert "IRNN: solved at 100, error up to 4 · 10⁵⁴" in laboratories.learning(DATA, 200).get_label()
    assert "up to" not in laboratories.learning(DATA, 50).get_label()


def test_the_opening_shows_what_came_so_far_and_says_where_it_is():
    fig = laboratories.opening(OPENING, 200)
    for ax, values in zip(fig.axes, ((0.17, 0.16), (3, 9)), strict=False):
        whole, so_far, now = (np.asarray(each.get_ydata(), dtype=float) for each in ax.lines)
        assert np.allclose(so_far[:2], values) and np.isnan(so_far[2]) and np.isfinite(whole).all()
        assert list(now) == [values[1]]
    assert list(fig.axes[2].lines[1].get_ydata()) == [1, 1e-3]
    assert "After 200 updates: error 0.16, longest half-life 9 steps, gradient at lag 1 1e-03" in (
        fig.get_label()
    )


def test_the_plain_network_beside_the_lstm_has_the_gradient_that_it_says():
    params, x, _ = figures.network()
    dl = np.ones(32)
    dh = figures.plain_gradient(params.W_c, x[:4], dl)
    W, U = params.W_c[:, :32], params.W_c[:, 32:]

    def last(h):
        for x_t in x[1:4]:
            h = np.tanh(W @ h + U @ x_t)
        return h.sum()

    assert np.allclose(dh[1], complex_step(last, np.tanh(U @ x[0])))
    assert np.array_equal(dh[4], dl) and len(dh) == 5


def test_a_network_has_one_colour_in_both_pictures():
    colors = {}
    for fig in [laboratories.lags(CURVES), *(laboratories.learning(DATA, T) for T in (50, 100))]:
        for line in (line for ax in fig.axes for line in ax.get_legend_handles_labels()[0]):
            colors.setdefault(line.get_label().split(",")[0], set()).add(line.get_color())
    assert set(colors) == {"LSTM", "tanh", "IRNN"}
    assert all(len(found) == 1 for found in colors.values()) and len(set.union(*colors.values())) == 3


def test_what_a_run_shows_is_told_too():
    pulse = RUN._replace(C=np.array([[0.0], [-2.0], [8.0]]), h=np.array([[0.0], [-0.96], [1.0]]))
    label = figures.run(pulse, np.ones((2, 1)), ["pulse"]).get_label()
    assert label == "A run of 2 steps. The cell goes 0.0, −2.0, 8.0. The hidden state goes 0.0, −1.0, 1.0."


def test_the_starts_are_the_stored_runs_with_their_medians():
    data = {"limit": 100, "runs": []}
    for start, updates in (
        ("bias 1", (90, 50, 70)),
        ("chrono", (10, 30, 20)),
        ("forget half", (40, 60)),
    ):
        data["runs"] += [{"start": start, "T": 5, "solved": True, "updates": u} for u in updates]
    data["runs"].append({"start": "forget half", "T": 5, "solved": False, "updates": 100})
    fig = laboratories.starts(data)
    (ax,) = fig.axes
    dots = sorted(float(y) for line in ax.lines if line.get_marker() == "o" for y in line.get_ydata())
    assert dots == [10, 20, 30, 40, 50, 60, 70, 90]
    triangles = [float(y) for line in ax.lines if line.get_marker() == "^" for y in line.get_ydata()]
    assert triangles == [100]
    assert "forget bias 1: 70; forget half only: 60; chrono, both: 20" in fig.get_label()


def test_the_exponents_are_drawn_by_kind():
    rows = [("tanh", 1, -3.0), ("tanh", 2, -1.0), ("LSTM", 1, -0.5), ("LSTM", 2, 0.25)]
    results = [{"kind": k, "scale": s, "quartiles": [m - 2, m - 1, m, m + 1, m + 2]} for k, s, m in rows]
    fig = laboratories.lyapunov({"seeds": 3, "results": results})
    drawn = [np.asarray(line.get_ydata()).tolist() for line in fig.axes[0].lines]
    assert drawn[:2] == [[-3, -1], [-0.5, 0.25]]
    assert "LSTM from −0.50 at scale 1 to 0.25 at 2" in fig.get_label()
