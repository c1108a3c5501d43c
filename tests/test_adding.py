"""The laboratory's training: gradients and Adam against PyTorch, the stored runs against a new start."""

import numpy as np
import pytest
import torch

from rnncourse import adding

KINDS = "LSTM", "tanh", "orthogonal", "IRNN"


def torch_loss(kind, w, x, y):
    *cell, v, c = w
    h = C = torch.zeros(len(y), len(v), dtype=torch.float64)
    for x_t in x:
        if kind == "LSTM":
            z = [torch.cat([h, x_t], 1) @ W.T + b for W, b in zip(cell[:4], cell[4:], strict=True)]
            f, i, o = map(torch.sigmoid, z[:3])
            C = f * C + i * torch.tanh(z[3])
            h = o * torch.tanh(C)
        else:
            phi = torch.relu if kind == "IRNN" else torch.tanh
            h = phi(h @ cell[0].T + x_t @ cell[1].T + cell[2])
    return ((h @ v + c - y) ** 2).mean()


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_agree_with_autograd(kind):
    rng = np.random.default_rng(0)
    w = [a + 0.1 * rng.normal(size=a.shape) for a in adding.weights(kind, 5, rng)]
    x, y = adding.batch(rng, T=7, size=3)
    loss, gradients, _ = adding.gradient(kind, w, x, y)
    theirs = [torch.tensor(a, requires_grad=True) for a in w]
    reference = torch_loss(kind, theirs, torch.tensor(x), torch.tensor(y))
    reference.backward()
    assert np.isclose(loss, reference.item(), rtol=1e-12)
    for ours, their in zip(gradients, theirs, strict=True):
        assert ours.shape == their.shape
        assert np.allclose(ours, their.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_totals_of_the_plain_network_by_autograd():
    rng = np.random.default_rng(1)
    w = adding.weights("tanh", 4, rng)
    x, y = adding.batch(rng, T=5, size=2)
    _, _, (dh,) = adding.gradient("tanh", w, x, y)
    W, U, b, v, c = map(torch.tensor, w)
    start = torch.zeros(2, 4, dtype=torch.float64, requires_grad=True)
    h = start
    for x_t in torch.tensor(x):
        h = torch.tanh(h @ W.T + x_t @ U.T + b)
    ((h @ v + c - torch.tensor(y)) ** 2).mean().backward()
    assert np.allclose(dh[0], start.grad.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("size", [0.01, 100.0])
def test_adam_is_torchs_with_clipping(size):
    rng = np.random.default_rng(2)
    w = [rng.normal(size=(3, 2)), rng.normal(size=4)]
    theirs = [torch.tensor(a, requires_grad=True) for a in w]
    optimiser = torch.optim.Adam(theirs, lr=0.05)
    memory = 0, [0 * a for a in w], [0 * a for a in w]
    for _ in range(6):
        gradients = [size * rng.normal(size=a.shape) for a in w]
        w, memory = adding.adam(w, gradients, memory, 0.05)
        for p, g in zip(theirs, gradients, strict=True):
            p.grad = torch.tensor(g)
        if np.sqrt(sum((g**2).sum() for g in gradients)) > 1:
            torch.nn.utils.clip_grad_norm_(theirs, 1.0)
        optimiser.step()
    assert all(np.allclose(a, b.detach().numpy(), atol=1e-6) for a, b in zip(w, theirs, strict=True))


@pytest.mark.parametrize("T", [2, 7, 50])
def test_a_batch_marks_one_number_in_each_half(T):
    x, y = adding.batch(np.random.default_rng(3), T, 2000)
    marks = x[..., 1]
    assert set(np.unique(marks)) <= {0, 1}
    assert (marks[: T // 2].sum(0) == 1).all() and (marks[T // 2 :].sum(0) == 1).all()
    assert np.allclose(y, [sum(number for number, mark in x[:, j] if mark) for j in range(2000)])
    assert abs(np.mean((1 - y) ** 2) - 1 / 6) < 0.02


def test_starting_weights():
    rng = np.random.default_rng(4)
    W = adding.weights("orthogonal", 6, rng)[0]
    assert np.allclose(W @ W.T, np.eye(6))
    assert (adding.weights("IRNN", 6, rng)[0] == np.eye(6)).all()
    assert (adding.weights("LSTM", 6, rng, forget_bias=3.0)[4] == 3).all()


def test_training_solves_a_short_task():
    w, losses = adding.train("LSTM", T=8, n=16)
    assert adding.solved(losses) and len(losses) < 600
    x, y = adding.batch(np.random.default_rng(9), 8, 500)
    assert adding.gradient("LSTM", w, x, y)[0] < 0.02


def test_what_is_not_said_is_as_documented():
    _, losses = adding.train("tanh", 20, n=1)
    assert len(losses) == 600
    assert losses[:9] == adding.train("tanh", 20, n=1, seed=0, rate=0.02, updates=9)[1]
    assert len(adding.train("tanh", 2, updates=1)[0][0]) == 32
    assert (adding.weights("LSTM", 3, np.random.default_rng(6))[4] == 1).all()
    assert adding.batch(np.random.default_rng(6), 2)[0].shape == (2, 64, 2)


def test_solved_needs_twenty_small_errors():
    assert not adding.solved([0.0] * 19)
    assert adding.solved([9.0] + [0.009] * 20)
    assert not adding.solved([0.009] * 19 + [0.5]) and not adding.solved([0.2] + [0.0] * 19)


def test_the_carousel_of_a_closed_cell_is_exact():
    rng = np.random.default_rng(5)
    w = adding.weights("LSTM", 4, rng, forget_bias=3.0)
    w[0], w[5] = 0 * w[0], np.full(4, -40.0)  # gates that hear nothing: f = sigma(3), i = 0
    missed, half_lives = adding.carousel(w, *adding.batch(rng, 12, 3), k=2)
    assert missed.max() < 1e-12
    assert np.allclose((1 / (1 + np.exp(-3.0))) ** half_lives, 0.5)
    w[5] = np.full(4, 1.0)
    assert adding.carousel(w, *adding.batch(rng, 12, 3), k=2)[0].min() > 0.01


def test_a_half_life_is_that_of_each_units_own_forget_gate():
    rng = np.random.default_rng(3)
    w = adding.weights("LSTM", 3, rng)
    for gate in w[:4]:
        gate[:] = 0
    w[4][:] = 0, 1, 5
    missed, half_lives = adding.carousel(w, *adding.batch(rng, 9, 4), 2)
    assert np.allclose(half_lives, np.log(2) / np.log1p(np.exp([0, -1, -5])))
    assert missed.shape == (4,) and np.all(missed < 1e-12)  # no gate, no candidate looks at h


@pytest.mark.parametrize("kind", ["LSTM", "IRNN"])
def test_the_stored_runs_begin_as_they_would_today(kind):
    data = adding.recorded()
    run = next(r for r in data["runs"] if (r["kind"], r["T"]) == (kind, 50))
    _, losses = adding.train(kind, 50, run["n"], run["seed"], run["rate"], updates=data["every"])
    assert np.isclose(np.mean(losses), run["error"][0], rtol=1e-3)


def test_the_stored_runs_say_how_they_were_made():
    data = adding.recorded()
    assert {"command", "python", "numpy", "batch", "updates"} <= data.keys()
    assert {(r["kind"], r["T"], r["seed"]) for r in data["runs"]} == {
        (kind, T, seed) for kind in KINDS for T in (50, 100, 200) for seed in (1, 2, 3)
    }
    for r in [*data["runs"], *data["sweep"], *data["forget_bias"]]:
        assert len(r["error"]) == -(-r["updates"] // data["every"])
        assert r["solved"] or r["updates"] == data["updates"]


def test_a_network_nobody_knows_and_a_sequence_too_short_are_refused_in_one_sentence():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="kind must be one of LSTM, tanh, orthogonal, IRNN, got 'GRU'"):
        adding.train("GRU", 10)
    for T in 1, -2:
        with pytest.raises(ValueError, match=f"T must be an integer of at least 2, got {T}"):
            adding.batch(rng, T)
