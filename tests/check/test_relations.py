"""What is said of a value by its relation to the right one, and of two slips that act on each other."""

import numpy as np
import pytest

from rnncourse.check import EXERCISES, check, relations, search
from rnncourse.rnn import dsigma, sigma


def samples(change, *rights):
    return [((), (np.array(change(right)),), (right,)) for right in rights]


def positive(*shape):
    """Two arrays of positive numbers: the right values on two probes."""
    return [np.random.default_rng(seed).uniform(1.5, 3, shape) for seed in (0, 1)]


def signed(*shape):
    return [right * (-1) ** np.arange(right.size).reshape(shape) for right in positive(*shape)]


def times(factors, axis=0):
    return lambda a: a * np.expand_dims(factors, [i for i in range(a.ndim) if i != axis])


def plus(terms, axis=0):
    return lambda a: a + np.expand_dims(terms, [i for i in range(a.ndim) if i != axis])


def put(where, change=lambda entries: entries + 1):
    """A change of some entries alone."""

    def changed(a):
        a = a.copy()
        a[where] = change(a[where])
        return a

    return changed


WEDGE, DIAGONAL = np.arange(2, 6), np.eye(4, dtype=bool)
SAID = {
    "flattened": (np.ravel, signed(4, 3), "result-reshaped", "only the shape"),
    "a column": (lambda v: v[:, None], signed(4), "result-reshaped", "only the shape"),
    "a row of one": (lambda v: v[None], signed(4), "result-reshaped", "only the shape"),
    "a list of a number": (lambda v: v[None], signed(), "result-reshaped", "only the shape"),
    "a row before": (lambda a: np.concatenate([a[:1], a]), signed(4, 3), "result-reshaped", "before them"),
    "an entry before": (lambda a: np.concatenate([a[:1], a]), signed(4), "result-reshaped", "before them"),
    "a row after": (lambda a: np.concatenate([a, a[:1]]), signed(4, 3), "result-reshaped", "after them"),
    "an entry after": (lambda a: np.concatenate([a, a[:1]]), signed(4), "result-reshaped", "after them"),
    "two rows before": (lambda a: np.concatenate([a[:2], a]), signed(4, 3), None, ""),
    "two rows after": (lambda a: np.concatenate([a, a[:2]]), signed(4, 3), None, ""),
    "as a diagonal": (np.diag, signed(4), "result-reshaped", "as the diagonal"),
    "of a diagonal": (np.diag, [np.diag(v) for v in signed(4)], "result-reshaped", "on the diagonal"),
    "the diagonal alone": (np.diag, signed(4, 4), None, ""),
    "one number": (np.sum, signed(4), None, ""),
    "many for one": (lambda a: np.full(3, a), signed(), None, ""),
    "other axes": (np.transpose, signed(4, 3), "result-reshaped", "another order"),
    "two axes": (lambda a: np.swapaxes(a, 0, 2), signed(2, 3, 4), "result-reshaped", "another order"),
    "backwards": (lambda a: a[::-1], signed(4, 3), "reversed", "in the reverse order"),
    "small and backwards": (lambda a: a[::-1], [1e-9 * a for a in signed(4, 3)], "reversed", ""),
    "too late": (lambda a: np.roll(a, 1, 0), signed(3, 2), "index-shifted", "too late"),
    "too early": (lambda a: np.roll(a, -1, 0), signed(3, 2), "index-shifted", "too early"),
    "a number too late": (lambda a: np.roll(a, 1), signed(3), "index-shifted", "too late"),
    "one of two late": (lambda a: np.array([[7, 8], a[0]]), signed(2, 2), None, ""),
    "other places": (lambda a: a[[1, 0, 2]], signed(3), "rearranged", "in other places"),
    "other signs": (lambda a: -np.abs(a), signed(4, 3), "sign", "the sign that is wrong"),
    "a factor": (lambda a: 0.7 * a, signed(4, 3), "constant", "the factor 0.7,"),
    "a factor of three numbers": (lambda a: 0.7 * a, [*signed(), np.array(5.0)], "constant", "factor 0.7,"),
    "a factor of two numbers": (lambda a: 0.7 * a, signed(), None, ""),
    "numbers": (lambda a: a * a - 1, [np.array(float(n)) for n in (2, 3, 5)], None, ""),
    "a factor that depends": (lambda a: a * a[0], signed(3), "scaled", "one factor, which depends"),
    "a small factor that depends": (
        lambda a: 1e-9 * a * a[0],
        signed(3),
        "scaled",
        "one factor, which depends",
    ),
    "a factor of two entries": (lambda a: a * a[0], signed(2), None, ""),
    "zeros": (lambda a: 0 * a, signed(4), None, ""),
    "not zero": (lambda a: a + WEDGE, [0 * a for a in signed(4)], None, ""),
    "a term": (lambda a: a - 0.25, signed(4), "extra-term", "off by -0.25,"),
    "a large term": (lambda a: a - 1e6, [1e6 * a for a in signed(4)], "extra-term", "off by -1e+06,"),
    "a large rest": (lambda a: 1e6 - a, [1e6 * a for a in signed(4)], "sign", "add up to 1e+06,"),
    "small changes": (plus(1e-6 * WEDGE), [1e-6 * a for a in signed(4)], None, ""),
    "the rest": (lambda a: 0.3 - a, signed(4), "sign", "add up to 0.3,"),
    "a root": (np.sqrt, positive(4), "constant", "to the power 0.5:"),
    "an inverse": (lambda a: 1 / a, positive(4), "constant", "to the power -1:"),
    "a root of nearly 1": (np.sqrt, [np.array([1.0005, 2, 3])], "constant", "to the power 0.5:"),
    "ones": (np.ones_like, positive(4), "constant", "to the power 0:"),
    "a power of what is negative": (lambda a: a**3, signed(4), None, ""),
    "small powers": (lambda a: a ** np.array([0.001, 0.002, 0.003, 0.004]), positive(4), None, ""),
    "powers": (lambda a: a ** np.arange(1.3, 1.7, 0.1), positive(4), None, ""),
    "a row": (put(1), signed(4, 3), "some-rows", "Only the row 1 (counted from 0) is wrong"),
    "a row where all is zero": (put(1), [signed(4, 3)[0], np.zeros((4, 3))], "some-rows", "Only the row 1 "),
    "a row of larger arrays": (put(1, np.square), [signed(4, 3)[0], signed(5, 3)[1]], None, ""),
    "two rows": (
        put([0, 3], np.square),
        signed(4, 3),
        "some-rows",
        "Only the rows 0, 3 (counted from 0) are",
    ),
    "an entry": (put(3), signed(4), "some-rows", "Only the row 3 "),
    "a column wrong": (put(np.s_[:, 2], np.square), signed(4, 3), "some-columns", "Only the column 2 "),
    "a column of pages": (put(np.s_[:, 2], np.square), signed(4, 3, 5), "some-columns", "Only the column 2 "),
    "the diagonal": (put(DIAGONAL, np.square), signed(4, 4), "diagonal", "Only the diagonal is wrong"),
    "all else": (put(~DIAGONAL, np.square), signed(4, 4), "diagonal", "The diagonal is right, and"),
    "a diagonal of two": (put(np.eye(2, dtype=bool)), signed(2, 2), None, ""),
    "a diagonal of three": (
        put(np.eye(3, dtype=bool), np.square),
        signed(3, 3),
        "diagonal",
        "Only the diagonal",
    ),
    "a diagonal of pages": (put(np.eye(3, dtype=bool), np.square), signed(3, 3, 2), None, ""),
    "a diagonal of zeros": (lambda a: a + np.diag(WEDGE**2), [np.diag(v) for v in signed(4)], None, ""),
    "factors of rows": (times(WEDGE), signed(4, 3), "row-factors", "Each row is off by a factor"),
    "factors of rows of two": (times(WEDGE), signed(4, 2), "row-factors", ""),
    "factors of a few numbers": (
        times(WEDGE),
        [put(np.s_[:, :2], lambda _: np.eye(4, 2))(a) for a in signed(4, 3)],
        None,
        "",
    ),
    "factors of columns": (times(WEDGE, 1), signed(3, 4), "column-factors", "Each column is off by a factor"),
    "factors of pages": (times(WEDGE, 2), signed(3, 2, 4), "page-factors", "multiplies the pages"),
    "terms of rows": (plus(WEDGE), signed(4, 3), "row-terms", "Each row is off by a number"),
    "terms of columns": (plus(WEDGE, 1), signed(3, 4), "column-terms", "added to the columns"),
    "terms of pages": (plus(WEDGE, 2), signed(3, 2, 4), "page-terms", "added to the pages"),
    "terms of one column": (
        lambda a: a + a[0],
        signed(4, 1),
        "column-terms",
        "Each column is off by a number",
    ),
    "a vector": (times(WEDGE), signed(4), None, ""),
    "rows of one entry": (times(WEDGE), signed(4, 1), None, ""),
    "squares of one row": (np.square, signed(1, 3), None, ""),
    "squares": (np.square, signed(4, 3), None, ""),
}


@pytest.mark.parametrize("change, rights, slug, words", SAID.values(), ids=SAID)
def test_what_is_said_of_a_change_is_true(change, rights, slug, words):
    said, says = relations.any_of(samples(change, *rights)) or (None, "")
    assert (said, words in says) == (slug, True)


def test_of_several_results_the_one_that_is_wrong_counts():
    some = signed(4, 3)
    for empty in 0, -1:  # all zeros, or without an entry
        parts = [((), (2 * a, 0 * a[:empty]), (a, 0 * a[:empty])) for a in some]
        assert relations.any_of(parts)[0] == "constant"
    assert relations.any_of([((), (2 * a, 3 * a), (a, a)) for a in some]) is None
    first, second = ((), (2 * some[0], some[0]), (some[0],) * 2), ((), (some[1], 2 * some[1]), (some[1],) * 2)
    assert relations.any_of([first, second]) is None


def test_zeros_make_no_warning():
    rights = [put(0, np.zeros_like)(a) for a in signed(4, 3)]
    with np.errstate(all="raise"):
        assert relations.any_of(samples(lambda a: a**3 + 1, *rights)) is None


UNDONE = [  # (kind, what a slip makes of the result, the right one)
    ("result-reshaped", np.ravel, signed(4, 3)[0]),
    ("result-reshaped", lambda a: a[:, None], signed(4)[0]),
    ("result-reshaped", lambda a: a[None], signed(4)[0]),
    ("result-reshaped", np.transpose, signed(4, 3)[0]),
    ("result-reshaped", np.transpose, signed(3, 4)[0]),
    ("result-reshaped", lambda a: np.concatenate([2 * a[:1], a]), signed(4, 3)[0]),
    ("result-reshaped", lambda a: np.concatenate([a, 2 * a[:1]]), signed(4, 3)[0]),
    ("result-reshaped", np.diag, np.diag(signed(4)[0])),
    ("transposed", np.transpose, signed(4, 4)[0]),
    ("sign", np.negative, signed(4, 3)[0]),
    ("constant", lambda a: 2 * a, signed(4, 3)[0]),
    ("constant", lambda a: a / 2, signed(4, 3)[0]),
    ("reversed", lambda a: a[::-1], signed(4, 3)[0]),
]


def undone_by(undo, value, right):
    mended = search.value_of(undo, (value, right), lambda parts: parts)
    return mended if mended and [a.shape for a in mended] == [b.shape for b in right] else None


@pytest.mark.parametrize("kind, slip, right", UNDONE)
def test_a_slip_in_the_result_can_be_undone(kind, slip, right):
    value = (slip(right),)
    undone = [undone_by(undo, value, (right,)) for other, undo in relations.UNDONE if other == kind]
    assert any(mended and np.array_equal(mended[0], right) for mended in undone)


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in relations.UNDONE}))
def test_what_no_slip_of_a_kind_can_have_made_is_not_undone(kind):
    a, b = signed(4, 4)
    for undo in (undo for other, undo in relations.UNDONE if other == kind):
        assert (undone_by(undo, (a,), (b,)) is None) == (kind in ("result-reshaped", "swapped-results"))
        assert undone_by(undo, (a,), (b[0],)) is None
        assert (undone_by(undo, (a, b), (b, a)) is None) == (
            kind not in ("swapped-results", "sign", "constant")
        )


def test_results_in_the_wrong_order_are_put_back():
    (undo,) = (undo for kind, undo in relations.UNDONE if kind == "swapped-results")
    a, b = signed(3)
    assert undo((a, b), (b, a)) == (b, a)


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


def test_what_is_right_or_nearly_or_no_number_has_no_relation():
    right = np.arange(9.0).reshape(3, 3) + 1
    for value in right, 1.005 * right, right * np.nan, 1j * right:
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
