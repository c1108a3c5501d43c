"""Answers that are right in a corner of the domain do not pass; right ones in other styles do."""

import numpy as np
import pytest

from rnncourse import lstm
from rnncourse.check import EXERCISES, check
from rnncourse.check.answers import TOLERANCE

CORNERS = {
    "hump rounded": ("2c-hump", lambda lam: round(-1 / np.log(lam))),
    "hump cut": ("2c-hump", lambda lam: int(-1 / np.log(lam))),
    "hump to the nearest": ("2c-hump", lambda lam: round(lam / (1 - lam))),
    "tiny rows": ("2-clip", lambda g, c: clipped(g, c) * (np.linalg.norm(g, axis=1, keepdims=True) > 1e-3)),
    "sign of C0": ("3b-bound", lambda C0, phi, t: phi**t * -C0 + (1 - phi**t) / (1 - phi)),
    "C0 inside": ("3b-bound", lambda C0, phi, t: abs(phi**t * C0 - (1 - phi**t) / (1 - phi))),
    "one k": ("wild-1", lambda alpha, k: (1 - alpha) * alpha**3),
    "first column": ("2c-left", lambda W: np.linalg.eig(W.T)[1][:, 0].real),
}


def clipped(g, c):
    return g * c / np.maximum(np.linalg.norm(g, axis=1, keepdims=True), c)


@pytest.mark.parametrize("key, answer", CORNERS.values(), ids=CORNERS)
def test_what_is_right_in_a_corner_alone_does_not_pass(key, answer):
    assert not any(check(key, answer, record=False).passed for _ in range(5))


def test_a_power_is_a_direction_however_small():
    for n in 40, 200:
        assert check("2c-left", lambda W, n=n: np.linalg.matrix_power(W, n)[0], record=False).passed
    assert "no direction" in str(check("2c-left", lambda W: 0 * W[0], record=False))


def test_a_forbidden_function_is_told_under_any_name():
    def renamed(*arguments, hidden=lstm.cell_transport):
        return hidden(*arguments)

    for answer in lstm.cell_transport, renamed:
        verdict = check("3c-full", answer, record=False)
        assert not verdict.passed and "`cell_transport`, and the exercise asks" in str(verdict)


def test_every_exercise_that_takes_a_function_says_its_domain():
    assert [key for key, ex in EXERCISES.items() if ex.function and not ex.domain] == []


@pytest.mark.parametrize("key", [key for key, ex in EXERCISES.items() if ex.domain])
def test_the_right_answer_is_defined_all_over_the_domain(key):
    ex = EXERCISES[key]
    rng = np.random.default_rng(1)
    for _ in range(50):
        arguments = ex.domain(rng)
        with np.errstate(all="raise"):
            value = ex.kind.read(ex.right(*arguments))
        assert all(np.isfinite(part).all() for part in value)
        assert ex.kind.error(value, value) <= TOLERANCE


def test_what_a_further_probe_was_is_said():
    words = [words for words, _, _ in EXERCISES["2d-forget"].further()]
    assert any(w.startswith("inputs with W of shape (1, 1), eps = ") for w in words)
