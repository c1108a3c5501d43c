"""Answers that a strict reading caught: passed wrongly, refused wrongly, or called by a wrong name."""

import numpy as np
import pytest

from rnncourse import lstm
from rnncourse.check import EXERCISES, check
from rnncourse.rnn import dsigma, sigma


def clipped(g, c):
    norm = np.linalg.norm(g, axis=1, keepdims=True)
    return np.where(norm < 1e-3, 0, g * c / np.maximum(norm, c))


def spoilt(key, part=None):
    """A right answer in which one result, or all rows but the first, are no numbers."""

    def answer(*arguments):
        out = EXERCISES[key].right(*arguments)
        if part is None:
            out[1:] = np.nan
            return out
        return tuple(value * np.nan if i == part else value for i, value in enumerate(out))

    return key, answer


REFUSED = {
    "the last result not a number": spoilt("3f-scan", 1),
    "the first result not a number": spoilt("3a", 0),
    "the cell not a number": spoilt("3a", 1),
    "rows that are no numbers": spoilt("2-clip"),
    "rounded": ("2c-hump", lambda lam: round(-1 / np.log(lam))),
    "cut off": ("2c-hump", lambda lam: int(-1 / np.log(lam))),
    "rounded ratio": ("2c-hump", lambda lam: round(lam / (1 - lam))),
    "tiny rows": ("2-clip", clipped),
    "negative start": ("3b-bound", lambda C0, phi, t: phi**t * -C0 + (1 - phi**t) / (1 - phi)),
    "abs of all": ("3b-bound", lambda C0, phi, t: abs(phi**t * C0 - (1 - phi**t) / (1 - phi))),
    "the package": ("3c-full", lstm.cell_transport),
    "first column": ("2c-left", lambda W: np.linalg.eig(W.T)[1][:, 0].real),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_passed_wrongly_is_refused(name):
    key, answer = REFUSED[name]
    for _ in range(4):
        assert not check(key, answer, record=False).passed


def test_a_direction_may_have_any_length():
    for _ in range(4):
        assert check("2c-left", lambda W: np.linalg.matrix_power(W, 40)[0], record=False).passed


def walk(first, outer_total=False, twice=False):
    """dL/dW by the double sum, with totals for local factors, from a first step on."""

    def dW(W, h, dl):
        T, s = len(h) - 1, h * (1 - h)
        total, out = dl.copy(), np.zeros_like(W)
        for t in range(T - 1, 0, -1):
            total[t] += W.T @ (s[t + 1] * total[t + 1])
        for t in range(first, T + 1):
            if outer_total:
                row = total[t]
                for k in range(t, 0, -1):
                    out += np.outer(row * s[k], h[k - 1])
                    row = row * s[k] @ W
            else:
                out += np.outer(total[t] * s[t] * (s[t] if twice else 1), h[t - 1])
        return out

    return dW


def lstm_cell(params, x_t, h_prev, C_prev, order=(0, 1, 2, 3), candidate=np.tanh):
    z = [W @ np.concatenate([h_prev, x_t]) + b for W, b in zip(params[:4], params[4:], strict=True)]
    f, i, o, c = (z[g] for g in order)
    C = sigma(f) * C_prev + sigma(i) * candidate(c)
    return sigma(o) * np.tanh(C), C


def gru_with(candidate=np.tanh, swapped=False, inverted=False):
    def gru(W_z, W_r, W_h, x, h):
        v = np.concatenate([h, x])
        z, r = sigma(W_z @ v), sigma(W_r @ v)
        z, r = (r, z) if swapped else (z, r)
        z = 1 - z if inverted else z
        return z * h + (1 - z) * candidate(W_h @ np.concatenate([r * h, x]))

    return gru


def by_the_state(W, h, dl):
    dh = dl.copy()
    for t in range(len(h) - 1, 1, -1):
        dh[t - 1] += W.T @ (dh[t] * h[t] * (1 - h[t]))
    return dh[1:]


def softmax_without_delta(W, x):
    p = np.exp(W @ x) / np.exp(W @ x).sum()
    return np.outer(p, 1 - p) @ W


def with_total_behind(W, h, dl):
    """dL/dW by dh_t/dW carried forward, put into the double sum as if it were the immediate derivative."""
    T, n, s = len(h) - 1, len(W), h * (1 - h)
    J, own = [s_t[:, None] * W for s_t in s], [np.zeros((n, n, n))]
    for t in range(1, T + 1):
        total = np.tensordot(J[t], own[-1], 1)
        total[range(n), range(n)] += np.outer(s[t], h[t - 1])
        own.append(total)
    rows = [(dl[t], k, J[t:k:-1]) for t in range(T + 1) for k in range(1, t + 1)]
    return sum(np.tensordot(np.linalg.multi_dot([row, *A, np.eye(n)]), own[k], 1) for row, k, A in rows)


def gru_jacobian(W_z, W_r, W_h, x, h):
    """Without what 1 - z sends through the candidate's weight."""
    n, v = len(h), np.concatenate([h, x])
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    c = np.tanh(W_h @ np.concatenate([r * h, x]))
    inside = np.diag(r) + (h * r * (1 - r))[:, None] * W_r[:, :n]
    through_z = (h * z * (1 - z))[:, None] * W_z[:, :n]
    return np.diag(z) + through_z + ((1 - z) * (1 - c * c))[:, None] * W_h[:, :n] @ inside


def deltas(W, h, dl):
    delta = h * (1 - h) * dl
    for t in range(len(h) - 2, 0, -1):
        delta[t] += h[t] * (1 - h[t]) * (W.T @ delta[t + 1])
    return delta[1:]


def largest_signed(W):
    lam, Q = np.linalg.eig(W.T)
    return Q[:, np.argmax(lam)].real


SIGNS = "f", "i", "o", "C_tilde", "C", "h"
TERMS = [(t, k, [*range(t, k, -1)]) for t in range(4) for k in range(t + 1)]
NAMED = {
    "total in front": ("1b", walk(1, outer_total=True), "double-counting", "one of the two outer factors"),
    "total behind": ("1b", with_total_behind, "double-counting", "or the immediate derivative"),
    "one line": (
        "1b",
        lambda W, h, dl: np.outer(dl[-1] * h[-1] * (1 - h[-1]), h[-2]),
        "assigned-not-added",
        "one use of W is left, the first or the last",
    ),
    "all signs False": ("3b", dict.fromkeys(SIGNS, False), "bias-argument", "rounded a positive number"),
    "z for 1 - z": ("gru", gru_with(inverted=True), "update-inverted", ""),
    "no - h~": ("gru-jacobian", gru_jacobian, "one-side-of-update", "1 - z multiplies the candidate"),
    "wall swapped": ("2-wall", (4, -3), "results-swapped", "b comes first"),
    "1/8 swapped": ("2d-eighth", (1.76275, 12), "results-swapped", "the weight comes first"),
    "deltas transposed": ("1b-bptt", lambda *a: deltas(*a).T, "transposed", "transposed"),
    "terms with k = 0": ("2a", [t for t in TERMS if t[0]], "k0-terms", "h_0 is given"),
    "ten terms": ("2a", TERMS, "too-many", "L_0 does not depend on W"),
    "step 1 left out": ("1b", walk(2), "index-shifted", "the steps of the walk back"),
    "slope twice": ("1b", walk(1, twice=True), "doubled", "what a step adds to dW"),
    "axes": (
        "1b-immediate",
        lambda a, b: np.einsum("i,ia,b->abi", b - b * b, np.eye(len(b)), a),
        "axes-swapped",
        "",
    ),
    "4": ("2d-guarantee", 4, "matrix-left-out", "not 1"),
    "until t": ("3c", lambda f, t, k: np.diag(f[k : t + 1].prod(axis=0)), "index-shifted", "the gates"),
    "over units": ("3c", lambda f, t, k: np.diag(f[k:t].prod(axis=1)), "product-over-units", "alone or"),
    "w - 1": ("3-latch", lambda w: w - 1, "slope-for-pull", "how much steeper"),
    "linear candidate": ("3a", lambda *a: lstm_cell(*a, candidate=lambda z: z), "function", "the candidate"),
    "f and o": ("3a", lambda *a: lstm_cell(*a, order=(2, 1, 0, 3)), "forget-output-swapped", ""),
    "PyTorch": ("3a", lambda *a: lstm_cell(*a, order=(1, 0, 3, 2)), "order-of-libraries", "holds f, i, o"),
    "no tanh": ("gru", gru_with(lambda z: z), "function", "the candidate"),
    "z and r": ("gru", gru_with(swapped=True), "gates-swapped", ""),
    "dL/dh": ("1b-bptt", by_the_state, "no-derivative-immediate", "respect to h"),
    "by the weights": ("1a", lambda W, x: np.outer(dsigma(W @ x), x), "by-the-weights", ""),
    "times x": ("1a", lambda W, x: dsigma(W @ x)[:, None] * W * x, "input-multiplied", ""),
    "p_i (1 - p_j)": ("1a-softmax", softmax_without_delta, "one-for-delta", "delta_ij"),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_was_called_by_a_wrong_name_or_by_none_has_its_own(name):
    key, answer, slug, words = NAMED[name]
    for _ in range(3):
        verdict = check(key, answer, record=False)
        assert (verdict.passed, verdict.mistake) == (False, slug)
        assert words in verdict.says


def test_a_name_that_fits_on_one_draw_alone_is_not_given():
    """The largest signed eigenvalue is the weakest one in a third of the draws."""
    names = {check("2c-left", largest_signed, record=False).mistake for _ in range(8)}
    assert names <= {"function", None}

    def loose(C0, phi, t):
        return max(abs(C0), 1 / (1 - phi))

    assert {check("3b-bound", loose, record=False).mistake for _ in range(8)} == {None}


def test_an_array_that_misses_an_axis_is_told_so():
    says = check("3a-counter", lambda x: np.cumsum(np.append(0, x[:, 0])), record=False).says
    assert "An axis of length 1 is missing" in says
    kronecker = check("1b-immediate", lambda a, b: np.kron(np.diag(b - b * b), a), record=False).says
    assert "flattened" in kronecker and "missing" not in kronecker


@pytest.mark.parametrize("answer", [2.718, 2.72, 2.7183, np.e])
def test_three_digits_are_enough_where_the_page_says_so(answer):
    assert check("2e-determinant", answer, record=False).passed
    assert not check("2e-determinant", answer + 0.01, record=False).passed
