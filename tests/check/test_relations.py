"""What is said of a value by its relation to the right one, and of two slips that act on each other."""

import numpy as np
import pytest

from rnncourse.check import EXERCISES, check, relations
from rnncourse.rnn import dsigma, sigma


def altered(key, change):
    """A right answer whose result is changed."""
    return lambda *arguments: change(EXERCISES[key].right(*arguments))


def with_row_factors(J):
    return J * (2 + np.arange(len(J)))[:, None]


def with_another_diagonal(J):
    return J + np.diag(1 + np.arange(len(J)))


def off_the_diagonal(J):
    return J**3 + np.diag(np.diag(J - J**3))


RELATED = {
    "a column": ("1b-h0", lambda v: v[:, None], "result-reshaped", "only the shape"),
    "flattened": ("1a-softmax", np.ravel, "result-reshaped", "in the right order"),
    "the diagonal alone": ("wild-5", np.diag, "result-reshaped", "on the diagonal"),
    "as a diagonal": ("1b-h0", np.diag, "result-reshaped", "as the diagonal"),
    "a row before": ("1b-bptt", lambda d: np.vstack([0 * d[:1], d]), "result-reshaped", "before them"),
    "a row after": ("1b-bptt", lambda d: np.vstack([d, 0 * d[:1]]), "result-reshaped", "after them"),
    "too late": ("1b-bptt", lambda d: np.roll(d, 1, axis=0), "index-shifted", "one place too late"),
    "too early": ("1b-bptt", lambda d: np.roll(d, -1, axis=0), "index-shifted", "one place too early"),
    "other places": ("1b-bptt", lambda d: d[[1, 0, 3, 2]], "rearranged", "in other places"),
    "some signs": ("1a-softmax", lambda J: J * (-1) ** np.arange(len(J))[:, None], "sign", "of some"),
    "a factor": ("1b-h0", lambda v: 0.7 * v, "constant", "the factor 0.7"),
    "of unit length": ("1b", lambda dW: dW / np.linalg.norm(dW, 2), "scaled", "depends on the inputs"),
    "a term": ("1b-h0", lambda v: v + 0.25, "extra-term", "off by +0.25"),
    "the rest": ("wild-1", lambda w: 0.3 - w, "sign", "add up to 0.3"),
    "a power": ("3f-path", lambda J: np.diag(np.diag(J) ** 0.3), None, ""),
    "a root": ("2e-volume", lambda v: v**0.3, "constant", "to the power 0.3"),
    "a diagonal": ("gru-jacobian", with_another_diagonal, "diagonal", "Only the diagonal"),
    "all but the diagonal": (
        "gru-jacobian",
        lambda J: J**3 + np.diag(np.diag(J - J**3)),
        "diagonal",
        "all else",
    ),
    "one row": ("1b-bptt", lambda d: d + np.eye(4)[:1].T, "some-rows", "Only the row 0"),
    "rows": ("gru-jacobian", with_row_factors, "row-factors", "Each row is off by a factor"),
    "columns": ("gru-jacobian", lambda J: with_row_factors(J.T).T, "column-factors", "Each column"),
}


@pytest.mark.parametrize("key, change, slug, words", RELATED.values(), ids=RELATED)
def test_a_value_is_named_by_its_relation_to_the_right_one(key, change, slug, words):
    for _ in range(2):
        verdict = check(key, altered(key, change), record=False)
        assert (verdict.passed, verdict.mistake) == (False, slug)
        assert words in verdict.says


def test_a_relation_must_hold_on_all_inputs():
    ones, right = np.ones((3, 3)), np.arange(9.0).reshape(3, 3) + 1
    both = [((), (2 * right,), (right,)), ((), (2 * right + ones,), (right,))]
    assert relations.exact(both[:1])[0] == "constant" and relations.exact(both) is None


def test_what_is_nearly_right_or_no_number_has_no_relation():
    right = np.arange(9.0).reshape(3, 3) + 1
    for value in 1.005 * right, right * np.nan, 1j * right:
        assert relations.any_of([((), (value,), (right,))]) is None


def test_one_number_alone_has_no_factor():
    assert relations.any_of([((), (np.array(2.0),), (np.array(1.0),))]) is None
    assert check("2d-guarantee", 2 * EXERCISES["2d-guarantee"].right(), record=False).mistake != "scaled"


def test_nothing_but_zeros_is_explained_by_nothing():
    assert check("2c-norm", lambda lam, b, r: 0.0, record=False).mistake is None
    assert check("gru", lambda *a: np.zeros(len(a[-1])), record=False).mistake is None


def test_what_is_right_for_some_inputs_only_is_called_so():
    def overflows(log_f, log_i, value):
        C, N, out = 0, 0, []
        with np.errstate(all="ignore"):
            for f, i, v in zip(np.exp(log_f), np.exp(log_i), value, strict=True):
                C, N = f * C + i * v, f * N + i
                out.append(C / N)
        return np.array(out)

    assert check("3f-exponential", overflows, record=False).mistake == "overflow"
    square = check("1a", lambda W, x: dsigma(W @ x)[:, None] * W @ np.eye(4), record=False)
    assert not square.passed and square.mistake is None  # it breaks: that is told, and not named
    small = check("1b-h0", lambda W, h, dl: EXERCISES["1b-h0"].right(W, h, dl) + (len(W) > 9), record=False)
    assert small.passed or small.mistake == "not-everywhere"


def gru_jacobian(W_z, W_r, W_h, x, h):
    """In one term h is left out, and in the same term the slope of the candidate is that of sigma."""
    n, v = len(h), np.concatenate([h, x])
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    c = np.tanh(W_h @ np.concatenate([r * h, x]))
    inside = np.diag(r) + (r * (1 - r))[:, None] * W_r[:, :n]
    through_z = ((h - c) * z * (1 - z))[:, None] * W_z[:, :n]
    return np.diag(z) + through_z + ((1 - z) * c * (1 - c))[:, None] * W_h[:, :n] @ inside


def hidden_fixed(f, o, C, dh, dC):
    """In two terms of a sum: no slope in one, and no gate before the other."""
    return dC + dh * o * f


def two_gates(params, x_t, h_prev, C_prev):
    v = np.concatenate([h_prev, x_t])
    gates = zip(params[:4], params[4:], strict=True)
    f, i, o, c = (W @ v + b for W, b in gates)
    C = sigma(f) * C_prev - sigma(i) * np.tanh(c)
    return sigma(-o) * np.tanh(C), C


PAIRS = {
    "in one product of a sum": ("gru-jacobian", gru_jacobian, {"missing-factor", "other-slope"}),
    "in two terms": ("wild-4", hidden_fixed, {"missing-factor", "another"}),
    "in two factors": ("3a", two_gates, {"sign"}),
}


@pytest.mark.parametrize("key, answer, kinds", PAIRS.values(), ids=PAIRS)
def test_two_slips_that_add_up_or_multiply_are_found(key, answer, kinds):
    for _ in range(2):
        verdict = check(key, answer, record=False)
        assert not verdict.passed and {*verdict.mistake.split("+")} == kinds


def no_link(W, h, dl):
    return (h[1:] * (1 - h[1:]) * dl[1:]).ravel()


def the_other_way(W, h, dl):
    return -EXERCISES["1b-bptt"].right(W.T, h, dl)


SPOILT = {
    "flattened": ("1b-bptt", no_link, "last-term-only+result-reshaped"),
    "with the other sign": ("1b-bptt", the_other_way, "transport-transposed+sign"),
}


@pytest.mark.parametrize("key, answer, slug", SPOILT.values(), ids=SPOILT)
def test_a_known_mistake_is_seen_behind_another_in_the_result(key, answer, slug):
    for _ in range(2):
        verdict = check(key, answer, record=False)
        assert (verdict.passed, verdict.mistake) == (False, slug)
        assert "another slip, in the result" in verdict.says
