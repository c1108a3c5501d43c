"""Wrong answers to the exercises of chapter 3, as a learner would write them, and what they are called."""

import numpy as np
import pytest

from rnncourse import lstm
from rnncourse.check import check
from rnncourse.rnn import sigma


def a_step(cell, hidden=lambda f, i, o, C: o * np.tanh(C)):
    def step(params, x_t, h_prev, C_prev):
        v = np.concatenate([h_prev, x_t])
        f, i, o, c = (W @ v + b for W, b in zip(params[:4], params[4:], strict=True))
        f, i, o = sigma(f), sigma(i), sigma(o)
        C_t = cell(f, i, o, np.tanh(c), C_prev)
        return hidden(f, i, o, C_t), C_t

    return step


def a_counter(W_f=(0, 0, -80), W_i=(0, 80, 0), b_i=-40, field="C"):
    def counter(x):
        W = [np.array([row], dtype=float) for row in (W_f, W_i, (0, 0, 0), (0, 0, 0))]
        b = [np.array([float(entry)]) for entry in (40, b_i, 40, 40)]
        return getattr(lstm.forward(lstm.Params(*W, *b), x, np.zeros(1), np.zeros(1)), field)

    return counter


def a_transport(weights=lambda W: W, forget=1, write=1, candidate=1, late=0, at_0=0):
    def full(params, x, states, t, k):
        h, C, f, i, o, C_tilde = states
        n = h.shape[1]
        W_f, W_i, W_o, W_c = (weights(W[:, :n]) for W in params[:4])
        dC = np.eye(n)
        dh = (1.0 if k else at_0) * np.diag(o[k - 1] * (1 - np.tanh(C[k]) ** 2))
        for s in range(k, t):
            A = forget * np.diag(C[s + late] * f[s] * (1 - f[s])) @ W_f
            A = A + write * np.diag(C_tilde[s] * i[s] * (1 - i[s])) @ W_i
            A = A + candidate * np.diag(i[s] * (1 - C_tilde[s] ** 2)) @ W_c
            dC = np.diag(f[s]) @ dC + A @ dh
            tanh_C = np.tanh(C[s + 1])
            dh = np.diag(o[s] * (1 - tanh_C**2)) @ dC + np.diag(tanh_C * o[s] * (1 - o[s])) @ W_o @ dh
        return dC

    return full


ANSWERS = [
    (
        "3a",
        "input-output-swapped",
        a_step(lambda f, i, o, c, C: f * C + o * c, lambda f, i, o, C: i * np.tanh(C)),
    ),
    ("3a", "gate-left-out", a_step(lambda f, i, o, c, C: f * C + c)),
    ("3a", "gate-left-out", a_step(lambda f, i, o, c, C: C + i * c)),
    ("3a", "gate-left-out", a_step(lambda f, i, o, c, C: f * C + i * c, lambda f, i, o, C: np.tanh(C))),
    ("3a", "gates-coupled", a_step(lambda f, i, o, c, C: f * C + (1 - f) * c)),
    ("3a-counter", "hidden-returned", a_counter(field="h")),
    ("3a-counter", "columns-swapped", a_counter(W_f=(0, -80, 0), W_i=(0, 0, 80))),
    ("3a-counter", "half-open", a_counter(b_i=0)),
    ("3c", "always-identity", lambda f, t, k: np.diag(f[t:k].prod(axis=0))),
    ("3c", "row-too-early", lambda f, t, k: np.diag(f[k - 1 : t - 1].prod(axis=0))),
    ("3c", "from-k-plus-1", lambda f, t, k: np.diag(f[k + 1 : t].prod(axis=0))),
    ("3c", "forget-inverted", lambda f, t, k: np.diag((1 - f[k:t]).prod(axis=0))),
    ("3c", "product-over-units", lambda f, t, k: f[k:t].prod()),
    ("3c", "product-over-units", lambda f, t, k: np.diag(f[k:t].prod(axis=1))),
    ("3c-full", "path-missing", a_transport(forget=0)),
    ("3c-full", "path-missing", a_transport(write=0)),
    ("3c-full", "path-missing", a_transport(candidate=0)),
    ("3c-full", "weights-transposed", a_transport(weights=np.transpose)),
    ("3c-full", "new-cell-for-old", a_transport(late=1)),
]


@pytest.mark.parametrize(("key", "slug", "answer"), ANSWERS, ids=lambda x: x if isinstance(x, str) else "")
def test_what_learners_write_is_called_by_its_name(key, slug, answer):
    assert check(key, answer, record=False).mistake == slug


@pytest.mark.parametrize(("key", "right"), [("3a-counter", a_counter()), ("3c-full", a_transport())])
def test_the_same_without_the_mistake_passes(key, right):
    assert check(key, right, record=False).passed


def test_an_empty_slice_is_thought_of():
    assert "slice" in check("3c", lambda f, t, k: np.eye(f.shape[1]), record=False).says


def test_a_wrong_cell_is_reported_before_the_hidden_state_that_it_spoils():
    verdict = check("3a", a_step(lambda f, i, o, c, C: f * C + 2 * i * c), record=False)
    assert not verdict.mistake and verdict.says.startswith("Your C_t")
    spoilt = a_step(lambda f, i, o, c, C: f * C + i * c, lambda f, i, o, C: 2 * o * np.tanh(C))
    assert check("3a", spoilt, record=False).says.startswith("Your h_t")


def test_a_first_state_that_moves_is_told_that_it_is_given():
    says = check("3c-full", a_transport(at_0=1), record=False).says
    assert "k = 0, where h_0 is given and does not move" in says
