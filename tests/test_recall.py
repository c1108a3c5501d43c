"""The first page's task: the batch, training, the network set by hand, the stored runs."""

import numpy as np
import pytest

from benchmarks import orthogonal
from rnncourse import adding, recall
from rnncourse.gradcheck import complex_step


def test_the_answer_is_the_first_number_and_only_its_step_is_marked():
    x, y = recall.batch(np.random.default_rng(0), 6, 500)
    assert (x[0, :, 1] == 1).all() and not x[1:, :, 1].any()
    assert (y == x[0, :, 0]).all()
    assert np.unique(x[..., 0]).size == 3000
    assert np.isclose(np.var(y), recall.BEST_CONSTANT, rtol=0.1)
    assert (recall.batch(np.random.default_rng(0), 6, 3, 0.25)[1] == 0.25).all()
    y[:] = 7  # the answers are a copy
    assert x.max() <= 1


@pytest.mark.parametrize("kind", ["tanh", "LSTM"])
@pytest.mark.parametrize("T", [1, 2, 5])
def test_gradients_agree_with_the_slope_of_the_answers_error(kind, T):
    rng = np.random.default_rng(1)
    w, (x, y) = recall.start(kind, 3, T, rng), recall.batch(rng, T, 4)
    loss, gradients, _ = adding.gradient(kind, w, x, y)
    assert np.isclose(loss, np.mean((recall.answers(kind, w, x) - y) ** 2), rtol=1e-12)
    for j, g in enumerate(gradients):
        way = rng.normal(size=g.shape)
        ends = [[*w[:j], w[j] + h * way, *w[j + 1 :]] for h in (1e-5, -1e-5)]
        up, down = (np.mean((recall.answers(kind, v, x) - y) ** 2) for v in ends)
        assert np.isclose((g * way).sum(), (up - down) / 2e-5, rtol=1e-6, atol=1e-10)


def test_gates_are_open_for_about_so_many_steps():
    w = recall.start("LSTM", 500, 50, np.random.default_rng(2))
    plain = adding.weights("LSTM", 500, np.random.default_rng(2))
    assert all((a == b).all() for j, (a, b) in enumerate(zip(w, plain, strict=True)) if j not in (4, 5))
    assert (w[4] == -w[5]).all()
    u = np.exp(w[4])
    assert 1 < u.min() < 2 and 48 < u.max() < 49 and np.isclose(u.mean(), 25, rtol=0.05)
    assert (recall.start("LSTM", 4, 2, np.random.default_rng(2))[4] == 1).all()
    half = adding.chrono(plain, 50, np.random.default_rng(3), both=False)
    assert half[4].std() > 0.5 and not half[5].any() and (plain[4] == 1).all()


def test_who_learns():
    rng = np.random.default_rng(3)
    for kind, T, n, rate in ("tanh", 5, 16, 0.01), ("LSTM", 5, 8, 0.03), ("tanh", 50, 16, 0.01):
        w, losses = recall.train(kind, T, n, seed=4, rate=rate, updates=300)
        learns = T == 5
        assert recall.solved(losses) == learns
        x, y = recall.batch(rng, T, 500)
        error = np.mean((recall.answers(kind, w, x) - y) ** 2)
        assert error < 0.002 if learns else error > 0.07


def test_training_from_given_weights():
    w = recall.start("tanh", 4, 5, np.random.default_rng(9))
    same, losses = recall.train("tanh", 5, updates=0, w=w)
    assert same is w and losses == []


@pytest.mark.parametrize("T", [2, 10, 50])
def test_two_units_set_by_hand_remember(T):
    x, y = recall.batch(np.random.default_rng(4), T, 1000)
    assert np.abs(recall.answers("tanh", recall.by_hand(T), x) - y).max() < 0.012


def test_a_stored_run_begins_as_a_new_one():
    data = recall.recorded()
    for stored in data["curves"]:
        network, T = stored["network"], stored["T"]
        rate = next(r["rate"] for r in data["lengths"] if (r["network"], r["T"]) == (network, T))
        kind = "tanh" if network == "plain" else network
        _, losses = recall.train(kind, T, data["sizes"][network], data["seeds"][0], rate, data["every"])
        assert np.isclose(np.mean(losses), stored["error"][0][0], rtol=1e-3, atol=1e-4)


def test_a_matrix_that_is_kept_orthogonal_is_so_and_has_the_right_gradient():
    P, dC = np.random.default_rng(2).normal(size=(2, 4, 4))
    C = orthogonal.cayley(P)
    assert np.allclose(C @ C.T, np.eye(4), atol=1e-12) and not np.allclose(C, np.eye(4), atol=0.1)
    slope = complex_step(lambda P: (dC * orthogonal.cayley(P)).sum(), P)
    assert np.allclose(orthogonal.cayley_gradient(P, dC), slope, rtol=1e-10)


@pytest.mark.parametrize("network", ["free", "kept"])
def test_only_the_network_that_is_kept_so_is_orthogonal_after_training(network):
    w, losses = orthogonal.train(network, 6, seed=3, rate=0.02)
    assert recall.solved(losses)
    sizes = np.linalg.svd(w[0], compute_uv=False)
    assert np.allclose(sizes, 1, atol=1e-9) == (network == "kept")


def test_the_stretch_of_a_trained_network_is_that_of_its_product():
    w = recall.start("orthogonal", orthogonal.UNITS, 4, np.random.default_rng(5))
    h = adding.forward("tanh", w, recall.batch(np.random.default_rng(1007), 4, 50)[0])
    products = [
        np.linalg.multi_dot([np.diag(1 - a**2) @ w[0] for a in one[:1:-1]]) for one in h.swapaxes(0, 1)
    ]
    s = np.linalg.svd(products, compute_uv=False)
    known = np.exp([np.log(s[:, 0]).mean() / 3, np.log(s).mean() / 3])
    assert np.allclose(orthogonal.per_step(w, 4, 7), known, rtol=1e-10)
