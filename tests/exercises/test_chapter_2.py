"""The checks of chapter 2: what they say to answers that several learners really give."""

import math
from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest

from rnncourse.check import check
from rnncourse.gradcheck import complex_step


def sigma(z):
    return 1 / (1 + np.exp(-z))


def block_power(lam, n):
    J = np.array([[Fraction(lam * (i == j) + (j == i + 1)) for j in range(3)] for i in range(3)])
    return np.linalg.matrix_power(J, n)


def hump(lam):
    n = np.arange(1, 2000)
    return n[(n * lam ** (n - 1)).argmax()]


def arrives(W):
    g = np.arange(1.0, len(W) + 1)
    for _ in range(200):
        g = g @ W
        g /= np.linalg.norm(g)
    return g


def eighth():
    """The z by bisection on a slope from the complex step."""
    low, high = 0.0, 5.0
    for _ in range(60):
        z = (low + high) / 2
        slope = complex_step(sigma, z)
        low, high = (z, high) if slope > 1 / 8 else (low, z)
    return 1.5 / slope, -z


def other_wall():
    """Fixed points repel from the w on at which a nudge of the start does not shrink."""
    low, high = 1.0, 9.0
    for _ in range(60):
        w = (low + high) / 2
        low, high = (low, w) if complex_step(lambda x, w=w: w * sigma(x), 0.0) > 1 else (w, high)
    return -6 * sigma(0.0), w


def disguise(W, x):
    """An affine map is known from its values: at g = 0 and at the unit vectors, read off through logit."""

    def inside(g, x_t):
        g = (np.tanh(W @ (2 * g - 1) + x_t) + 1) / 2
        return np.log(g / (1 - g))

    y = np.array([inside(np.zeros(len(W)), x_t) for x_t in x])
    return complex_step(lambda g: inside(g, x[0]), np.zeros(len(W))), y


def width(w):
    """The slope of x_50 by b, from a complex step along the wall."""
    b = 0.5 - w * sigma(0.5)

    def x_50(b):
        x = 0.5
        for _ in range(50):
            x = 0.5 + 1j * np.imag(w * sigma(x) + b)  # on the wall but for rounding, which would grow
        return x

    return 1 / complex_step(x_50, b)


def of_lag(W, h, dl, lag):
    """Each term from the complex step: step k has a copy of W of its own, and the run goes on to the loss."""

    def loss(copy, t):
        v = h[t - lag - 1]
        for i in range(t - lag, t + 1):
            given = np.log(h[i] / (1 - h[i])) - W @ h[i - 1]
            v = sigma((copy if i == t - lag else W) @ v + given)
        return dl[t] @ v

    return sum(complex_step(lambda copy, t=t: loss(copy, t), W) for t in range(lag + 1, len(h)))


def mirror():
    """Signs drawn at random: only the moduli matter."""
    return np.random.default_rng(3).choice([-1, 1], size=(6, 2)) * [0.4, 2.5]


def telescope():
    """Found by search: three such terms that add up for matrices of whole numbers."""
    J_1, J_2, J_3, J = np.random.default_rng(0).integers(-3, 4, size=(4, 2, 2))
    Js = {1: J_1, 2: J_2, 3: J_3}

    def worth(t, p, left):
        factors = [*(Js[i] for i in left), Js[t] - J, *[J] * p]
        return factors[0] @ factors[1] @ factors[2]

    goal = J_3 @ J_2 @ J_1 - J @ J @ J
    lists = [], *([i] for i in Js), *map(list, permutations(Js, 2))
    terms = [(t, 2 - len(left), left) for t in Js for left in lists]
    (found,) = (some for some in combinations(terms, 3) if (sum(worth(*term) for term in some) == goal).all())
    return list(found)


def moved(delta, m):
    M = np.eye(m, k=1)
    M[-1, 0] = delta
    return np.abs(np.linalg.eigvals(M)).max()


def bisect(holds, low, high):
    """The border between the low numbers, for which it holds, and the high ones."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def ruler(lam, b, r):
    return bisect(lambda d: np.linalg.svd([[lam, b * d], [0, lam]])[1][0] <= r, 0.0, 1e3)


def guaranteed():
    """The bound is 1 where the largest eigenvalue of W'W is 16."""
    M = np.array([[2, -3], [1, 1]])
    return bisect(lambda c: np.linalg.eigvalsh(c**2 * M.T @ M).max() < 16, 0.0, 9.0)


def forget(W, eps):
    """Step by step, with the norm from the eigenvalues of W'W."""
    t, distance = 0, 1.0
    while distance > eps:
        t, distance = t + 1, distance * np.sqrt(np.linalg.eigvalsh(W.T @ W).max()) / 4
    return t


def largest_rate(w, b, length):
    """With the gradient from the complex step."""

    def error(p):
        x = 0.5
        for _ in range(50):
            x = p[0] * sigma(x) + p[1]
        return (sigma(x) - 0.7) ** 2

    return length / np.sqrt((complex_step(error, np.array([w, b])) ** 2).sum())


def volume(W, h0, T):
    """From the singular values of the complex step's Jacobian."""

    def run(h):
        for _ in range(T):
            h = np.tanh(W @ h)
        return h

    return np.exp(np.log(np.linalg.svd(complex_step(run, h0))[1]).mean())


def relu_paths(w, x, h0):
    """From the complex step, where it is the real part that decides."""

    def run(h):
        for x_t in x:
            z = w * h + x_t
            h = np.where(z.real > 0, z, 0)
        return h

    return complex_step(run, h0)


def masked(mask, late=False):
    """The Jacobian of one step at a time, each with a mask from h_{t-1}, z_t and x_t."""

    def answer(w, x, h0):
        h, J = h0, np.eye(len(h0))
        for x_t in x:
            z = w * h + x_t
            J = w * mask(h, z, x_t)[:, None] * (np.eye(len(h0)) if late else J)
            h = np.maximum(z, 0)
        return J * w ** (len(x) - 1) if late else J

    return answer


def variance(n=1e12):
    """The mean square of a determinant is n! times the variance to the n; its n-th root is 1."""
    return np.exp(np.log(n) - math.lgamma(n + 1) / n)


ANSWERS = {
    "2a-lag": of_lag,
    "2a-mirror": mirror(),
    "2a-telescope": telescope(),
    "2b-disguise": moved,
    "2b-three": block_power,
    "2c-misprint": [["29/50", "-6/25"], ["-6/25", "18/25"]],
    "2c-hump": hump,
    "2c-left": arrives,
    "2c-norm": ruler,
    "2d-tanh": disguise,
    "2d-eighth": eighth(),
    "2d-guarantee": guaranteed(),
    "2d-forget": forget,
    "2-wall": other_wall(),
    "2-width": width,
    "2-rate": largest_rate,
    "2-clip": lambda g, c: np.array([[x * c / max(c, math.hypot(*row)) for x in row] for row in g]),
    "2e-half-life": lambda T: sum(0.5 ** (2 * k / T) for k in range(60000)),
    "2e-volume": volume,
    "2e-relu": relu_paths,
    "2e-determinant": variance(),
}


@pytest.mark.parametrize("key", ANSWERS)
def test_an_answer_found_in_another_way_passes(key):
    answer = ANSWERS[key]
    if key == "2c-misprint":
        answer = np.array([[Fraction(entry) for entry in row] for row in answer])
    verdict = check(key, answer, record=False)
    assert verdict.passed and verdict.error < 1e-8, str(verdict)


def cut(belongs, first=1):
    """The double sum with a condition on t, k, the lag and T."""

    def answer(W, h, dl, lag):
        dW, s = 0, h * (1 - h)
        for t in range(1, len(h)):
            row = dl[t]
            for k in range(t, first - 1, -1):
                if belongs(t, k, lag, len(h) - 1):
                    dW = dW + np.outer(row * s[k], h[k - 1])
                row = row * s[k] @ W
        return dW

    return answer


@pytest.mark.parametrize(
    "answer, slug",
    [
        (cut(lambda t, k, lag, T: t - k <= lag), "other-lags-too"),
        (cut(lambda t, k, lag, T: t - k >= lag), "other-lags-too"),
        (cut(lambda t, k, lag, T: t - k + 1 == lag), "neighbouring-lag"),
        (cut(lambda t, k, lag, T: t - k == lag, first=0), "spurious-k0"),
        (cut(lambda t, k, lag, T: t - k == lag and t < T), "end-missing"),
        (cut(lambda t, k, lag, T: t - k == lag and t == T), "one-term-only"),
    ],
)
def test_a_sum_over_other_terms_than_those_of_the_lag_is_named(answer, slug):
    assert check("2a-lag", answer, record=False).mistake == slug


@pytest.mark.parametrize(
    "answer, slug",
    [
        (masked(lambda h, z, x: h > 0), "state-off-by-one"),
        (masked(lambda h, z, x: x > 0), "inputs-alone"),
        (masked(lambda h, z, x: z > 0, late=True), "last-step-only"),
        (masked(lambda h, z, x: np.ones(len(z))), "no-slopes"),
        (lambda w, x, h0: relu_paths(w, x, h0) * (h0 > 0), "start-counted"),
        (lambda w, x, h0: relu_paths(w, x[:-1], h0), "step-left-out"),
        (lambda w, x, h0: relu_paths(w, x, h0).sum(axis=1) * np.ones((len(h0), 1)), "units-mixed"),
    ],
)
def test_a_path_that_is_shut_by_something_else_is_named(answer, slug):
    assert check("2e-relu", answer, record=False).mistake == slug


@pytest.mark.parametrize("scale", [-1, 1e-3, 1e6])
def test_length_and_sign_of_a_direction_are_free(scale):
    assert check("2c-left", lambda W: scale * arrives(W), record=False).passed
    assert not check("2c-left", lambda W: scale * np.ones(len(W)), record=False).passed


@pytest.mark.parametrize("scale", [0, np.inf, np.nan])
def test_a_vector_out_of_all_scale_is_no_direction(scale):
    verdict = check("2c-left", lambda W: scale * arrives(W), record=False)
    assert not verdict.passed and "Divide the vector by its length" in str(verdict)
    assert "entry of your vector is 0" in str(check("2c-left", lambda W: [], record=False))


def test_terms_with_the_loss_and_the_use_exchanged_are_told_which_is_which():
    exchanged = [(k, t, list(range(t, k, -1))) for t in (1, 2, 3) for k in range(1, t + 1)]
    assert check("2a", exchanged, record=False).mistake == "loss-and-use-exchanged"
    says = str(check("2a", exchanged[1:], record=False))
    assert "t is the loss and k the use of W" in says and "Walk from h_2 to h_1" not in says
    assert "Walk from h_1 to h_3" in str(check("2a", [(3, 1, [2])], record=False))


def test_powers_that_scale_rows_are_told_so_though_q_and_its_inverse_are_there():
    def rows(M, n):
        lam, Q = np.linalg.eig(M)
        return np.diag(lam**n) @ Q @ np.linalg.inv(Q)

    verdict = check("2b", rows, record=False)
    assert verdict.mistake == "diagonal-only" and "scales the rows of Q" in str(verdict)


TERMS = [(t, k, list(range(t, k, -1))) for t in (1, 2, 3) for k in range(1, t + 1)]
SAID = [
    ("2a", TERMS, "All of it."),
    ("2a", [*TERMS, (2, 1, [2]), (1, 1, [])], "The term (1, 1, []) is in your list more than once"),
    ("2a-telescope", [(3, 2, [])], "1 of your 1 terms belong to the sum. Others are missing."),
    ("2a", [*TERMS[:-1], (3, 3, [3]), (3, 2, [2])], "5 of your 7 terms belong to the sum."),
    ("2a", [*TERMS[:-1], (3, 3, [3]), (3, 2, [2])], "does not: (3, 2, [2]). Walk from h_2 to h_3"),
    ("2a", [*TERMS[:-1], (3, 3, [3])], "does not: (3, 3, [3]). Walk from h_3 to h_3"),
    ("2a-telescope", [(1, 0, [3, 2]), (4, 0, [])], "so t is 1, 2 or 3."),
    ("2a-telescope", [(1, 0, [3, 2]), (2, 1, [3]), (3, 2, [])], "All of it."),
    ("2a-telescope", [(2, 0, [3, 2])], "does not: (2, 0, [3, 2]). Each product has three factors"),
    ("2a", [(1, 2)], "A term is (t, k, [i, ...])"),
    ("2a-telescope", [(1, 0, [3, 2]), (2, 1, [3]), (3, 1, [])], "not yet replaced, then J_3 - J,"),
    ("2a-telescope", [(1, 0, [3, 2]), (2, 1, [3]), (4, 2, [])], "so t is 1, 2 or 3."),
    ("2a-telescope", [(0, 0, [3, 2]), (2, 1, [3]), (3, 2, [])], "so t is 1, 2 or 3."),
    ("2a-telescope", [(1, 1, [3, 2]), (2, 1, [3]), (3, 2, [])], "then J_1 - J,"),
    (
        "2a-mirror",
        [[1, 0.5], [-1, 0.5]] * 2 + [[1, 2], [1, -0.5]],
        "unit 2 is 0.235 at step 1 and 0.105 at step 5",
    ),
    ("2a-mirror", [[29.5, 1], [-29.5, 1]] * 3, "All of it."),
    ("2a-mirror", [[31, 1], [-31, 1]] * 3, "Give real numbers between -30 and 30"),
    ("2a-mirror", [[1, 0.5]] * 6, "Your z_t do not differ"),
    ("2b-proof", "dfba", "The first 1 of your steps are right; look at the next one, 'f'."),
    ("2b-proof", "dabf", "The first 1 of your steps are right; look at the next one, 'a'."),
    (
        "2a-mirror",
        [[1, z] for z in (0.5, 3, 0.5, 0.5, 0.5, 4)],
        "The slope of unit 2 is 0.235 at step 1 and 0.0177 at step 6.",
    ),
    ("2a-mirror", [[1, 0.5], [-1, 0.5]] * 4, "yours is an array of shape (8, 2)"),
    ("2a-mirror", [[1, 0.5, 2], [-1, 0.5, 2]] * 3, "yours is an array of shape (6, 3)"),
    ("2b-proof", "bdfa", "The proof cannot begin with 'b'."),
    ("2b-proof", ["D", "A"], "The first 1 of your steps are right; look at the next one, 'a'."),
    ("2b-proof", "db", "The first 2 of your steps are right; then something is missing."),
    ("2b-proof", "dbfa", "All of it."),
]


@pytest.mark.parametrize("start", [(1.0, -0.7), (0.3, 2.0)])
@pytest.mark.parametrize(
    "other, mistake",
    [
        (lambda z, t: z[::-1], "units-swapped"),
        (lambda z, t: (1 + t / 10) * z, "scaled"),
        (lambda z, t: 1 - z, "symmetry-of-sigma"),
        (lambda z, t: z + t, None),
        (lambda z, t: z * [1, -1], "right"),
    ],
)
def test_other_steps_are_judged_from_any_start(start, other, mistake):
    z = np.array([other(np.array(start), t) if t % 2 else np.array(start) for t in range(6)])
    verdict = check("2a-mirror", z, record=False)
    assert (verdict.passed, verdict.mistake) == (mistake == "right", mistake if mistake != "right" else None)


def test_a_product_that_is_no_power_is_told_where_a_slope_changes():
    z = [[1, 2], [1, -2], [-1, 2], [1, 2], [1, 0], [1, 2]]
    assert (
        "The slope of unit 2 is 0.105 at step 1 and 0.25 at step 5."
        in check("2a-mirror", z, record=False).says
    )


@pytest.mark.parametrize(
    "rounded, mistake",
    [(lambda n: n, "not-whole"), (math.floor, "one-too-early"), (lambda n: math.ceil(n) + 1, "one-too-late")],
)
def test_a_hump_that_is_rounded_in_another_way_is_named(rounded, mistake):
    assert check("2c-hump", lambda lam: rounded(lam / (1 - lam)), record=False).mistake == mistake


STILL = [np.ones((6, 2)), np.ones((6, 2)) + 1e-3 * np.arange(6)[:, None]]
NO_STEPS = [np.ones((2, 6)), np.full((6, 2), np.nan), 1e3 * np.ones((6, 2)), 1j * np.ones((6, 2))]


@pytest.mark.parametrize("z", STILL)
def test_states_that_do_not_differ_prove_nothing(z):
    verdict = check("2a-mirror", z, record=False)
    assert (verdict.passed, verdict.mistake) == (False, "states-alike")


@pytest.mark.parametrize("z", NO_STEPS)
def test_what_are_no_steps_is_not_read(z):
    verdict = check("2a-mirror", z, record=False)
    assert "between -30" in verdict.says and verdict.error is None


@pytest.mark.parametrize("key, answer, words", SAID)
def test_what_is_wrong_with_terms_and_steps_is_said(key, answer, words):
    assert words in check(key, answer, record=False).says


@pytest.mark.parametrize("order", [5, {"d"}, ["d", "q"], ["d", 1], "dbq"])
def test_what_is_no_order_of_steps_is_told_how_to_give_one(order):
    assert "Give the letters of the steps in order" in check("2b-proof", order, record=False).says


@pytest.mark.parametrize(
    "others, slug",
    [
        ([[0.5, 1], [-0.5, -1]], "units-swapped"),
        ([[0, 0.5]], "symmetry-of-sigma"),
        ([[0.3, 0.1], [2, -1.5]], None),
    ],
)
def test_states_with_one_slip_are_named_whatever_their_signs_and_no_others(others, slug):
    start = [1, 0.5]
    z = [start, [-1, -0.5], *others, *([start] * (3 - len(others))), others[0]]
    assert check("2a-mirror", z, record=False).mistake == slug


def test_a_tiny_gradient_is_judged_at_its_own_scale():
    def doubled_if_tiny(g, limit):
        norms = np.linalg.norm(g, axis=1, keepdims=True)
        return g * limit / np.maximum(norms, limit) * np.where(norms < 1e-3, 2, 1)

    assert "off by the same factor, 2" in check("2-clip", doubled_if_tiny).says
