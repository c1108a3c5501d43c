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


def half_life(b):
    """By bisection: how many steps, whole or not, leave a half."""
    low, high = 0.0, 1e6
    for _ in range(200):
        steps = (low + high) / 2
        low, high = (steps, high) if np.exp(-steps * np.log1p(np.exp(-b))) > 0.5 else (low, steps)
    return steps


def leaking(C0, phi, t):
    """The worst case, step by step."""
    bound = abs(C0)
    for _ in range(t):
        bound = phi * bound + 1
    return bound


def gru(W_z, W_r, W_h, x_t, h_prev):
    """One unit and one weight at a time."""

    def unit(row, v):
        return sum(w * a for w, a in zip(row, v, strict=True))

    v = [*h_prev, *x_t]
    r = [sigma(unit(row, v)) for row in W_r]
    kept = [*(a * b for a, b in zip(r, h_prev, strict=True)), *x_t]
    return [
        h + (1 - sigma(unit(z, v))) * (np.tanh(unit(row, kept)) - h)
        for z, row, h in zip(W_z, W_h, h_prev, strict=True)
    ]


def pull(w):
    """The largest u for which w tanh(a) - u still meets the diagonal: the highest point of w tanh(a) - a."""
    low, high = 0.0, 30.0
    for _ in range(200):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (a, high) if w * np.tanh(a) - a < w * np.tanh(b) - b else (low, b)
    return w * np.tanh(low) - low


RIGHT = {
    "3a-counter": a_counter(),
    "3c-full": a_transport(),
    "3c-half-life": half_life,
    "3b-bound": leaking,
    "gru": gru,
    "3-latch": pull,
}


@pytest.mark.parametrize("key", RIGHT)
def test_an_answer_found_in_another_way_passes(key):
    assert check(key, RIGHT[key], record=False).passed


def test_signs_that_nobody_gets_wrong_together_are_counted():
    signs = {"f": False, "i": True, "o": True, "C_tilde": True, "C": True, "h": True}
    assert "2 of the six are right" in check("3b", signs, record=False).says


def test_an_empty_slice_is_thought_of():
    assert "slice" in check("3c", lambda f, t, k: np.eye(f.shape[1]), record=False).says


def test_a_wrong_cell_is_reported_before_the_hidden_state_that_it_spoils():
    verdict = check("3a", a_step(lambda f, i, o, c, C: f * C + 1.7 * i * c), record=False)
    assert not verdict.mistake and verdict.says.startswith("Your C_t")
    spoilt = a_step(lambda f, i, o, c, C: f * C + i * c, lambda f, i, o, C: 1.7 * o * np.tanh(C))
    assert check("3a", spoilt, record=False).says.startswith("Your h_t")


def test_a_first_state_that_moves_is_told_that_it_is_given():
    says = check("3c-full", a_transport(at_0=1), record=False).says
    assert "k = 0, where h_0 is given and does not move" in says


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"q": True}, "'q' is none of the six quantities f, i, o, C_tilde, C, h."),
        ({"f": 1}, "'f' must be True (always positive) or False (not always)."),
        ({"f": True}, "missing: i, o, C_tilde, C, h."),
        (True, "Give a dict such as"),
    ],
)
def test_what_are_no_signs_is_told_how_to_give_them(answer, words):
    assert words in check("3b", answer, record=False).says
