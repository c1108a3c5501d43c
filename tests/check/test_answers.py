"""Right answers pass in whatever style they are written, and wrong ones get a sentence that helps."""

from array import array
from fractions import Fraction

import numpy as np
import pytest

from rnncourse import gradcheck, lstm, rnn, spectra
from rnncourse.check import check
from rnncourse.rnn import sigma


def s(z):
    return 1 / (1 + np.exp(-z))


def double_loop(W, x):
    J = [[0.0] * len(x) for _ in W]
    for i, row in enumerate(W):
        y = s(row @ x)
        for j in range(len(x)):
            J[i][j] = y * (1 - y) * row[j]
    return J


def drive(W, h):
    """The inputs' share of the pre-activations, from the states."""
    return np.log(h[1:] / (1 - h[1:])) - h[:-1] @ W.T


def loss(W, h, dl):
    """sum_t <dl_t, h_t>, a loss with these local gradients, as a function of W alone."""
    b, state, total = drive(W.real, h), h[0], dl[0] @ h[0]
    return lambda W: run(W, b, state, dl[1:], total)


def run(W, b, state, dl, total):
    for b_t, dl_t in zip(b, dl, strict=True):
        state = 1 / (1 + np.exp(-(W @ state + b_t)))
        total = total + dl_t @ state
    return total


def bptt(W, h, dl):
    dW, dh = np.zeros_like(W), dl[-1].copy()
    for t in range(len(h) - 1, 0, -1):
        delta = h[t] * (1 - h[t]) * dh
        dW += np.outer(delta, h[t - 1])
        dh = dl[t - 1] + W.T @ delta
    return dW


def stacked_bptt(W, h, dl):
    """Everything as row vectors, and one product at the end."""
    delta = np.zeros_like(h)
    for t in reversed(range(1, len(h))):
        carried = delta[t + 1] @ W if t + 1 < len(h) else 0
        delta[t] = (dl[t] + carried) * h[t] * (1 - h[t])
    return np.einsum("ti,tj->ij", delta[1:], h[:-1])


def cell(params, x, h, C):
    W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c = (np.asarray(p) for p in params)
    v = np.r_[h, x]
    C_t = s(W_f @ v + b_f) * C + s(W_i @ v + b_i) * np.tanh(W_c @ v + b_c)
    return [s(W_o @ v + b_o) * np.tanh(C_t), C_t]


def cell_by_package(params, x, h, C):
    states = lstm.forward(params, x[None], h, C)
    return states.h[1], states.C[1]


def cell_from(params, x, states, t, k):
    """C_t as a function of C_k, by running the network on."""

    def C_t(C):
        o = states.o[k - 1] if k else None
        h = o * np.tanh(C) if k else states.h[0]
        for step in range(k, t):
            h, C = cell(params, x[step], h, C)
        return C

    return C_t


def by_squaring(M, n):
    return np.eye(len(M)) if n == 0 else M @ by_squaring(M, n - 1)


W_PLUS = [[Fraction(58, 100), Fraction(24, 100)], [Fraction(24, 100), Fraction(72, 100)]]


def exact_power():
    P = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    for _ in range(30):
        P = [
            [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*W_PLUS, strict=True)]
            for row in P
        ]
    return P


TERMS = [(1, 1, []), (2, 2, []), (3, 3, []), (2, 1, [2]), (3, 2, [3]), (3, 1, [3, 2])]
SIGNS = {"f": True, "i": True, "o": True, "C_tilde": False, "C": False, "h": False}

RIGHT = {
    "1a loops, a list": ("1a", double_loop),
    "1a einsum": ("1a", lambda W, x: np.einsum("i,ij->ij", s(W @ x) * (1 - s(W @ x)), W)),
    "1a diag": ("1a", lambda W, x: np.diag(s(W @ x) * s(-W @ x)) @ W),
    "1a matrix": ("1a", lambda W, x: np.matrix(double_loop(W, x))),
    "1a float32": ("1a", lambda W, x: np.float32(double_loop(np.float32(W), np.float32(x)))),
    "1a complex step": ("1a", lambda W, x: gradcheck.complex_step(lambda x: s(W @ x), x)),
    "1a central differences": ("1a", lambda W, x: gradcheck.central_difference(lambda x: s(W @ x), x)),
    "1a forward differences": (
        "1a",
        lambda W, x: np.stack([(s(W @ (x + e)) - s(W @ x)) / 1e-6 for e in 1e-6 * np.eye(len(x))], axis=1),
    ),
    "1a with a zero imaginary part": ("1a", lambda W, x: np.array(double_loop(W, x)) + 0j),
    "1a objects": ("1a", lambda W, x: np.array(double_loop(W, x), dtype=object)),
    "1a read-only": ("1a", lambda W, x: np.broadcast_to(double_loop(W, x), W.shape)),
    "1a Fortran order": ("1a", lambda W, x: np.asfortranarray(double_loop(W, x))),
    "1b recursion": ("1b", bptt),
    "1b stacked": ("1b", stacked_bptt),
    "1b package": ("1b", lambda W, h, dl: rnn.double_sum(rnn.Params(W, None), h, dl)),
    "1b float32": ("1b", lambda W, h, dl: bptt(np.float32(W), np.float32(h), np.float32(dl))),
    "1b complex step": ("1b", lambda W, h, dl: gradcheck.complex_step(loss(W, h, dl), W)),
    "1b differences": ("1b", lambda W, h, dl: gradcheck.central_difference(loss(W, h, dl), W)),
    "2a in another order": ("2a", TERMS),
    "2a tuples": ("2a", tuple((t, k, tuple(factors)) for t, k, factors in TERMS[::-1])),
    "2a numpy": ("2a", [(np.int64(t), np.int8(k), np.array(factors, int)) for t, k, factors in TERMS]),
    "2b package": ("2b", spectra.power),
    "2b numpy": ("2b", np.linalg.matrix_power),
    "2b products": ("2b", by_squaring),
    "2b complex": (
        "2b",
        lambda M, n: (lambda lam, Q: Q @ np.diag(lam**n) @ np.linalg.inv(Q))(*np.linalg.eig(M)),
    ),
    "2b float32": ("2b", lambda M, n: by_squaring(M.astype(np.float32), n)),
    "2c exact": ("2c", exact_power()),
    "2c formula": (
        "2c",
        np.array(
            [[16 * 4**30 + 9 * 9**30, 12 * (9**30 - 4**30)], [12 * (9**30 - 4**30), 9 * 4**30 + 16 * 9**30]],
            float,
        )
        / (25 * 10.0**30),
    ),
    "2c digits": ("2c", [[0.0152608, 0.0203478], [0.0203478, 0.0271303]]),
    "2c a function": ("2c", lambda: np.linalg.matrix_power([[0.58, 0.24], [0.24, 0.72]], 30)),
    "3a by hand": ("3a", cell),
    "3a package": ("3a", cell_by_package),
    "3a float32": ("3a", lambda p, x, h, C: np.float32(cell(p, x, h, C))),
    "3a an array of both": ("3a", lambda p, x, h, C: np.array(cell(p, x, h, C))),
    "1a rows of array.array": ("1a", lambda W, x: [array("d", row) for row in double_loop(W, x)]),
    "1a nothing masked": ("1a", lambda W, x: np.ma.array(double_loop(W, x), mask=False)),
    "2b-proof in words": ("2b-proof", [" D)", "b", "(f)", "a."]),
    "2b-proof as a text": ("2b-proof", "d) -> b) -> f) -> a)"),
    "3b": ("3b", SIGNS),
    "3b numpy": ("3b", {name: np.bool_(sign) for name, sign in SIGNS.items()}),
    "3c loop": (
        "3c",
        lambda f, t, k: np.linalg.multi_dot(
            [np.eye(f.shape[1])] * 2 + [np.diag(f[i - 1]) for i in range(t, k, -1)]
        ),
    ),
    "3c package": ("3c", lambda f, t, k: lstm.gate_transport(lstm.States(*[None] * 2, f, *[None] * 3), t, k)),
    "3c float32": ("3c", lambda f, t, k: np.diag(np.prod(np.float32(f)[k:t], axis=0))),
    "3c-full complex step": (
        "3c-full",
        lambda p, x, S, t, k: gradcheck.complex_step(cell_from(p, x, S, t, k), S.C[k]),
    ),
    "3c-full differences": (
        "3c-full",
        lambda p, x, S, t, k: gradcheck.central_difference(cell_from(p, x, S, t, k), S.C[k]),
    ),
}


@pytest.mark.parametrize("key, answer", RIGHT.values(), ids=RIGHT)
def test_right_answers_pass(key, answer):
    verdict = check(key, answer)
    assert verdict and verdict.passed and verdict.mistake is None, str(verdict)
    assert verdict.error < 1e-4


FIXED = np.array([[0.58, 0.24, 0.1, 0.4], [0.24, 0.72, 0.3, 0.1], [0.5, 0.2, 0.6, 0.3], [0.1, 0.7, 0.2, 0.8]])
W_30 = np.linalg.matrix_power([[0.58, 0.24], [0.24, 0.72]], 30)
HELPED = {
    "transposed shape": ("1b-U", lambda W, h, x, dl: np.ones((3, 4)) * 7, "Rows and columns"),
    "reversed axes": ("1a-batch", lambda W, X: np.ones((len(X[0]), len(W), len(X))), "The axes are"),
    "a number": ("1a", lambda W, x: 3.0, "A single number"),
    "an axis too many": ("1a", lambda W, x: np.ones((4, 4, 4)), "axis too many"),
    "an axis of length 1": ("1a", lambda W, x: np.ones((1, 4, 4)), "axis of length 1"),
    "a row too many": ("1b-bptt", lambda W, h, dl: np.ones_like(h), "One row too many: if rows are steps"),
    "a state too many": ("1b-forward", lambda W, h: np.ones((6, 3, 3, 3)), "One row too many: if rows"),
    "a row too few": ("1b-forward", lambda W, h: np.ones((4, 3, 3, 3)), "One row too few: if rows"),
    "two rows too few": ("1b-bptt", lambda W, h, dl: np.ones((2, 4)), "the shape of each factor"),
    "a column too many": ("1a", lambda W, x: np.ones((4, 5)), "the shape of each factor"),
    "more than a matrix": ("1b-immediate", lambda h_prev, h_t: np.ones((3, 3, 2)), "the axes one by one"),
    "both axes off by one": ("1a", lambda W, x: np.ones((5, 5)), "the shape of each factor"),
    "rows and columns off": ("1b-bptt", lambda W, h, dl: np.ones((5, 3)), "the shape of each factor"),
    "a vector too long": ("1b-h0", lambda W, h, dl: np.ones(9), "the axes one by one"),
    "an empty axis": ("1a", lambda W, x: np.ones((4, 4, 0)), "axis too many: was"),
    "NaN": ("1a", lambda W, x: W * np.nan, "nan at [0, 0]"),
    "one number that is none": ("3c-half-life", lambda b: np.nan, "Your answer is nan: look"),
    "inf in one place": ("1a", lambda W, x: W + np.diag([0, 0, np.inf, 0]), "inf at [2, 2]"),
    "a factor": ("1a", lambda W, x: 0.7 * np.array(double_loop(W, x)), "same factor, 0.7"),
    "all within 1 %": ("1a", lambda W, x: 1.005 * np.array(double_loop(W, x)), "close, within 1 %"),
    "a wrong number": ("3c-half-life", lambda b: 11.0, "Your answer is 11, off by "),
    "one number off in a small answer": ("2c", W_30 * [[1, 1.05], [1, 1]], "25% of the entries differ"),
    "two numbers off": (
        "1a",
        lambda W, x: double_loop(W, x) + np.eye(4) * [0, 1, 1, 0],
        "at [1, 1], the first",
    ),
    "huge": ("1a", lambda W, x: np.full((4, 4), 1.7e308) - W, "the first entry that differs"),
    "rounded": ("2c", [[0.0153, 0.0203], [0.0203, 0.0271]], "more digits"),
    "an imaginary part": ("1a", lambda W, x: np.array(double_loop(W, x)) + 1j, "imaginary part"),
    "one entry": (
        "1a",
        lambda W, x: double_loop(W, x) + np.eye(4) * [0, 1, 0, 0],
        "6% of the entries differ",
    ),
    "only square": ("1a", lambda W, x: np.array(double_loop(W, x)) @ np.eye(4), "W of shape (3, 5)"),
    "wrong for other T": ("1b", lambda W, h, dl: bptt(W, h, dl) * (len(h) == 5), "n = 2, T = 7"),
    "only one of two": ("3a", lambda p, x, h, C: cell(p, x, h, C)[0], "2 things, h_t, C_t"),
    "only the cell is wrong": ("3a", lambda p, x, h, C: (cell(p, x, h, C)[0], C + 5), "Your C_t"),
    "one in a list": ("3a", lambda p, x, h, C: [cell(p, x, h, C)[0]], "2 things, h_t, C_t; yours is a list"),
    "only the hidden state is wrong": ("3a", lambda p, x, h, C: (h + 5, cell(p, x, h, C)[1]), "Your h_t"),
    "a term twice": ("2a", [*TERMS, TERMS[0]], "(1, 1, []) is in your list more than once"),
    "a term astray": ("2a", [*TERMS[:5], (3, 1, [2])], "5 of your 6 terms"),
    "no term": ("2a", [(1, 1)], "A term is"),
    "no list": ("2a", 7, "list of terms"),
    "two signs wrong": ("3b", SIGNS | {"f": False, "C": True, "h": True, "i": False}, "2 of the six"),
    "signs missing": ("3b", {"f": True}, "missing: i, o"),
    "signs misnamed": ("3b", SIGNS | {"c": True}, "'c' is none of the six"),
    "signs as numbers": ("3b", SIGNS | {"f": 1}, "'f' must be True"),
    "a proof out of order": ("2b-proof", "dfba", "'f'"),
    "half a proof": ("2b-proof", ["d", "b"], "something is missing"),
    "a proof with other letters": ("2b-proof", ["d", "x"], "Give the letters"),
    "masked": ("1a", lambda W, x: np.ma.masked_less(double_loop(W, x), 0), "are masked"),
    "a masked pair": ("3a", lambda p, x, h, C: np.ma.masked_less(cell(p, x, h, C), 0), "are masked"),
    "half precision": ("1a", lambda W, x: np.float16(double_loop(W, x)), "give more digits"),
    "a dict of two": ("3a", lambda p, x, h, C: {"h": h, "C": C}, "2 things, h_t, C_t; yours is a dict"),
    "the page's own matrix": ("1a", lambda W, x: double_loop(FIXED, x), "It reads `FIXED` from the page"),
    "the page's state": ("3c-half-life", lambda b: np.log(FIXED[0, 0]), "`FIXED` from the page, the same at"),
}


@pytest.mark.parametrize("key, answer, words", HELPED.values(), ids=HELPED)
def test_unknown_mistakes_get_a_sentence_that_helps(key, answer, words):
    verdict = check(key, answer)
    assert (verdict.passed, verdict.status) == (False, "Not yet")
    assert str(verdict).count(words) == 1, str(verdict)


def test_a_named_mistake_points_at_its_equation():
    said = check("1a", lambda W, x: np.array(double_loop(W, x)).T).says
    assert said.startswith("transposed: ") and said.endswith(" (See `eq-jacobian` on page 1a.)")


@pytest.mark.parametrize(
    ("key", "words"), [("zz", "yours is 'zz'."), (7, "yours is an int."), (None, "yours is None.")]
)
def test_a_key_that_does_not_exist_is_named(key, words):
    assert check(key, 1).says.endswith(words) and "3c-full" in check(key, 1).says


def test_the_error_of_a_wrong_answer_is_measured():
    verdict = check("1a", lambda W, x: 3 * sigma(W @ x)[:, None] * sigma(-W @ x)[:, None] * W)
    assert verdict.error == pytest.approx(2)


def test_a_pair_of_mistakes_is_named_by_both():
    verdict = check("1b", lambda W, h, dl: -bptt(W.T, h, dl))
    assert verdict.mistake == "transport-transposed+sign"
    assert "transposed" in str(verdict) and "sign" in str(verdict)
    assert verdict.says.startswith("Two mistakes at once.")
    assert "at once" not in check("1b", lambda W, h, dl: -bptt(W, h, dl)).says


def test_a_pass_says_how_near_it_came():
    assert check("1a", double_loop).says == "The relative error is below 1e-12."
    single = check("1a", lambda W, x: np.float32(double_loop(W, x))).says
    assert single.startswith("The relative error is below 1e-4. Finite differences, float32")
    assert check("3b", SIGNS).says == "All of it."


def test_what_is_left_to_write_is_named():
    says = "In the place of `...` write f(W, x), the (n, d) Jacobian of sigma(Wx). Then run the cell again."
    assert check("1a", ...).says.startswith(says)
    says = "In the place of `...` give a list of terms (t, k, [i, ...]), each for g_t J_i"
    assert check("2a", ...).says.startswith(says)


def test_an_imaginary_part_counts_from_a_billionth_of_the_real_one():
    wrong = check("1a", lambda W, x: double_loop(W, x) + np.eye(4) + 1e-12j)
    assert "first entry that differs" in str(wrong) and "imaginary" not in str(wrong)
    assert "imaginary" in str(check("1a", lambda W, x: (1e-12 + 1e-12j) * np.array(double_loop(W, x))))
