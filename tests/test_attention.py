"""A readout of all states: gradients by complex step, and what it does to lag."""

import numpy as np
import pytest

from rnncourse import adding, attention, recall


@pytest.mark.parametrize("kind", ["tanh", "LSTM", "IRNN"])
def test_gradients_by_complex_step(kind):
    rng = np.random.default_rng(0)
    w = [a + 0.2 * rng.normal(size=a.shape) for a in attention.weights(kind, 4, rng)]
    x, y = recall.batch(rng, 6, 3)
    loss, gradients, (direct, total) = attention.gradient(kind, w, x, y)
    assert np.isclose(loss, np.mean((attention.forward(kind, w, x)[2] - y) ** 2), rtol=1e-13)
    assert direct.shape == total.shape == (7, 3, 4) and not direct[0].any()
    assert np.allclose(direct[-1], total[-1])
    if kind == "IRNN":  # maximum has no complex step
        return
    for j, g in enumerate(gradients):
        assert g.shape == w[j].shape
        for entry in np.ndindex(g.shape):
            moved = [a.astype(complex) for a in w]
            moved[j][entry] += 1e-30j
            answer = attention.forward(kind, moved, x.astype(complex))[2]
            assert np.isclose(g[entry], ((answer - y) ** 2).mean().imag / 1e-30, rtol=1e-9, atol=1e-15)


def test_equal_scores_are_the_mean_over_time():
    rng = np.random.default_rng(1)
    w = attention.weights("tanh", 5, rng)
    w[-3] *= 0
    x, _ = recall.batch(rng, 8, 4)
    h, a, answer = attention.forward("tanh", w, x)
    assert np.allclose(a, 1 / 8) and np.allclose(answer, h[1:].mean(0) @ w[-2] + w[-1])
    w[-3] += 1e5  # large scores do not overflow
    assert np.isfinite(attention.forward("tanh", w, x)[2]).all()


def test_the_first_state_gets_its_gradient_directly():
    rng = np.random.default_rng(2)
    w, (x, y) = attention.weights("tanh", 16, rng), recall.batch(rng, 50, 64)
    *_, (_, total) = attention.gradient("tanh", w, x, y)
    *_, (last,) = adding.gradient("tanh", [*w[:3], *w[-2:]], x, y)
    size = {name: np.linalg.norm(g, axis=-1).mean(1) for name, g in (("all", total), ("last", last))}
    assert size["all"][1] > 0.3 * size["all"][25:].mean()
    assert size["last"][1] < 1e-9 * size["last"][50]


def test_a_plain_network_from_the_usual_start_learns_50_steps_with_it():
    rng = np.random.default_rng(3)

    def gradient(w):
        return attention.gradient("tanh", w, *recall.batch(rng, 50))

    w = attention.weights("tanh", 16, rng)
    w, losses = adding.descend(w, gradient, 0.01, 600, recall.solved)
    assert recall.solved(losses)
    x, _ = recall.batch(rng, 50, 200)
    assert attention.forward("tanh", w, x)[1][:2].sum(0).mean() > 0.6
